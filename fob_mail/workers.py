"""Which workers live, and how do they fare with their relays? Those that send write it down now and then; nothing depends on it."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from fob_mail.database import insert_into
from fob_mail.journal import HOST
from fob_mail.models import RelayInUse, Worker

BEAT_EVERY = timedelta(seconds=5)
"""How often a worker says that it lives."""

SILENT_AFTER = 3 * BEAT_EVERY
"""Not heard of for so long, a worker is silent, and what it said of its relays is past."""

_FORGOTTEN_AFTER = timedelta(days=1)
_LONGEST_TROUBLE = 500


@dataclass(frozen=True, slots=True)
class Alive:
    """A worker, the campaign that it sends if it does, and how long ago it was heard of, by the database's clock."""

    name: str
    campaign_id: int | None
    started_at: datetime
    silent: timedelta

    @property
    def is_silent(self) -> bool:
        """Whether it has missed its time to say that it lives: it was killed perhaps, or its host is gone."""
        return self.silent >= SILENT_AFTER


def own_name() -> str:
    """The name of the process that asks: its host and its number."""
    return f"{HOST}{os.getpid()}"


def beat(session: Session, name: str, campaign_id: int | None, now: datetime) -> None:
    """Say that this worker lives, and what it sends; those not heard of for a day are forgotten."""
    session.execute(delete(Worker).where(Worker.seen_at < now - _FORGOTTEN_AFTER))
    said = insert_into(session, Worker).values(name=name, campaign_id=campaign_id, started_at=now, seen_at=now)
    session.execute(said.on_conflict_do_update(index_elements=["name"], set_={"campaign_id": campaign_id, "seen_at": now}))


def leave(session: Session, name: str) -> None:
    """Say that this worker has ended, or is dead."""
    session.execute(delete(Worker).where(Worker.name == name))


def alive(session: Session, now: datetime) -> list[Alive]:
    """All who were heard of within a day, the most recent first; who was killed is among them, and silent."""
    rows = session.scalars(select(Worker).order_by(Worker.seen_at.desc()))
    return [Alive(row.name, row.campaign_id, row.started_at, now - row.seen_at) for row in rows]


class Fares(Protocol):
    """How a worker fares with a relay; sending.route.RouteReport is one."""

    @property
    def relay(self) -> str:
        """Its name in the settings."""

    @property
    def connections(self) -> int:
        """How many are open."""

    @property
    def accepted(self) -> int:
        """Messages of this campaign that it took of this worker."""

    @property
    def per_second(self) -> float | None:
        """How fast it may be sent to, while it is slowed."""

    @property
    def trouble(self) -> str:
        """What is wrong, in its words or ours."""


def report_relays(session: Session, worker: str, campaign_id: int, relays: Iterable[Fares], now: datetime) -> None:
    """Write down how a worker fares with its relays; what is older than a day is forgotten."""
    session.execute(delete(RelayInUse).where(RelayInUse.seen_at < now - _FORGOTTEN_AFTER))
    for one in relays:
        told = {
            "campaign_id": campaign_id,
            "connections": one.connections,
            "accepted": one.accepted,
            "per_second": one.per_second,
            "trouble": one.trouble[:_LONGEST_TROUBLE],
            "seen_at": now,
        }
        said = insert_into(session, RelayInUse).values(worker=worker, relay=one.relay, **told)
        session.execute(said.on_conflict_do_update(index_elements=["worker", "relay"], set_=told))


def relays(session: Session, campaign_id: int) -> list[RelayInUse]:
    """How workers fare with their relays, of a campaign, by relay."""
    chosen = select(RelayInUse).where(RelayInUse.campaign_id == campaign_id)
    return list(session.scalars(chosen.order_by(RelayInUse.relay, RelayInUse.worker)))
