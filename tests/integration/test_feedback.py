"""What comes back is followed: bounces and complaints strike off, mails that ask to leave are heeded, nothing is lost or done twice."""

import imaplib
import json
import mailbox
from collections.abc import Callable
from pathlib import Path

from click.testing import CliRunner, Result
from sqlalchemy import func, select

from fob_mail.audience import leaving
from fob_mail.cli import main
from fob_mail.database import Database
from fob_mail.feedback.taking import Taken
from fob_mail.inbound.incoming import Kind
from fob_mail.links import Links, Place, Subscribed
from fob_mail.models import Feedback, Subscriber, SubscriptionState, SuppressionReason
from tests.bounces import LINKS, REPORT, bounce, command, reader, taking, why
from tests.certificates import Certificate
from tests.mail_server import LOGIN, mail_server

__all__ = ["command", "reader", "taking"]  # fixtures


def test_a_hard_bounce_strikes_off_whom_the_return_path_names(
    database: Database, reader: Subscriber, taking: Callable[[str], Taken]
) -> None:
    taken = taking(bounce())

    assert (taken.kind, taken.traced, taken.new) == (Kind.HARD, True, True)
    assert why(database) is SuppressionReason.BOUNCE
    assert why(database, "luis@example.org") is None
    assert reader.address == "rosa@example.org"


def test_a_forged_return_path_changes_nothing(database: Database, reader: Subscriber, taking: Callable[[str], Taken]) -> None:
    del reader
    forged = Links([b"x" * 40], "http://localhost:8000").return_path("bounces@example.org", Place(1, 1))

    taken = taking(bounce(to=forged))

    assert not taken.traced
    assert why(database) is None


def test_a_report_that_names_an_address_in_words_alone_strikes_nobody_off(
    database: Database, reader: Subscriber, taking: Callable[[str], Taken]
) -> None:
    mail = REPORT.format(to="news@example.org", words="550 5.1.1 no", status="5.1.1", recipient=reader.address, id=9)

    assert not taking(mail).traced
    assert why(database) is None


def test_a_message_id_of_ours_with_its_address_tells_the_delivery(
    database: Database, reader: Subscriber, taking: Callable[[str], Taken]
) -> None:
    sent = LINKS.message_id(1, reader.id, "example.org")
    mail = REPORT.format(to="news@example.org", words="550 5.1.1 no", status="5.1.1", recipient=reader.address, id=9)
    returned = f"\n--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: {sent}\nTo: {reader.address}\n\n--b--\n"

    taken = taking(mail.replace("\n--b--\n", returned))

    assert taken.traced
    assert why(database) is SuppressionReason.BOUNCE


def test_the_same_mail_counts_once_whatever_way_it_comes(database: Database, reader: Subscriber, taking: Callable[[str], Taken]) -> None:
    del reader
    full = bounce("452 4.2.2 mailbox full", "4.2.2")

    first, second = taking(full), taking(full.replace("\n", "\r\n"))

    with database.read() as session:
        number = session.scalar(select(func.count()).select_from(Feedback))
    assert (first.new, second.new, number) == (True, False, 1)


def test_soft_bounces_strike_off_only_when_they_are_many(database: Database, reader: Subscriber, taking: Callable[[str], Taken]) -> None:
    del reader
    for number in range(2):
        taking(bounce("552 5.2.2 mailbox full", "5.2.2", number))
    before = why(database)

    taking(bounce("552 5.2.2 mailbox full", "5.2.2", 7))

    assert before is None
    assert why(database) is SuppressionReason.BOUNCE


def test_a_refusal_of_our_server_punishes_nobody(database: Database, reader: Subscriber, taking: Callable[[str], Taken]) -> None:
    del reader
    for number in range(5):
        taken = taking(bounce("550 5.7.1 blocked using a blocklist, your IP has a poor reputation", "5.7.1", number))

    assert taken.kind is Kind.BLOCKED
    assert why(database) is None


