"""Runs that end in the middle of something: what was on the wire is never sent again, and what was not is sent."""

import json
import shutil
import time
from collections import Counter
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from fob_mail import balance, ledger
from fob_mail.database import Database, clock
from fob_mail.errors import ConflictError
from fob_mail.journal import boot_id
from fob_mail.links import Links
from fob_mail.models import Batch, BatchState
from fob_mail.sending.run import Controls, Ended, Ending, freeze, run
from fob_mail.sending.transmission import Transmission
from fob_mail.sending.watch import Happened, Watch
from fob_mail.settings import Settings
from tests.builders import make_draft
from tests.recording_relay import Faults, RecordingRelay

PEOPLE = 60
CONNECTIONS = 3


@pytest.fixture
def here(database: Database, settings: Settings, tmp_path: Path) -> Settings:
    """Settings of a campaign `c` to sixty people, composed."""
    with database.begin() as session:
        make_draft(session, PEOPLE)
    own = settings.sending.model_copy(update={"journal_folder": tmp_path / "journal", "batch_size": 10, "retry_after": [1]})
    return settings.model_copy(update={"sending": own, "smtp": settings.smtp.model_copy(update={"timeout": 5.0})})


def send(database: Database, here: Settings, relay: RecordingRelay, controls: Controls) -> Ended:
    """Run the frozen campaign through a relay."""
    smtp = here.smtp.model_copy(update={"host": "127.0.0.1", "port": relay.port, "connections": CONNECTIONS})
    told = here.model_copy(update={"smtp": smtp})
    return run(database, "c", told, Links(told.keys(), told.base_url), controls)


def calmly(*, wait: bool = False) -> Controls:
    """Nobody interferes."""
    return Controls(lambda _: None, lambda _: None, wait)


def test_a_run_that_is_interrupted_in_the_middle_sends_nothing_twice(database: Database, here: Settings) -> None:
    """As by a second Ctrl-C, wherever the loop is."""
    freeze(database, "c", here)

    def interrupt(transmission: Transmission) -> None:
        if transmission.tally.total() >= 10:
            raise KeyboardInterrupt

    with RecordingRelay(Faults(delay=0.03)) as relay:
        with pytest.raises(KeyboardInterrupt):
            send(database, here, relay, Controls(lambda _: None, interrupt, wait=False))
        freeze(database, "c", here)
        ended = send(database, here, relay, calmly())

    assert max(relay.recipients.values()) == 1
    assert len(relay.recipients) + ended.counts.unknown >= PEOPLE
    assert ended.counts.accepted + ended.counts.unknown == PEOPLE
    assert ended.counts.unknown <= CONNECTIONS


