"""What may one worker still send under limits that all workers share? Blocks are taken by the clerk ahead of need, and spent here.

The loop spends and the clerk takes, each in a thread of its own: what both touch is a queue, and flags.
"""

import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from sqlalchemy.orm import Session

from fob_mail import allowances
from fob_mail.allowances import SPENT_WITHIN, Block
from fob_mail.database import Database, clock
from fob_mail.settings import Limits

AHEAD = 0.5
"""Seconds of a limit a second that are taken at once: two hosts take turns that often."""

PART = 50
"""Of a limit an hour or a day this part is taken at once, so that a host that dies takes little with it."""

LARGEST = 500

LATE = 1.0
"""Seconds after its time in which a message of a limit a second may still begin; later it would come on top of others."""

ASK_AGAIN = 15.0
"""Seconds after which a full hour or day is asked again, at the most: another worker may have given something back."""


@dataclass(slots=True)
class _Held:
    block: Block
    begins: float  # by time.monotonic()
    ends: float
    used: int = 0


class Allotment:
    """One relay's or domain's allowance, as far as this worker holds it."""

    def __init__(self, name: str, limits: Limits) -> None:
        self.name = name
        self.full_until: datetime | None = None  # the hour or the day is used up
        self._limits = limits
        self._blocks: deque[_Held] = deque()
        self._given_up: deque[_Held] = deque()
        self._ask_at = 0.0
        wanted = [ceil(limits.per_second * AHEAD)] if limits.per_second else []
        wanted += [max(1, limit // PART) for limit in (limits.per_hour, limits.per_day) if limit]
        self._wanted = min(LARGEST, *wanted, LARGEST)

    def may(self, now: float) -> bool:
        """Whether a message may begin now."""
        while self._blocks:
            held = self._blocks[0]
            if held.used < held.block.messages and now < held.ends:
                rate = self._limits.per_second
                return now >= held.begins + (held.used / rate if rate else 0)
            self._given_up.append(self._blocks.popleft())
        return False

    def begin(self) -> None:
        """A message begins."""
        self._blocks[0].used += 1

    def wants(self, now: float) -> bool:
        """Whether the clerk should take more."""
        held = sum(one.block.messages - one.used for one in list(self._blocks))
        return now >= self._ask_at and 2 * held <= self._wanted

    def take(self, session: Session, now: datetime) -> Block:
        """Take a block, for put() once that is committed, and give back what is left of old ones."""
        self._return(session)
        return allowances.take(session, self.name, self._limits, self._wanted, now)

    def put(self, block: Block, now: datetime) -> None:
        """Have what was taken at `now`."""
        here = time.monotonic()
        if not block.messages:
            self._ask_at, self.full_until = here + min(ASK_AGAIN, block.wait.total_seconds()), now + block.wait
            return
        self.full_until = None
        begins, rate = here + block.wait.total_seconds(), self._limits.per_second
        ends = here + SPENT_WITHIN.total_seconds()
        self._blocks.append(_Held(block, begins, min(ends, begins + block.messages / rate + LATE) if rate else ends))

    def give_back(self, session: Session) -> None:
        """Give back all that is left: the worker ends."""
        while self._blocks:
            self._given_up.append(self._blocks.popleft())
        self._return(session)

    def _return(self, session: Session) -> None:
        while self._given_up:
            old = self._given_up.popleft()
            if left := old.block.messages - old.used:
                allowances.give_back(session, self.name, old.block, left)


class Allotments:
    """All that a worker shares with others; taken in the order of their names, so that two workers never wait for each other."""

    def __init__(self, allotments: Iterable[Allotment | None]) -> None:
        self._all = sorted((one for one in allotments if one is not None), key=lambda one: one.name)

    def wanting(self, now: float) -> list[Allotment]:
        """Those of which less is left than is soon used."""
        return [one for one in self._all if one.wants(now)]

    def take(self, database: Database) -> bool:
        """Take blocks where they are wanted, for use once that is committed; whether there was any need."""
        wanting = self.wanting(time.monotonic())
        if not wanting:
            return False
        with database.begin() as session:
            now = clock(session)
            taken = [(one, one.take(session, now)) for one in wanting]
        for one, block in taken:
            one.put(block, now)
        return True

    def give_back(self, session: Session) -> None:
        """Give back all that is left."""
        for one in self._all:
            one.give_back(session)
