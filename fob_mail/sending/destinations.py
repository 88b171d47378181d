"""Which readers' domains have limits, or have asked for time, and who waits for one of them?

A recipient whose domain may not be sent to now is set aside, so that others go on; but only so many, since those set
aside hold their batches. A domain is slowed when it asks for time while the relay takes what goes to others.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable

from fob_mail.envelopes import Recipient
from fob_mail.replies import Reply
from fob_mail.sending.allotment import Allotment
from fob_mail.sending.pacing import Speed, asks_for_time
from fob_mail.settings import Domain

MOST_ASIDE = 2000
"""Recipients set aside for all domains together; beyond them everybody waits."""


class Destination:
    """One domain, or several that share their limits: how many messages are under way to it, and who waits."""

    def __init__(self, name: str, connections: int, allotment: Allotment | None) -> None:
        self.name = name
        self.speed = Speed(time.monotonic())
        self.allotment = allotment
        self.aside: deque[Recipient] = deque()
        self._most = connections
        self._under_way = 0

    def may(self, now: float) -> bool:
        """Whether a message to it may begin now."""
        if self._most and self._under_way >= self._most:
            return False
        return self.speed.may(now) and (self.allotment is None or self.allotment.may(now))

    @property
    def free(self) -> bool:
        """Whether nothing limits it, and nobody waits."""
        return self.speed.limit is None and not self._most and self.allotment is None and not self.aside

    def begin(self) -> None:
        """A message to it begins."""
        self._under_way += 1
        self.speed.begin()
        if self.allotment:
            self.allotment.begin()

    def end(self) -> None:
        """A message to it has an outcome, or is owed again."""
        self._under_way = max(0, self._under_way - 1)


class Destinations:
    """All of them; `by_domain` is empty, and nothing of this is asked, while nothing is limited or slowed."""

    def __init__(self, domains: Iterable[Domain]) -> None:
        self.by_domain: dict[str, Destination] = {}
        self.aside = 0  # how many wait for their domain
        for domain in domains:
            allotment = Allotment("@" + ",".join(sorted(domain.names))[:290], domain) if domain.limited else None
            one = Destination(domain.names[0], domain.connections, allotment)
            self.by_domain.update(dict.fromkeys(domain.names, one))
        self.all = list(dict.fromkeys(self.by_domain.values()))

    def of(self, address: str) -> Destination | None:
        """That of an address, if it has limits or was slowed."""
        return self.by_domain.get(domain_of(address))

    def slow_down(self, domain: str, per_second: float) -> None:
        """A domain asks for time at this speed: from now on it has one of its own."""
        if domain not in self.by_domain:
            made = Destination(domain, 0, None)
            made.speed.slow_down(per_second, time.monotonic())
            self.by_domain[domain] = made
            self.all.append(made)

    def hear(self, address: str, reply: Reply) -> None:
        """A reply has decided a message."""
        if destination := self.of(address):
            destination.end()
            destination.speed.hear(1, asks_for_time(reply))

    def let_go(self, address: str) -> None:
        """A message is not under way any more, and nothing was said of it."""
        if destination := self.of(address):
            destination.end()

    def look(self, now: float) -> None:
        """Ten times a second: who goes faster or slower, and of whom nothing need be known any more?"""
        for destination in self.all:
            destination.speed.look(now)
        for domain in [domain for domain, one in self.by_domain.items() if one.free]:
            self.all.remove(self.by_domain.pop(domain))

    def take(self, take: Callable[[], Recipient | None], holds: Callable[[Recipient], bool]) -> Recipient | None:
        """The next recipient who may be sent to now: one of those set aside, else of those whom `take` gives."""
        now = time.monotonic()
        if self.aside and (waited := self._waited(now, holds)):
            return waited
        while self.aside < MOST_ASIDE:
            recipient = take()
            if recipient is None:
                return None
            destination = self.of(recipient.address)
            if destination is None:
                return recipient
            if not destination.aside and destination.may(now):
                destination.begin()
                return recipient
            destination.aside.append(recipient)
            self.aside += 1
        return None

    def _waited(self, now: float, holds: Callable[[Recipient], bool]) -> Recipient | None:
        for destination in self.all:
            while destination.aside and destination.may(now):
                self.aside -= 1
                recipient = destination.aside.popleft()
                if holds(recipient):
                    destination.begin()
                    return recipient
        return None


def domain_of(address: str) -> str:
    """What stands after the @, in small letters."""
    return address.rpartition("@")[2].lower()