def test_a_journal_that_cannot_be_written_stops_the_run_with_a_sentence(
    database: Database, here: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    freeze(database, "c", here)
    notes: list[bytes] = []

    def full(_: int, lines: bytes) -> None:
        notes.append(lines)
        raise OSError(28, "No space left on device")

    with RecordingRelay() as relay:
        with monkeypatch.context() as patched:
            patched.setattr("fob_mail.journal._append", full)
            with pytest.raises(ConflictError, match="No space left on device"):
                send(database, here, relay, calmly())
        freeze(database, "c", here)
        ended = send(database, here, relay, calmly())

    assert notes
    assert ended.counts == balance.Counts(audience=PEOPLE, accepted=PEOPLE)
    assert relay.recipients == Counter({f"p{number}@example.org": 1 for number in range(PEOPLE)})


def test_a_clock_that_is_set_back_an_hour_in_the_middle_sends_nothing_twice_and_loses_nobody(
    database: Database, here: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As by a clumsy hand on the database's machine; leases and settlements go by it."""
    freeze(database, "c", here)
    asked = count()
    moments = []

    def unsteady(session: Session) -> datetime:
        moments.append(clock(session) - timedelta(hours=next(asked) > 3))
        return moments[-1]

    for module in ("clerk", "recovery", "run"):
        monkeypatch.setattr(f"fob_mail.sending.{module}.clock", unsteady)
    with RecordingRelay(Faults(delay=0.01)) as relay:
        ended = send(database, here, relay, calmly(wait=True))

    assert min(moments) < moments[0] - timedelta(minutes=50)
    assert ended.counts == balance.Counts(audience=PEOPLE, accepted=PEOPLE)
    assert relay.recipients == Counter({f"p{number}@example.org": 1 for number in range(PEOPLE)})


def test_a_worker_that_slept_beyond_its_lease_sends_nothing_more_of_what_others_have(
    database: Database, here: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even the body of a message for which the relay waits: its connection is broken off."""
    own = here.sending.model_copy(update={"batch_size": PEOPLE})
    told = here.model_copy(update={"sending": own})
    freeze(database, "c", told)
    woke: list[float] = []
    monkeypatch.setattr("fob_mail.sending.tenure.waking", lambda: time.monotonic() + (3600 if woke else 0))
    monkeypatch.setattr("fob_mail.sending.clerk.waking", lambda: time.monotonic() + (3600 if woke else 0))

    def sleep(transmission: Transmission) -> None:
        if transmission.tally.total() and not woke:
            with database.begin() as session:
                session.execute(update(Batch).values(worker="another", leased_until=clock(session) + timedelta(hours=2)))
            woke.append(time.monotonic())

    moments: list[float] = []
    with RecordingRelay(Faults(delay=0.5)) as relay:
        relay.deliver = lambda _: moments.append(time.monotonic())
        ended = send(database, told, relay, Controls(lambda _: None, sleep, wait=False))

    assert woke
    assert max(moments) < woke[0] + 0.3  # the next bodies would have gone out after replies that come later than that
    assert ended.counts.accepted + ended.counts.leased == PEOPLE
    assert ended.counts.accepted == len(relay.messages)  # what it was told after it woke is written down all the same


def test_a_batch_that_was_lost_and_comes_back_is_sent_by_the_next_run_and_to_nobody_twice(
    database: Database, here: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is at hand of it is stale by then: the run ends, and the same command goes on."""
    freeze(database, "c", here)
    woke: list[bool] = []
    for module in ("clerk", "tenure"):
        monkeypatch.setattr(f"fob_mail.sending.{module}.waking", lambda: time.monotonic() + (3600 if woke else 0))

    def sleep(transmission: Transmission) -> None:
        if transmission.tally.total() and not woke:
            with database.begin() as session:
                leased = Batch.state == BatchState.LEASED
                session.execute(update(Batch).where(leased).values(state=BatchState.QUEUED, worker=None, leased_until=None))
            woke.append(True)

    with RecordingRelay(Faults(delay=0.1)) as relay:
        first = send(database, here, relay, Controls(lambda _: None, sleep, wait=False))
        freeze(database, "c", here)
        ended = send(database, here, relay, calmly())

    assert (first.how, ended.how) == (Ending.STOPPED, Ending.FINISHED)
    assert ended.counts == balance.Counts(audience=PEOPLE, accepted=PEOPLE)
    assert max(relay.recipients.values()) == 1


def test_a_worker_that_stood_still_reads_the_answers_that_came_meanwhile_before_it_counts_a_relay_as_silent(
    database: Database, here: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a machine is stopped for longer than a relay has time to answer: what it said is there when the machine goes on."""
    freeze(database, "c", here)
    own_wait, stood = Watch.wait, count()

    def wait(watch: Watch, seconds: float) -> list[Happened]:
        happened = own_wait(watch, seconds)
        if not happened and under_way() and next(stood) < 3:
            time.sleep(0.7)
        return happened

    started: list[Transmission] = []

    def under_way() -> bool:
        return any(not line.conversation.idle for one in started for line in one.routes.lines)

    monkeypatch.setattr(Watch, "wait", wait)
    smtp = here.smtp.model_copy(update={"timeout": 0.5})
    with RecordingRelay(Faults(delay=0.15)) as relay:
        ended = send(database, here.model_copy(update={"smtp": smtp}), relay, Controls(started.append, lambda _: None, wait=False))

    assert next(stood) > 2
    assert ended.counts == balance.Counts(audience=PEOPLE, accepted=PEOPLE)


def test_the_batches_of_a_worker_that_dies_meanwhile_are_sent_by_those_who_live(database: Database, here: Settings) -> None:
    freeze(database, "c", here)
    with database.begin() as session:
        now = clock(session)
        assert ledger.lease(session, 1, "dead", now, now + timedelta(hours=1)) is not None
    dead = here.sending.journal_folder / "dead"
    dead.mkdir(parents=True)
    (dead / "owner").write_text(json.dumps({"boot": boot_id()}), encoding="utf-8")

    with RecordingRelay() as relay:
        ended = send(database, here, relay, calmly())

    assert ended.how is Ending.FINISHED
    assert relay.recipients == Counter({f"p{number}@example.org": 1 for number in range(PEOPLE)})
    assert not dead.exists()


def test_a_worker_of_another_machine_that_was_never_heard_of_again_leaves_its_batch_unknown(database: Database, here: Settings) -> None:
    freeze(database, "c", here)
    with database.begin() as session:
        now = clock(session)
        assert ledger.lease(session, 1, "elsewhere", now, now - timedelta(seconds=1)) is not None

    with RecordingRelay() as relay:
        ended = send(database, here, relay, calmly())

    assert ended.counts == balance.Counts(audience=PEOPLE, accepted=PEOPLE - 10, unknown=10)
    assert len(relay.recipients) == PEOPLE - 10


def test_a_journal_folder_that_cannot_be_made_is_said_before_anybody_is_mailed(database: Database, here: Settings) -> None:
    freeze(database, "c", here)
    here.sending.journal_folder.write_text("a file", encoding="utf-8")

    with RecordingRelay() as relay, pytest.raises(ConflictError, match="cannot be written"):
        send(database, here, relay, calmly())

    assert not relay.messages


def test_a_journal_folder_that_is_taken_away_loses_nobody(database: Database, here: Settings) -> None:
    freeze(database, "c", here)

    def take_away(_: Transmission) -> None:
        shutil.rmtree(here.sending.journal_folder, ignore_errors=True)

    with RecordingRelay(Faults(delay=0.01)) as relay:
        try:
            send(database, here, relay, Controls(take_away, lambda _: None, wait=False))
        except ConflictError:
            with database.read() as session:
                assert balance.counts(session, 1).owed

    assert max(relay.recipients.values(), default=1) == 1
