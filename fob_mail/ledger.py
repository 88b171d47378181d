"""The ledger: which deliveries are owed, under way and settled. A lease is committed before SMTP sees a byte.

Every statement that moves a batch or a delivery is in this file, under the question that it answers. No function
commits: the shell does, because where the commits fall is the safety argument.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select, text, update
from sqlalchemy.orm import Session

from fob_mail.envelopes import Recipient
from fob_mail.models import Batch, BatchState, Campaign, CampaignState, Delivery, DeliveryState, Subscriber
from fob_mail.outcomes import Outcome, Retries

OWED = (DeliveryState.QUEUED, DeliveryState.DEFERRED)


@dataclass(frozen=True, slots=True)
class Lease:
    """A batch that a worker has, and whom of it is still to be mailed."""

    batch_id: int
    campaign_id: int
    recipients: tuple[Recipient, ...]


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


def lease(session: Session, campaign_id: int, worker: str, now: datetime, until: datetime) -> Lease | None:
    """Claim the next batch that is owed and due, of a campaign that is being sent; None if there is none now.

    People who left or were suppressed since the audience was frozen are settled as skipped and not among the recipients.
    """
    due = or_(Batch.state == BatchState.QUEUED, (Batch.state == BatchState.WAITING) & (Batch.due_at <= now))
    sending = select(Campaign.id).where(Campaign.id == campaign_id, Campaign.state == CampaignState.SENDING)
    batch = session.scalars(
        select(Batch)
        .where(Batch.campaign_id.in_(sending), due)
        .order_by(Batch.first_position)
        .limit(1)
        .with_for_update(skip_locked=True, of=Batch)
    ).first()
    if batch is None:
        return None
    batch.state, batch.worker, batch.leased_until, batch.due_at = BatchState.LEASED, worker, until, None
    session.flush()
    _skip_those_who_left(session, batch, now)
    return Lease(batch.id, campaign_id, tuple(_recipients(session, batch)))


def renew(session: Session, worker: str, until: datetime) -> set[int]:
    """Prolong what a worker has; gives the batches that it still has."""
    renewed = update(Batch).where(Batch.worker == worker, Batch.state == BatchState.LEASED).values(leased_until=until).returning(Batch.id)
    return set(session.scalars(renewed))


def settle(session: Session, campaign_id: int, outcomes: Sequence[Outcome], now: datetime) -> None:
    """Write down what has become of deliveries, in bulk. What was settled before stays; only an unknown may become known."""
    if not outcomes:
        return
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        moment = now.strftime(_SQLITE_MOMENT)
        rows = [(o.state.value, o.code, o.reply, moment, campaign_id, o.position) for o in outcomes]
        connection.exec_driver_sql(_SETTLE_SQLITE, rows)
    else:
        told = json.dumps([[o.position, o.state, o.code, o.reply] for o in outcomes])
        session.execute(text(_SETTLE_POSTGRESQL), {"campaign_id": campaign_id, "rows": told, "now": now})


def finish(session: Session, batch_id: int, worker: str, now: datetime, retries: Retries) -> None:
    """Give a batch back: done if nothing of it is owed, waiting if the rest was deferred, queued if some were not tried."""
    batch = session.scalars(
        select(Batch).where(Batch.id == batch_id, Batch.worker == worker, Batch.state == BatchState.LEASED).with_for_update()
    ).first()
    if batch is None:
        return  # the lease was lost, and whoever has it now gives it back
    owed = _owed(session, batch)
    batch.worker = batch.leased_until = None
    if owed.get(DeliveryState.QUEUED):
        batch.state = BatchState.QUEUED
    elif owed.get(DeliveryState.DEFERRED):
        batch.attempts += 1
        delay = retries.delay(batch.attempts)
        if delay is None:
            _give_up(session, batch, now)
        batch.state = BatchState.DONE if delay is None else BatchState.WAITING
        batch.due_at = None if delay is None else now + delay
    else:
        batch.state = BatchState.DONE
    session.flush()


def give_back(session: Session, batch_ids: Iterable[int], worker: str) -> None:
    """Give batches back untried or half tried: what is owed of them is owed to the next worker at once."""
    session.execute(
        update(Batch)
        .where(Batch.id.in_(list(batch_ids)), Batch.worker == worker, Batch.state == BatchState.LEASED)
        .values(state=BatchState.QUEUED, worker=None, leased_until=None)
    )


def leased_by(session: Session, worker: str) -> dict[int, int]:
    """The batches that a worker has, each with its campaign."""
    rows = session.execute(select(Batch.id, Batch.campaign_id).where(Batch.worker == worker, Batch.state == BatchState.LEASED))
    return dict(rows.all())


def campaign_of(session: Session, batch_id: int) -> int | None:
    """The campaign that a batch belongs to, if there is such a batch in this database."""
    return session.scalar(select(Batch.campaign_id).where(Batch.id == batch_id))


def owed_positions(session: Session, batch_id: int) -> list[int]:
    """The positions of a batch that are not settled."""
    batch = session.get_one(Batch, batch_id)
    return list(session.scalars(select(Delivery.position).where(*_of(batch), Delivery.state.in_(OWED))))


def expired(session: Session, now: datetime) -> dict[str, list[int]]:
    """Batches whose lease has run out, by the worker that has not been heard of since."""
    rows = session.execute(select(Batch.worker, Batch.id).where(Batch.state == BatchState.LEASED, Batch.leased_until < now))
    found: dict[str, list[int]] = {}
    for worker, batch_id in rows:
        found.setdefault(worker or "", []).append(batch_id)
    return found


def next_due(session: Session, campaign_id: int) -> datetime | None:
    """When the next deferred batch is due; None if none waits."""
    return session.scalar(select(func.min(Batch.due_at)).where(Batch.campaign_id == campaign_id, Batch.state == BatchState.WAITING))


def has_free(session: Session, campaign_id: int) -> bool:
    """Whether a batch is owed that nobody has and that waits for nothing."""
    free = select(Batch.id).where(Batch.campaign_id == campaign_id, Batch.state == BatchState.QUEUED).limit(1)
    return session.scalar(free) is not None


def finish_campaign(session: Session, campaign_id: int, now: datetime) -> bool:
    """Whether nothing is owed any more; if so the campaign is finished."""
    open_batch = select(Batch.id).where(Batch.campaign_id == campaign_id, Batch.state != BatchState.DONE).limit(1)
    if session.scalar(open_batch) is not None:
        return False
    going = (CampaignState.SENDING, CampaignState.PAUSED)
    session.execute(
        update(Campaign)
        .where(Campaign.id == campaign_id, Campaign.state.in_(going))
        .values(state=CampaignState.FINISHED, finished_at=now, pause_reason="")
    )
    return True


def counts(session: Session, campaign_id: int) -> Counts:
    """Where the deliveries of a campaign stand, counted now."""
    by_state = dict(
        session.execute(select(Delivery.state, func.count()).where(Delivery.campaign_id == campaign_id).group_by(Delivery.state)).all()
    )
    in_lease = (Delivery.campaign_id == Batch.campaign_id) & Delivery.position.between(Batch.first_position, Batch.last_position)
    leased: dict[DeliveryState, int] = dict(
        session.execute(
            select(Delivery.state, func.count())
            .join(Batch, in_lease)
            .where(Batch.campaign_id == campaign_id, Batch.state == BatchState.LEASED, Delivery.state.in_(OWED))
            .group_by(Delivery.state)
        ).all()
    )
    numbers = {str(state): by_state.get(state, 0) - leased.get(state, 0) for state in DeliveryState}
    return Counts(audience=sum(by_state.values()), leased=sum(leased.values()), **numbers)


def doubts(session: Session, campaign_id: int) -> list[Doubt]:
    """The deliveries of which nobody knows whether they arrived."""
    unknown = (Delivery.campaign_id == campaign_id) & (Delivery.state == DeliveryState.UNKNOWN)
    rows = session.execute(
        select(Delivery.position, Delivery.address, Delivery.reply, Delivery.settled_at).where(unknown).order_by(Delivery.position)
    )
    return [Doubt(position, address, reply or "", at) for position, address, reply, at in rows]


def owe_again(session: Session, campaign_id: int, positions: Sequence[int]) -> int:
    """Owe unknown deliveries once more, because an organiser asks for it by name. Gives how many there were."""
    reopened = session.scalars(
        update(Delivery)
        .where(Delivery.campaign_id == campaign_id, Delivery.position.in_(positions), Delivery.state == DeliveryState.UNKNOWN)
        .values(state=DeliveryState.QUEUED, reply=None, code=None, settled_at=None)
        .returning(Delivery.position)
    ).all()
    for position in reopened:
        here = (Batch.campaign_id == campaign_id) & (Batch.first_position <= position) & (Batch.last_position >= position)
        session.execute(update(Batch).where(here, Batch.state == BatchState.DONE).values(state=BatchState.QUEUED))
    if reopened:
        finished = (Campaign.id == campaign_id) & (Campaign.state == CampaignState.FINISHED)
        session.execute(update(Campaign).where(finished).values(state=CampaignState.SENDING, finished_at=None))
    return len(reopened)


_SQLITE_MOMENT = "%Y-%m-%d %H:%M:%S.%f"
_SETTLE_SQLITE = """
    UPDATE deliveries SET state = ?, code = ?, reply = ?, settled_at = ?, attempts = attempts + 1
    WHERE campaign_id = ? AND position = ? AND state IN ('queued', 'deferred', 'unknown')
