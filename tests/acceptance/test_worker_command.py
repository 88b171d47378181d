"""`fob-mail worker`, as processes: it sends what others begin, shares the work, and ends calmly."""

import json
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from fob_mail import campaigns, workers
from fob_mail.database import Database, clock
from fob_mail.sending.run import freeze
from fob_mail.settings import load
from tests.builders import composed_parts, make_list, make_subscriber
from tests.ready_command import Forked, start
from tests.recording_relay import Faults, RecordingRelay

Run = Callable[..., subprocess.CompletedProcess[str]]
PEOPLE = 400


@pytest.fixture(autouse=True)
def _draft(database: Database, settings_file: Path) -> None:
    """Campaign `c` to four hundred people, in batches of twenty."""
    with settings_file.open("a", encoding="utf-8") as file:
        file.write("[sending]\nbatch_size = 20\n")
    with database.begin() as session:
        to = make_list(session, "supporters")
        for number in range(PEOPLE):
            make_subscriber(session, f"p{number}@example.org", to)
        campaigns.save_draft(session, "c", to, "article.txt", "The well\n\nA story of it.\n", [composed_parts()], clock(session))


@contextmanager
def worker(folder: Path, relay: RecordingRelay) -> Iterator[Forked]:
    """A worker process; killed at the end if it runs still."""
    there = {"FOB_MAIL_SMTP__HOST": "127.0.0.1", "FOB_MAIL_SMTP__PORT": str(relay.port), "FOB_MAIL_SMTP__CONNECTIONS": "2"}
    with start("worker", cwd=folder, stderr=subprocess.PIPE, env=there) as process:
        try:
            yield process
        finally:
            process.kill()


def until(true: Callable[[], bool], seconds: float = 30) -> None:
    """Wait for it."""
    give_up = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < give_up, "it did not come to pass"
        time.sleep(0.02)


def counts(fob_mail: Run) -> dict[str, int]:
    """What status says."""
    told: dict[str, int] = json.loads(fob_mail("status", "c", "--json").stdout)
    return told


def test_two_workers_share_a_campaign_that_is_let_go_and_end_calmly(
    fob_mail: Run, settings_file: Path, database: Database, tmp_path: Path
) -> None:
    """Nobody gets two; each of them sends; SIGTERM ends them with exit code 0."""
    at_work: set[str] = set()

    def both_send_it() -> bool:
        with database.read() as session:
            at_work.update(w.name for w in workers.alive(session, clock(session)) if w.campaign_id)
        return len(at_work) == 2

    with RecordingRelay(Faults(delay=0.03)) as relay, worker(tmp_path, relay) as one, worker(tmp_path, relay) as two:
        until(lambda: len(json.loads(fob_mail("status", "--json").stdout)["workers"]) == 2)
        freeze(database, "c", load(settings_file))
        until(both_send_it)
        until(lambda: len(relay.recipients) == PEOPLE)
        until(lambda: json.loads(fob_mail("status", "c", "--json").stdout)["state"] == "finished")
        for process in (one, two):
            process.send_signal(signal.SIGTERM)
        said = [process.communicate(timeout=20)[1] for process in (one, two)]

    assert set(relay.recipients.values()) == {1}
    assert (one.returncode, two.returncode) == (0, 0)
    assert all("accepted" in words for words in said)
    assert json.loads(fob_mail("status", "--json").stdout)["workers"] == []


def test_a_scheduled_campaign_goes_out_at_its_time(fob_mail: Run, database: Database, tmp_path: Path) -> None:
    """Scheduling says when and by whom; a moment that is past is refused."""
    done = fob_mail("send", "c", "--at", "2097-04-12 09:00 America/La_Paz", "--yes")
    assert "goes out on Friday 12 April 2097, 09:00 (America/La_Paz)" in done.stdout
    assert "goes out at 2097-04-12 14:00 BST, by a worker" in fob_mail("status", "c").stdout  # as the group's clocks show it
    assert "is not a moment" in fob_mail("send", "c", "--at", "", "--yes").stderr  # a script's variable that is not set
    assert "fob-mail cancel c" in fob_mail("pause", "c").stderr
    assert "is past" in fob_mail("send", "c", "--at", "2021-04-12 09:00", "--yes").stderr
    with database.begin() as session:
        campaigns.schedule(session, campaigns.find(session, "c"), clock(session) + timedelta(seconds=2))
        at = time.monotonic() + 2

    with RecordingRelay() as relay, worker(tmp_path, relay):
        until(lambda: len(relay.messages) > 0)
        begun = time.monotonic()
        until(lambda: len(relay.recipients) == PEOPLE)

    assert at - 0.2 < begun
    assert set(relay.recipients.values()) == {1}


def test_a_campaign_is_paused_resumed_and_cancelled_by_name(fob_mail: Run, settings_file: Path, database: Database, tmp_path: Path) -> None:
    freeze(database, "c", load(settings_file))
    with RecordingRelay(Faults(delay=0.05)) as relay, worker(tmp_path, relay):
        until(lambda: len(relay.messages) >= 10)
        assert "fob-mail resume c" in fob_mail("pause", "c", "--reason", "the date is wrong").stdout
        time.sleep(1.2)
        before = len(relay.messages)
        assert "the date is wrong" in fob_mail("status", "c").stdout
        assert len(relay.messages) == before
        fob_mail("pause", "c", "--reason", "the hall is closed")
        fob_mail("pause", "c")
        assert "the hall is closed" in fob_mail("status", "c").stdout
        assert fob_mail("resume", "c").returncode == 0
        until(lambda: len(relay.messages) > before + 5)
        assert json.loads(fob_mail("cancel", "c", "--yes", "--json").stdout)["state"] == "cancelled"
        until(lambda: counts(fob_mail)["leased"] == 0)

    told = counts(fob_mail)
    assert (told["accepted"], told["skipped"]) == (len(relay.messages), PEOPLE - len(relay.messages))
    assert set(relay.recipients.values()) == {1}
    assert "there is nothing to pause" in fob_mail("pause", "c").stderr
    assert "not paused" in fob_mail("resume", "c").stderr
    assert "c was cancelled" in fob_mail("unknown", "resend", "c", "--yes").stderr
    assert "cancelled" in fob_mail("send", "c", "--yes").stderr


def test_once_sends_what_there_is_and_ends(fob_mail: Run, settings_file: Path, database: Database) -> None:
    freeze(database, "c", load(settings_file))

    with RecordingRelay() as relay:
        done = fob_mail("worker", "--once", FOB_MAIL_SMTP__HOST="127.0.0.1", FOB_MAIL_SMTP__PORT=str(relay.port))

    assert done.returncode == 0, done.stderr
    assert f"c: finished; {PEOPLE} of {PEOPLE} accepted" in done.stderr
    assert len(relay.recipients) == PEOPLE
