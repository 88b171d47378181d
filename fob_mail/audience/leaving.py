"""How a person leaves a list, takes that back, or leaves them all. What is asked for twice is done, and written down, once."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, func, insert, select, text, update
from sqlalchemy.orm import Session

from fob_mail.audience import suppressions
from fob_mail.database import by_index
from fob_mail.models import Campaign, Consent, MailingList, Subscriber, Subscription, SubscriptionState, SuppressionReason


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a person stands with a list: what the page behind their link shows (the address is to be masked there)."""

    address: str
    list_name: str
    list_language: str
    subscriber_language: str | None
    state: SubscriptionState
    suppressed: SuppressionReason | None  # why they are mailed by no list at all, if so
    other_lists: int  # how many other lists they are on, waiting or confirmed
    paused_until: datetime | None = None  # if that is still to come


class OneClick(NamedTuple):
    """Who leaves which list by the mail of which campaign."""

    subscriber_id: int
    list_id: int
    campaign_id: int


_ROWS = {
    "sqlite": "SELECT json_extract(value, '$[0]') AS person, json_extract(value, '$[1]') AS list FROM json_each(:rows) LIMIT -1",
    "postgresql": """SELECT CAST(value->>0 AS BIGINT) AS person, CAST(value->>1 AS BIGINT) AS list
                     FROM json_array_elements(CAST(:rows AS json)) OFFSET 0""",
}
"""Who leaves which list, as pairs. LIMIT and OFFSET keep the database from beginning with everybody's subscriptions, whatever it believes
of their number."""
_GONE = {
    dialect: text(f"""
        UPDATE subscriptions SET state = 'left', since = :now, paused_until = NULL FROM ({rows}) AS r
        WHERE subscriptions.subscriber_id = r.person AND subscriptions.list_id = r.list AND subscriptions.state <> 'left'
        RETURNING subscriber_id, list_id
    """).bindparams(bindparam("now", type_=Subscription.since.type))  # noqa: S608 made of constants  # nosec
    for dialect, rows in _ROWS.items()
}
_NAMES = select(Campaign.id, Campaign.slug).where(Campaign.id.in_(bindparam("campaigns", expanding=True)))
_SAID = insert(Consent).values(what="left", how="one-click")


def standing(session: Session, subscriber_id: int, list_id: int) -> Standing | None:
    """Where this person stands with this list, or None if they never were on it."""
    row = session.execute(
        select(Subscriber, MailingList, Subscription.state)
        .join(Subscription, Subscription.subscriber_id == Subscriber.id)
        .join(MailingList, MailingList.id == Subscription.list_id)
        .where(Subscriber.id == subscriber_id, MailingList.id == list_id)
    ).one_or_none()
    if row is None:
        return None
    subscriber, mailing_list, state = row
    others = select(func.count()).where(
        Subscription.subscriber_id == subscriber_id, Subscription.list_id != list_id, Subscription.state != SubscriptionState.LEFT
    )
    return Standing(
        address=subscriber.address,
        list_name=mailing_list.name,
        list_language=mailing_list.language,
        subscriber_language=subscriber.language,
        state=state,
        suppressed=suppressions.reason(session, subscriber.digest),
        other_lists=session.scalars(others).one(),
    )


def leave(  # noqa: PLR0913, PLR0917 who, from what, and the four words of the diary
    session: Session, subscriber_id: int, list_id: int, how: str, evidence: str, now: datetime
) -> None:
    """Take a person off a list at their word. Nothing happens if they left before, or never were on it."""
    gone = (
        update(Subscription)
        .where(Subscription.subscriber_id == subscriber_id, Subscription.list_id == list_id, Subscription.state != SubscriptionState.LEFT)
        .values(state=SubscriptionState.LEFT, since=now, paused_until=None)
    )
    for changed in session.scalars(gone.returning(Subscription.list_id)).all():
        session.add(Consent(subscriber_id=subscriber_id, list_id=changed, what="left", how=how, evidence=evidence, given_at=now))


def leave_by_one_click(session: Session, many: Sequence[OneClick], now: datetime) -> None:
    """Take many people off their lists at once, at the word of their mail programs: one update, and a line of the diary for each."""
    by_which = {(one.subscriber_id, one.list_id): one.campaign_id for one in reversed(many)}
    connection = session.connection()
    by_index(connection)
    left = connection.execute(_GONE[connection.dialect.name], {"rows": json.dumps(list(by_which)), "now": now}).all()
    if not left:
        return
    names = dict(connection.execute(_NAMES, {"campaigns": list(set(by_which.values()))}).all())
    said = [
        {
            "subscriber_id": person,
            "list_id": of,
            "evidence": f"campaign {names.get(campaign, campaign)}" if (campaign := by_which[person, of]) else "a note",
            "given_at": now,
        }
        for person, of in left
    ]
    connection.execute(_SAID, said)


def give_reason(session: Session, subscriber_id: int, list_id: int, words: str, now: datetime) -> bool:
    """Keep why somebody left, in their words, once for each time that they leave; False if there is nobody of whom to keep it."""
    left = (
        (Subscription.subscriber_id == subscriber_id) & (Subscription.list_id == list_id) & (Subscription.state == SubscriptionState.LEFT)
    )
    since = session.scalar(select(Subscription.since).where(left))
    said = (Consent.subscriber_id == subscriber_id) & (Consent.list_id == list_id) & (Consent.what == "reason")
    if since is None or not words or session.scalar(select(Consent.id).where(said, Consent.given_at >= since).limit(1)):
        return False
    session.add(Consent(subscriber_id=subscriber_id, list_id=list_id, what="reason", how="page", evidence=words, given_at=now))
    return True


def leave_all(session: Session, subscriber_id: int, how: str, evidence: str, now: datetime) -> None:
    """Take a person off every list, and remember that no list, of now or later, may mail them."""
    digest = session.scalar(select(Subscriber.digest).where(Subscriber.id == subscriber_id))
    if digest is None:
        return
    lists = select(Subscription.list_id).where(Subscription.subscriber_id == subscriber_id).order_by(Subscription.list_id)
    for list_id in session.scalars(lists).all():
        leave(session, subscriber_id, list_id, how, evidence, now)
    suppressions.suppress(session, digest, SuppressionReason.ASKED, now, note=evidence)


def undo(  # noqa: PLR0913, PLR0917 the same as leave()
    session: Session, subscriber_id: int, list_id: int, how: str, evidence: str, now: datetime
) -> None:
    """Put a person who left this list back on it, and lift a suppression that they asked for themselves (never another)."""
    back = (
        update(Subscription)
        .where(Subscription.subscriber_id == subscriber_id, Subscription.list_id == list_id, Subscription.state == SubscriptionState.LEFT)
        .values(state=SubscriptionState.CONFIRMED, since=now)
    )
    if session.scalar(back.returning(Subscription.list_id)) is None:
        return
    digest = session.scalars(select(Subscriber.digest).where(Subscriber.id == subscriber_id)).one()
    suppressions.lift_asked(session, digest, now)
    session.add(Consent(subscriber_id=subscriber_id, list_id=list_id, what="returned", how=how, evidence=evidence, given_at=now))
