"""What an SMTP reply means for a delivery, and for the campaign."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from fob_mail.models import DeliveryState
from fob_mail.replies import Reply, Stage

JITTER = 0.2
"""By how much of itself a delay is shorter or longer, at the most."""

LONGEST_TEXT = 500
"""Characters of a reply that the ledger keeps."""

_ACCEPTED, _REFUSED, _DEFERRED = DeliveryState.ACCEPTED, DeliveryState.REFUSED, DeliveryState.DEFERRED
_DOT = Stage.DOT
"""Looked up once: by its name a member of an enum takes Python 3.11 as long as a whole reply should."""
_SENDER_AT_FAULT = re.compile(r"5\.7\.(?:25|27|29|30)(?: |$)|4\.7\.(?:23|27|29|30|31|32)(?: |$)")
_AUTHENTICATION = frozenset({530, 534, 535, 538})


class Outcome(NamedTuple):
    """What has become of one delivery. `code` is None where no reply decided it."""

    position: int
    state: DeliveryState
    code: int | None
    reply: str


def outcome_of(position: int, reply: Reply, at: Stage) -> Outcome:
    """The outcome of the reply that decided a delivery: 2yz to the final dot accepts, 4yz defers, the rest refuses."""
    if at is _DOT and reply.positive:
        state = _ACCEPTED
    elif reply.permanent:
        state = _REFUSED
    else:
        state = _DEFERRED
    return Outcome(position, state, reply.code, reply.text[:LONGEST_TEXT])


def unknown(position: int, why: str) -> Outcome:
    """The final dot was on the wire, and nobody knows what became of it."""
    return Outcome(position, DeliveryState.UNKNOWN, None, why[:LONGEST_TEXT])


def turns_everyone_away(reply: Reply, at: Stage) -> bool:
    """Whether a reply is about us and not about this recipient, so that the next would meet it too.

    That is a sender refused for good, authentication asked for, or one of the enhanced codes by which large providers
    name a fault of the sending domain (5.7.25, 4.7.32, …). The campaign pauses, and nobody is marked as refused.
    """
    if reply.positive:
        return False
    if reply.code in _AUTHENTICATION or _SENDER_AT_FAULT.match(reply.text):
        return True
    return at is Stage.MAIL and reply.permanent


@dataclass(frozen=True, slots=True)
class Retries:
    """When deferred deliveries are tried again: seconds to wait after each try (the last repeats), until they are of that age."""

    after: tuple[int, ...]
    give_up_after: timedelta

    def delay(self, attempts: int, age: timedelta, chance: float = 0.5) -> timedelta | None:
        """How long what has been tried so many times (1 or more) waits; None if it would be too old by then. `age` is since the first time.

        `chance`, from 0 to 1, makes it a fifth shorter or longer, so that what was deferred together does not come back together.
        """
        wait = timedelta(seconds=self.after[min(attempts, len(self.after)) - 1] * (1 - JITTER + 2 * JITTER * chance))
        return None if age + wait > self.give_up_after else wait
