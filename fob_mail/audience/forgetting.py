"""All that is known of a person, for them to take along; and how they are forgotten.

Who is forgotten leaves an empty row: its number stands in links of old mail and in the ledger, whose counts go on adding up. Of their
consents stays what was agreed to and when, by which mail sent in the past can be defended, and no words. A keyed digest stays among the
suppressions, so that no import brings them back.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, delete, or_, select, update
from sqlalchemy.orm import Session

from fob_mail import addresses
from fob_mail.audience import suppressions
from fob_mail.models import (
    Campaign,
    Consent,
    Delivery,
    Feedback,
    Ground,
    MailingList,
    Note,
    NoteState,
    Subscriber,
    Subscription,
    SuppressionReason,
)

AGAIN_FOR = timedelta(days=7)
"""For so long after somebody was forgotten, what a worker had under way then may still be written down."""


def everything(session: Session, subscriber_id: int) -> dict[str, object] | None:
    """All that is known of a person, as JSON would have it; None if nobody is, or no more."""
    person = session.scalar(select(Subscriber).where(Subscriber.id == subscriber_id, Subscriber.erased_at.is_(None)))
    if person is None:
        return None
    lists = session.execute(
        select(MailingList.slug, MailingList.name, Subscription.state, Subscription.since, Subscription.paused_until)
        .join(Subscription, Subscription.list_id == MailingList.id)
        .where(Subscription.subscriber_id == subscriber_id)
        .order_by(MailingList.slug)
    )
    words = session.execute(
        select(MailingList.slug, Consent.what, Consent.how, Consent.evidence, Consent.given_at)
        .join(Consent, Consent.list_id == MailingList.id)
        .where(Consent.subscriber_id == subscriber_id)
        .order_by(Consent.id)
    )
    sent = session.execute(
        select(Campaign.slug, Delivery.address, Delivery.state, Delivery.settled_at)
        .join(Delivery, Delivery.campaign_id == Campaign.id)
        .where(_deliveries(subscriber_id))
        .order_by(Campaign.id)
    )
    notes = session.execute(select(Note.kind, Note.state, Note.created_at).where(_notes(person)).order_by(Note.id))
    barred = suppressions.find(session, person.digest)
    return {
        "address": person.address,
        "name": person.name,
        "language": person.language,
        "attributes": person.attributes,
        "known_since": _told(person.created_at),
        "lists": [_row(("list", "name", "state", "since", "paused_until"), row) for row in lists],
        "consents": [_row(("list", "what", "how", "words", "at"), row) for row in words],
        "mail": [_row(("campaign", "to", "state", "at"), row) for row in sent],
        "notes": [_row(("kind", "state", "at"), row) for row in notes],
        "never_mailed": {"why": barred.why.value, "since": _told(barred.since)} if barred else None,
        "mailed_again": [
            {"was": one.why.value, "since": _told(one.since), "at": _told(one.at), "how": one.how, "words": one.words}
            for one in suppressions.lifted(session, person.digest)
        ],
    }


def erase(session: Session, subscriber_id: int, digest_key: bytes, how: str, now: datetime) -> bool:
    """Forget a person; whether there was one to forget."""
    person = session.scalar(select(Subscriber).where(Subscriber.id == subscriber_id, Subscriber.erased_at.is_(None)).with_for_update())
    if person is None:
        return False
    session.execute(delete(Note).where(_notes(person)))
    for list_id in session.scalars(select(Subscription.list_id).where(Subscription.subscriber_id == subscriber_id)).all():
        session.add(Consent(subscriber_id=subscriber_id, list_id=list_id, what="erased", how=how, evidence="", given_at=now))
    session.flush()
    session.execute(update(Consent).where(Consent.subscriber_id == subscriber_id).values(evidence=""))
    session.execute(delete(Subscription).where(Subscription.subscriber_id == subscriber_id))
    suppressions.suppress(session, person.digest, SuppressionReason.ERASED, now)
    suppressions.forget_words(session, person.digest)
    person.digest = _proof_digest(person.address, digest_key)
    person.address, person.name, person.language, person.attributes, person.erased_at = f"erased-{subscriber_id}", "", None, {}, now
    session.flush()
    _empty_deliveries(session, subscriber_id)
    return True


def erase_again(session: Session, digest_key: bytes, now: datetime) -> int:
    """Forget once more those whom a copy of the database brought back; and what came in late of the others. Gives how many came back."""
    back = (
        select(Subscriber.id)
        .join(Ground, Ground.digest == Subscriber.digest)
        .where(Ground.why == SuppressionReason.ERASED, Ground.lifted_at.is_(None))
        .where(Subscriber.erased_at.is_(None), Subscriber.created_at < Ground.since)
    )
    returned = session.scalars(back).all()
    for subscriber_id in returned:
        erase(session, subscriber_id, digest_key, "restored", now)
    for subscriber_id in session.scalars(select(Subscriber.id).where(Subscriber.erased_at > now - AGAIN_FOR)).all():
        _empty_deliveries(session, subscriber_id)
    return len(returned)


def proof(session: Session, address: str, digest_key: bytes) -> list[tuple[str, str, str, datetime]]:
    """What is kept of the consents of somebody who was forgotten: list, what, how and when, found by their address's digest."""
    whose = select(Subscriber.id).where(Subscriber.digest == _proof_digest(address, digest_key), Subscriber.erased_at.is_not(None))
    rows = session.execute(
        select(MailingList.slug, Consent.what, Consent.how, Consent.given_at)
        .join(Consent, Consent.list_id == MailingList.id)
        .where(Consent.subscriber_id.in_(whose))
        .order_by(Consent.id)
    )
    return [(slug, what, how, at) for slug, what, how, at in rows]


def _proof_digest(address: str, key: bytes) -> bytes:
    """Not the digest that suppressions have: nothing that looks people up by that finds who was forgotten."""
    return addresses.digest(f"erased {address}", key)


def _notes(person: Subscriber) -> ColumnElement[bool]:
    return or_(Note.subscriber_id == person.id, Note.address == person.address) & (Note.state != NoteState.SENDING)


def _deliveries(subscriber_id: int) -> ColumnElement[bool]:
    """Campaign by campaign, since the index begins with the campaign."""
    return Delivery.campaign_id.in_(select(Campaign.id)) & (Delivery.subscriber_id == subscriber_id)


def _empty_deliveries(session: Session, subscriber_id: int) -> None:
    """Take the address out of the ledger, and what replies and bounces may say of it."""
    said = case((Delivery.reply.is_(None), None), else_="")
    emptied = update(Delivery).where(_deliveries(subscriber_id)).values(address="", reply=said)
    session.execute(emptied.execution_options(synchronize_session=False))
    mine = select(Delivery.position).where(
        Delivery.campaign_id == Feedback.campaign_id, Delivery.position == Feedback.position, Delivery.subscriber_id == subscriber_id
    )
    session.execute(
        update(Feedback)
        .where(mine.exists())
        .values(text="", recipient="", sender="", subject="", new_address="")
        .execution_options(synchronize_session=False)
    )


def _row(names: tuple[str, ...], values: Iterable[object]) -> dict[str, object]:
    return {name: _told(value) for name, value in zip(names, values, strict=True)}


def _told(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
