"""A campaign against a real SMTP server, on both databases: whatever the relay does, the counts add up and nobody gets two."""

import email
import email.policy
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from fob_mail import balance, campaigns, ledger
from fob_mail.audience import leaving
from fob_mail.composing.composed import Composed
from fob_mail.database import Database, clock
from fob_mail.errors import ConflictError
from fob_mail.links import Links
from fob_mail.models import CampaignState, DeliveryState, MailingList
from fob_mail.sending.run import Controls, Ended, Ending, freeze, run
from fob_mail.sending.transmission import Transmission
from fob_mail.settings import Settings
from fob_mail.slots import attribute, mark
from tests.builders import make_list, make_subscriber
from tests.recording_relay import Faults, RecordingRelay

WORDS = Composed(
    "en", "An evening", "", f'<a href="{mark("unsubscribe_url")}">leave</a>', f"Hello {mark('name', 'you')}\n{mark('unsubscribe_url')}"
)


def a_campaign(database: Database, people: int) -> None:
    """A draft `c` to a list of p1@example.org, p2@example.org, …"""
    with database.begin() as session:
        to = make_list(session, "supporters")
        for number in range(1, people + 1):
            make_subscriber(session, f"p{number}@example.org", to)
        campaigns.save_draft(session, "c", to, "article.txt", "", [WORDS], clock(session))


@pytest.fixture
def send(database: Database, settings: Settings, tmp_path: Path) -> Callable[..., Ended]:
    """Freeze and run campaign `c` through a relay."""

    def sending(
        relay: RecordingRelay | int, *, wait: bool = False, started: Callable[[Transmission], None] = lambda _: None, **changes: object
    ) -> Ended:
        port = relay if isinstance(relay, int) else relay.port
        smtp = settings.smtp.model_copy(update={"host": "127.0.0.1", "port": port, "connections": 3, "timeout": 5.0})
        own = settings.sending.model_copy(update={"journal_folder": tmp_path / "journal", "batch_size": 10, "retry_after": [1], **changes})
        here = settings.model_copy(update={"smtp": smtp, "sending": own})
        freeze(database, "c", here)
        return run(database, "c", here, Links(here.keys(), here.base_url), Controls(started, lambda _: None, wait))

    return sending


def assert_adds_up(counts: balance.Counts) -> None:
    """The sum of all states is the audience."""
    parts = (counts.queued, counts.leased, counts.deferred, counts.accepted, counts.refused, counts.skipped, counts.unknown)
    assert sum(parts) == counts.audience


def everyone(people: int) -> Counter[str]:
    """One message each."""
    return Counter({f"p{number}@example.org": 1 for number in range(1, people + 1)})


def test_everyone_gets_one_message_of_their_own(database: Database, send: Callable[..., Ended]) -> None:
    a_campaign(database, 45)

    with RecordingRelay() as relay:
        ended = send(relay)

    assert ended.how is Ending.FINISHED
    assert ended.counts == balance.Counts(audience=45, accepted=45)
    assert relay.recipients == everyone(45)
    assert len({message.content for message in relay.messages}) == 45


def test_sending_again_sends_nothing(database: Database, send: Callable[..., Ended]) -> None:
    a_campaign(database, 12)

    with RecordingRelay() as relay:
        send(relay)
        ended = send(relay)

    assert ended.how is Ending.FINISHED
    assert relay.recipients == everyone(12)


def test_a_relay_without_pipelining_is_spoken_to_step_by_step(database: Database, send: Callable[..., Ended]) -> None:
    a_campaign(database, 15)

    with RecordingRelay(Faults(pipelining=False, rcpt={"p4@example.org": "550 5.1.1 Unknown"})) as relay:
        ended = send(relay)

    assert (ended.counts.accepted, ended.counts.refused) == (14, 1)
    assert relay.recipients == everyone(15) - Counter(["p4@example.org"])


def test_a_refusal_is_an_outcome_with_its_words(database: Database, send: Callable[..., Ended]) -> None:
    a_campaign(database, 12)

    with RecordingRelay(Faults(rcpt={"p7@example.org": "550 5.1.1 No such user"}, dot={"p8@example.org": "554 5.7.1 Spam"})) as relay:
        ended = send(relay)

    assert (ended.counts.accepted, ended.counts.refused) == (10, 2)
    with database.read() as session:
        rows = session.execute(text("SELECT address, code, reply FROM deliveries WHERE state = 'refused' ORDER BY position")).all()
    assert [tuple(row) for row in rows] == [("p7@example.org", 550, "5.1.1 No such user"), ("p8@example.org", 554, "5.7.1 Spam")]


