"""A mail that is submitted to a relay by itself, and waited for: what became of it. Notes and what is forwarded go this way."""

from fob_mail.envelopes import Envelope
from fob_mail.models import DeliveryState
from fob_mail.outcomes import Outcome, outcome_of, turns_everyone_away, unknown
from fob_mail.smtp.relay import Opened
from fob_mail.smtp.single import HungUpError, deliver


def submit(opened: Opened, envelope: Envelope) -> Outcome:
    """Send it, and say what became of it. What the relay has against us, and not against this mail, only defers it."""
    try:
        decided = deliver(opened, envelope)
    except HungUpError as error:
        return unknown(0, error.problem) if error.unknown else Outcome(0, DeliveryState.DEFERRED, None, error.problem)
    outcome = outcome_of(0, decided.reply, decided.at)
    return outcome._replace(state=DeliveryState.DEFERRED) if turns_everyone_away(decided.reply, decided.at) else outcome
