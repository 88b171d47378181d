"""What people write back reaches the organiser untouched: once, by a mail that makes no loop, and by nobody's trick a second time."""

import json
import mailbox
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

from fob_mail import forwards
from fob_mail.database import Database, clock
from fob_mail.feedback.forwarding import forwarded_of
from fob_mail.feedback.taking import Taken, Terms
from fob_mail.inbound.tokens import tokens_told
from fob_mail.links import Place
from fob_mail.models import Feedback
from tests.forwarding import ANSWER, OFFICE, command, configured, parsed, relay, states, taking, terms
from tests.integration.test_correspondence import LINKS
from tests.ready_command import start
from tests.recording_relay import Faults, RecordingRelay

__all__ = ["command", "configured", "relay", "taking", "terms"]  # fixtures


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
