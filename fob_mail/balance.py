"""Where the deliveries of a campaign stand: how many are owed, settled and in doubt, and which. Nothing is moved."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fob_mail.models import Batch, BatchState, Delivery, DeliveryState

OWED = (DeliveryState.QUEUED, DeliveryState.DEFERRED)


@dataclass(frozen=True, slots=True)
class Counts:
    """Where a campaign's deliveries stand. `queued` are owed and free, `leased` owed and with a worker; all add up to `audience`."""

    audience: int = 0
    queued: int = 0
    leased: int = 0
    deferred: int = 0
    accepted: int = 0
    refused: int = 0
    skipped: int = 0
    unknown: int = 0

    @property
    def owed(self) -> int:
        """How many are still to be settled."""
        return self.queued + self.leased + self.deferred


@dataclass(frozen=True, slots=True)
class Doubt:
    """A delivery of which nobody knows whether it arrived."""

    position: int
    address: str
    why: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Settled:
    """What has become of one delivery, in the relay's words or ours."""

    address: str
    code: int | None
    reply: str
    at: datetime | None


def counts(session: Session, campaign_id: int) -> Counts:
    """Where the deliveries of a campaign stand, counted now."""
    each = [func.count().filter(Delivery.state == state) for state in DeliveryState]  # to group by it, SQLite would sort them all
    told = session.execute(select(*each).where(Delivery.campaign_id == campaign_id)).one()
    by_state: dict[DeliveryState, int] = dict(zip(DeliveryState, told, strict=True))
    in_lease = (Delivery.campaign_id == Batch.campaign_id) & Delivery.position.between(Batch.first_position, Batch.last_position)
    leased: dict[DeliveryState, int] = dict(
        session.execute(
            select(Delivery.state, func.count())
            .join(Batch, in_lease)
            .where(Batch.campaign_id == campaign_id, Batch.state == BatchState.LEASED, Delivery.state.in_(OWED))
            .group_by(Delivery.state)
        ).all()
    )
    numbers = {str(state): by_state[state] - leased.get(state, 0) for state in DeliveryState}
    return Counts(audience=sum(by_state.values()), leased=sum(leased.values()), **numbers)


def doubts(session: Session, campaign_id: int) -> list[Doubt]:
    """The deliveries of which nobody knows whether they arrived."""
    unknown = (Delivery.campaign_id == campaign_id) & (Delivery.state == DeliveryState.UNKNOWN)
    rows = session.execute(
        select(Delivery.position, Delivery.address, Delivery.reply, Delivery.settled_at).where(unknown).order_by(Delivery.position)
    )
    return [Doubt(position, address, reply or "", at) for position, address, reply, at in rows]


def settled_as(session: Session, campaign_id: int, state: DeliveryState) -> Iterator[Settled]:
    """The deliveries that are in this state, in their order; a few at a time, however many there are."""
    chosen = (
        select(Delivery.address, Delivery.code, Delivery.reply, Delivery.settled_at)
        .where(Delivery.campaign_id == campaign_id, Delivery.state == state)
        .order_by(Delivery.position)
    )
    for address, code, reply, at in session.execute(chosen, execution_options={"yield_per": 1_000}):
        yield Settled(address, code, reply or "", at)


def leased_until(session: Session, campaign_id: int) -> datetime | None:
    """When the last lease of a campaign ends, unless its worker renews it; None if nothing is leased."""
    return session.scalar(select(func.max(Batch.leased_until)).where(Batch.campaign_id == campaign_id, Batch.state == BatchState.LEASED))
