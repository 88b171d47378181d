"""`fob-mail feedback run` as a process: all that it reads from at the same time, from real servers, until it is told to stop."""

import imaplib
import json
import signal
import smtplib
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select

from fob_mail.database import Database
from fob_mail.models import Feedback
from tests.certificates import Certificate, make_certificate
from tests.mail_server import LOGIN, MailServer, free_port, mail_server
from tests.ready_command import Forked, start

AWAY = "From: {who}@example.org\r\nTo: news@example.org\r\nSubject: Out of office\r\nAuto-Submitted: auto-replied\r\n\r\nI am away.\r\n"
PATIENCE = 20.0
Run = Callable[..., subprocess.CompletedProcess[str]]
LESSER = ["IMAP4rev1 LITERAL+ MOVE UIDPLUS", "IMAP4rev1 UIDPLUS", "IMAP4rev1"]
"""What servers without IDLE offer: some cannot move, or take out but what they are told."""


@contextmanager
def reading(settings_file: Path, more: str) -> Iterator[Forked]:
    """`fob-mail feedback run` over these settings, to which more are added."""
    with settings_file.open("a", encoding="utf-8") as file:
        file.write(more)
    words = ("--config", settings_file, "feedback", "run", "--json")
    with start(*words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        try:
            yield running
        finally:
            running.kill()


def stopped(running: Forked) -> tuple[int, dict[str, object], str, float]:
    """Its exit code, its report, what it complained of, and how long it took to end."""
    began = time.monotonic()
    running.send_signal(signal.SIGTERM)
    told, errors = running.communicate(timeout=PATIENCE)
    return running.wait(), json.loads(told), errors, time.monotonic() - began


def imap(port: int, security: str, ca_file: Path | None = None) -> str:
    """Settings for the mailbox."""
    trust = f'ca_file = "{ca_file}"\n' if ca_file else ""
    return f"""
[imap]
host = "127.0.0.1"
port = {port}
security = "{security}"
username = "bounces@example.org"
password = "{LOGIN[1]}"
{trust}"""


def arrive(server: MailServer, who: str, box: str = "bounces") -> None:
    """A mail comes into a mailbox."""
    with imaplib.IMAP4("127.0.0.1", server.imap) as client:
        client.login(f"{box}@example.org", LOGIN[1])
        client.append("INBOX", "", "", AWAY.format(who=who).encode())


def number_left(server: MailServer, folder: str = "INBOX") -> int:
    """How many mails are in a folder of the mailbox."""
    with imaplib.IMAP4("127.0.0.1", server.imap) as client:
        client.login("bounces@example.org", LOGIN[1])
        return int(client.select(folder, readonly=True)[1][0] or b"0")


def wait_for(holds: Callable[[], bool]) -> float:
    """How long it took; at most PATIENCE."""
    began = time.monotonic()
    while not holds() and time.monotonic() - began < PATIENCE:
        time.sleep(0.05)
    assert holds()
    return time.monotonic() - began


def number_in(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Feedback)) or 0


ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize("security", ["tls", "starttls", "none"])
@ONE_DATABASE
def test_a_server_that_offers_idle_tells_of_mail_at_once(
    certificate: Certificate, settings_file: Path, database: Database, security: str
) -> None:
    hourly = "[feedback]\nevery = 3600\n"
    with mail_server(certificate, ["bounces"]) as server:
        arrive(server, "rosa")
        port = server.imaps if security == "tls" else server.imap
        with reading(settings_file, hourly + imap(port, security, certificate.file)) as running:
            wait_for(lambda: number_in(database) == 1)
            time.sleep(5)  # by now it waits for a minute
            arrive(server, "luis")
            took = wait_for(lambda: number_in(database) == 2)
            arrive(server, "ana")
            wait_for(lambda: number_in(database) == 3)
            code, told, errors, _ = stopped(running)
        left = server.mails("bounces")

    assert took < 5
    assert (code, told["taken"], left) == (0, 3, [])
    assert "Traceback" not in errors


@ONE_DATABASE
@pytest.mark.parametrize("offered", LESSER)
def test_a_server_without_idle_is_looked_into_again_and_again(
    certificate: Certificate, settings_file: Path, database: Database, offered: str
) -> None:
    with mail_server(certificate, ["bounces"], dovecot=f"\nimap_capability = {offered}\n") as server, ExitStack() as until:
        running = until.enter_context(reading(settings_file, "[feedback]\nevery = 0.5\n" + imap(server.imap, "none")))
        arrive(server, "rosa")
        wait_for(lambda: number_in(database) == 1)
        arrive(server, "luis")
        wait_for(lambda: number_in(database) == 2)
        wait_for(lambda: number_left(server) == 0)
        code, told, _, _ = stopped(running)
        done = number_left(server, "fob-mail")

    assert (code, told["taken"], done) == (0, 2, 2)


