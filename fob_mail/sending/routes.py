"""All relays of a run: whose turn is it, and is there one left that takes mail?"""

import time
from collections.abc import Callable, Iterator, Sequence

from fob_mail.errors import RelayError
from fob_mail.outcomes import Outcome
from fob_mail.sending.route import Connection, Route, RouteReport, Wire

SLACK = 4.0
"""Messages by which a relay of weight 1 may be ahead of its share, so that no connection waits for another at each message."""


class Routes:
    """The ways that messages can take, in the order of the settings."""

    def __init__(self, wires: Sequence[Wire], wake: Callable[[], None]) -> None:
        self._all = [Route(wire, wake) for wire in wires]
        self._one = self._all[0] if len(self._all) == 1 else None

    def __iter__(self) -> Iterator[Route]:
        return iter(self._all)

    @property
    def lines(self) -> list[Connection]:
        """Every open connection."""
        return [line for route in self._all for line in route.lines]

    @property
    def problem(self) -> RelayError | None:
        """Why no relay takes mail: what is wrong with the first of them; None while there is one that does."""
        return self._all[0].problem if all(route.problem for route in self._all) else None

    def by_turn(self) -> list[Route]:
        """Those first that have had least of their share."""
        return self._all if self._one else sorted(self._all, key=_served)

    def may(self, route: Route) -> bool:
        """Whether a message may begin on this way now: it takes mail, its limits allow it, and it has not had more than its share."""
        if self._one:
            return route.unlimited or route.may(time.monotonic())
        now = time.monotonic()
        return route.may(now) and not self._ahead(route, now)

    def needed(self, route: Route) -> bool:
        """Whether a relay is to take any mail: one without a share only while no other takes any."""
        return bool(route.wire.weight) or not any(other.wire.weight and other.takes_mail for other in self._all)

    def signed(self, route: Route, outcome: Outcome) -> Outcome:
        """What a relay said, with its name where there are others."""
        return outcome if self._one else outcome._replace(reply=f"{outcome.reply} (relay {route.wire.name})")

    def reports(self) -> list[RouteReport]:
        """How each is, for status."""
        return [route.report() for route in self._all]

    def _ahead(self, route: Route, now: float) -> bool:
        """Whether a relay has had more than its share beside the others that could take a message now."""
        if not route.wire.weight:
            return not self.needed(route)
        others = [other.served for other in self._all if other is not route and other.wire.weight and other.lines and other.may(now)]
        if not others:
            return False
        least = min(others)
        route.served = max(route.served, least - 3 * SLACK)  # who was away does not make up for it
        return route.served > least + SLACK / route.wire.weight


def _served(route: Route) -> float:
    return route.served
