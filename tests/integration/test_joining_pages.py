"""Joining a list by its form and by the link in our mail, with the relay that the mail goes through; on both databases."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from fob_mail import notes
from fob_mail.audience import suppressions
from fob_mail.database import Database, clock
from fob_mail.models import Consent, MailingList, Note, NoteState, Subscriber, Subscription, SubscriptionState, SuppressionReason
from fob_mail.sending.posting import Post
from fob_mail.settings import Settings, Smtp
from tests.builders import make_subscriber
from tests.forms import fetched
from tests.groups import Group, link_in

PENDING, CONFIRMED, LEFT = SubscriptionState.PENDING, SubscriptionState.CONFIRMED, SubscriptionState.LEFT


def test_who_fills_in_the_form_gets_a_mail_whose_button_puts_them_on_the_list(group: Group) -> None:
    assert "Look into your mailbox" in group.ask("Rosa@Example.org", name="Rosa Mamani").text
    (mail,) = group.mails()
    assert group.state("rosa@example.org") is PENDING
    link = link_in(mail, "c")

    asked, joined = group.web.get(link), group.web.post(link)

    assert "r•••@example.org gets our mail" in asked.text.replace("<bdi>", "").replace("</bdi>", "")
    assert "You are on the list" in joined.text
    assert group.state("rosa@example.org") is CONFIRMED
    (welcome,) = group.mails()
    assert welcome["Subject"] == "Welcome to Valley <News>"
    with group.database.read() as session:
        words = session.execute(select(Consent.what, Consent.how, Consent.evidence).order_by(Consent.id)).all()
    assert [tuple(row) for row in words] == [
        ("asked", "form", "form of valley, from 127.0.0.0/24"),
        ("joined", "confirmed", "the link in our mail"),
    ]


def test_the_mail_that_asks_is_a_good_citizen(group: Group) -> None:
    group.ask("rosa@example.org", name="Rosa Mamani")

    (mail,) = group.mails()

    assert mail["Auto-Submitted"] == "auto-generated"  # RFC 3834 §5
    assert mail["Precedence"] is None
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["To"] == "Rosa Mamani <rosa@example.org>"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert "_FOB" not in str(mail)


def test_get_and_head_of_every_link_in_the_mail_change_nothing(group: Group) -> None:
    """Link scanners follow them all."""
    group.ask("rosa@example.org")
    (mail,) = group.mails()
    links = set(re.findall(r"http://localhost:8000(/[^\s\"<>]+)", "".join(str(p.get_content()) for p in mail.iter_parts())))

    assert len(links) == 2
    for link in links:
        assert group.web.get(link).status_code == group.web.head(link).status_code == 200

    assert group.state("rosa@example.org") is PENDING
    assert group.mails() == []


def test_the_answer_is_the_same_for_a_stranger_and_for_everybody_who_is_known(group: Group) -> None:
    with group.database.begin() as session:
        to = session.get_one(MailingList, 1)
        for name, state in (("on", CONFIRMED), ("off", LEFT), ("waits", PENDING), ("angry", LEFT)):
            make_subscriber(session, f"{name}@example.org", to, state)
    group.suppress("angry@example.org", SuppressionReason.COMPLAINT)

    answers = {name: group.ask(f"{name}@example.org").text.replace(f"{name}@", "") for name in ("new", "on", "off", "waits", "angry")}

    assert len(set(answers.values())) == 1
    written = {str(mail["To"]): str(mail["Subject"]) for mail in group.mails()}
    assert written == {
        "new@example.org": "Please confirm: Valley <News>",
        "on@example.org": "You are on the list already: Valley <News>",
        "off@example.org": "Please confirm: Valley <News>",
        "waits@example.org": "Please confirm: Valley <News>",
    }
    assert group.state("off@example.org") is LEFT


def test_a_form_costs_the_same_statements_whoever_asks(group: Group) -> None:
    """What could be measured is the work: it is counted here, rather than timed."""
    from sqlalchemy import event

    said: list[str] = []
    event.listen(group.database.engine, "before_cursor_execute", lambda *told: said.append(told[2]))
    works = []
    with group.database.begin() as session:
        make_subscriber(session, "on@example.org", session.get_one(MailingList, 1))
    for address in ("new@example.org", *["on@example.org"] * 5):
        said.clear()
        group.ask(address)
        works.append(tuple(said))

    assert len(set(works)) == 1


def test_who_left_comes_back_by_their_own_press_and_by_nothing_else(group: Group) -> None:
    with group.database.begin() as session:
        make_subscriber(session, "rosa@example.org", session.get_one(MailingList, 1), LEFT)
    for why in (SuppressionReason.ASKED, SuppressionReason.BOUNCE):
        group.suppress("rosa@example.org", why)
    group.ask("rosa@example.org")
    (mail,) = group.mails()

    group.web.post(link_in(mail, "c"))

    assert group.state("rosa@example.org") is CONFIRMED
    with group.database.read() as session:
        assert suppressions.reason(session, session.scalars(select(Subscriber.digest)).one()) is None


def test_a_list_for_which_the_form_is_enough_still_asks_whoever_left_it(group: Group) -> None:
    group.ask("rosa@example.org", "open")
    (welcome,) = group.mails()
    assert str(welcome["Subject"]) == "Welcome to Open House"
    assert group.state("rosa@example.org") is CONFIRMED
    group.web.post(
        re.sub(r"http://[^/]+", "", str(welcome["List-Unsubscribe"]).split(">")[0].strip("<")), data={"List-Unsubscribe": "One-Click"}
    )

    group.ask("rosa@example.org", "open")

    (mail,) = group.mails()
    assert str(mail["Subject"]) == "Please confirm: Open House"
    assert group.state("rosa@example.org") is LEFT


def test_a_link_lapses_and_one_from_before_somebody_left_brings_nobody_back(group: Group, monkeypatch: pytest.MonkeyPatch) -> None:
    group.ask("rosa@example.org")
    (mail,) = group.mails()
    link = link_in(mail, "c")
    assert group.web.post(link).status_code == 200
    group.mails()
    with group.database.begin() as session:
        gone = session.scalars(select(Subscription)).one()
        gone.state, gone.since = LEFT, clock(session) + timedelta(seconds=2)

    assert group.web.post(link).status_code == 410
    assert group.state("rosa@example.org") is LEFT
    monkeypatch.setattr("fob_mail.web.joining.clock", lambda session: clock(session).replace(year=2099))
    assert "no longer good" in group.web.get(link).text


def test_no_mail_is_lost_or_sent_twice_when_the_process_dies(group: Group) -> None:
    for name in "abc":
        group.ask(f"{name}@example.org")
    with group.database.begin() as session:
        now = clock(session)
        first, second, _ = notes.lease(session, "dead", now)
        assert notes.begin(session, first.id, "dead", now)
        for note in session.scalars(select(Note)):
            note.leased_until = now.replace(year=2020)

    written = {str(mail["To"]) for mail in group.mails()}

    assert written == {"b@example.org", "c@example.org"}
    with group.database.read() as session:
        states = dict(session.execute(select(Note.state, func.count()).group_by(Note.state)).all())
    assert states == {NoteState.UNKNOWN: 1, NoteState.ACCEPTED: 2}
    assert second.id != first.id


def test_a_relay_that_is_away_leaves_every_note_owed(group: Group, settings: Settings, database: Database) -> None:
    group.ask("rosa@example.org")
    nowhere = Post(database, settings.model_copy(update={"smtp": Smtp(host="127.0.0.1", port=9)}), group.links, "test")

    nowhere.round()

    with database.read() as session:
        note = session.scalars(select(Note)).one()
    assert (note.state, note.attempts) == (NoteState.QUEUED, 0)
    assert note.due_at > note.created_at


@pytest.mark.parametrize("address", ["", "rosa", "rosa@", "rosa@example", "a b@example.org", "r@example.org\r\nBcc: x@example.org"])
def test_what_is_no_address_is_said_beside_its_field(group: Group, address: str) -> None:
    answer = group.ask(address, name="Rosa & co")

    assert answer.status_code == 400
    assert 'aria-invalid="true" aria-describedby="email-error"' in answer.text
    assert "This is no e-mail address" in answer.text
    assert 'value="Rosa &amp; co"' in answer.text
    assert group.mails() == []


def test_a_list_that_is_not_public_has_no_form(group: Group) -> None:
    assert group.web.get("/join/secret").status_code == group.ask("rosa@example.org", "secret").status_code == 404
    assert "Committee" not in group.web.get("/join").text
    assert "Open House" in group.web.get("/join").text


def test_the_form_speaks_both_languages_and_so_does_the_mail(group: Group) -> None:
    assert '<html lang="es">' in group.web.get("/join/valley?lang=es").text
    group.web.post("/join/valley?lang=es", data={"email": "rosa@example.org", "form": fetched(group.links)})

    (mail,) = group.mails()

    assert str(mail["Subject"]) == "Confirma, por favor: Valley <News>"


def test_a_pages_title_is_plain_words(group: Group) -> None:
    """A browser shows no marks in it: a tab would read <bdi>."""
    page = group.web.get("/join/valley").text

    title = page.partition("<title>")[2].partition("</title>")[0]

    assert "Valley &lt;News&gt;" in title
    assert "bdi" not in title
