"""One person: put on a list at their word, shown with all that is known, taken off."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from fob_mail import addresses
from fob_mail.audience import languages, leaving, suppressions
from fob_mail.audience.cells import one_line
from fob_mail.errors import ConflictError, InputError, NotFoundError
from fob_mail.models import Consent, MailingList, Subscriber, Subscription, SubscriptionState, Suppression, SuppressionReason

_BY = "organiser"


class Added(StrEnum):
    """What adding a person came to."""

    ADDED = "added"  # new on the list
    CONFIRMED = "confirmed"  # was waiting to confirm, and now need not
    RETURNED = "returned"  # had left, and asked to come back
    ALREADY = "already"  # was on the list, and nothing was written


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A person as given: the address is checked by add(), the words are the consent. `again`: they asked to come back."""

    address: str
    consent: str
    name: str = ""
    language: str | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """One list of a person's: its slug and name, how they stand there, and since when."""

    slug: str
    name: str
    state: SubscriptionState
    since: datetime


@dataclass(frozen=True, slots=True)
class Word:
    """A line of the diary of consents."""

    slug: str
    what: str
    how: str
    evidence: str
    given_at: datetime


@dataclass(frozen=True, slots=True)
class Profile:
    """All that is known of an address; without a subscriber, that it is suppressed is all."""

    address: str
    subscriber: Subscriber | None
    places: tuple[Place, ...]
    words: tuple[Word, ...]
    suppression: Suppression | None


def find(session: Session, address: str) -> Subscriber:
    """The subscriber of a normalised address. Raises NotFoundError that names those of the same name elsewhere."""
    found = session.scalar(select(Subscriber).where(Subscriber.address == address))
    if found is None:
        near = session.scalars(_alike(address)).all()
        hint = f"Did you mean {' or '.join(near)}?" if near else "Put them on a list: fob-mail subscribers add LIST ADDRESS --consent …"
        raise NotFoundError(f"Nobody is known by the address {address}.", hint)
    return found


def some(session: Session, of: MailingList, most: int) -> list[str]:
    """The addresses of a few people on a list, to choose from."""
    on_it = Subscription.list_id == of.id, Subscription.state == SubscriptionState.CONFIRMED
    joined = select(Subscriber.address).join(Subscription, Subscription.subscriber_id == Subscriber.id)
    return list(session.scalars(joined.where(*on_it).order_by(Subscriber.id).limit(most)))


def add(session: Session, to: MailingList, who: Newcomer, digest_key: bytes, now: datetime) -> Added:
    """Put one person on a list, with the words of their consent. Raises ConflictError for whom that would be against their will."""
    address = addresses.normalise(who.address)
    if not who.consent.strip():
        raise InputError("There are no words of consent.", 'Say how they asked for it: --consent "signed up at the April stall".')
    language = _language(who.language)
    digest = addresses.digest(address, digest_key)
    _refuse_the_suppressed(session, address, digest, again=who.again)
    person = session.scalar(select(Subscriber).where(Subscriber.address == address))
    if person is None:
        person = Subscriber(address=address, digest=digest, name="", attributes={}, created_at=now)
        session.add(person)
        session.flush()
    came = _subscribe(session, person, to, now, again=who.again)
    suppressions.lift_asked(session, digest, now, _BY, one_line(who.consent))
    person.name, person.language = one_line(who.name) or person.name, language or person.language
    if came is not Added.ALREADY:
        what = "returned" if came is Added.RETURNED else "joined"
        session.add(Consent(subscriber_id=person.id, list_id=to.id, what=what, how=_BY, evidence=one_line(who.consent), given_at=now))
    session.flush()
    return came


