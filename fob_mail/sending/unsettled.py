"""What has become of deliveries and is not in the database yet: told by the loop, taken up by the clerk, neither waiting for the other."""

from collections import deque

from fob_mail.outcomes import Outcome

Decided = list[tuple[int, Outcome]]
"""Outcomes, each with its batch."""


class Unsettled:
    """A way from one thread to another: each number has one that writes it."""

    def __init__(self) -> None:
        self._told: deque[Decided] = deque()  # a list for each round of the loop
        self._taken: Decided = []
        self._added = 0  # by the loop
        self._taken_up = 0  # by the clerk

    @property
    def waiting(self) -> int:
        """How many were told and not taken up."""
        return self._added - self._taken_up

    def add(self, decided: Decided) -> None:
        """Tell of outcomes; the list is not the teller's any more."""
        self._added += len(decided)
        self._told.append(decided)

    def taken_up(self) -> Decided:
        """All that is not settled: taken up before and now. Whoever has settled it clears the list."""
        while self._told:
            decided = self._told.popleft()
            self._taken_up += len(decided)
            self._taken += decided
        return self._taken
