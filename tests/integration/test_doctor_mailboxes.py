"""The doctor on what comes back: real mailboxes, sockets and folders, in which nothing changes."""

import imaplib
import json
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from fob_mail.database import Database
from fob_mail.doctor.finding import Finding, State
from fob_mail.doctor.mailboxes import PATIENCE, check_imap, check_pop3, within
from fob_mail.settings import Settings
from fob_mail.settings.feedback import Imap, Pop3
from fob_mail.settings.protection import Security
from tests.certificates import Certificate, make_certificate
from tests.findings import by_name
from tests.mail_server import LOGIN, MailServer, free_port, mail_server
from tests.speaking import speaking

NOW = datetime.now(UTC)
AFTER_ITS_START = timedelta(days=90)
"""A test's certificate holds for two days: ninety days ago it would have held for long."""
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def at(server: MailServer, security: Security = Security.NONE, trusted: Path | None = None, **more: object) -> Imap:
    port = server.imaps if security is Security.TLS else server.imap
    whole = {"host": "127.0.0.1", "port": port, "security": security, "ca_file": trusted, "username": "bounces@example.org"}
    return Imap.model_validate(whole | {"password": SecretStr(LOGIN[1])} | more)


def pop_at(server: MailServer, security: Security = Security.NONE, trusted: Path | None = None, password: str = LOGIN[1]) -> Pop3:
    port = server.pop3s if security is Security.TLS else server.pop3
    return Pop3(
        host="127.0.0.1", port=port, security=security, ca_file=trusted, username="bounces@example.org", password=SecretStr(password)
    )


def put(server: MailServer, came: datetime = NOW) -> None:
    """A mail that came at this time."""
    with imaplib.IMAP4("127.0.0.1", server.imap) as client:
        client.login("bounces@example.org", LOGIN[1])
        client.append("INBOX", "", imaplib.Time2Internaldate(came), b"From: rosa@example.org\r\nSubject: Hello\r\n\r\nHello.\r\n")


def box_of(server: MailServer) -> tuple[object, object]:
    """The folders of the mailbox, and the mails with their marks."""
    with imaplib.IMAP4("127.0.0.1", server.imap) as client:
        client.login("bounces@example.org", LOGIN[1])
        client.select("INBOX", readonly=True)
        return client.list(), client.fetch("1:*", "(UID FLAGS)")


@pytest.mark.parametrize("security", list(Security))
def test_a_mailbox_that_is_reached_is_fine_and_nothing_in_it_changes(certificate: Certificate, security: Security) -> None:
    with mail_server(certificate, ["bounces"]) as server:
        put(server)
        put(server)
        before = box_of(server)
        trusted = certificate.file if security is not Security.NONE else None
        found = by_name(check_imap(at(server, security, trusted), NOW - AFTER_ITS_START))
        soon = by_name(check_imap(at(server, security, trusted), NOW))
        after = box_of(server)
        popped = by_name(check_pop3(pop_at(server, security, trusted), NOW - AFTER_ITS_START))
        left = server.mails("bounces")

    assert {finding.state for finding in (*found.values(), *popped.values())} == {State.FINE}
    assert found.keys() == {"login", "TLS", "folder", "waiting", "IDLE", "moving"}
    assert found["waiting"].seen == popped["waiting"].seen == "2 mails wait to be taken"
    assert soon["TLS"].state is (State.FINE if security is Security.NONE else State.WARNING)
    assert before == after
    assert len(left) == 2


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_a_certificate_that_nobody_vouches_for_is_told_before_the_password_goes(
    certificate: Certificate, tmp_path: Path, security: Security
) -> None:
    other = make_certificate(tmp_path / "other").file
    with mail_server(certificate, ["bounces"]) as server:
        found = by_name(check_imap(at(server, security, other), NOW)), by_name(check_pop3(pop_at(server, security, other), NOW))
        said = (server.folder / "dovecot.log").read_text(encoding="utf-8")

    assert [one["login"].state for one in found] == [State.WRONG, State.WRONG]
    assert all("certificate" in one["login"].seen for one in found)
    assert "Login: user=" not in said


def test_a_wrong_password_is_told_and_not_shown(certificate: Certificate) -> None:
    with mail_server(certificate, ["bounces"]) as server:
        found = by_name(check_imap(at(server, password=SecretStr("hunter2")), NOW))
        popped = by_name(check_pop3(pop_at(server, password="hunter2"), NOW))

    for one in (found["login"], popped["login"]):
        assert one.state is State.WRONG
        assert "FOB_MAIL_" in one.remedy
        assert "hunter2" not in one.seen + one.remedy


def test_a_password_beyond_ascii_lets_us_in(certificate: Certificate) -> None:
    password = "mareä+🕊"
    with mail_server(certificate, ["bounces"], dovecot=f"\npassdb {{\n  driver = static\n  args = password={password}\n}}\n") as server:
        found = by_name(check_imap(at(server, password=SecretStr(password)), NOW))
        popped = by_name(check_pop3(pop_at(server, password=password), NOW))

    assert (found["login"].state, popped["login"].state) == (State.FINE, State.FINE)


