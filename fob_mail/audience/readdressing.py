"""A person gets another address, once it has confirmed that it wants to be written to."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fob_mail import addresses
from fob_mail.audience import leaving, suppressions
from fob_mail.models import Consent, Subscriber, Subscription, SubscriptionState, SuppressionReason

MOVED = "moved to another address"


def readdress(session: Session, subscriber_id: int, address: str, digest_key: bytes, now: datetime) -> str | None:
    """Write to this person at another address from now on; gives the old one, or None if that cannot be (any more).

    If the new address is known by itself, its owner has just said that they are one person: it takes over what the old one is on.
    """
    person = session.scalar(select(Subscriber).where(Subscriber.id == subscriber_id, Subscriber.erased_at.is_(None)).with_for_update())
    digest = addresses.digest(address, digest_key)
    if person is None or person.address == address or suppressions.reason(session, digest) is SuppressionReason.COMPLAINT:
        return None
    suppressions.lift_by_own_word(session, digest, now)
    old = person.address
    other = session.scalar(select(Subscriber).where(Subscriber.address == address))
    if other is None:
        suppressions.suppress(session, person.digest, SuppressionReason.ASKED, now, MOVED)  # or an old file would bring it back
        person.address, person.digest = address, digest
        _note_moves(session, person.id, now)
    else:
        _hand_over(session, person.id, other.id, now)
    session.flush()
    return old


def _lists(session: Session, subscriber_id: int) -> list[int]:
    on = (Subscription.subscriber_id == subscriber_id) & (Subscription.state == SubscriptionState.CONFIRMED)
    return list(session.scalars(select(Subscription.list_id).where(on)))


def _note_moves(session: Session, subscriber_id: int, now: datetime) -> None:
    for list_id in _lists(session, subscriber_id):
        word = Consent(subscriber_id=subscriber_id, list_id=list_id, what="moved", how="confirmed", evidence="", given_at=now)
        session.add(word)


def _hand_over(session: Session, old: int, new: int, now: datetime) -> None:
    for list_id in _lists(session, old):
        leaving.leave(session, old, list_id, "moved", "to another address", now)
        there = session.get(Subscription, (new, list_id), with_for_update=True)
        if there is None:
            session.add(Subscription(subscriber_id=new, list_id=list_id, state=SubscriptionState.CONFIRMED, since=now))
        else:
            there.state, there.since, there.paused_until = SubscriptionState.CONFIRMED, now, None
        session.add(Consent(subscriber_id=new, list_id=list_id, what="moved", how="confirmed", evidence="", given_at=now))