def test_a_complaint_strikes_off_everywhere(database: Database, reader: Subscriber, taking: Callable[[str], Taken]) -> None:
    del reader
    path = LINKS.return_path("bounces@example.org", Place(1, 1))
    parts = (
        "Content-Type: text/plain\n\nspam\n",
        "Content-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: x\nVersion: 1\n\n",
        f"Content-Type: message/rfc822\n\nReturn-Path: <{path}>\nFrom: news@example.org\nTo: redacted\nSubject: An evening\n\nHello\n",
    )
    head = "From: fbl@provider.example\nTo: abuse@example.org\nSubject: complaint\nMIME-Version: 1.0\n"
    kind = 'Content-Type: multipart/report; report-type=feedback-report; boundary="b"\n\n'
    report = head + kind + "".join(f"--b\n{part}\n" for part in parts) + "--b--\n"

    assert taking(report).kind is Kind.COMPLAINT
    assert why(database) is SuppressionReason.COMPLAINT


def test_a_mail_that_asks_to_leave_is_heeded_and_a_forged_one_is_not(
    database: Database, reader: Subscriber, taking: Callable[[str], Taken]
) -> None:
    token = LINKS.unsubscribe_token(Subscribed(reader.id, 1, 1))
    mail = "From: rosa@example.org\nTo: news@example.org\nSubject: unsubscribe {}\nMessage-ID: <{}@x>\n\n\n"

    forged = taking(mail.format(token[:-1] + ("A" if token[-1] != "A" else "B"), 1))
    with database.read() as session:
        before = leaving.standing(session, reader.id, 1)
    taking(mail.format(token, 2))
    with database.read() as session:
        after = leaving.standing(session, reader.id, 1)

    assert forged.followed != "left the list"
    assert before
    assert after
    assert (before.state, after.state) == (SubscriptionState.CONFIRMED, SubscriptionState.LEFT)


def test_whoever_answers_by_a_return_path_or_a_message_of_ours_leaves_in_their_own_words(
    database: Database, reader: Subscriber, taking: Callable[[str], Taken]
) -> None:
    words = "From: {}\nTo: {}\nSubject: {}\nMessage-ID: <{}@x>\nIn-Reply-To: {}\n\nPlease take me off your list.\n"
    by_path = words.format("me@private.example", LINKS.return_path("bounces@example.org", Place(1, 1)), "unsubscribe", 1, "<no@x>")
    with database.read() as session:
        luis = session.scalars(select(Subscriber).where(Subscriber.address == "luis@example.org")).one()
    by_id = words.format(luis.address, "news@example.org", "Unsubscribe", 2, LINKS.message_id(1, luis.id, "example.org"))

    left = [taking(by_path).followed, taking(by_id).followed]

    with database.read() as session:
        states = [found.state for who in (reader, luis) if (found := leaving.standing(session, who.id, 1))]
    assert left == ["left the list", "left the list"]
    assert states == [SubscriptionState.LEFT, SubscriptionState.LEFT]


def test_what_asks_for_something_and_does_not_show_whose_mail_it_is_waits_for_the_organiser(
    database: Database, reader: Subscriber, taking: Callable[[str], Taken], tmp_path: Path
) -> None:
    wish = "From: rosa@example.org\nTo: news@example.org\nSubject: unsubscribe\nMessage-ID: <1@x>\n\nunsubscribe\n"

    taken = taking(wish)

    with database.read() as session:
        there = leaving.standing(session, reader.id, 1)
        told = session.scalars(select(Feedback)).one()
    assert there
    assert there.state is SubscriptionState.CONFIRMED
    assert taken.for_a_person
    assert taken.followed == "kept for the organiser: nothing shows of itself whose mail it is about"
    assert [str(mail["Subject"]) for mail in mailbox.Maildir(tmp_path / "kept")] == ["unsubscribe"]
    assert (told.sender, told.subject, told.followed) == ("rosa@example.org", "unsubscribe", taken.followed)
    assert told.kept in {name for name in mailbox.Maildir(tmp_path / "kept").keys()}  # noqa: C416, SIM118 a Maildir is no dict


