"""A campaign to good, unknown, full and slow mailboxes: the reports of a real Postfix come back to a real Dovecot, and are followed.

Postfix writes its reports only where root starts it.
"""

import imaplib
import json
import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from fob_mail.addresses import digest
from fob_mail.audience import suppressions
from fob_mail.database import Database
from fob_mail.models import Delivery, Feedback, SuppressionReason
from tests.certificates import Certificate
from tests.mail_server import LOGIN, MailServer, mail_server
from tests.ready_command import Forked, start
from tests.recording_relay import Faults, RecordingRelay

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="Postfix is started by root alone, and nothing else writes its reports")

Run = Callable[..., subprocess.CompletedProcess[str]]
PATIENCE = 60.0
KILLS = 10
MANY, SLOW, GOOD = 24, 4, 3
POSTFIX = """
recipient_delimiter = +
transport_maps = inline:{{
  {{ gone.example = smtp:[127.0.0.1]:{port} }},
  {{ full.example = smtp:[127.0.0.1]:{port} }},
  {{ blocked.example = smtp:[127.0.0.1]:{port} }},
  {{ slow.example = smtp:[127.0.0.1]:{port} }} }}
delay_warning_time = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 2s
queue_run_delay = 1s
"""
SAYS = {
    "gone": "550 5.1.1 <{}>: nobody of that name",
    "full": "552 5.2.2 <{}>: the mailbox is full",
    "blocked": "550 5.7.1 <{}>: your server is on a blocklist",
    "slow": "451 4.4.1 <{}>: come again",
}
"""What the other side's server says to each recipient there."""
ARTICLE = """The harbour at dusk

Ten years ago the fishing boats of Áñez Quay had no owner but the bank; today those who sail them own them.

The harbour at dusk
Monday 19 April 2027, 18.30

Register here: https://example.org/harbour
"""


def people() -> Iterator[str]:
    """Everybody's address."""
    yield from (f"good{number}@example.org" for number in range(GOOD))
    yield from (f"p{number}@{domain}.example" for domain in ("gone", "full", "blocked") for number in range(MANY))
    yield from (f"p{number}@slow.example" for number in range(SLOW))


def domain_of(address: str) -> str:
    return address.rpartition("@")[2]


@contextmanager
def reading(settings_file: Path, environment: dict[str, str]) -> Iterator[Forked]:
    """`fob-mail feedback run`, until it is killed."""
    with start("--config", settings_file, "feedback", "run", env=environment) as running:
        try:
            yield running
        finally:
            running.kill()


def came_back(database: Database) -> Counter[tuple[str, str]]:
    """How often each kind came back from each domain; what is not known whose it was has none."""
    about = (Delivery.campaign_id == Feedback.campaign_id) & (Delivery.position == Feedback.position)
    with database.read() as session:
        rows = session.execute(select(Feedback.kind, Delivery.address).select_from(Feedback).outerjoin(Delivery, about)).all()
    return Counter((kind, domain_of(address or "")) for kind, address in rows)


def more_came_back(database: Database, before: int) -> bool:
    """Whether more reports are counted than before."""
    return came_back(database).total() > before


def wait_for(holds: Callable[[], bool]) -> None:
    began = time.monotonic()
    while not holds() and time.monotonic() - began < PATIENCE:
        time.sleep(0.02)
    assert holds()


def number_in(server: MailServer) -> int:
    """How many reports wait in the mailbox."""
    with imaplib.IMAP4("127.0.0.1", server.imap) as client:
        client.login("bounces@example.org", LOGIN[1])
        return int(client.select("INBOX", readonly=True)[1][0] or b"0")


def test_everybody_ends_in_the_right_state_though_the_reader_is_killed_ten_times(
    fob_mail: Run, settings_file: Path, certificate: Certificate, database: Database, tmp_path: Path
) -> None:
    (tmp_path / "harbour.txt").write_text(ARTICLE, encoding="utf-8")
    (tmp_path / "people.csv").write_text("E-mail\n" + "".join(f"{address}\n" for address in people()), encoding="utf-8")
    reports = 3 * MANY + SLOW

    elsewhere = {address: SAYS[domain].format(address) for address in people() if (domain := domain_of(address).split(".")[0]) in SAYS}

    with (
        RecordingRelay(Faults(rcpt=elsewhere)) as other,
        mail_server(
            certificate, ["bounces", *(f"good{number}" for number in range(GOOD))], postfix=POSTFIX.format(port=other.port)
        ) as server,
    ):
        environment = {
            **server.relay_settings(certificate),
            "FOB_MAIL_SENDING__RETURN_PATH": "bounces@example.org",
            "FOB_MAIL_SENDING__VERP": "true",
            "FOB_MAIL_IMAP__HOST": "127.0.0.1",
            "FOB_MAIL_IMAP__PORT": str(server.imaps),
            "FOB_MAIL_IMAP__CA_FILE": str(certificate.file),
            "FOB_MAIL_IMAP__USERNAME": "bounces@example.org",
            "FOB_MAIL_IMAP__PASSWORD": LOGIN[1],
        }

        def run(*words: str | Path) -> dict[str, int]:
            done = fob_mail(*words, **environment)
            assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
            return dict(json.loads(done.stdout)) if "--json" in words else {}

        run("list", "create", "supporters", "--name", "Friends of the Quay", "--from", "Friends of the Quay <news@example.org>")
        run("subscribers", "import", "supporters", "people.csv", "--consent", "signed a sheet at the quay")
        run("compose", "harbour.txt", "--list", "supporters", "--name", "first")
        sent = run("send", "first", "--yes", "--json")
        wait_for(lambda: number_in(server) >= reports)
        for _ in range(KILLS):
            before = came_back(database).total()
            with reading(settings_file, environment) as running:
                wait_for(partial(more_came_back, database, before))
                running.kill()
        killed_at = came_back(database).total()
        with reading(settings_file, environment) as running:
            wait_for(lambda: number_in(server) == 0)
            running.send_signal(signal.SIGTERM)
            running.wait(30)
        run("compose", "harbour.txt", "--list", "supporters", "--name", "second")
        again = run("send", "second", "--yes", "--json")

    assert (sent["audience"], sent["accepted"]) == (reports + GOOD, reports + GOOD)
    assert killed_at < reports
    assert running.returncode == 0
    assert came_back(database) == {
        ("hard", "gone.example"): MANY,
        ("soft", "full.example"): MANY,
        ("blocked", "blocked.example"): MANY,
        ("delayed", "slow.example"): SLOW,
    }
    with database.read() as session:
        barred = {address: suppressions.reason(session, digest(address, b"d" * 40)) for address in people()}
    assert {address for address, why in barred.items() if why} == {f"p{number}@gone.example" for number in range(MANY)}
    assert set(filter(None, barred.values())) == {SuppressionReason.BOUNCE}
    assert again["audience"] == reports + GOOD - MANY