def remove(session: Session, of: MailingList, address: str, evidence: str, now: datetime) -> bool:
    """Take a person off a list; whether they were on it still. The row stays, so that the links in their old mail work."""
    address = addresses.normalise(address)
    if session.scalar(select(Subscriber.id).where(Subscriber.address == address)) is None:
        near = list(session.scalars(_alike(address)))
        hint = f"Did you mean {' or '.join(near)}?" if near else "Check how the address is written."
        raise NotFoundError(f"{address} is not on the list {of.slug}, nor known at all.", hint)
    person = find(session, address)
    subscription = session.get(Subscription, (person.id, of.id), populate_existing=True)
    if subscription is None:
        raise NotFoundError(
            f"{person.address} never was on the list {of.slug}.", f"See where they are: fob-mail subscribers show {address}"
        )
    if subscription.state is SubscriptionState.LEFT:
        return False
    leaving.leave(session, person.id, of.id, _BY, evidence, now)
    return True


def profile(session: Session, address: str, digest_key: bytes) -> Profile:
    """All that is known of an address. Raises NotFoundError where that is nothing."""
    address = addresses.normalise(address)
    suppression = suppressions.find(session, addresses.digest(address, digest_key))
    if suppression is not None and session.scalar(select(Subscriber.id).where(Subscriber.address == address)) is None:
        return Profile(address, None, (), (), suppression)
    person = find(session, address)
    places = session.execute(
        select(MailingList.slug, MailingList.name, Subscription.state, Subscription.since)
        .join(Subscription, Subscription.list_id == MailingList.id)
        .where(Subscription.subscriber_id == person.id)
        .order_by(MailingList.slug)
    )
    words = session.execute(
        select(MailingList.slug, Consent.what, Consent.how, Consent.evidence, Consent.given_at)
        .join(Consent, Consent.list_id == MailingList.id)
        .where(Consent.subscriber_id == person.id)
        .order_by(Consent.id)
    )
    return Profile(address, person, tuple(Place(*row) for row in places), tuple(Word(*row) for row in words), suppression)


def _subscribe(session: Session, person: Subscriber, to: MailingList, now: datetime, *, again: bool) -> Added:
    subscription = session.scalar(
        select(Subscription).where(Subscription.subscriber_id == person.id, Subscription.list_id == to.id).with_for_update()
    )
    if subscription is None:
        session.add(Subscription(subscriber_id=person.id, list_id=to.id, state=SubscriptionState.CONFIRMED, since=now))
        return Added.ADDED
    if subscription.state is SubscriptionState.CONFIRMED:
        return Added.ALREADY
    if subscription.state is SubscriptionState.LEFT and not again:
        problem = f"{person.address} left the list {to.slug} on {subscription.since:%Y-%m-%d}."
        raise ConflictError(problem, "If they asked to come back, say so with --again.")
    came = Added.RETURNED if subscription.state is SubscriptionState.LEFT else Added.CONFIRMED
    subscription.state, subscription.since = SubscriptionState.CONFIRMED, now
    return came


def _refuse_the_suppressed(session: Session, address: str, digest: bytes, *, again: bool) -> None:
    found = suppressions.find(session, digest)
    if found is None or (found.why is SuppressionReason.ASKED and again):
        return
    if found.why is SuppressionReason.ASKED:
        problem = f"{address} left all lists on {found.since:%Y-%m-%d}."
        raise ConflictError(problem, "If they asked to come back, say so with --again.")
    problem = f"{address} is never mailed again: {found.why}, {found.since:%Y-%m-%d}."
    raise ConflictError(problem, "Leave them out, or ask them for another address.")


def _language(written: str | None) -> str | None:
    if not written:
        return None
    language = languages.tag(written)
    if language is None:
        raise InputError(f"{written[:40]!r} is not a language.", "Give its short code: en, es, es-BO.")
    return language


def _alike(address: str, most: int = 3) -> "Select[str]":
    """Addresses with the same local part at another domain."""
    local = address.rpartition("@")[0]
    return select(Subscriber.address).where(Subscriber.address.startswith(f"{local}@", autoescape=True)).limit(most)
