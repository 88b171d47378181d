"""What came back, written down once: whose delivery it was, what it was, and how often lately."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, tuple_, update
from sqlalchemy.orm import Session

from fob_mail.database import insert_into
from fob_mail.inbound.incoming import Incoming
from fob_mail.links import Links, Place, Subscribed
from fob_mail.models import Campaign, Delivery, DeliveryState, Feedback, Subscriber, UsedToken

MOST_LOOKED_AT = 50
"""Campaigns whose Message-IDs are computed, the newest first, and addresses of one event that are looked up."""

TOKENS_KEPT = timedelta(days=2)
"""Longer than any vendor's signature is believed."""


def note(session: Session, incoming: Incoming, place: Place | None, now: datetime) -> int | None:
    """Write an event down and give its number; None if it was before, by whatever way it came then."""
    campaign, position = place or (None, None)
    row = {
        "event_key": incoming.key,
        "campaign_id": campaign,
        "position": position,
        "kind": incoming.kind,
        "status": incoming.status[:20],
        "cause": incoming.cause or "",
        "text": incoming.reason[:1000],
        "recipient": incoming.recipient[:320],
        "sender": incoming.sender[:320],
        "subject": incoming.subject[:300],
        "new_address": incoming.new_address[:320],
        "at": now,
    }
    said = insert_into(session, Feedback).values(row).on_conflict_do_nothing(index_elements=["event_key"]).returning(Feedback.id)
    return session.scalar(said)


def latest(session: Session) -> datetime | None:
    """When something last came back."""
    return session.scalar(select(Feedback.at).order_by(Feedback.id.desc()).limit(1))


def followed(session: Session, number: int, words: str) -> None:
    """Write down what was done about an event."""
    session.execute(update(Feedback).where(Feedback.id == number).values(followed=words))


def keep(session: Session, number: int, name: str, forward: str) -> None:
    """Write down by which name an event's mail is kept, and whether it is to be passed on: queued, or not at all."""
    session.execute(update(Feedback).where(Feedback.id == number).values(kept=name, forward=forward))


def told_otherwise(session: Session, key: str, place: Place, kind: str) -> bool:
    """Whether the same was told of a delivery by another way: by mail, if a vendor tells it now, or by a vendor if a mail does.

    A vendor's keys begin with its name and a colon, mails' have none. Within one way, two events are two.
    """
    here = (Feedback.campaign_id == place.campaign_id, Feedback.position == place.position, Feedback.kind == kind)
    by_vendor = Feedback.event_key.like("%:%")
    other_way = ~by_vendor if ":" in key else by_vendor
    return session.scalar(select(Feedback.id).where(*here, other_way).limit(1)) is not None


def good_for(session: Session, token: str, key: str, now: datetime) -> bool:
    """Whether a token is good for an event: used never before, or for this one. Tokens of two days ago are forgotten."""
    used = insert_into(session, UsedToken).values(token=token, event_key=key, at=now)
    session.execute(used.on_conflict_do_nothing(index_elements=["token"]))
    session.execute(delete(UsedToken).where(UsedToken.at < now - TOKENS_KEPT))
    return session.scalar(select(UsedToken.event_key).where(UsedToken.token == token)) == key


def subscribed_at(session: Session, place: Place) -> Subscribed | None:
    """Who would leave which list by a delivery's link; None if there is no such delivery."""
    there = (Delivery.campaign_id == place.campaign_id, Delivery.position == place.position)
    row = session.execute(
        select(Delivery.subscriber_id, Campaign.list_id).join(Campaign, Campaign.id == Delivery.campaign_id).where(*there)
    ).first()
    return Subscribed(row[0], row[1], place.campaign_id) if row else None


def named(session: Session, who: Subscribed) -> str:
    """The mail by which somebody left, as the diary names it: the campaign, if it was one."""
    slug = session.scalar(select(Campaign.slug).where(Campaign.id == who.campaign_id)) if who.campaign_id else None
    return f"campaign {slug}" if slug else "a note"


def place_of(session: Session, who: Subscribed) -> Place | None:
    """The delivery of a campaign to a subscriber, as a link in a mail names both."""
    where = (Delivery.campaign_id == who.campaign_id, Delivery.subscriber_id == who.subscriber_id)
    position = session.scalar(select(Delivery.position).where(*where))
    return None if position is None else Place(who.campaign_id, position)


def place_by_message_id(session: Session, message_ids: tuple[str, ...], recipients: tuple[str, ...], links: Links) -> Place | None:
    """The delivery to one of these addresses that has one of these Message-IDs, which only we can have made."""
    local = {name.strip("<> ").partition("@")[0] for name in message_ids}
    if not local or not recipients:
        return None
    for subscriber in _called(session, recipients):
        for campaign in _newest(session):
            if links.message_id(campaign, subscriber, "x").strip("<>").partition("@")[0] in local:
                return place_of(session, Subscribed(subscriber, 0, campaign))
    return None


def newest_to(session: Session, recipients: tuple[str, ...]) -> Place | None:
    """The newest delivery to one of these addresses that went out."""
    mailed = (Delivery.campaign_id.in_(_newest(session)), Delivery.subscriber_id.in_(_called(session, recipients)))
    went = Delivery.state.in_((DeliveryState.ACCEPTED, DeliveryState.UNKNOWN))
    newest = select(Delivery.campaign_id, Delivery.position).where(*mailed, went).order_by(Delivery.campaign_id.desc()).limit(1)
    row = session.execute(newest).first()
    return Place(row[0], row[1]) if row else None


def _called(session: Session, addresses: tuple[str, ...]) -> list[int]:
    """Who has one of these addresses, by their ids; deliveries themselves are not looked up by address, for there are millions."""
    return list(session.scalars(select(Subscriber.id).where(Subscriber.address.in_(addresses[:MOST_LOOKED_AT]))))


def _newest(session: Session) -> list[int]:
    """The newest campaigns, by their ids."""
    return list(session.scalars(select(Campaign.id).order_by(Campaign.id.desc()).limit(MOST_LOOKED_AT)))


def reader_of(session: Session, place: Place) -> Subscriber | None:
    """Whose delivery it is; None if there is no such delivery, or they were forgotten."""
    there = (Delivery.campaign_id == place.campaign_id, Delivery.position == place.position)
    return session.scalar(select(Subscriber).join(Delivery, Delivery.subscriber_id == Subscriber.id).where(*there))


def often(session: Session, subscriber_id: int, kind: str, since: datetime) -> int:
    """How many events of a kind there were about a subscriber since then, of the newest campaigns."""
    mailed = (Delivery.campaign_id.in_(_newest(session)), Delivery.subscriber_id == subscriber_id)
    places = [tuple(row) for row in session.execute(select(Delivery.campaign_id, Delivery.position).where(*mailed))]
    about = tuple_(Feedback.campaign_id, Feedback.position).in_(places)
    return session.scalar(select(func.count()).select_from(Feedback).where(about, Feedback.kind == kind, Feedback.at >= since)) or 0
