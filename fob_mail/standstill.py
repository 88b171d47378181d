"""What stands still: leases that ran out, deliveries of which nobody knows, mail that is overdue, campaigns that wait for somebody."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fob_mail.models import Batch, BatchState, Campaign, CampaignState, Delivery, DeliveryState, Worker

GRACE = timedelta(minutes=5)
"""After which a lease, a retry or a scheduled campaign that nobody took up stands still."""


@dataclass(frozen=True, slots=True)
class Standstill:
    """By campaign: how many batches have a lease that ran out, how many deliveries are unknown, how many batches wait, how many overdue."""

    expired: dict[str, int]
    unknown: dict[str, int]
    waiting: dict[str, int]
    overdue: dict[str, int]
    late: tuple[str, ...]  # scheduled, and their time is past
    paused: dict[str, str]  # with the reason
    workers: int  # heard of within the grace


def standstill(session: Session, now: datetime) -> Standstill:
    """What a database says of its campaigns at this moment of its own clock."""
    before = now - GRACE
    batches = select(Campaign.slug, func.count()).join(Batch, Batch.campaign_id == Campaign.id).group_by(Campaign.slug)
    waiting = batches.where(Batch.state == BatchState.WAITING)
    unknown = (
        select(Campaign.slug, func.count())
        .join(Delivery, Delivery.campaign_id == Campaign.id)
        .where(Delivery.state == DeliveryState.UNKNOWN)
        .group_by(Campaign.slug)
    )
    late = select(Campaign.slug).where(Campaign.state == CampaignState.SCHEDULED, Campaign.scheduled_at < before)
    paused = select(Campaign.slug, Campaign.pause_reason).where(Campaign.state == CampaignState.PAUSED)
    return Standstill(
        expired=dict(session.execute(batches.where(Batch.state == BatchState.LEASED, Batch.leased_until < before)).all()),
        unknown=dict(session.execute(unknown).all()),
        waiting=dict(session.execute(waiting).all()),
        overdue=dict(session.execute(waiting.where(Batch.due_at < before)).all()),
        late=tuple(session.scalars(late)),
        paused=dict(session.execute(paused).all()),
        workers=session.scalar(select(func.count()).select_from(Worker).where(Worker.seen_at > before)) or 0,
    )