def test_a_persons_answer_is_kept_untouched_and_an_automatic_one_is_counted(taking: Callable[[str], Taken], tmp_path: Path) -> None:
    answer = (
        "From: rosa@example.org\nTo: news@example.org\nSubject: Re: An evening\nIn-Reply-To: <x@example.org>\n\nWe will come, all four.\n"
    )
    away = "From: luis@example.org\nTo: news@example.org\nSubject: Out of office\nAuto-Submitted: auto-replied\n\nI am away.\n"

    taken, counted = taking(answer), taking(away)

    (kept,) = mailbox.Maildir(tmp_path / "kept")
    assert taken.followed == "kept for the organiser"
    assert str(kept.get_payload()).strip() == "We will come, all four."
    assert counted.followed == "counted"


def test_a_pipe_takes_a_mail_and_a_maildir_is_emptied_into_seen(
    database: Database, reader: Subscriber, command: Callable[..., Result], tmp_path: Path
) -> None:
    del reader
    box = mailbox.Maildir(tmp_path / "box", create=True)
    box.add(bounce().encode())
    (tmp_path / "bounce.eml").write_text(bounce(number=2), encoding="utf-8")

    told = command("feedback", "read", tmp_path / "bounce.eml", "--json")
    ran = command("feedback", "run", "--once", "--json", FOB_MAIL_FEEDBACK__MAILDIR=str(tmp_path / "box"))

    assert json.loads(told.stdout)["kind"] == "hard"
    assert json.loads(ran.stdout) == {"taken": 1, "kinds": {"hard": 1}, "blocked": [], "forwarded": {}}
    assert not list((tmp_path / "box" / "new").iterdir())
    assert [file.name.endswith(":2,S") for file in (tmp_path / "box" / "cur").iterdir()] == [True]
    assert why(database) is SuppressionReason.BOUNCE


def test_trouble_in_a_pipe_is_told_by_the_code_on_which_mail_servers_try_again(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["--config", str(tmp_path / "none.toml"), "feedback", "read", "-"], input=bounce())

    assert done.exit_code == 75


def test_a_real_imap_mailbox_is_read_and_its_mail_filed(
    certificate: Certificate, command: Callable[..., Result], database: Database, reader: Subscriber
) -> None:
    del reader
    with mail_server(certificate, ["bounces"]) as server:
        with imaplib.IMAP4("127.0.0.1", server.imap) as client:
            client.login("bounces@example.org", LOGIN[1])
            for number in range(3):
                client.append("INBOX", "", "", bounce(number=number).replace("\n", "\r\n").encode())
        told = {
            "FOB_MAIL_IMAP__HOST": "127.0.0.1",
            "FOB_MAIL_IMAP__PORT": str(server.imap),
            "FOB_MAIL_IMAP__SECURITY": "none",
            "FOB_MAIL_IMAP__USERNAME": "bounces@example.org",
            "FOB_MAIL_IMAP__PASSWORD": LOGIN[1],
        }
        first = command("feedback", "run", "--once", "--json", **told)
        again = command("feedback", "run", "--once", "--json", **told)
        left = server.mails("bounces")
        wrong = command("feedback", "run", "--once", **{**told, "FOB_MAIL_IMAP__HOST": "localhost", "FOB_MAIL_IMAP__PORT": "1"})

    assert first.exit_code == 0, first.output
    assert json.loads(first.stdout)["taken"] == 3
    assert json.loads(again.stdout)["taken"] == 0
    assert left == []
    assert why(database) is SuppressionReason.BOUNCE
    assert wrong.exit_code == 1
    assert "nothing is lost" in wrong.output
