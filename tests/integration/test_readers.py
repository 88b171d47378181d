"""What a reader gets, and by which address: their language, letters beyond ASCII, and nothing once they have left."""

import email
import email.policy
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import select, text

from fob_mail import balance, campaigns
from fob_mail.audience import leaving
from fob_mail.database import Database, clock
from fob_mail.models import DeliveryState, MailingList
from fob_mail.sending.run import Ended
from fob_mail.sending.transmission import Transmission
from fob_mail.slots import attribute, mark
from tests.builders import make_list, make_subscriber
from tests.recording_relay import Faults, RecordingRelay
from tests.sending import WORDS, a_campaign, everyone, send

__all__ = ["send"]  # a fixture


def test_who_leaves_during_the_run_is_not_mailed_by_a_batch_leased_later(database: Database, send: Callable[..., Ended]) -> None:
    a_campaign(database, 200)

    with RecordingRelay(Faults(delay=0.05)) as relay:

        def leave(_: Transmission) -> None:
            with database.begin() as session:
                who = session.execute(text("SELECT id FROM subscribers WHERE address = 'p200@example.org'")).scalar_one()
                leaving.leave(session, who, 1, "one-click", "test", clock(session))

        ended = send(relay, started=leave)

    assert ended.counts == balance.Counts(audience=200, accepted=199, skipped=1)
    assert relay.recipients == everyone(200) - Counter(["p200@example.org"])


def test_an_address_that_needs_smtputf8_is_refused_with_the_reason(database: Database, send: Callable[..., Ended]) -> None:
    a_campaign(database, 3)
    with database.begin() as session:
        make_subscriber(session, "josé@example.org", session.get_one(MailingList, 1))
        make_subscriber(session, "ana@exámple.org", session.get_one(MailingList, 1))

    with RecordingRelay() as relay:
        ended = send(relay)

    assert ended.counts == balance.Counts(audience=5, accepted=4, refused=1)
    assert relay.recipients["ana@xn--exmple-qta.org"] == 1
    with database.read() as session:
        (refused,) = balance.settled_as(session, 1, DeliveryState.REFUSED)
    assert refused.address == "josé@example.org"
    assert "does not offer SMTPUTF8" in refused.reply


def test_addresses_beyond_ascii_are_served_where_the_relay_offers_it(database: Database, send: Callable[..., Ended]) -> None:
    """RFC 6531: SMTPUTF8 and 8BITMIME for them alone; the domain as A-labels; the message can be read back (RFC 6532)."""
    a_campaign(database, 3)
    with database.begin() as session:
        to = session.scalars(select(MailingList)).one()
        make_subscriber(session, "josé@exámple.org", to, name="José")
        make_subscriber(session, "ana@exámple.org", to)

    with RecordingRelay(Faults(international=True)) as relay:
        ended = send(relay)

    assert ended.counts == balance.Counts(audience=5, accepted=5)
    assert {"josé@xn--exmple-qta.org", "ana@xn--exmple-qta.org"} < set(relay.recipients)
    (content,) = [message.content for message in relay.messages if message.recipient.startswith("josé")]
    mail = email.message_from_bytes(content, policy=email.policy.SMTPUTF8)
    (mailbox,) = mail["To"].addresses
    spec = mailbox.addr_spec.encode("ascii", "surrogateescape").decode()  # the parser keeps such bytes aside
    assert (mailbox.display_name, spec) == ("José", "josé@xn--exmple-qta.org")
    assert all(message.content.isascii() for message in relay.messages if message.content != content)


def test_each_reader_gets_their_language_and_what_is_said_to_them_alone(database: Database, send: Callable[..., Ended]) -> None:
    city = mark(attribute("City"), "wherever you are")
    english = replace(WORDS, subject=f"Hello {mark('first_name', 'friend')}", text=f"{city}\n{mark('unsubscribe_url')}")
    near = mark("if", 'attribute["City"] == "Leeds"')
    said = f"{near}Ven a pie{mark('else')}Ven en tren{mark('endif')}\n{mark('unsubscribe_url')}"
    with database.begin() as session:
        to = make_list(session, "supporters")
        people = {"p1": ("Ana Añez", "es", "Leeds"), "p2": ("", "es-BO", "York"), "p3": ("Ruth Okafor", "en", "Hull"), "p4": ("", None, "")}
        for local, (name, language, where) in people.items():
            make_subscriber(session, f"{local}@example.org", to, name=name, language=language, attributes={"City": where} if where else {})
        parts = [english, replace(WORDS, language="es", subject="Hola", text=said)]
        campaigns.save_draft(session, "c", to, "article.txt", "", parts, clock(session))

    with RecordingRelay() as relay:
        ended = send(relay)

    assert ended.counts == balance.Counts(audience=4, accepted=4)
    got = {message.recipient: email.message_from_bytes(message.content, policy=email.policy.default) for message in relay.messages}
    texts = {to: message.get_body(("plain",)).get_content() for to, message in got.items()}  # type: ignore[union-attr]
    assert [got[f"p{n}@example.org"]["Subject"] for n in range(1, 5)] == ["Hola", "Hola", "Hello Ruth", "Hello friend"]
    first_lines = [texts[f"p{n}@example.org"].splitlines()[0] for n in range(1, 5)]
    assert first_lines == ["Ven a pie", "Ven en tren", "Hull", "wherever you are"]
