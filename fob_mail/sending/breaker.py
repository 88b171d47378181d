"""When a relay refuses everyone, is it the people or is it us? First refusals of one kind are held back until that is known."""

from fob_mail.envelopes import Envelope
from fob_mail.models import DeliveryState
from fob_mail.outcomes import Outcome
from fob_mail.replies import Reply

SAME_REFUSALS = 10
"""So many refusals of the same kind, and nothing else before them: the relay turns us away, and not these people."""

Held = tuple[Envelope, Outcome]


class Breaker:
    """Lets outcomes through once the relay has shown that it judges people one by one."""

    def __init__(self) -> None:
        self._held: list[Held] = []
        self._kind: tuple[int, str] | None = None
        self._settled = False

    def admit(self, envelope: Envelope, outcome: Outcome, reply: Reply) -> list[Held]:
        """The outcomes that may be settled now: this one, and with it those held back; or none yet."""
        if self._settled:
            return [(envelope, outcome)]
        self._held.append((envelope, outcome))
        kind = (reply.code, reply.enhanced)
        if outcome.state is DeliveryState.REFUSED and self._kind in {None, kind}:
            self._kind = kind
            return []
        self._settled = True
        return self.release()

    @property
    def tripped(self) -> bool:
        """Whether the relay turns everyone away."""
        return not self._settled and len(self._held) >= SAME_REFUSALS

    def release(self) -> list[Held]:
        """What was held back, for whoever settles it or owes it again."""
        held, self._held = self._held, []
        return held
