"""Has this address, this network, or everybody together, asked for more than is good? Counted in the database, for all servers alike.

Only keyed digests are kept, and only for days: who knocked cannot be read from the table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from fob_mail.addresses import digest
from fob_mail.database import insert_into
from fob_mail.models import Knock

FORGOTTEN_AFTER = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Limit:
    """Who may knock how often: `whose` is an address, a network, or a word for everybody; it counts by the hour."""

    whose: str
    most: int
    within: timedelta


def knock(session: Session, limits: Sequence[Limit], digest_key: bytes, now: datetime) -> list[bool]:
    """Count one more knock on each, and say of each whether that is within its limit. The work is the same whatever comes of it."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    allowed = []
    for limit in limits:
        key = digest(f"knock {limit.whose}", digest_key)
        once = insert_into(session, Knock).values(digest=key, hour=hour, times=1)
        session.execute(once.on_conflict_do_update(index_elements=[Knock.digest, Knock.hour], set_={"times": Knock.times + 1}))
        counted = select(func.sum(Knock.times)).where(Knock.digest == key, Knock.hour > now - limit.within)
        allowed.append((session.scalar(counted) or 0) <= limit.most)
    return allowed


def forget(session: Session, now: datetime) -> int:
    """Take away what is too old to count; how many rows that was."""
    return len(session.scalars(delete(Knock).where(Knock.hour < now - FORGOTTEN_AFTER).returning(Knock.hour)).all())
