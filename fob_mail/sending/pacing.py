"""How fast may messages go to a relay, or to a domain, that asks for time? Additive increase, multiplicative decrease.

As in RFC 5681 for TCP, with messages a second in the place of a window: refused for now, half as fast; accepted, a little
faster each second, until it is as fast as it was. Whoever was never slowed goes as fast as the wire.
"""

from fob_mail.replies import Reply

SLOWING = frozenset({421, 450, 451, 452})
"""The replies that ask for time (RFC 5321 §4.2.2), unless they are about one mailbox alone."""

LOOK_EVERY = 1.0
"""Seconds over which answers are counted before the speed is changed."""

SHARE = 0.05
"""So much of the answers has to ask for time to be heeded: one greylisted reader in a thousand slows nobody."""

DECREASE = 0.5
STEPS = 10
"""So many seconds without refusals bring back what was taken from an undisturbed speed by one halving, and half of it."""

SLOWEST = 0.1
"""Messages a second, at the least: how else would one know when it is over?"""

BURST = 0.25
"""Seconds of silence that can be made good at once."""


def asks_for_time(reply: Reply) -> bool:
    """Whether a reply asks to come more slowly; a full mailbox or an unknown one (X.2.X, X.1.X of RFC 3463) is about one person."""
    return reply.code in SLOWING and not reply.enhanced.startswith(("4.1.", "4.2."))


class Speed:
    """How fast one relay or domain is sent to; `limit` is None while it may be as fast as it likes."""

    def __init__(self, now: float) -> None:
        self.limit: float | None = None
        self._full = 0.0  # messages a second when it was slowed first
        self._answers = 0
        self._slowing = 0
        self._looked_at = now
        self._ready = 1.0  # messages that may begin at once
        self._filled_at = now

    def hear(self, answers: int, slowing: int) -> None:
        """Count answers, and how many of them ask for time."""
        self._answers += answers
        self._slowing += slowing

    def look(self, now: float) -> None:
        """Once a second: go slower or faster, by what was heard since."""
        seconds = now - self._looked_at
        if seconds < LOOK_EVERY:
            return
        answers, slowing = self._answers, self._slowing
        self._answers, self._slowing, self._looked_at = 0, 0, now
        if slowing and slowing >= SHARE * answers:
            self.slow_down(answers / seconds, now)
        elif self.limit is not None and answers:
            self.limit += max(self._full / (2 * STEPS), SLOWEST)
            if self.limit >= self._full:
                self.limit = None

    def may(self, now: float) -> bool:
        """Whether a message may begin now."""
        if self.limit is None:
            return True
        self._ready = min(max(1.0, self.limit * BURST), self._ready + (now - self._filled_at) * self.limit)
        self._filled_at = now
        return self._ready >= 1

    def begin(self) -> None:
        """A message begins."""
        if self.limit is not None:
            self._ready -= 1

    def slow_down(self, rate: float, now: float) -> None:
        """Go half as fast as now, which is so many messages a second."""
        if self.limit is None:
            self._full, self._ready, self._filled_at = max(rate, 2 * SLOWEST), 0.0, now
        self.limit = max(SLOWEST, DECREASE * min(rate, self.limit or rate))
