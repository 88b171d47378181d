"""What people write back reaches the organiser untouched: once, by a mail that makes no loop, and by nobody's trick a second time."""

import json
import mailbox
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from fob_mail import campaigns, forwards, freezing
from fob_mail.audience import suppressions
from fob_mail.cli import main
from fob_mail.database import Database, clock
from fob_mail.feedback.forwarding import forwarded_of
from fob_mail.feedback.taking import Taken, Terms, take
from fob_mail.inbound.tokens import tokens_told
from fob_mail.links import Place
from fob_mail.models import Feedback
from tests.builders import composed_parts, make_list, make_subscriber
from tests.integration.test_correspondence import LINKS
from tests.ready_command import start
from tests.recording_relay import Faults, RecordingRelay

OFFICE = "office@example.net"
ANSWER = (
    b"From: Luis <luis@example.net>\nTo: news@example.org\nSubject: Re: An evening\nIn-Reply-To: <1@x>\nMessage-ID: <%d@x>\n\n"
    b"Will there be tea?\n.\n.dots\nQUIT\n"
)

REPORT = (
    b"From: MAILER-DAEMON@relay.test\r\nTo: bounces@example.org\r\nSubject: Undelivered\r\nMessage-ID: <9@relay.test>\r\n"
    b'Content-Type: multipart/report; report-type=delivery-status; boundary="bb"\r\n\r\n'
    b"--bb\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; relay.test\r\n\r\n"
    b"Final-Recipient: rfc822; office@example.net\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; %b\r\n\r\n"
    b"--bb\r\nContent-Type: message/rfc822\r\n\r\n%b\r\n--bb--\r\n"
)


@pytest.fixture
def relay() -> Iterator[RecordingRelay]:
    """The organiser's and everybody's relay."""
    with RecordingRelay() as running:
        yield running


@pytest.fixture
def terms(tmp_path: Path) -> Terms:
    """What strikes off, and that the office gets what people write."""
    return Terms(3, timedelta(days=30), tmp_path / "for-the-organiser", OFFICE)


@pytest.fixture
def taking(database: Database, terms: Terms) -> Callable[[bytes], Taken]:
    """Take a mail; the office is to get what people write."""
    with database.begin() as session:
        to = make_list(session, "supporters")
        make_subscriber(session, "rosa@example.org", to)
        campaigns.save_draft(session, "april", to, "a.txt", "", [composed_parts()], clock(session))
        freezing.freeze(session, campaigns.find(session, "april"), 10, clock(session))
    return lambda raw: take(database, raw, LINKS, terms)


@pytest.fixture
def configured(settings_file: Path, relay: RecordingRelay) -> Path:
    """Settings with the relay and the office."""
    with settings_file.open("a", encoding="utf-8") as more:
        more.write(f'[smtp]\nhost = "127.0.0.1"\nport = {relay.port}\ntimeout = 5\n[feedback]\nforward_to = "Office@Example.net"\n')
    return settings_file


@pytest.fixture
def command(configured: Path) -> Callable[..., Result]:
    """The command in this process."""
    return lambda *words: CliRunner().invoke(main, ["--config", str(configured), "feedback", *map(str, words)])


def states(database: Database) -> list[tuple[str, str]]:
    """How each forward stands, and the relay's words."""
    with database.read() as session:
        return [(one.forward, one.forward_reply) for one in session.scalars(select(Feedback).order_by(Feedback.id))]


