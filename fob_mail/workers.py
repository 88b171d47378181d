"""Which workers live? Each process that sends writes down now and then that it is there; nothing else depends on it."""

import os
import platform
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from fob_mail.models import Worker

BEAT_EVERY = timedelta(seconds=5)
"""How often a worker says that it lives."""

_FORGOTTEN_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Alive:
    """A worker, the campaign that it sends if it does, and how long ago it was heard of, by the database's clock."""

    name: str
    campaign_id: int | None
    started_at: datetime
    silent: timedelta


def own_name() -> str:
    """The name of the process that asks: its host and its number."""
    return f"{platform.node()[:40]}-{os.getpid()}"


def beat(session: Session, name: str, campaign_id: int | None, now: datetime) -> None:
    """Say that this worker lives, and what it sends; those not heard of for a day are forgotten."""
    session.execute(delete(Worker).where(Worker.seen_at < now - _FORGOTTEN_AFTER))
    build = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    said = build(Worker).values(name=name, campaign_id=campaign_id, started_at=now, seen_at=now)
    session.execute(said.on_conflict_do_update(index_elements=["name"], set_={"campaign_id": campaign_id, "seen_at": now}))


def leave(session: Session, name: str) -> None:
    """Say that this worker has ended."""
    session.execute(delete(Worker).where(Worker.name == name))


def alive(session: Session, now: datetime) -> list[Alive]:
    """All who were heard of within a day, the most recent first; who was killed is among them, and silent."""
    rows = session.scalars(select(Worker).order_by(Worker.seen_at.desc()))
    return [Alive(row.name, row.campaign_id, row.started_at, now - row.seen_at) for row in rows]