@pytest.mark.parametrize("offer", ["imaps", "imap", "pop3s", "pop3"])
@ONE_DATABASE
def test_a_certificate_that_is_not_trusted_ends_before_the_password_is_said(
    certificate: Certificate, settings_file: Path, tmp_path: Path, fob_mail: Run, offer: str
) -> None:
    other = make_certificate(tmp_path / "other")
    with mail_server(certificate, ["bounces"]) as server:
        section = imap(getattr(server, offer), "tls" if offer.endswith("s") else "starttls", other.file)
        with settings_file.open("a", encoding="utf-8") as file:
            file.write(section.replace("[imap]", f"[{offer.removesuffix('s')}]"))
        ended = fob_mail("--config", settings_file, "feedback", "run", "--once")
        said = (server.folder / "dovecot.log").read_text(encoding="utf-8")

    assert ended.returncode == 1
    assert "certificate verify failed" in ended.stderr
    assert "nothing is lost" in ended.stderr
    assert "Login: user=" not in said


@pytest.mark.parametrize("security", ["tls", "starttls"])
@ONE_DATABASE
def test_pop3_is_read_over_tls(certificate: Certificate, settings_file: Path, database: Database, security: str) -> None:
    with mail_server(certificate, ["bounces"]) as server:
        arrive(server, "rosa")
        section = imap(server.pop3s if security == "tls" else server.pop3, security, certificate.file).replace("[imap]", "[pop3]")
        with reading(settings_file, section) as running:
            wait_for(lambda: number_in(database) == 1)
            code, told, _, _ = stopped(running)

    assert (code, told["taken"]) == (0, 1)


def test_all_sources_are_read_at_once_and_none_waits_for_one_that_is_away_or_silent(
    certificate: Certificate, settings_file: Path, database: Database, tmp_path: Path
) -> None:
    lmtp = free_port()
    box = tmp_path / "box"
    for name in ("new", "cur", "tmp"):
        (box / name).mkdir(parents=True)
    with mail_server(certificate, ["bounces"]) as server, socket.create_server(("127.0.0.1", 0)) as silent:
        pop3 = imap(silent.getsockname()[1], "none").replace("[imap]", "[pop3]")  # takes the line, and says nothing
        more = f'[feedback]\nevery = 1\nmaildir = "{box}"\n[lmtp]\nlisten = "127.0.0.1:{lmtp}"\n' + pop3 + imap(server.imap, "none")
        with reading(settings_file, more) as running:
            arrive(server, "rosa")
            (box / "new" / "1").write_bytes(AWAY.format(who="luis").encode())
            wait_for(lambda: number_in(database) == 2)
            with smtplib.LMTP("127.0.0.1", lmtp) as line:
                line.sendmail("", ["bounces@example.org"], AWAY.format(who="ana"))
            took = wait_for(lambda: number_in(database) == 3)
            code, told, errors, ended = stopped(running)

    assert took < 2
    assert (code, told["taken"]) == (0, 3)
    assert ended < 15  # the silent one is not waited for
    assert "Traceback" not in errors


@ONE_DATABASE
def test_a_mailbox_that_is_away_is_told_once_and_read_when_it_is_back(
    certificate: Certificate, settings_file: Path, database: Database
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        with mail_server(certificate, ["bounces"]) as server:
            more = "[feedback]\nevery = 0.3\n" + imap(port, "none") + imap(server.pop3, "none").replace("[imap]", "[pop3]")
            with reading(settings_file, more) as running:
                arrive(server, "rosa")
                wait_for(lambda: number_in(database) == 1)
                time.sleep(2)
                code, told, errors, took = stopped(running)

    assert (code, told["taken"]) == (0, 1)
    assert errors.count("cannot be read") == 1
    assert took < 5


@ONE_DATABASE
def test_a_port_for_lmtp_that_is_taken_ends_it_at_once(settings_file: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as there, ExitStack() as until:
        running = until.enter_context(reading(settings_file, f'[lmtp]\nlisten = "127.0.0.1:{there.getsockname()[1]}"\n'))
        _, errors = running.communicate(timeout=PATIENCE)

    assert running.returncode == 1
    assert "cannot listen on 127.0.0.1:" in errors


def test_killed_among_mails_it_goes_on_and_counts_each_once(certificate: Certificate, settings_file: Path, database: Database) -> None:
    people = 60
    with mail_server(certificate, ["bounces"]) as server:
        with imaplib.IMAP4("127.0.0.1", server.imap) as client:
            client.login("bounces@example.org", LOGIN[1])
            for number in range(people):
                client.append("INBOX", "", "", AWAY.format(who=f"p{number}").encode())
        more, killed_at = imap(server.imap, "none"), [0]
        while len(killed_at) < 6:
            with reading(settings_file, more) as running:
                wait_for(lambda: number_in(database) > killed_at[-1])
                running.kill()
            more = ""
            killed_at.append(number_in(database))
        with reading(settings_file, "") as running:
            wait_for(lambda: number_left(server) == 0)
            stopped(running)

    assert killed_at[-2] < people
    assert number_in(database) == people