def parsed(content: bytes) -> EmailMessage:
    """A message as its receiver has it; the relay has taken SMTP's dots out."""
    found = message_from_bytes(content, policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


def test_an_answer_reaches_the_organiser_untouched_and_once(
    database: Database, taking: Callable[[bytes], Taken], command: Callable[..., Result], relay: RecordingRelay
) -> None:
    taking(ANSWER % 1)

    first = json.loads(command("run", "--once", "--json").stdout)
    again = json.loads(command("run", "--once", "--json").stdout)

    [sent] = relay.messages
    mail = parsed(sent.content)
    assert (first["forwarded"], again["forwarded"]) == ({"accepted": 1}, {})
    assert (sent.recipient, sent.return_path) == (OFFICE, "news@example.org")
    assert str(mail["From"]) == "Friends of the Valley <news@example.org>"
    assert (mail["Reply-To"], mail["Auto-Submitted"]) == ("luis@example.net", "auto-generated")
    assert mail["Subject"] == "Answer: luis@example.net: Re: An evening"
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/mixed", "text/plain", "message/rfc822", "text/plain"]
    assert (ANSWER % 1).replace(b"\n", b"\r\n") in sent.content
    text = mail.get_body(("plain",))
    assert text is not None
    assert "luis@example.net wrote back:\n\n> Will there be tea?\n> .\n> .dots" in text.get_content().replace("\r", "")
    assert states(database) == [("accepted", "250 2.0.0 Ok: queued")]
    assert "forward accepted" in command("ls").stdout


def test_what_cannot_go_as_a_message_in_seven_bits_goes_as_a_file_of_the_same_bytes(
    taking: Callable[[bytes], Taken], command: Callable[..., Result], relay: RecordingRelay
) -> None:
    eight = (ANSWER % 2).replace(b"tea", "té\r alone".encode())
    long = (ANSWER % 3).replace(b"tea", b"tea" * 500)
    taking(eight)
    taking(long)

    command("run", "--once")

    for sent, raw in zip(relay.messages, (eight, long), strict=True):
        [_, part] = parsed(sent.content).iter_parts()
        assert part.get_content_type() == "application/octet-stream"
        assert str(part.get_filename()).endswith(".eml")
        assert part.get_content() == raw
        assert sent.content.isascii()
        assert max(map(len, sent.content.split(b"\r\n"))) <= 998


def test_no_answer_writes_a_header_or_an_smtp_command(
    taking: Callable[[bytes], Taken], command: Callable[..., Result], relay: RecordingRelay
) -> None:
    subject = "=?utf-8?b?UmU6IGhpDQpCY2M6IGV2aWxAZXhhbXBsZS5uZXQNCg0KLg0KTUFJTA==?="  # Re: hi CR LF Bcc: … CR LF CR LF . CR LF MAIL
    raw = ANSWER.replace(b"Re: An evening", subject.encode()).replace(b"QUIT", b"\r\n.\r\nMAIL FROM:<x@example.net>\r\n") % 4
    taking(raw.replace(b"Luis <luis@example.net>", b'"a\rb" <luis@example.net>'))

    command("run", "--once")

    [sent] = relay.messages
    mail = parsed(sent.content)
    assert (mail["Bcc"], mail["Reply-To"]) == (None, None)
    assert str(mail["Subject"]).startswith("Answer: somebody: Re: hi")


def test_a_refusal_is_kept_and_told_and_only_an_organiser_has_it_tried_again(
    database: Database, taking: Callable[[bytes], Taken], command: Callable[..., Result], relay: RecordingRelay
) -> None:
    taking(ANSWER % 1)
    relay.faults = Faults(rcpt={OFFICE: "550 5.1.1 no \x1b[31moffice here"})

    told = command("run", "--once").stdout
    relay.faults = Faults()
    command("run", "--once")

    assert "Forwarding: 1 refused" in told
    assert states(database) == [("refused", "550 5.1.1 no  [31moffice here")]
    assert "no [31moffice here" in command("show", 1).stdout
    assert relay.messages == []

    asked = command("forward", 1)
    command("run", "--once")

    assert asked.exit_code == 0
    assert relay.recipients[OFFICE] == 1


def test_what_the_relay_will_not_have_for_now_is_owed_and_holds_nothing_else_up(
    database: Database, taking: Callable[[bytes], Taken], command: Callable[..., Result], relay: RecordingRelay
) -> None:
    relay.faults = Faults(once={OFFICE: "451 4.7.1 later"})
    taking(ANSWER % 1)
    taking(ANSWER % 2)

    command("run", "--once")

    assert [state for state, _ in states(database)] == ["queued", "accepted"]
    with database.begin() as session:
        session.get_one(Feedback, 1).forwarded_at = clock(session) - forwards.AGAIN_AFTER
    command("run", "--once")
    assert [state for state, _ in states(database)] == ["accepted", "accepted"]
    assert relay.recipients[OFFICE] == 2


def test_a_relay_that_is_away_leaves_everything_owed(
    database: Database, taking: Callable[[bytes], Taken], command: Callable[..., Result], relay: RecordingRelay
) -> None:
    taking(ANSWER % 1)
    relay.faults = Faults(connections=1)

    away = command("run", "--once")

    assert away.exit_code == 1
    assert "relay" in away.output
    assert states(database) == [("queued", "")]


def test_a_lost_reply_makes_a_forward_unknown_which_is_listed_and_never_sent_again_silently(
    database: Database, taking: Callable[[bytes], Taken], command: Callable[..., Result], relay: RecordingRelay
) -> None:
    taking(ANSWER % 1)
    relay.faults = Faults(dot={OFFICE: None})

    command("run", "--once")
    relay.faults = Faults()
    command("run", "--once")

    assert relay.recipients[OFFICE] == 1
    assert [state for state, _ in states(database)] == ["unknown"]
    assert [one["number"] for one in json.loads(command("ls", "--forward", "unknown", "--json").stdout)["feedback"]] == [1]
    assert "--yes" in command("forward", 1).output
    assert [state for state, _ in states(database)] == ["unknown"]
    assert "It goes to" in command("forward", 1, "--yes").stdout


def test_a_process_killed_in_the_middle_leaves_one_unknown_and_the_rest_owed(
    database: Database, taking: Callable[[bytes], Taken], command: Callable[..., Result], configured: Path, relay: RecordingRelay
) -> None:
    for number in range(1, 4):
        taking(ANSWER % number)
    relay.faults = Faults(hang=frozenset({OFFICE}))
    with start("--config", configured, "feedback", "run") as running:
        until(lambda: len(relay.messages) == 1)
        os.kill(running.pid, signal.SIGKILL)
    relay.faults = Faults()

    command("run", "--once")
    alive = [state for state, _ in states(database)]
    with database.begin() as session:
        session.get_one(Feedback, 1).forwarded_at = clock(session) - 2 * forwards.LEASE
    command("run", "--once")

    assert alive == ["sending", "accepted", "accepted"]
    assert states(database)[0] == ("unknown", "the process that sent it ended before the relay's reply was read")
    assert relay.recipients[OFFICE] == 3


def test_many_processes_at_once_forward_each_mail_once(
    database: Database, taking: Callable[[bytes], Taken], configured: Path, relay: RecordingRelay
) -> None:
    for number in range(1, 13):
        taking(ANSWER % number)
    running = [start("--config", configured, "feedback", "run", "--once") for _ in range(4)]
    codes = [one.wait(60) for one in running]

    assert codes == [0] * 4
    assert {state for state, _ in states(database)} == {"accepted"}
    assert len({parsed(sent.content)["Message-ID"] for sent in relay.messages}) == len(relay.messages) == 12


def test_while_it_runs_it_forwards_what_comes_and_tells_at_its_end(
    tmp_path: Path, taking: Callable[[bytes], Taken], configured: Path, relay: RecordingRelay
) -> None:
    box = mailbox.Maildir(tmp_path / "box")
    configured.write_text(configured.read_text("utf-8") + f'maildir = "{tmp_path / "box"}"\nevery = 0.2\n', "utf-8")
    taking(ANSWER % 1)  # through a pipe, say: another process took it
    with start("--config", configured, "feedback", "run", "--json", stdout=subprocess.PIPE) as running:
        until(lambda: len(relay.messages) == 1)
        box.add(ANSWER % 2)
        until(lambda: len(relay.messages) == 2)
        running.terminate()
        told = json.loads(running.communicate(timeout=30)[0])

    assert running.returncode == 0
    assert (told["taken"], told["forwarded"]) == (1, {"accepted": 2})


def test_a_vendor_that_tells_of_a_forward_by_its_message_id_alone_is_understood_too() -> None:
    told = tokens_told(["bounces@example.org"], [f"<{LINKS.return_path('forward@example.org', Place(0, 12))}>"])

    assert forwarded_of(told.return_paths, LINKS) == 12


def test_what_comes_from_the_organiser_is_not_forwarded_to_them(
    taking: Callable[[bytes], Taken], command: Callable[..., Result], relay: RecordingRelay
) -> None:
    taking((ANSWER % 1).replace(b"luis@example.net", b"OFFICE@example.net"))

    command("run", "--once")

    assert relay.messages == []


def test_a_forward_that_comes_around_makes_no_loop_and_one_that_bounces_strikes_no_reader_off(
    database: Database, taking: Callable[[bytes], Taken], command: Callable[..., Result], relay: RecordingRelay
) -> None:
    path = LINKS.return_path("bounces@example.org", Place(1, 1)).encode()  # rosa's, whose mail is quoted in the answer
    taking(ANSWER.replace(b"Will there be tea?", path) % 1)
    taking(ANSWER.replace(b"Re: An evening", b"unsubscribe " + b"x" * 43) % 2)  # which cannot be followed, and would be again and again
    command("run", "--once")
    answer, wish = relay.messages

    around = [taking(sent.content).followed for sent in (answer, wish)]
    bounced = taking(REPORT % (b"550 5.1.1 no such user", answer.content))
    command("run", "--once")

    assert str(parsed(wish.content)["Subject"]).startswith("Asks to leave: luis@example.net: unsubscribe xxxx")
    assert around == [f"counted: it is about what was forwarded of event {number}" for number in (1, 2)]
    assert bounced.followed == "what was forwarded of event 1 has not reached the organiser"
    assert [state for state, _ in states(database)[:2]] == ["refused", "accepted"]
    assert len(relay.messages) == 2
    with database.read() as session:
        assert suppressions.all_of_them(session) == []


def test_with_verp_a_forward_has_a_return_path_of_its_own_that_is_no_readers(
    database: Database, taking: Callable[[bytes], Taken], command: Callable[..., Result], configured: Path, relay: RecordingRelay
) -> None:
    with configured.open("a", encoding="utf-8") as more:
        more.write('[sending]\nreturn_path = "bounces@example.org"\nverp = true\n')
    taking(ANSWER % 1)
    command("run", "--once")
    [sent] = relay.messages

    bounced = taking(REPORT.replace(b"bounces@example.org", sent.return_path.encode()) % (b"550 5.1.1 no", b"Subject: x\r\n\r\n"))

    assert LINKS.read_return_path(sent.return_path) == Place(0, 1)
    assert bounced.followed == "what was forwarded of event 1 has not reached the organiser"
    assert states(database)[0] == ("refused", "Nobody has this address there: 550 5.1.1 no")


@pytest.mark.parametrize("offered", [True, False])
def test_an_organiser_with_letters_beyond_ascii_gets_it_where_the_relay_offers_that(  # noqa: PLR0913, PLR0917 what is asked
    offered: bool,
    database: Database,
    taking: Callable[[bytes], Taken],
    command: Callable[..., Result],
    configured: Path,
    relay: RecordingRelay,
) -> None:
    configured.write_text(configured.read_text("utf-8").replace("Office@Example.net", "josé@example.net"), "utf-8")
    relay.faults = Faults(international=offered)
    taking(ANSWER % 1)

    told = command("run", "--once")

    assert ("SMTPUTF8" in told.output, relay.recipients["josé@example.net"]) == (not offered, int(offered))
    assert states(database)[0][0] == ("accepted" if offered else "queued")


def test_mail_is_forwarded_in_our_name_where_there_is_no_list(
    database: Database, terms: Terms, command: Callable[..., Result], relay: RecordingRelay
) -> None:
    take(database, ANSWER % 1, LINKS, terms)

    command("run", "--once")

    assert [(sent.recipient, str(parsed(sent.content)["From"])) for sent in relay.messages] == [(OFFICE, OFFICE)]


@pytest.mark.parametrize("which", ["return_path", "unsubscribe_mailbox"])
def test_a_mailbox_from_which_answers_come_is_not_forwarded_to(which: str, configured: Path, command: Callable[..., Result]) -> None:
    with configured.open("a", encoding="utf-8") as more:
        more.write(f'[sending]\n{which} = "office@example.net"\n')

    told = command("ls")

    assert told.exit_code == 1
    assert "would come back" in told.output


def test_a_mail_that_is_no_more_in_the_maildir_is_left_out(
    database: Database, taking: Callable[[bytes], Taken], command: Callable[..., Result], terms: Terms
) -> None:
    taking(ANSWER % 1)
    [file] = (terms.kept / "new").iterdir()
    file.unlink()

    assert command("run", "--once").exit_code == 0
    assert states(database)[0][0] == "skipped"


def until(holds: Callable[[], object], patience: float = 30) -> None:
    """Wait until something holds."""
    end = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < end, "it never came to hold"
        time.sleep(0.05)
