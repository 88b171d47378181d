"""Pausing, resuming, cancelling and scheduling: on both databases, while a campaign goes out to a real SMTP server."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from fob_mail import balance, campaigns, ledger, workers
from fob_mail.database import Database, clock
from fob_mail.errors import ConflictError
from fob_mail.links import Links
from fob_mail.models import CampaignState, Delivery, DeliveryState
from fob_mail.sending.run import Controls, Ended, Ending, freeze, recover_dead, retries_of, run
from fob_mail.settings import Settings
from tests.builders import HELLO, make_draft
from tests.recording_relay import Faults, RecordingRelay

PEOPLE = 300


@pytest.fixture
def here(database: Database, settings: Settings, tmp_path: Path) -> Settings:
    """Settings of a draft `c` to three hundred people, in batches of twenty."""
    with database.begin() as session:
        make_draft(session, PEOPLE)
    own = settings.sending.model_copy(update={"journal_folder": tmp_path / "journal", "batch_size": 20, "retry_after": [1]})
    return settings.model_copy(update={"sending": own})


class Going:
    """Campaign `c`, going out slowly in a thread: about a hundred messages a second."""

    def __init__(self, database: Database, here: Settings, relay: RecordingRelay) -> None:
        smtp = here.smtp.model_copy(update={"host": "127.0.0.1", "port": relay.port, "connections": 2, "timeout": 5.0})
        self._told = here.model_copy(update={"smtp": smtp})
        self._database = database
        self.relay = relay
        self._ends: list[Ended] = []
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        while len(relay.messages) < 20:
            time.sleep(0.01)

    def _run(self) -> None:
        quiet = Controls(lambda _: None, lambda _: None, wait=True)
        self._ends.append(run(self._database, "c", self._told, Links(self._told.keys(), self._told.base_url), quiet))

    def end(self) -> tuple[Ended, float]:
        """How it ended, and after how many seconds from now."""
        asked = time.monotonic()
        self._thread.join(30)
        return self._ends[0], time.monotonic() - asked


@pytest.fixture
def going(database: Database, here: Settings) -> Callable[[RecordingRelay], Going]:
    """Freeze the campaign and let it go."""

    def go(relay: RecordingRelay) -> Going:
        freeze(database, "c", here)
        return Going(database, here, relay)

    return go


def test_a_pause_stops_a_run_elsewhere_within_a_second_and_nothing_is_lost(
    database: Database, here: Settings, going: Callable[[RecordingRelay], Going]
) -> None:
    with RecordingRelay(Faults(delay=0.02)) as relay:
        sent = going(relay)
        with database.begin() as session:
            campaigns.pause(session, campaigns.find(session, "c").id, "the date is wrong")
        ended, seconds = sent.end()
        taken = len(relay.messages)

        assert (ended.how, ended.counts.accepted, ended.counts.leased) == (Ending.PAUSED, taken, 0)
        assert taken < PEOPLE
        assert seconds < 1 + 0.3  # what is under way is finished

        with database.begin() as session:
            campaigns.resume(session, campaigns.find(session, "c"))
        ended, _ = Going(database, here, relay).end()

    assert ended.how is Ending.FINISHED
    assert len(relay.recipients) == PEOPLE
    assert set(relay.recipients.values()) == {1}


def test_a_cancelled_campaign_ends_and_adds_up(database: Database, here: Settings, going: Callable[[RecordingRelay], Going]) -> None:
    """Who had it under way gets it; nobody after them."""
    with RecordingRelay(Faults(delay=0.02)) as relay:
        sent = going(relay)
        with database.begin() as session:
            campaigns.cancel(session, campaigns.find(session, "c"), clock(session))
        ended, _ = sent.end()
        taken = len(relay.messages)

    assert ended.how is Ending.CANCELLED
    assert ended.counts == balance.Counts(audience=PEOPLE, accepted=taken, skipped=PEOPLE - taken)
    with database.read() as session:
        skipped = session.scalars(select(Delivery.reply).where(Delivery.state == DeliveryState.SKIPPED)).all()
    assert set(skipped) == {"the campaign was cancelled"}
    with pytest.raises(ConflictError, match="was cancelled"):
        freeze(database, "c", here)


@contextmanager
def cancelled_meanwhile(database: Database) -> Iterator[Callable[[], None]]:
    """What is yielded begins to cancel campaign `c` beside a transaction, and lets it come to what that holds; ended at the end."""

    def cancel() -> None:
        with database.begin() as session:
            campaigns.cancel(session, campaigns.find(session, "c"), clock(session))

    def begin() -> None:
        cancelling.start()
        time.sleep(0.5)

    cancelling = threading.Thread(target=cancel)
    yield begin
    cancelling.join()


DYING = """
import os, signal, sys
from pathlib import Path
from fob_mail import workers
from fob_mail.journal import Journal