"""
_SETTLE_POSTGRESQL = """
    UPDATE deliveries SET state = r.state, code = r.code, reply = r.reply, settled_at = :now, attempts = attempts + 1
    FROM (SELECT (value->>0)::integer AS position, value->>1 AS state, (value->>2)::integer AS code, value->>3 AS reply
          FROM json_array_elements(CAST(:rows AS json)) AS value) AS r
    WHERE deliveries.campaign_id = :campaign_id AND deliveries.position = r.position
      AND deliveries.state IN ('queued', 'deferred', 'unknown')
"""
_SKIP = """
    UPDATE deliveries SET state = 'skipped', code = NULL, settled_at = :now, reply = CASE
        WHEN EXISTS (SELECT 1 FROM suppressions AS x JOIN subscribers AS p ON p.digest = x.digest
                     WHERE p.id = deliveries.subscriber_id) THEN 'suppressed' ELSE 'left the list' END
    WHERE campaign_id = :campaign_id AND position BETWEEN :first AND :last AND state IN ('queued', 'deferred')
      AND (NOT EXISTS (SELECT 1 FROM subscriptions AS s WHERE s.subscriber_id = deliveries.subscriber_id
                       AND s.list_id = :list_id AND s.state = 'confirmed')
           OR EXISTS (SELECT 1 FROM suppressions AS x JOIN subscribers AS p ON p.digest = x.digest
                      WHERE p.id = deliveries.subscriber_id))
