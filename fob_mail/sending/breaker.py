"""When a relay refuses everyone, is it the people or is it us? First refusals of one kind are held back until that is known."""

from fob_mail.envelopes import Envelope
from fob_mail.models import DeliveryState
from fob_mail.outcomes import Outcome
from fob_mail.replies import Reply

Held = tuple[Envelope, Outcome]


class Breaker:
    """Lets outcomes through once the relay has shown that it judges people one by one.

    Once it has tripped it stays so: refusals of that kind that are still on their way are held back too.
    """

    def __init__(self, same_refusals: int) -> None:
        """`same_refusals`: so many of one kind, and nothing else before them, and it is us whom the relay turns away."""
        self._same_refusals = same_refusals
        self._held: list[Held] = []
        self._kind: tuple[int, str] | None = None
        self._count = 0
        self.judges_people = False  # one by one, as it has shown

    def admit(self, envelope: Envelope, outcome: Outcome, reply: Reply) -> list[Held]:
        """The outcomes that may be settled now: this one, and with it those held back; or none yet."""
        if self.judges_people:
            return [(envelope, outcome)]
        kind = (reply.code, reply.enhanced)
        same = outcome.state is DeliveryState.REFUSED and self._kind in {None, kind}
        if same:
            self._kind = kind
            self._count += 1
            self._held.append((envelope, outcome))
            return []
        if self.tripped:
            return [(envelope, outcome)]
        self.judges_people = True
        return [*self.release(), (envelope, outcome)]

    @property
    def tripped(self) -> bool:
        """Whether the relay turns everyone away."""
        return self._count >= self._same_refusals and not self.judges_people

    def release(self) -> list[Held]:
        """What was held back, for whoever settles it or owes it again."""
        held, self._held = self._held, []
        return held
