"""`fob-mail status --watch`: how campaigns go out, looked up again and again. It only reads: who leaves changes nothing."""

import signal
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.live import Live
from sqlalchemy.exc import OperationalError

from fob_mail import balance, campaigns, tallies, workers
from fob_mail.cli.relays import RelayStatus, relays_of
from fob_mail.database import Database, clock, first_line
from fob_mail.models import Campaign, CampaignState

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

EVERY = 1.0
"""Seconds between two looks; more where a look takes long, so that looking takes a twentieth of the time at the most."""
SHARE = 20
LONGEST = 30.0
LINE_EVERY = 10.0
"""Seconds between two plain lines, where there is no terminal."""
WINDOW = timedelta(seconds=20)
"""What was settled within it makes the rate."""

UNDER_WAY = frozenset({CampaignState.SCHEDULED, CampaignState.SENDING, CampaignState.PAUSED})
OVER = frozenset({CampaignState.FINISHED, CampaignState.CANCELLED})


@dataclass(frozen=True, slots=True)
class Sight:
    """What is seen of one campaign at one moment; `rate` is settled a second, None until it can be told."""

    name: str
    state: CampaignState
    words: str
    counts: balance.Counts
    rate: float | None
    workers: list[workers.Alive]
    relays: list[RelayStatus]
    refusals: list[tallies.Refusals]

    @property
    def seconds_left(self) -> float | None:
        """For what can be sent now; what was deferred waits for its own time."""
        free = self.counts.queued + self.counts.leased
        return free / self.rate if self.rate and free and self.state is CampaignState.SENDING else None


@dataclass(frozen=True, slots=True)
class Look:
    """All that is seen at one moment of the database's clock; `trouble` tells why it is not newer."""

    at: datetime
    sights: list[Sight]
    idle: list[workers.Alive]
    trouble: str = ""


class Pace:
    """How fast a campaign goes, by what it came to in the last seconds."""

    def __init__(self) -> None:
        self._seen: deque[tuple[datetime, int]] = deque()

    def __call__(self, now: datetime, settled: int) -> float | None:
        """Take in how many are settled now; gives how many a second."""
        self._seen.append((now, settled))
        while len(self._seen) > 2 and now - self._seen[0][0] > WINDOW:  # noqa: PLR2004 a rate needs two
            self._seen.popleft()
        before, number = self._seen[0]
        seconds = (now - before).total_seconds()
        return max(0.0, (settled - number) / seconds) if seconds > 0 else None


class Watch:
    """Looks at one campaign, or at all that are under way; those that end while they are watched stay in sight."""

    def __init__(self, database: Database, name: str | None, zone: tzinfo) -> None:
        self._database = database
        self._name = name
        self._zone = zone
        self._paces: dict[int, Pace] = {}

    def look(self) -> Look:
        """Everything anew."""
        with self._database.read() as session:
            now = clock(session)
            at_work = workers.alive(session, now)
            chosen = [campaigns.find(session, self._name)] if self._name else self._in_sight(session)
            sights = [self._sight(session, campaign, at_work, now) for campaign in chosen]
        return Look(now, sights, [worker for worker in at_work if worker.campaign_id is None])

    def is_over(self, look: Look) -> bool:
        """Whether there is nothing more to come of the one that is watched."""
        return self._name is not None and all(sight.state in OVER for sight in look.sights)

    def _in_sight(self, session: "Session") -> list[Campaign]:
        return [one for one in campaigns.all_campaigns(session) if one.state in UNDER_WAY or one.id in self._paces]

    def _sight(self, session: "Session", campaign: Campaign, at_work: list[workers.Alive], now: datetime) -> Sight:
        from fob_mail.cli.status import parting  # noqa: PLC0415 it imports this when it is asked to watch

        counts = balance.counts(session, campaign.id)
        rate = self._paces.setdefault(campaign.id, Pace())(now, counts.audience - counts.owed)
        its = [worker for worker in at_work if worker.campaign_id == campaign.id]
        refusals = tallies.refusals_by_domain(session, campaign.id) if counts.refused or counts.deferred else []
        words = parting(session, campaign, self._zone)
        return Sight(campaign.slug, campaign.state, words, counts, rate, its, relays_of(session, campaign.id, at_work, now), refusals)


def watch(database: Database, name: str | None, zone: tzinfo) -> None:
    """Show it until it is over, or somebody has seen enough: Ctrl-C, or SIGTERM."""
    watched, console = Watch(database, name, zone), Console()
    with _leaving():
        first = watched.look()
        if console.is_terminal and not console.is_dumb_terminal:
            _on_screen(watched, first, console)
        else:
            _in_lines(watched, first)


def _on_screen(watched: Watch, look: Look, console: Console) -> None:
    from fob_mail.cli.screen import screen  # noqa: PLC0415

    took = 0.0
    with Live(screen(look), console=console, auto_refresh=False) as live:
        while not watched.is_over(look):
            time.sleep(min(LONGEST, max(EVERY, SHARE * took)))
            began = time.monotonic()
            look = _again(watched, look)
            took = time.monotonic() - began
            live.update(screen(look), refresh=True)


def _in_lines(watched: Watch, look: Look) -> None:
    from fob_mail.cli.screen import line  # noqa: PLC0415

    while True:
        click.echo("\n".join(map(line, look.sights)) or "Nothing goes out.")
        if watched.is_over(look):
            return
        time.sleep(LINE_EVERY)
        look = _again(watched, look)


def _again(watched: Watch, before: Look) -> Look:
    """A new look; or the one before, where the database does not answer."""
    try:
        return watched.look()
    except OperationalError as error:
        return Look(before.at, before.sights, before.idle, first_line(error))


@contextmanager
def _leaving() -> Iterator[None]:
    """Ctrl-C and SIGTERM end what is within, and are no error."""
    former = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        pass
    finally:
        signal.signal(signal.SIGTERM, former)