with Journal(Path(sys.argv[1])):
    print(workers.own_name(), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_batch_that_a_worker_leases_while_the_campaign_is_cancelled_is_theirs(database: Database, here: Settings) -> None:
    """It is sent and settled; skipped under their hands, people who got the mail would count as not mailed."""
    freeze(database, "c", here)

    with cancelled_meanwhile(database) as begin_to_cancel, database.begin() as session:
        now = clock(session)
        assert ledger.lease(session, 1, "quick", now, now + timedelta(minutes=1)) is not None
        begin_to_cancel()

    with database.read() as session:
        assert balance.counts(session, 1) == balance.Counts(audience=PEOPLE, leased=20, skipped=PEOPLE - 20)


def test_a_batch_that_a_worker_gives_back_while_the_campaign_is_cancelled_is_skipped(database: Database, here: Settings) -> None:
    """Neither of the two leaves it to the other: nobody would be owed for good."""
    freeze(database, "c", here)
    with database.begin() as session:
        now = clock(session)
        lease = ledger.lease(session, 1, "slow", now, now + timedelta(minutes=1))
        assert lease

    with cancelled_meanwhile(database) as begin_to_cancel, database.begin() as session:
        ledger.finish(session, lease.batch_id, "slow", now, retries_of(here))
        ledger.withdraw(session, now)
        begin_to_cancel()

    with database.read() as session:
        assert balance.counts(session, 1) == balance.Counts(audience=PEOPLE, skipped=PEOPLE)


def test_what_a_dead_worker_had_of_a_cancelled_campaign_is_settled_by_recovery(database: Database, here: Settings) -> None:
    """All of it may have been sent, so that it is unknown and not skipped."""
    freeze(database, "c", here)
    with database.begin() as session:
        now = clock(session)
        assert ledger.lease(session, 1, "dead", now, now - timedelta(seconds=1)) is not None
        campaigns.cancel(session, campaigns.find(session, "c"), now)
        assert balance.counts(session, 1) == balance.Counts(audience=PEOPLE, leased=20, skipped=PEOPLE - 20)

    recover_dead(database, here)

    with database.read() as session:
        assert balance.counts(session, 1) == balance.Counts(audience=PEOPLE, unknown=20, skipped=PEOPLE - 20)


def test_a_scheduled_campaign_is_frozen_at_its_time_and_not_before(database: Database, here: Settings) -> None:
    with database.begin() as session:
        now = clock(session)
        campaigns.schedule(session, campaigns.find(session, "c"), now + timedelta(hours=1))
        assert campaigns.to_send(session, now) == []
        assert [campaign.slug for campaign in campaigns.to_send(session, now + timedelta(hours=2))] == ["c"]
        with pytest.raises(ConflictError, match="scheduled") as caught:
            campaigns.save_draft(session, "c", campaigns.list_of(session, campaigns.find(session, "c")), "a", "", [HELLO], now)

    assert "fob-mail cancel c" in caught.value.remedy
    assert freeze(database, "c", here)[1].audience == PEOPLE


def test_a_scheduled_campaign_that_is_cancelled_is_a_draft_again(database: Database, here: Settings) -> None:
    assert here
    with database.begin() as session:
        campaign = campaigns.find(session, "c")
        campaigns.schedule(session, campaign, clock(session) + timedelta(hours=1))
        campaigns.cancel(session, campaign, clock(session))

        assert (campaign.state, campaign.scheduled_at) == (CampaignState.DRAFT, None)
        with pytest.raises(ConflictError, match="nothing to cancel"):
            campaigns.cancel(session, campaign, clock(session))


def test_workers_say_that_they_live(database: Database, going: Callable[[RecordingRelay], Going]) -> None:
    """While they send; and no longer."""
    with RecordingRelay(Faults(delay=0.02)) as relay:
        sent = going(relay)
        time.sleep(0.6)
        with database.read() as session:
            (worker,) = workers.alive(session, clock(session))
        sent.end()

    assert (worker.name, worker.campaign_id) == (workers.own_name(), 1)
    assert worker.silent < timedelta(seconds=10)
    with database.read() as session:
        assert workers.alive(session, clock(session)) == []


def test_a_worker_that_was_killed_is_forgotten_when_what_it_left_is_settled(database: Database, here: Settings) -> None:
    """Else status would say beside the worker that goes on that the dead one sends too."""
    died = subprocess.run([sys.executable, "-c", DYING, here.sending.journal_folder], stdout=subprocess.PIPE, text=True, check=False)
    killed = died.stdout.strip()
    with database.begin() as session:
        now = clock(session)
        workers.beat(session, killed, 1, now)
        workers.beat(session, "elsewhere-1", 1, now)

    recover_dead(database, here)

    with database.read() as session:
        assert [worker.name for worker in workers.alive(session, clock(session))] == ["elsewhere-1"]


def test_a_worker_that_was_killed_is_silent_and_forgotten_after_a_day(database: Database) -> None:
    with database.begin() as session:
        now = clock(session)
        workers.beat(session, "gone", None, now - timedelta(hours=30))
        workers.beat(session, "killed", None, now - timedelta(hours=2))
        workers.beat(session, "here", None, now)
        workers.beat(session, "here", None, now)

        assert [(w.name, w.silent) for w in workers.alive(session, now)] == [("here", timedelta(0)), ("killed", timedelta(hours=2))]