def test_a_deferral_is_tried_again_and_reaches_its_reader(database: Database, send: Callable[..., Ended]) -> None:
    a_campaign(database, 12)

    with RecordingRelay(Faults(once={"p3@example.org": "450 4.2.0 Greylisted"})) as relay:
        ended = send(relay, wait=True)

    assert ended.counts == balance.Counts(audience=12, accepted=12)
    assert relay.recipients == everyone(12)


def test_without_waiting_a_deferral_is_owed_and_says_when(database: Database, send: Callable[..., Ended]) -> None:
    a_campaign(database, 12)

    with RecordingRelay(Faults(rcpt={"p3@example.org": "450 4.2.0 Later"})) as relay:
        ended = send(relay)

    assert ended.how is Ending.OWED
    assert ended.counts.deferred == 1
    assert ended.next_due is not None


def test_deferrals_that_never_end_are_given_up_as_refused(database: Database, send: Callable[..., Ended]) -> None:
    a_campaign(database, 11)
    from datetime import timedelta

    with RecordingRelay(Faults(rcpt={"p3@example.org": "450 4.2.0 Later"})) as relay:
        ended = send(relay, wait=True, give_up_after=timedelta(seconds=2))

    assert ended.counts == balance.Counts(audience=11, accepted=10, refused=1)
    assert 2 <= relay.met["p3@example.org"] <= 3  # a second apart, and a little more or less


def test_a_connection_lost_after_the_final_dot_is_unknown_and_never_resent(database: Database, send: Callable[..., Ended]) -> None:
    a_campaign(database, 12)

    with RecordingRelay(Faults(dot={"p5@example.org": None})) as relay:
        ended = send(relay)
        send(relay)

    assert ended.counts == balance.Counts(audience=12, accepted=11, unknown=1)
    assert relay.recipients == everyone(12)
    with database.read() as session:
        assert [doubt.address for doubt in balance.doubts(session, 1)] == ["p5@example.org"]


def test_an_unknown_is_sent_again_only_when_it_is_asked_for(database: Database, send: Callable[..., Ended]) -> None:
    a_campaign(database, 12)

    with RecordingRelay(Faults(dot={"p5@example.org": None})) as relay:
        send(relay)
        with database.begin() as session:
            assert ledger.owe_again(session, 1, [doubt.position for doubt in balance.doubts(session, 1)]) == 1
        relay.faults = Faults()
        ended = send(relay)

    assert ended.counts == balance.Counts(audience=12, accepted=12)
    assert relay.recipients["p5@example.org"] == 2
    ids = [m.content.partition(b"Message-ID: ")[2].partition(b"\r\n")[0] for m in relay.messages if m.recipient == "p5@example.org"]
    assert len(set(ids)) == 1


def test_a_connection_lost_before_the_final_dot_is_owed_and_sent(database: Database, send: Callable[..., Ended]) -> None:
    a_campaign(database, 12)

    with RecordingRelay(Faults(before_dot=frozenset({"p5@example.org"}))) as relay:
        ended = send(relay)

    assert ended.counts == balance.Counts(audience=12, accepted=12)
    assert relay.recipients == everyone(12)


def test_a_dead_relay_pauses_the_campaign_with_a_sentence(database: Database, send: Callable[..., Ended]) -> None:
    a_campaign(database, 5)

    ended = send(1)

    assert ended.how is Ending.TURNED_AWAY
    assert ended.problem is not None
    assert "127.0.0.1:1 cannot be reached" in ended.problem.problem
    assert ended.counts == balance.Counts(audience=5, queued=5)
    with database.read() as session:
        assert campaigns.find(session, "c").state is CampaignState.PAUSED


def test_a_paused_campaign_goes_on_with_the_same_command(database: Database, send: Callable[..., Ended]) -> None:
    a_campaign(database, 5)
    with RecordingRelay(Faults(mail="553 5.7.1 Sender address rejected")) as away:
        send(away)

    with RecordingRelay() as relay:
        ended = send(relay)

    assert ended.how is Ending.FINISHED
    assert relay.recipients == everyone(5)


