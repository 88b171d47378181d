"""What a person chooses: their name, their language, which lists, and a pause. Whoever holds a link of theirs chooses."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from fob_mail.audience import languages, leaving, suppressions
from fob_mail.audience.cells import one_line
from fob_mail.audience.joining import LONGEST_NAME
from fob_mail.models import Consent, MailingList, Subscriber, Subscription, SubscriptionState, SuppressionReason

PAGE = "page"


@dataclass(frozen=True, slots=True)
class Choice:
    """A list that a person is on, or may join."""

    list_id: int
    name: str
    description: str
    on_it: bool
    paused_until: datetime | None  # if that is still to come


@dataclass(frozen=True, slots=True)
class Choices:
    """All that a person may choose, as it is chosen now."""

    address: str
    name: str
    language: str | None
    suppressed: SuppressionReason | None
    lists: tuple[Choice, ...]

    @property
    def paused_until(self) -> datetime | None:
        """Until when mail of some list is held back."""
        return max((one.paused_until for one in self.lists if one.on_it and one.paused_until), default=None)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What somebody wants it to be from now on."""

    name: str
    language: str
    list_ids: frozenset[int]


def choices(session: Session, subscriber_id: int, now: datetime) -> Choices | None:
    """What this person may choose; None for somebody who is not known, or not any more."""
    person = session.scalar(select(Subscriber).where(Subscriber.id == subscriber_id, Subscriber.erased_at.is_(None)))
    if person is None:
        return None
    own = (Subscription.list_id == MailingList.id) & (Subscription.subscriber_id == subscriber_id)
    rows = session.execute(
        select(MailingList, Subscription.state, Subscription.paused_until)
        .outerjoin(Subscription, own)
        .where(MailingList.public | Subscription.state.is_not(None))
        .order_by(MailingList.name)
    )
    lists = tuple(
        Choice(one.id, one.name, one.description, state is SubscriptionState.CONFIRMED, until if until and until > now else None)
        for one, state, until in rows
        if one.public or state is SubscriptionState.CONFIRMED
    )
    return Choices(person.address, person.name, person.language, suppressions.reason(session, person.digest), lists)


def choose(session: Session, subscriber_id: int, chosen: Chosen, evidence: str, now: datetime) -> None:
    """Make it as it is chosen. Lists that are not theirs to join stay as they are; nobody is put on one who may not be mailed."""
    offered = choices(session, subscriber_id, now)
    if offered is None:
        return
    person = session.get_one(Subscriber, subscriber_id)
    person.name = one_line(chosen.name)[:LONGEST_NAME]
    person.language = languages.tag(chosen.language) if chosen.language else None
    barred = offered.suppressed not in {None, SuppressionReason.ASKED}
    for one in offered.lists:
        if one.on_it and one.list_id not in chosen.list_ids:
            leaving.leave(session, subscriber_id, one.list_id, PAGE, evidence, now)
        elif not one.on_it and one.list_id in chosen.list_ids and not barred:
            _join(session, subscriber_id, one.list_id, evidence, now)
            suppressions.lift_asked(session, person.digest, now)
    session.flush()


def pause(session: Session, subscriber_id: int, until: datetime, evidence: str, now: datetime) -> None:
    """Hold back the mail of every list that a person is on until then."""
    _hold(session, subscriber_id, until, evidence, now)


def resume(session: Session, subscriber_id: int, evidence: str, now: datetime) -> None:
    """Hold nothing back any more."""
    _hold(session, subscriber_id, None, evidence, now)


def _hold(session: Session, subscriber_id: int, until: datetime | None, evidence: str, now: datetime) -> None:
    what = "paused" if until else "resumed"
    on = (Subscription.subscriber_id == subscriber_id) & (Subscription.state == SubscriptionState.CONFIRMED)
    changing = on if until else on & Subscription.paused_until.is_not(None)
    held = update(Subscription).where(changing).values(paused_until=until).returning(Subscription.list_id)
    for list_id in session.scalars(held).all():
        session.add(Consent(subscriber_id=subscriber_id, list_id=list_id, what=what, how=PAGE, evidence=evidence, given_at=now))


def _join(session: Session, subscriber_id: int, list_id: int, evidence: str, now: datetime) -> None:
    subscription = session.get(Subscription, (subscriber_id, list_id), with_for_update=True)
    came = "joined" if subscription is None or subscription.state is SubscriptionState.PENDING else "returned"
    if subscription is None:
        session.add(Subscription(subscriber_id=subscriber_id, list_id=list_id, state=SubscriptionState.CONFIRMED, since=now))
    else:
        subscription.state, subscription.since, subscription.paused_until = SubscriptionState.CONFIRMED, now, None
    session.add(Consent(subscriber_id=subscriber_id, list_id=list_id, what=came, how=PAGE, evidence=evidence, given_at=now))
