"""What comes back is read from a real POP3 server: taken, deleted after the commit, counted once, never lost."""

import json
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fob_mail.cli import main
from fob_mail.errors import InputError
from fob_mail.feedback.pop3 import MOST_AT_ONCE, read_pop3
from fob_mail.settings.feedback import Pop3
from fob_mail.settings.protection import Security
from tests.certificates import Certificate
from tests.mail_server import LOGIN, MailServer, mail_server

ANSWER = (
    b"From: rosa@example.org\r\nTo: news@example.org\r\nSubject: Out of office\r\n"
    b"Auto-Submitted: auto-replied\r\nMessage-ID: <%d@x>\r\n\r\n%b\r\n"
)


def put(server: MailServer, number: int, body: bytes = b"I am away.") -> None:
    """Deliver a mail into the mailbox, as a mail server would."""
    box = server.folder / "mail" / "bounces"
    for name in ("tmp", "new", "cur"):
        (box / name).mkdir(parents=True, exist_ok=True, mode=0o777)
    for folder in (box, *box.iterdir()):
        folder.chmod(0o777)
    file = box / "new" / f"{number}.mail"
    file.write_bytes((ANSWER % (number, body)).replace(b"\r\n", b"\n"))
    file.chmod(0o666)


def at(server: MailServer) -> Pop3:
    return Pop3(host="127.0.0.1", port=server.pop3, security=Security.NONE, username="bounces@example.org")


def run(settings_file: Path, **told: str) -> Result:
    words = ["--config", str(settings_file), "feedback", "run", "--once", "--json"]
    return CliRunner(env={f"FOB_MAIL_{name}": value for name, value in told.items()}).invoke(main, words)


def test_a_real_pop3_mailbox_is_read_and_emptied(certificate: Certificate, settings_file: Path) -> None:
    with mail_server(certificate, ["bounces"]) as server:
        for number in range(3):
            put(server, number)
        told = {"POP3__HOST": "127.0.0.1", "POP3__PORT": str(server.pop3), "POP3__SECURITY": "none"}
        told |= {"POP3__USERNAME": "bounces@example.org", "POP3__PASSWORD": LOGIN[1]}
        first, again = run(settings_file, **told), run(settings_file, **told)
        wrong = run(settings_file, **(told | {"POP3__PASSWORD": "no"}))

    assert first.exit_code == 0, first.output
    assert json.loads(first.stdout) == {"taken": 3, "kinds": {"out-of-office": 3}, "blocked": [], "forwarded": {}}
    assert json.loads(again.stdout)["taken"] == 0
    assert wrong.exit_code == 1
    assert "nothing is lost" in wrong.output


def test_a_mail_that_cannot_be_taken_stays_and_those_before_it_are_gone(certificate: Certificate) -> None:
    taken: list[bytes] = []

    def take(raw: bytes) -> None:
        if b"<1@x>" in raw:
            raise InputError("The database is away.", "Try again.")
        taken.append(raw)

    with mail_server(certificate, ["bounces"]) as server:
        for number in range(3):
            put(server, number)
        with pytest.raises(InputError, match="database is away"):
            read_pop3(at(server), LOGIN[1], take)
        left: list[bytes] = []
        read_pop3(at(server), LOGIN[1], left.append)

    assert len(taken) + len(left) == 3
    assert any(b"<1@x>" in raw for raw in left)
    assert not set(taken) & set(left)


def test_lines_of_any_length_and_lines_that_begin_with_a_dot_come_as_they_are(certificate: Certificate) -> None:
    body = b"x" * 100_000 + b"\r\n.dot\r\n..two"
    with mail_server(certificate, ["bounces"]) as server:
        put(server, 1, body)
        came: list[bytes] = []
        read_pop3(at(server), LOGIN[1], came.append)

    assert came == [ANSWER % (1, body)]


def test_more_than_one_sitting_is_read(certificate: Certificate) -> None:
    with mail_server(certificate, ["bounces"]) as server:
        for number in range(MOST_AT_ONCE + 5):
            put(server, number)
        came: list[bytes] = []
        number = read_pop3(at(server), LOGIN[1], came.append)

    assert (number, len(set(came))) == (MOST_AT_ONCE + 5, MOST_AT_ONCE + 5)


def test_one_mailbox_that_is_away_does_not_keep_the_others_waiting(certificate: Certificate, settings_file: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with mail_server(certificate, ["bounces"]) as server:
            put(server, 1)
            told = {"IMAP__HOST": "127.0.0.1", "IMAP__PORT": str(closed.getsockname()[1]), "IMAP__SECURITY": "none"}
            told |= {"POP3__HOST": "127.0.0.1", "POP3__PORT": str(server.pop3), "POP3__SECURITY": "none"}
            done = run(settings_file, **told, POP3__USERNAME="bounces@example.org", POP3__PASSWORD=LOGIN[1])
            left: list[bytes] = []
            read_pop3(at(server), LOGIN[1], left.append)

    assert done.exit_code == 1
    assert "cannot be read" in done.output
    assert left == []
