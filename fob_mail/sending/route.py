"""One relay as a run uses it: its connections, how fast it may be sent to, and whether it takes mail at all.

A relay that cannot be had rests, each time for longer, and is tried again; one that turns us away is left out for the rest of
the run. The run goes on while there is another.
"""

import math
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from fob_mail.errors import RelayError
from fob_mail.replies import Reply
from fob_mail.sending.allotment import Allotment
from fob_mail.sending.breaker import Breaker
from fob_mail.sending.destinations import domain_of
from fob_mail.sending.pacing import LOOK_EVERY, SLOWING, Speed, asks_for_time
from fob_mail.smtp.line import Line
from fob_mail.smtp.openers import Openers
from fob_mail.smtp.relay import TRY_LATER, Opened, RelayGoneError

LOSSES_IN_A_ROW = 10
"""So many connections lost without an answer to a message in between: the relay is as good as gone."""

CONNECT_TRIES = 5
"""So many failures to connect while no connection is open, each waited for twice as long: the relay is gone."""

FIRST_REST, LONGEST_REST = 15.0, 300.0
"""Seconds after which a relay that was gone is tried again, while others send."""

WIDEN_EVERY = 30.0
"""Seconds after which a relay that would not have as many connections is asked for one more."""

CLOSING = 421
MOST_DOMAINS = 100
"""Domains slowed in one second, at the most: of more than that the relay itself is the cause."""


@dataclass(frozen=True, slots=True)
class Wire:
    """How a relay is reached: `open` makes one session; it is called in threads."""

    open: Callable[[], Opened]
    connections: int
    messages_per_connection: int
    timeout: float
    name: str = "smtp"
    weight: int = 1
    same_refusals: int = 10
    allotment: Allotment | None = None
    window: int = 1


def open_first(wires: Sequence[Wire]) -> Opened:
    """A session with the first relay that can be had. Raises RelayError with the last one's problem."""
    *first, last = wires
    for wire in first:
        with suppress(RelayError):
            return wire.open()
    return last.open()


@dataclass(frozen=True, slots=True)
class RouteReport:
    """How a worker fares with a relay: for status."""

    relay: str
    connections: int
    accepted: int
    per_second: float | None
    trouble: str


class Connection(Line):
    """A line that knows which relay it leads to."""

    def __init__(self, opened: Opened, route: "Route") -> None:
        super().__init__(opened, route.wire.window)
        self.route = route


