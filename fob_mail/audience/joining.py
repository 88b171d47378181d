"""How people join by themselves: a wish is heeded, a mail asks whether it is theirs, a press confirms it.

Whoever fills in a form has shown nothing but that they know an address. So nothing is changed for somebody who is known, nobody is put
back who left, and nobody who is never mailed is mailed more than this one question; only a press on the link in it counts as their word.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from fob_mail import addresses
from fob_mail.audience import suppressions
from fob_mail.audience.cells import one_line
from fob_mail.models import Consent, MailingList, NoteKind, OptIn, Subscriber, Subscription, SubscriptionState, SuppressionReason

LONGEST_NAME = 200
SECOND = timedelta(seconds=1)
"""As finely as a link tells when it was asked for."""

NEVER_ASKED = SuppressionReason.COMPLAINT
"""Who complained of our mail is not even asked: the organiser can put them back at their word, a stranger's form cannot."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Somebody asked that this address be on this list; the address is normalised. `evidence`: the form, and from which network."""

    list_id: int
    address: str
    name: str
    language: str | None
    evidence: str


class Came(StrEnum):
    """What confirming came to."""

    JOINED = "joined"
    RETURNED = "returned"
    ALREADY = "already"


def heed(session: Session, wish: Wish, digest_key: bytes, now: datetime) -> tuple[NoteKind, int] | None:
    """What is to be written, and to which subscriber; None if nothing is. A new address becomes a subscriber who is pending."""
    digest = addresses.digest(wish.address, digest_key)
    barred = suppressions.reason(session, digest)
    if barred is NEVER_ASKED:
        return None
    person = _person(session, wish, digest, now)
    known = (Subscription.subscriber_id == person.id) & (Subscription.list_id == wish.list_id)
    subscription = session.scalar(select(Subscription).where(known).with_for_update())
    if subscription and subscription.state is SubscriptionState.CONFIRMED and not barred:
        return NoteKind.ALREADY, person.id
    _write(session, person.id, wish, "asked", now)
    if subscription is None:
        subscription = Subscription(subscriber_id=person.id, list_id=wish.list_id, state=SubscriptionState.PENDING, since=now)
        session.add(subscription)
    elif subscription.state is SubscriptionState.PENDING:
        subscription.since = now
    enough = session.get_one(MailingList, wish.list_id).opt_in is OptIn.SINGLE
    if enough and subscription.state is SubscriptionState.PENDING and not barred:
        subscription.state = SubscriptionState.CONFIRMED
        _write(session, person.id, wish, "joined", now)
        return NoteKind.WELCOME, person.id
    return NoteKind.CONFIRM, person.id


def confirm(  # noqa: PLR0913, PLR0917 who, on what, when asked, and the words of the diary
    session: Session, subscriber_id: int, list_id: int, asked_at: datetime, evidence: str, now: datetime
) -> Came | None:
    """Put a person on the list at their own word; None if they were forgotten, or have left since they asked.

    Their own word lifts every suppression but that of a complaint: they ask for mail, and have shown that it arrives.
    """
    row = session.execute(
        select(Subscription, Subscriber)
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .where(Subscription.subscriber_id == subscriber_id, Subscription.list_id == list_id)
        .with_for_update()
    ).one_or_none()
    if row is None:
        return None
    subscription, person = row
    if suppressions.reason(session, person.digest) is NEVER_ASKED:
        return None
    if subscription.state is SubscriptionState.CONFIRMED:
        suppressions.lift_by_own_word(session, person.digest, now)
        return Came.ALREADY
    if subscription.state is SubscriptionState.LEFT and subscription.since - asked_at >= SECOND:
        return None
    came = Came.RETURNED if subscription.state is SubscriptionState.LEFT else Came.JOINED
    suppressions.lift_by_own_word(session, person.digest, now)
    subscription.state, subscription.since, subscription.paused_until = SubscriptionState.CONFIRMED, now, None
    session.add(Consent(subscriber_id=subscriber_id, list_id=list_id, what=came, how="confirmed", evidence=evidence, given_at=now))
    session.flush()
    return came


def public_lists(session: Session) -> list[MailingList]:
    """The lists that anybody may join, by name."""
    return list(session.scalars(select(MailingList).where(MailingList.public).order_by(MailingList.name)))


def public_list(session: Session, slug: str) -> MailingList | None:
    """The list of that slug, if anybody may join it."""
    return session.scalar(select(MailingList).where(MailingList.slug == slug, MailingList.public))


def _person(session: Session, wish: Wish, digest: bytes, now: datetime) -> Subscriber:
    """Who has this address. What a form says of somebody who is known already is not believed."""
    person = session.scalar(select(Subscriber).where(Subscriber.address == wish.address))
    if person is None:
        name = one_line(wish.name)[:LONGEST_NAME]
        person = Subscriber(address=wish.address, digest=digest, name=name, language=wish.language, attributes={}, created_at=now)
        session.add(person)
        session.flush()
    return person


def _write(session: Session, subscriber_id: int, wish: Wish, what: str, now: datetime) -> None:
    session.add(
        Consent(subscriber_id=subscriber_id, list_id=wish.list_id, what=what, how="form", evidence=one_line(wish.evidence), given_at=now)
    )
    session.flush()
