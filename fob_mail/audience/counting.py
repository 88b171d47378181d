"""How many people are on a list, and how do they stand? The counts are asked for each time, never kept."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fob_mail.models import Subscriber, Subscription, SubscriptionState, Suppression


@dataclass(frozen=True, slots=True)
class Counts:
    """Everyone who ever was on a list, each counted once: `confirmed` are those whom a campaign would mail now."""

    confirmed: int
    pending: int
    left: int
    suppressed: int  # on the list still, and never mailed: bounced, complained, or asked to leave all lists


def counts(session: Session, list_id: int) -> Counts:
    """How the people of one list stand."""
    suppressed = Suppression.digest.is_not(None)
    rows = session.execute(
        select(Subscription.state, suppressed, func.count())
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .outerjoin(Suppression, Suppression.digest == Subscriber.digest)
        .where(Subscription.list_id == list_id)
        .group_by(Subscription.state, suppressed)
    )
    found = {(state, bool(barred)): number for state, barred, number in rows}
    return Counts(
        confirmed=found.get((SubscriptionState.CONFIRMED, False), 0),
        pending=found.get((SubscriptionState.PENDING, False), 0),
        left=sum(found.get((SubscriptionState.LEFT, barred), 0) for barred in (False, True)),
        suppressed=sum(found.get((state, True), 0) for state in (SubscriptionState.CONFIRMED, SubscriptionState.PENDING)),
    )