"""


def _skip_those_who_left(session: Session, batch: Batch, now: datetime) -> None:
    list_id = session.scalar(select(Campaign.list_id).where(Campaign.id == batch.campaign_id))
    moment = now.strftime(_SQLITE_MOMENT) if session.get_bind().dialect.name == "sqlite" else now
    here = {"campaign_id": batch.campaign_id, "first": batch.first_position, "last": batch.last_position}
    session.execute(text(_SKIP), {**here, "list_id": list_id, "now": moment})


def _recipients(session: Session, batch: Batch) -> list[Recipient]:
    who = select(Delivery.position, Delivery.subscriber_id, Delivery.address, Subscriber.name, Subscriber.language).join(
        Subscriber, Subscriber.id == Delivery.subscriber_id
    )
    rows = session.execute(who.where(*_of(batch), Delivery.state.in_(OWED)).order_by(Delivery.position))
    return [Recipient(batch.id, *row) for row in rows]


def _of(batch: Batch) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Delivery.campaign_id == batch.campaign_id, Delivery.position.between(batch.first_position, batch.last_position)


def _owed(session: Session, batch: Batch) -> dict[DeliveryState, int]:
    rows = session.execute(select(Delivery.state, func.count()).where(*_of(batch), Delivery.state.in_(OWED)).group_by(Delivery.state))
    return dict(rows.all())


def _give_up(session: Session, batch: Batch, now: datetime) -> None:
    gave_up = func.coalesce("given up after many tries: " + Delivery.reply, "given up after many tries")
    session.execute(
        update(Delivery)
        .where(*_of(batch), Delivery.state == DeliveryState.DEFERRED)
        .values(state=DeliveryState.REFUSED, reply=gave_up, settled_at=now)
    )
