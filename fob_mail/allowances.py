"""How much may a relay or a domain still be given? Limits a second, an hour and a day, shared by all workers.

They are taken in blocks, ahead of need: a short transaction for half a second's messages, not one for each. A block of the
limit a second is a span of time of its own, so that two hosts never send in the same one. Limits an hour and a day are
sliding windows of whole minutes, wide enough for what was taken and goes out within SPENT_WITHIN: never too many.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from fob_mail.database import insert_into
from fob_mail.models import Allowance, Taken
from fob_mail.settings import Limits

SPENT_WITHIN = timedelta(seconds=60)
"""So long after it was taken a block may be used; the rest is given back."""

HOUR, DAY = 60, 24 * 60
MARGIN = 2
"""Minutes more than the window: that in which it began, and that of which a message may be late."""

FURTHEST = timedelta(seconds=60)
"""No allowance is taken further ahead than this; if the clock was set back, it is not waited for."""


@dataclass(frozen=True, slots=True)
class Block:
    """So many messages may go from `wait` on, at the limit a second; with 0, it is worth while to ask again after `wait`."""

    messages: int
    wait: timedelta
    minute: int


def take(session: Session, name: str, limits: Limits, wanted: int, now: datetime) -> Block:
    """Take an allowance of up to `wanted` messages, or as many as the limits leave."""
    free_at = _lock(session, name)
    minute = int(now.timestamp() // 60)
    rooms = [limit - _taken(session, name, minute - window) for limit, window in _windows(limits)]
    messages = min([wanted, *rooms])
    if messages <= 0:
        return Block(0, _until_there_is_room(session, name, limits, minute, now), minute)
    wait = timedelta()
    if limits.per_second:
        begins = max(now, free_at) if free_at < now + FURTHEST else now
        wait = begins - now
        ends = begins + timedelta(seconds=messages / limits.per_second)
        session.execute(update(Allowance).where(Allowance.name == name).values(free_at=ends))
    if rooms:
        _book(session, name, minute, messages)
        session.execute(delete(Taken).where(Taken.name == name, Taken.minute < minute - DAY - MARGIN))
    return Block(messages, wait, minute)


def give_back(session: Session, name: str, block: Block, messages: int) -> None:
    """Give back what was not used of a block, for the limits an hour and a day; its seconds have passed."""
    of_it = (Taken.name == name) & (Taken.minute == block.minute)
    session.execute(update(Taken).where(of_it).values(messages=Taken.messages - messages))


def _windows(limits: Limits) -> list[tuple[int, int]]:
    return [(limit, window) for limit, window in ((limits.per_hour, HOUR), (limits.per_day, DAY)) if limit]


def _lock(session: Session, name: str) -> datetime:
    """Until when the limit a second is taken; the row is ours until the transaction ends. SQLite's begin() has locked all."""
    session.execute(insert_into(session, Allowance).values(name=name, free_at=datetime(1970, 1, 1, tzinfo=UTC)).on_conflict_do_nothing())
    return session.scalars(select(Allowance.free_at).where(Allowance.name == name).with_for_update()).one()


def _taken(session: Session, name: str, since: int) -> int:
    counted = select(func.coalesce(func.sum(Taken.messages), 0)).where(Taken.name == name, Taken.minute >= since - MARGIN)
    return session.scalars(counted).one()


def _book(session: Session, name: str, minute: int, messages: int) -> None:
    booked = insert_into(session, Taken).values(name=name, minute=minute, messages=messages)
    session.execute(booked.on_conflict_do_update(index_elements=["name", "minute"], set_={"messages": Taken.messages + messages}))


def _until_there_is_room(session: Session, name: str, limits: Limits, minute: int, now: datetime) -> timedelta:
    """How long until the oldest minute leaves the window that is full."""
    longest = timedelta()
    for limit, window in _windows(limits):
        first = minute - window - MARGIN
        if _taken(session, name, minute - window) >= limit:
            oldest = select(func.min(Taken.minute)).where(Taken.name == name, Taken.minute >= first, Taken.messages > 0)
            leaves = ((session.scalar(oldest) or minute) + window + MARGIN + 1) * 60
            longest = max(longest, timedelta(seconds=leaves - now.timestamp()))
    return longest
