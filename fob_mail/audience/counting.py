"""How many people are on a list, and how do they stand? The counts are asked for each time, never kept."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fob_mail.database import clock
from fob_mail.models import Subscriber, Subscription, SubscriptionState, Suppression


@dataclass(frozen=True, slots=True)
class Counts:
    """Everyone who ever was on a list, each counted once: `confirmed` are those whom a campaign would mail now."""

    confirmed: int = 0
    pending: int = 0
    left: int = 0
    paused: int = 0  # confirmed, and not mailed until a day that they chose
    suppressed: int = 0  # on the list still, and never mailed: bounced, complained, or asked to leave all lists


def counts(session: Session, list_id: int) -> Counts:
    """How the people of one list stand."""
    suppressed = Suppression.digest.is_not(None)
    paused = func.coalesce(Subscription.paused_until > clock(session), False)
    rows = session.execute(
        select(Subscription.state, suppressed, paused, func.count())
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .outerjoin(Suppression, Suppression.digest == Subscriber.digest)
        .where(Subscription.list_id == list_id)
        .group_by(Subscription.state, suppressed, paused)
    )
    found: Counter[str] = Counter()
    for state, barred, pauses, number in rows:
        confirmed = "paused" if pauses else "confirmed"
        stands = confirmed if state is SubscriptionState.CONFIRMED else str(state)
        found["suppressed" if barred and state is not SubscriptionState.LEFT else stands] += number
    return Counts(**found)
