"""What came back, for people to read: the newest first, or one in full; and what was refused for our own fault."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from fob_mail.inbound.incoming import Kind
from fob_mail.models import Campaign, Delivery, Feedback, Subscriber


@dataclass(frozen=True, slots=True)
class Letter:
    """One thing that came back. `reader` is who is shown to be meant, as called now; anybody can write what the other words say."""

    number: int
    at: datetime
    kind: str
    cause: str
    status: str
    reason: str
    campaign: str
    reader: str
    recipient: str
    sender: str
    subject: str
    new_address: str
    followed: str
    kept: str
    forward: str  # a NoteState, or empty: it is only kept
    forwarded_at: datetime | None
    forward_reply: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which of them: of a kind, of a campaign, of which the mail is kept, or whose forward stands so; and how many at the most."""

    kind: str = ""
    campaign_id: int | None = None
    kept: bool = False
    forward: str = ""
    most: int = 50


def newest(session: Session, which: Wanted) -> list[Letter]:
    """The newest first."""
    wanted = _letters().order_by(Feedback.id.desc()).limit(which.most)
    if which.kind:
        wanted = wanted.where(Feedback.kind == which.kind)
    if which.campaign_id is not None:
        wanted = wanted.where(Feedback.campaign_id == which.campaign_id)
    if which.forward:
        wanted = wanted.where(Feedback.forward == which.forward)
    if which.kept:
        wanted = wanted.where(Feedback.kept > "")
    return [_letter(row) for row in session.execute(wanted)]


def find(session: Session, number: int) -> Letter | None:
    """The one of that number."""
    row = session.execute(_letters().where(Feedback.id == number)).first()
    return _letter(row) if row else None


def blocked(session: Session, campaign_id: int) -> dict[str, int]:
    """To how many people's addresses a campaign was refused for what we are or wrote, by the cause."""
    refused = (Feedback.campaign_id == campaign_id, Feedback.kind == Kind.BLOCKED)
    people = func.count(Feedback.position.distinct())
    counted = select(Feedback.cause, people).where(*refused).group_by(Feedback.cause)
    return dict(session.execute(counted).all())


def _letters() -> Select[Feedback, str, str, datetime | None]:
    there = (Delivery.campaign_id == Feedback.campaign_id) & (Delivery.position == Feedback.position)
    return (
        select(Feedback, Campaign.slug, Subscriber.address, Subscriber.erased_at)
        .outerjoin(Campaign, Campaign.id == Feedback.campaign_id)
        .outerjoin(Delivery, there)
        .outerjoin(Subscriber, Subscriber.id == Delivery.subscriber_id)
    )


def _letter(row: Row[Feedback, str, str, datetime | None]) -> Letter:
    told, campaign, reader, erased_at = row
    return Letter(
        number=told.id,
        at=told.at,
        kind=told.kind,
        cause=told.cause,
        status=told.status,
        reason=told.text,
        campaign=campaign or "",
        reader="" if erased_at else reader or "",
        recipient=told.recipient,
        sender=told.sender,
        subject=told.subject,
        new_address=told.new_address,
        followed=told.followed,
        kept=told.kept,
        forward=told.forward,
        forwarded_at=told.forwarded_at,
        forward_reply=told.forward_reply,
    )