def test_a_refused_sender_pauses_and_nobody_is_refused(database: Database, send: Callable[..., Ended]) -> None:
    a_campaign(database, 25)

    with RecordingRelay(Faults(mail="553 5.7.1 Sender address rejected")) as relay:
        ended = send(relay)

    assert ended.how is Ending.TURNED_AWAY
    assert ended.problem is not None
    assert "Sender address rejected" in ended.problem.problem
    assert ended.counts == balance.Counts(audience=25, queued=25)


def test_the_same_refusal_for_everyone_pauses_and_nobody_is_refused(database: Database, send: Callable[..., Ended]) -> None:
    a_campaign(database, 40)

    with RecordingRelay(Faults(rcpt=dict.fromkeys(everyone(40), "550 5.7.1 Relay access denied"))) as relay:
        ended = send(relay)

    assert ended.how is Ending.TURNED_AWAY
    assert ended.counts == balance.Counts(audience=40, queued=40)


def test_a_message_too_large_for_the_relay_pauses_with_its_size(database: Database, send: Callable[..., Ended]) -> None:
    a_campaign(database, 5)

    with RecordingRelay(Faults(size=300)) as relay:
        ended = send(relay)

    assert ended.problem is not None
    assert "300 octets" in ended.problem.problem
    assert ended.counts.owed == 5


def test_stopping_drains_and_the_next_run_goes_on(database: Database, send: Callable[..., Ended]) -> None:
    a_campaign(database, 60)

    with RecordingRelay(Faults(delay=0.02)) as relay:

        def stop_soon(transmission: Transmission) -> None:
            def stop_in_the_middle() -> None:
                while len(relay.messages) < 5:
                    time.sleep(0.005)
                transmission.stop()

            threading.Thread(target=stop_in_the_middle, daemon=True).start()

        first = send(relay, started=stop_soon)
        second = send(relay)

    assert first.how is Ending.STOPPED
    assert 0 < first.counts.accepted < 60
    assert first.counts.unknown == 0
    assert second.how is Ending.FINISHED
    assert relay.recipients == everyone(60)


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


def test_a_database_slower_than_the_relay_is_told_of_outcomes_all_the_same(
    database: Database, send: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is leased and not settled is unknown if the host is lost: all of it was, where a lease took longer than the sending."""
    a_campaign(database, 200)
    unsettled = []

    def slowly(  # noqa: PLR0913 as lease() has it
        session: Session, campaign_id: int, worker: str, now: datetime, until: datetime, *, attributes: bool
    ) -> ledger.Lease | None:
        time.sleep(0.1)
        unsettled.append(len(ledger.leased_by(session, worker)))
        return lease(session, campaign_id, worker, now, until, attributes=attributes)

    lease = ledger.lease
    monkeypatch.setattr(ledger, "lease", slowly)

    with RecordingRelay() as relay:
        ended = send(relay)

    assert ended.counts == balance.Counts(audience=200, accepted=200)
    assert max(unsettled) <= 6, "of twenty batches; what a quarter of a second brings waits for the next settlement"


def test_two_runs_at_the_same_time_share_the_work(database: Database, send: Callable[..., Ended]) -> None:
    import threading

    a_campaign(database, 120)
    ends: list[Ended] = []

    with RecordingRelay(Faults(delay=0.01)) as relay:
        threads = [threading.Thread(target=lambda: ends.append(send(relay, wait=True))) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)

    assert [end.how for end in ends] == [Ending.FINISHED, Ending.FINISHED]
    assert relay.recipients == everyone(120)


def test_a_campaign_to_nobody_is_refused_and_stays_a_draft(database: Database, send: Callable[..., Ended]) -> None:
    a_campaign(database, 0)

    with pytest.raises(ConflictError, match="nobody confirmed"):
        send(1)

    with database.read() as session:
        assert campaigns.find(session, "c").state is CampaignState.DRAFT


def test_a_frozen_campaign_cannot_be_composed_again(database: Database, send: Callable[..., Ended]) -> None:
    a_campaign(database, 1)
    with RecordingRelay() as relay:
        send(relay)

    with database.begin() as session:
        to = campaigns.list_of(session, campaigns.find(session, "c"))
        with pytest.raises(ConflictError, match="can no longer be changed"):
            campaigns.save_draft(session, "c", to, "a.txt", "", [replace(WORDS, subject="Other")], clock(session))


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
