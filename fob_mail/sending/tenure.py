"""Which batches may this worker still send from? Who has a batch the database decides; here a lease is a span on a clock of our own.

That clock goes on while the machine sleeps, where there is such a one: leases end meanwhile.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from fob_mail.outcomes import Retries

VALID = 0.8
"""After this part of a lease's time nothing is sent from it any more, unless it was renewed: clocks do not go all alike."""

RENEWED = 1 / 3
"""After this part of its time a lease is renewed."""

waking: Callable[[], float] = partial(time.clock_gettime, time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic
"""Seconds by a clock that nobody sets, and that counts a machine's sleep."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How a clerk leases: for how long, how far ahead, when deferred deliveries are tried again, and whether to wait for them."""

    lease: timedelta
    retries: Retries
    ahead: int
    wait: bool
    attributes: bool = False  # whether messages say or depend on them


class Tenure:
    """Leases as their worker sees them; asked by the loop, told by the clerk."""

    def __init__(self, lease: timedelta) -> None:
        self.lost: set[int] = set()  # batches whose lease ended: what is under way of them is still noted
        self._seconds = lease.total_seconds()
        self._valid_until = 0.0
        self._renew_at = 0.0

    @property
    def over(self) -> bool:
        """Whether all our leases may have ended unnoticed."""
        return waking() > self._valid_until

    @property
    def due(self) -> bool:
        """Whether it is time to renew."""
        return waking() >= self._renew_at

    def begin(self, asked: float) -> None:
        """The first lease, asked for at that moment; those that come to others are renewed with them."""
        self._valid_until = asked + self._seconds * VALID

    def renew(self, asked: float) -> None:
        """What is not lost was renewed, asked for at that moment."""
        self._renew_at = asked + self._seconds * RENEWED
        self._valid_until = asked + self._seconds * VALID