@ONE_DATABASE
def test_a_server_that_is_away_is_wrong(settings: Settings) -> None:
    away = settings.model_copy(
        update={
            "imap": Imap(host="127.0.0.1", port=free_port(), security=Security.NONE),
            "pop3": Pop3(host="127.0.0.1", port=free_port(), security=Security.NONE),
        }
    )

    assert by_name(check_imap(away.imap, NOW))["login"].state is State.WRONG
    assert by_name(check_pop3(away.pop3, NOW))["login"].state is State.WRONG


def test_a_folder_that_is_not_there_and_mail_that_nobody_takes_are_told(certificate: Certificate) -> None:
    with mail_server(certificate, ["bounces"]) as server:
        put(server, NOW - timedelta(hours=3))
        put(server)
        found = by_name(check_imap(at(server), NOW))
        elsewhere = by_name(check_imap(at(server, folder="Bounces"), NOW))

    assert found["waiting"].state is State.WARNING
    assert found["waiting"].seen.startswith("2 mails wait to be taken, the oldest since ")
    assert elsewhere["folder"].state is State.WRONG
    assert "waiting" not in elsewhere


@pytest.mark.parametrize(("offered", "moving"), [("IMAP4rev1 UIDPLUS", State.FINE), ("IMAP4rev1", State.WARNING)])
def test_a_server_that_offers_less_is_told_what_it_costs(certificate: Certificate, offered: str, moving: State) -> None:
    with mail_server(certificate, ["bounces"], dovecot=f"\nimap_capability = {offered}\n") as server:
        found = by_name(check_imap(at(server), NOW))

    assert found["IDLE"].seen.startswith("not offered")
    assert found["moving"].state is moving


def answering(last: bytes) -> Callable[[socket.socket], None]:
    """A POP3 server that says this to a password, and what was said to it where a %b stands."""

    def speak(line: socket.socket) -> None:
        said = line.makefile("rb")
        line.sendall(b"+OK\r\n")
        said.readline()
        line.sendall(b"+OK\r\n")
        asked = said.readline().strip()
        line.sendall((last % asked if b"%b" in last else last) + b"\r\n")
        said.readline()

    return speak


@pytest.mark.parametrize(
    ("answer", "state", "words"),
    [
        (b"-ERR [IN-USE] Do you have another POP session running?", State.UNKNOWN, "another session has the mailbox now"),
        (b"-ERR what is %b", State.WRONG, "what is PASS …"),
    ],
)
def test_a_mailbox_that_is_in_use_is_nobodys_fault_and_a_password_that_is_repeated_is_not_shown(
    answer: bytes, state: State, words: str
) -> None:
    with speaking(answering(answer)) as port:
        mailbox = Pop3(host="127.0.0.1", port=port, security=Security.NONE, username="x", password=SecretStr("tide+harbour"))
        found = by_name(check_pop3(mailbox, NOW))

    assert found["login"].state is state
    assert words in found["login"].seen


def test_a_server_that_speaks_a_letter_at_a_time_keeps_nobody_waiting() -> None:
    over = threading.Event()

    def speak(line: socket.socket) -> None:
        line.sendall(b"+OK ")
        while not over.wait(0.05):
            line.sendall(b"x")

    with speaking(speak) as port:
        began = time.monotonic()
        mailbox = Pop3(host="127.0.0.1", port=port, security=Security.NONE)
        found = by_name(within(1.0, "mailbox pop3", check_pop3(mailbox, NOW)))
        took = time.monotonic() - began
        over.set()

    assert found["time"].state is State.WRONG
    assert 1.0 <= took < PATIENCE / 2


def test_what_goes_wrong_beside_the_servers_is_not_swallowed() -> None:
    def check() -> Iterator[Finding]:
        yield Finding("mailbox imap", "login", State.FINE, "")
        raise ZeroDivisionError

    found = within(5.0, "mailbox imap", check())

    assert next(found).name == "login"
    with pytest.raises(ZeroDivisionError):
        next(found)


@ONE_DATABASE
def test_the_command_tells_of_all_that_the_settings_name(
    certificate: Certificate,
    settings_file: Path,
    database: Database,
    tmp_path: Path,
    fob_mail: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    assert database
    for name in ("new", "cur", "tmp"):
        (tmp_path / "box" / name).mkdir(parents=True)
    with mail_server(certificate, ["bounces"]) as server:
        login = f'security = "none"\nusername = "bounces@example.org"\npassword = "{LOGIN[1]}"\n'
        with settings_file.open("a", encoding="utf-8") as file:
            file.write(
                f'[imap]\nhost = "127.0.0.1"\nport = {server.imap}\n{login}[pop3]\nhost = "127.0.0.1"\nport = {server.pop3}\n{login}'
            )
            file.write(f'[feedback]\nmaildir = "box"\n[lmtp]\nlisten = "127.0.0.1:{free_port()}"\n')
        done, offline = fob_mail("doctor", "--json"), fob_mail("doctor", "--offline")
    told = json.loads(done.stdout)["findings"]

    areas = {finding["area"] for finding in told if finding["area"].startswith("mailbox")}
    assert areas == {"mailbox", "mailbox imap", "mailbox pop3", "mailbox maildir", "mailbox lmtp"}
    assert LOGIN[1] not in done.stdout + done.stderr
    assert "Mailbox maildir" in offline.stdout
    assert "Mailbox imap" not in offline.stdout
    assert offline.returncode == 0, offline.stdout
