"""A mail server hands over what comes back: each recipient is answered once the database has it, and trouble is for the moment."""

import smtplib
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from fob_mail.database import Database
from fob_mail.errors import InputError
from fob_mail.feedback.lmtp import MOST_RECIPIENTS, MOST_SESSIONS, Lmtp, Where
from fob_mail.feedback.taking import Terms, take
from fob_mail.links import Links, Place
from fob_mail.models import Feedback
from tests.certificates import Certificate
from tests.mail_server import LOGIN, free_port, mail_server

LARGEST = 200_000
ANYWHERE = Where(None, "127.0.0.1", 0)
LINKS = Links([b"s" * 40], "http://localhost:8000")
AWAY = b"From: rosa@example.org\r\nTo: news@example.org\r\nSubject: Out of office\r\nAuto-Submitted: auto-replied\r\n\r\nI am away.\r\n"

Taken = list[tuple[bytes, tuple[str, ...]]]


@pytest.fixture
def taken() -> Taken:
    """What was taken, in order."""
    return []


def keep(taken: Taken) -> Callable[[bytes, tuple[str, ...]], None]:
    return lambda raw, to: taken.append((raw, to))


def talk(port: int, *words: bytes) -> list[bytes]:
    """All replies to these words, said at once."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall(b"".join(words) + b"QUIT\r\n")
        return b"".join(iter(lambda: line.recv(65536), b"")).split(b"\r\n")[:-1]


def test_the_answer_comes_when_the_database_has_it(database: Database, tmp_path: Path) -> None:
    terms = Terms(3, timedelta(days=30), tmp_path / "kept")
    with (
        Lmtp(ANYWHERE, lambda raw, to: take(database, raw, LINKS, terms, to), LARGEST) as lmtp,
        smtplib.LMTP("127.0.0.1", lmtp.port) as line,
    ):
        assert line.sendmail("", ["bounces@example.org"], AWAY) == {}
        with database.read() as session:
            number = session.scalar(select(func.count()).select_from(Feedback))
        assert line.sendmail("", ["bounces@example.org"], AWAY) == {}  # told again
        with database.read() as session:
            again = session.scalar(select(func.count()).select_from(Feedback))

    assert (number, again) == (1, 1)


def test_each_recipient_is_answered_and_the_mail_taken_once(taken: Taken) -> None:
    path = LINKS.return_path("bounces@example.org", Place(1, 1)).encode()
    with Lmtp(ANYWHERE, keep(taken), LARGEST) as lmtp:
        said = talk(
            lmtp.port,
            b"LHLO relay.test\r\nMAIL FROM:<> SIZE=500 BODY=8BITMIME\r\n",
            b"RCPT TO:<%b>\r\nRCPT TO:<>\r\nrcpt to:<news@example.org>\r\nDATA\r\n" % path,
            AWAY + b".\r\n",
        )

    assert [reply[:3] for reply in said if reply[3:4] == b" "] == [
        b"220",
        b"250",
        b"250",
        b"250",
        b"501",
        b"250",
        b"354",
        b"250",
        b"250",
        b"221",
    ]
    assert {b"250-PIPELINING", b"250-8BITMIME", b"250-ENHANCEDSTATUSCODES", b"250 SIZE %d" % LARGEST} <= set(said)
    assert taken == [(b"Return-Path: <>\r\n" + AWAY, (path.decode(), "news@example.org"))]


def test_trouble_is_told_each_recipient_as_for_the_moment_and_the_next_try_is_taken(taken: Taken) -> None:
    troubles: list[Exception] = [InputError("The database is away.", "Try again."), RuntimeError("a defect")]

    def away(raw: bytes, to: tuple[str, ...]) -> None:
        if troubles:
            raise troubles.pop()
        taken.append((raw, to))

    with Lmtp(ANYWHERE, away, LARGEST) as lmtp:
        envelope = b"MAIL FROM:<>\r\nRCPT TO:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n" + AWAY + b".\r\n"
        said = talk(lmtp.port, b"LHLO relay.test\r\n", envelope, envelope, envelope)

    after_data = [reply for reply in said if reply[:3] == b"451" or reply == b"250 2.0.0 Taken"]
    assert [reply[:9] for reply in after_data] == [b"451 4.3.0"] * 4 + [b"250 2.0.0"] * 2
    assert len(taken) == 1


def test_what_is_too_large_is_refused_before_and_after_it_came(taken: Taken) -> None:
    large = b"x" * 300 + b"\r\n"
    with Lmtp(ANYWHERE, keep(taken), LARGEST) as lmtp:
        said = talk(
            lmtp.port,
            b"LHLO relay.test\r\nMAIL FROM:<> SIZE=200001\r\nMAIL FROM:<>\r\nRCPT TO:<a@example.org>\r\nDATA\r\n",
            large * 1000 + b".\r\n",
            b"MAIL FROM:<>\r\nRCPT TO:<a@example.org>\r\nDATA\r\n" + AWAY + b".\r\n",
        )

    assert [reply[:9] for reply in said if reply.startswith(b"552")] == [b"552 5.3.4"] * 2
    assert len(taken) == 1


BODIES = [b".\r\n..\r\n.x\r\n", b"x" * 100_000 + b"\r\n", b"\xff\xfe\x00\r\n", b"bare\n.\nline\n.\r\nends\r\n", b"\r\n"]


@pytest.mark.parametrize("body", BODIES, ids=["dots", "a long line", "any bytes", "bare line ends", "nothing"])
def test_a_mail_comes_as_it_is(taken: Taken, body: bytes) -> None:
    stuffed = body if b"bare" in body else b"\r\n".join(b"." + one if one.startswith(b".") else one for one in body.split(b"\r\n"))
    with Lmtp(ANYWHERE, keep(taken), LARGEST) as lmtp:
        said = talk(lmtp.port, b"LHLO x\r\nMAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nDATA\r\nSubject: x\r\n\r\n" + stuffed + b".\r\n")

    assert said[-2] == b"250 2.0.0 Taken"
    assert taken[0][0] == b"Return-Path: <a@x>\r\nSubject: x\r\n\r\n" + body


WRONG = {
    "a greeting of SMTP": (b"EHLO relay.test\r\n", b"500"),
    "no greeting": (b"MAIL FROM:<>\r\n", b"503"),
    "a greeting without a name": (b"LHLO\r\n", b"501"),
    "no sender": (b"LHLO x\r\nRCPT TO:<a@x>\r\n", b"503"),
    "no recipient": (b"LHLO x\r\nMAIL FROM:<>\r\nDATA\r\n", b"503"),
    "two senders": (b"LHLO x\r\nMAIL FROM:<>\r\nMAIL FROM:<>\r\n", b"503"),
    "no address": (b"LHLO x\r\nMAIL FROM: rosa\r\n", b"501"),
    "another word": (b"LHLO x\r\nBDAT 10 LAST\r\n", b"500"),
    "a line without end": (b"NOOP " + b"x" * 5000 + b"\r\n", b"500"),
    "an empty line": (b"\r\n", b"500"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_not_lmtp_is_told_so(taken: Taken, name: str) -> None:
    words, code = WRONG[name]
    with Lmtp(ANYWHERE, keep(taken), LARGEST) as lmtp:
        said = talk(lmtp.port, words)

    assert [reply[:3] for reply in said if reply[:3] >= b"400"] == [code]
    assert taken == []


def test_a_line_that_is_lost_in_the_middle_leaves_nothing_behind(taken: Taken) -> None:
    with Lmtp(ANYWHERE, keep(taken), LARGEST) as lmtp:
        with socket.create_connection(("127.0.0.1", lmtp.port), timeout=10) as line:
            line.sendall(b"LHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<b@x>\r\nDATA\r\nSubject: half")
        with smtplib.LMTP("127.0.0.1", lmtp.port) as other:
            other.sendmail("", ["b@x"], AWAY)

    assert [raw.endswith(b"away.\r\n") for raw, _ in taken] == [True]


def test_recipients_and_sessions_have_a_limit(taken: Taken) -> None:
    with Lmtp(ANYWHERE, keep(taken), LARGEST) as lmtp:
        said = talk(lmtp.port, b"LHLO x\r\nMAIL FROM:<>\r\n" + b"RCPT TO:<b@x>\r\n" * (MOST_RECIPIENTS + 1))
        lines = [socket.create_connection(("127.0.0.1", lmtp.port), timeout=10) for _ in range(MOST_SESSIONS + 1)]
        greetings = sorted(line.recv(100)[:3] for line in lines)
        for line in lines:
            line.close()

    assert [reply[:3] for reply in said].count(b"452") == 1
    assert greetings == [b"220"] * MOST_SESSIONS + [b"421"]


def test_a_socket_in_a_file_is_one_too_and_a_dead_one_is_replaced(taken: Taken, tmp_path: Path) -> None:
    file = tmp_path / "lmtp.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(file))
    with Lmtp(Where(file), keep(taken), LARGEST):
        with smtplib.LMTP(str(file)) as line:
            line.sendmail("", ["b@x"], AWAY)
        with pytest.raises(InputError, match="another process listens there"):
            Lmtp(Where(file), keep(taken), LARGEST)
    gone = not file.exists()
    file.write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="there is a file of that name"):
        Lmtp(Where(file), keep(taken), LARGEST)

    assert len(taken) == 1
    assert gone
    assert file.read_text(encoding="utf-8") == "mine"


def test_a_port_that_is_taken_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as there, pytest.raises(InputError, match=r"cannot listen on 127\.0\.0\.1:"):
        Lmtp(Where(None, "127.0.0.1", there.getsockname()[1]), lambda *_: None, LARGEST)


def test_at_its_end_it_answers_for_the_mail_that_it_has_and_waits_for_no_silent_line() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(raw: bytes, to: tuple[str, ...]) -> None:
        del raw, to
        begun.set()
        go_on.wait(10)

    lmtp = Lmtp(ANYWHERE, slow, LARGEST)
    with socket.create_connection(("127.0.0.1", lmtp.port)) as silent, smtplib.LMTP() as line:
        with lmtp:
            line.connect("127.0.0.1", lmtp.port)
            silent.recv(100)
            told: list[object] = []
            thread = threading.Thread(target=lambda: told.append(line.sendmail("", ["b@x"], AWAY)))
            thread.start()
            begun.wait(10)
            threading.Timer(0.3, go_on.set).start()
            ends = time.monotonic()
        thread.join(10)
        took = time.monotonic() - ends
        with suppress(smtplib.SMTPServerDisconnected):
            line.quit()

    assert told == [{}]
    assert took < 5


PUT_OFF = "status=deferred (host 127.0.0.1[127.0.0.1] said: 451 4.3.0 Not now, try again"


def test_a_real_mail_server_hands_over_what_comes_back(certificate: Certificate, taken: Taken) -> None:
    troubles = [InputError("The database is away.", "Try again.")]

    def once_away(raw: bytes, to: tuple[str, ...]) -> None:
        if troubles and b"Subject: Out" in raw:
            raise troubles.pop()
        taken.append((raw, to))

    with (
        Lmtp(Where(None, "127.0.0.1", free_port()), once_away, LARGEST) as lmtp,
        mail_server(certificate, ["bounces"], lmtp=lmtp.port) as server,
    ):
        with smtplib.SMTP("127.0.0.1", server.smtp) as line:
            line.starttls()
            line.login(*LOGIN)
            with suppress(smtplib.SMTPDataError):  # a stand-in for Postfix tells it on, where Postfix keeps the mail
                line.sendmail("rosa@example.org", ["bounces@example.org"], AWAY)
            line.sendmail("rosa@example.org", ["bounces@example.org"], AWAY.replace(b"Out of office", b"Dehors"))
        until = time.monotonic() + 20
        while not taken and time.monotonic() < until:
            time.sleep(0.05)
        while (said := server.log()) and PUT_OFF not in said and time.monotonic() < until:  # Postfix writes its log when it has time
            time.sleep(0.05)

    ((raw, to),) = taken
    assert raw.startswith(b"Return-Path: <rosa@example.org>\r\n")
    assert b"Subject: Dehors" in raw
    assert to == ("bounces@example.org",)
    assert not said or PUT_OFF in said
