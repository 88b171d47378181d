"""`fob-mail worker --metrics`: what one worker does, told to Prometheus while it does it."""

import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fob_mail import campaigns
from fob_mail.database import Database, clock
from fob_mail.sending.run import freeze
from fob_mail.settings import load
from tests.builders import composed_parts, make_list, make_subscriber
from tests.mail_server import free_port
from tests.ready_command import Forked, start
from tests.recording_relay import Faults, RecordingRelay

Run = Callable[..., subprocess.CompletedProcess[str]]
PEOPLE = 40
NAME = "fob_mail_worker_"


@pytest.fixture(autouse=True)
def _two_drafts(database: Database) -> None:
    """Campaigns `c` and `d` to forty people, one of whom the relay refuses."""
    with database.begin() as session:
        to = make_list(session, "supporters")
        for number in range(PEOPLE):
            make_subscriber(session, f"p{number}@example.org", to)
        for slug in ("c", "d"):
            campaigns.save_draft(session, slug, to, "article.txt", "The well\n\nA story of it.\n", [composed_parts()], clock(session))


@contextmanager
def worker(folder: Path, relay: RecordingRelay, at: str) -> Iterator[Forked]:
    """A worker that tells its figures there."""
    there = {"FOB_MAIL_SMTP__HOST": "127.0.0.1", "FOB_MAIL_SMTP__PORT": str(relay.port), "FOB_MAIL_SMTP__CONNECTIONS": "2"}
    with start("worker", "--metrics", at, cwd=folder, env=there) as process:
        try:
            yield process
        finally:
            process.kill()


def figures(port: int) -> dict[str, float]:
    """What is told now, by name and labels; nothing while nobody listens."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as answer:
            lines = answer.read().decode().splitlines()
    except OSError:
        return {}
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))}


def until(true: Callable[[dict[str, float]], bool], port: int) -> dict[str, float]:
    """The figures, once it is so."""
    give_up = time.monotonic() + 40
    while not true(told := figures(port)):
        assert time.monotonic() < give_up, told
        time.sleep(0.05)
    return told


def test_a_worker_tells_what_it_does_and_its_counts_only_rise(settings_file: Path, database: Database, tmp_path: Path) -> None:
    port = free_port()
    accepted, refused = (f'{NAME}deliveries_total{{state="{state}"}}' for state in ("accepted", "refused"))
    faults = Faults(delay=0.1, rcpt={"p7@example.org": "550 5.1.1 no such user"})
    with RecordingRelay(faults) as relay, worker(tmp_path, relay, str(port)):
        before = until(bool, port)
        freeze(database, "c", load(settings_file))
        during = until(lambda told: 0 < told[accepted] < PEOPLE - 1, port)
        first = until(lambda told: f'{NAME}sending{{campaign="c"}}' not in told and told[accepted] > 0, port)
        freeze(database, "d", load(settings_file))
        both = until(lambda told: told[accepted] >= 2 * (PEOPLE - 1) and f'{NAME}sending{{campaign="d"}}' not in told, port)

    assert (before[accepted], before[refused]) == (0, 0)
    assert during[f'{NAME}sending{{campaign="c"}}'] == 1
    assert during[f'{NAME}relay_connections{{relay="smtp"}}'] > 0
    assert (first[accepted], first[refused]) == (PEOPLE - 1, 1)
    assert (both[accepted], both[refused]) == (2 * (PEOPLE - 1), 2)
    assert both[f'{NAME}relay_accepted_total{{relay="smtp"}}'] == len(relay.messages) == 2 * (PEOPLE - 1)
    assert abs(both[f"{NAME}alive_timestamp_seconds"] - time.time()) < 30
    assert both["process_resident_memory_bytes"] > 0
    assert not [name for name in both if "@" in name]


def test_a_port_that_is_taken_is_said_and_keeps_no_mail_waiting(settings_file: Path, database: Database, fob_mail: Run) -> None:
    freeze(database, "c", load(settings_file))
    with RecordingRelay() as relay, socket.create_server(("127.0.0.1", 0)) as taken:
        at = f"127.0.0.1:{taken.getsockname()[1]}"
        told = fob_mail("worker", "--once", "--metrics", at, FOB_MAIL_SMTP__HOST="127.0.0.1", FOB_MAIL_SMTP__PORT=str(relay.port))

    assert told.returncode == 0
    assert f"No figures for Prometheus: {at} is not to be had" in told.stderr
    assert len(relay.messages) == PEOPLE


@pytest.mark.parametrize("at", ["70000", "localhost", "127.0.0.1:x", ":9465"])
def test_what_is_no_address_is_said(settings_file: Path, fob_mail: Run, at: str) -> None:
    assert settings_file
    told = fob_mail("worker", "--once", "--metrics", at)

    assert told.returncode == 2
    assert "is not an address and a port" in told.stderr