class Route:
    """The way to one relay."""

    def __init__(self, wire: Wire, wake: Callable[[], None]) -> None:
        now = time.monotonic()
        self.wire = wire
        self.openers = Openers(wire.open, wire.connections, wake)
        self.breaker = Breaker(wire.same_refusals)
        self.speed = Speed(now)
        self.lines: set[Connection] = set()
        self.idle: deque[Connection] = deque()
        self.problem: RelayError | None = None  # why nothing goes this way now
        self._share = 1 / max(wire.weight, 0.001)  # of what all relays serve, in a message's place
        self.served = 0.0  # messages begun, by weight, as if all relays had been here from the first
        self.accepted = 0
        self._wanted = wire.connections
        self._losses = 0
        self._failed_connects = 0
        self._connect_at = 0.0
        self._rest = FIRST_REST
        self._back_at = 0.0
        self._widen_at = math.inf
        self._said = ""
        self._looked_at = now
        self._answers = 0
        self._slowing: Counter[str] = Counter()  # answers that ask for time, by domain

    def may(self, now: float) -> bool:
        """Whether a message may begin on this way now."""
        if self.problem is not None:
            return False
        return self.speed.may(now) and (self.wire.allotment is None or self.wire.allotment.may(now))

    @property
    def takes_mail(self) -> bool:
        """Whether it can be had, as far as is known, and its hour and day are not used up."""
        if self.problem is not None or (self._failed_connects and not self.lines):
            return False
        return self.wire.allotment is None or self.wire.allotment.full_until is None

    @property
    def unlimited(self) -> bool:
        """Whether nothing has to be asked before a message begins."""
        return self.problem is None and self.speed.limit is None and self.wire.allotment is None

    def begin(self) -> None:
        """A message begins."""
        self.served += self._share
        if not self.unlimited:
            self.speed.begin()
            if self.wire.allotment:
                self.wire.allotment.begin()

    def open_more(self, backlog: int, now: float) -> None:
        """Have connections opened while there is work for them."""
        if self.problem is not None or now < self._connect_at:
            return
        while len(self.lines) + self.openers.pending < self._wanted and backlog > len(self.idle) + self.openers.pending:
            self.openers.begin()

    def connected(self, opened: Opened) -> Connection:
        """A session has been opened."""
        line = Connection(opened, self)
        self._failed_connects = 0
        self.lines.add(line)
        self.idle.append(line)
        return line

    def not_connected(self, error: RelayGoneError, now: float) -> None:
        """Make do with the connections that there are; without any, try again for a while, then rest."""
        self._said = error.problem
        if self.lines:
            self._wanted, self._widen_at = len(self.lines), now + WIDEN_EVERY
            return
        self._failed_connects += 1
        self._connect_at = now + 0.25 * 2**self._failed_connects
        if error.permanent:
            self.fail(error)
        elif self._failed_connects >= CONNECT_TRIES:
            self.rest(error, now)

    def lost(self, why: str, now: float) -> None:
        """A connection was lost."""
        self._losses += 1
        if self._losses >= LOSSES_IN_A_ROW:
            self.rest(RelayError(f"The connections to the relay break off, one after another ({why}).", TRY_LATER), now)

    def hear(self, reply: Reply, address: str) -> None:
        """A reply has decided a message: the relay lives, and perhaps it asks for time."""
        self._losses = 0
        self._answers += 1
        if reply.code in SLOWING and asks_for_time(reply):
            self._said = str(reply)
            self._slowing["" if reply.code == CLOSING else domain_of(address)] += 1

    def fail(self, problem: RelayError) -> None:
        """Nothing goes this way any more in this run."""
        self.problem, self._back_at = self.problem or problem, math.inf

    def rest(self, problem: RelayError, now: float) -> None:
        """Nothing goes this way for a while."""
        if self.problem is None:
            self.problem, self._back_at = problem, now + self._rest
            self._rest = min(2 * self._rest, LONGEST_REST)

    def look(self, now: float, slow_down: Callable[[str, float], None]) -> None:
        """Ten times a second: is a rest over, is it to go slower or faster?"""
        if self.problem is not None and now >= self._back_at:
            self.problem, self._losses, self._failed_connects, self._connect_at = None, LOSSES_IN_A_ROW - 1, CONNECT_TRIES - 1, 0.0
        if now >= self._widen_at:
            self._wanted, self._widen_at = self._wanted + 1, now + WIDEN_EVERY
            if self._wanted >= self.wire.connections:
                self._wanted, self._widen_at = self.wire.connections, math.inf
        if now >= self._looked_at + LOOK_EVERY:
            self._looked_at = now
            self._judge(slow_down)
            self.speed.look(now)

    def _judge(self, slow_down: Callable[[str, float], None]) -> None:
        """Who asks for time? The relay, if it says so to most, or hangs up with it; else those domains alone."""
        answers, slowing = self._answers, self._slowing
        self._answers, self._slowing = 0, Counter()
        asked = slowing.total()
        some = 2 * asked <= answers and "" not in slowing and len(slowing) <= MOST_DOMAINS
        if some:
            for domain, number in slowing.items():
                slow_down(domain, number / LOOK_EVERY)
        if answers:
            self._rest = FIRST_REST
        self.speed.hear(answers, 0 if some else asked)

    def report(self) -> RouteReport:
        """How it is, for status."""
        return RouteReport(self.wire.name, len(self.lines), self.accepted, self.speed.limit, self._trouble(datetime.now().astimezone()))

    def _trouble(self, now: datetime) -> str:
        if self.problem is not None:
            return self.problem.problem
        full_until = self.wire.allotment.full_until if self.wire.allotment else None
        if full_until:
            return f"its limit is reached until {full_until.astimezone(now.tzinfo):%H:%M}"
        return self._said if self.speed.limit is not None or self._wanted < self.wire.connections else ""


def turned_away(how: str, reply: Reply) -> RelayError:
    """The relay will not have this campaign."""
    remedy = "Ask who runs the relay, or check the sender's address and the settings; then run the same command again: nothing is lost."
    return RelayError(f"{how}: “{' '.join(str(reply).split())[:300]}”", remedy)


def too_large(largest: int, octets: int) -> RelayError:
    """The relay does not take messages of this size."""
    problem = f"The relay takes messages of {largest:,} octets at the most; this one has {octets:,}."
    return RelayError(problem, "Shorten the article, or use a relay that takes more.")
