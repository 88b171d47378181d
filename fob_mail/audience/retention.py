"""What lapses, and when? Wishes that nobody confirmed, notes that were written, the proof of consents of who was forgotten, and counts."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from fob_mail.audience import forgetting, limits
from fob_mail.models import Campaign, Consent, Delivery, Note, NoteState, Subscriber, Subscription, SubscriptionState

SETTLED = (NoteState.ACCEPTED, NoteState.REFUSED, NoteState.SKIPPED, NoteState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Terms:
    """For how long what is kept."""

    confirm_within: timedelta
    notes: timedelta
    proof: timedelta


@dataclass(frozen=True, slots=True)
class Lapsing:
    """How much of it is too old, or was when it was let lapse."""

    pending: int  # subscriptions that nobody confirmed in time
    strangers: int  # people of whom nothing but such a wish is known, and who are taken out whole
    notes: int  # notes that were settled long ago
    proofs: int  # words of consent of people who were forgotten long ago
    knocks: int  # counts of who asked how often
    brought_back: int  # people who were forgotten, and whom a copy of the database brought back


def lapse(session: Session, terms: Terms, digest_key: bytes, now: datetime) -> Lapsing:
    """Let what is too old lapse; gives how much that was. Roll the transaction back to have only looked."""
    old_notes = Note.state.in_(SETTLED) & (Note.created_at < now - terms.notes)
    notes = len(session.scalars(delete(Note).where(old_notes).returning(Note.id)).all())
    pending, strangers = _lapse_pending(session, now - terms.confirm_within)
    long_gone = select(Subscriber.id).where(Subscriber.erased_at < now - terms.proof)
    proofs = len(session.scalars(delete(Consent).where(Consent.subscriber_id.in_(long_gone)).returning(Consent.id)).all())
    session.execute(update(Subscriber).where(Subscriber.id.in_(long_gone)).values(digest=b""))
    return Lapsing(pending, strangers, notes, proofs, limits.forget(session, now), forgetting.erase_again(session, digest_key, now))


def waiting(session: Session) -> datetime | None:
    """Since when the oldest wish waits to be confirmed."""
    return session.scalar(select(func.min(Subscription.since)).where(Subscription.state == SubscriptionState.PENDING))


def _lapse_pending(session: Session, before: datetime) -> tuple[int, int]:
    """Take out subscriptions that nobody confirmed, and with them who is known by nothing else."""
    stale = (Subscription.state == SubscriptionState.PENDING) & (Subscription.since < before)
    gone = session.scalars(delete(Subscription).where(stale).returning(Subscription.subscriber_id)).all()
    strangers = [person for person in set(gone) if not session.scalar(select(_is_known(person)))]
    for person in strangers:
        for table in (Consent, Note):
            session.execute(delete(table).where(table.subscriber_id == person))
        session.execute(delete(Subscriber).where(Subscriber.id == person))
    return len(gone), len(strangers)


def _is_known(person: int) -> ColumnElement[bool]:
    """Whether somebody has more to do with us than wishes that lapsed."""
    agreed = select(Consent.id).where(Consent.subscriber_id == person, Consent.what != "asked").exists()
    mailed = select(Delivery.position).where(Delivery.campaign_id.in_(select(Campaign.id)), Delivery.subscriber_id == person).exists()
    return select(Subscription.list_id).where(Subscription.subscriber_id == person).exists() | agreed | mailed
