"""The ledger: which deliveries are owed, under way and settled. A lease is committed before SMTP sees a byte.

Every statement that moves a batch or a delivery is in this file, under the question that it answers (balance and recipients only look). No
function commits: the shell does, because where the commits fall is the safety argument. Recipients and outcomes cross to the
database and back as one JSON text a batch: row by row, SQLite's driver would hand Python's lock to and fro at each.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import random
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, bindparam, func, select, text, update
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased
from sqlalchemy.sql.dml import ReturningUpdate

from fob_mail import balance, recipients
from fob_mail.database import by_index, moment_in
from fob_mail.envelopes import Recipient
from fob_mail.models import Batch, BatchState, Campaign, CampaignState, Delivery, DeliveryState
from fob_mail.outcomes import Outcome, Retries


@dataclass(frozen=True, slots=True)
class Lease:
    """A batch that a worker has, and whom of it is still to be mailed."""

    batch_id: int
    campaign_id: int
    recipients: tuple[Recipient, ...]


class Range(NamedTuple):
    """A batch as a run of deliveries, both ends included."""

    id: int
    campaign_id: int
    first_position: int
    last_position: int

    @property
    def place(self) -> dict[str, int]:
        """As the statements name it."""
        return {"campaign_id": self.campaign_id, "first": self.first_position, "last": self.last_position}


def lease(  # noqa: PLR0913 a lease is all of these
    session: Session, campaign_id: int, worker: str, now: datetime, until: datetime, *, attributes: bool = False
) -> Lease | None:
    """Claim the next batch that is owed and due, of a campaign that is being sent; None if there is none now.

    People who left or were suppressed since the audience was frozen are settled as skipped and not among the recipients.
    Their attributes come along only where they are asked for.
    """
    connection = session.connection()
    for candidate in (_FREE, _DUE):
        claim = {"campaign": campaign_id, "now": now, "by": worker, "until": until}
        claimed = connection.execute(candidate, claim).first()
        if claimed:
            batch = Range(*claimed)
            by_index(connection)
            found, skipped = recipients.called(connection, batch.id, batch.place, now, attributes=attributes)
            if skipped:
                _write_down(connection, campaign_id, now, (DeliveryState.SKIPPED, None), skipped)
            return Lease(batch.id, campaign_id, found)
    return None


def renew(session: Session, worker: str, until: datetime) -> set[int]:
    """Prolong what a worker has; gives the batches that it still has."""
    renewed = update(Batch).where(Batch.worker == worker, Batch.state == BatchState.LEASED).values(leased_until=until).returning(Batch.id)
    return set(session.scalars(renewed))


def settle(session: Session, campaign_id: int, outcomes: Sequence[Outcome], now: datetime) -> None:
    """Write down what has become of deliveries, in bulk. What was settled before stays; only an unknown may become known."""
    connection = session.connection()
    alike: defaultdict[tuple[DeliveryState, int | None], dict[int, str]] = defaultdict(dict)
    for position, state, code, reply in outcomes:
        alike[state, code][position] = reply
    by_index(connection)
    for kind, replies in alike.items():
        _write_down(connection, campaign_id, now, kind, replies)


def finish(session: Session, batch_id: int, worker: str, now: datetime, retries: Retries) -> None:
    """Give a batch back: done if nothing of it is owed, waiting if the rest was deferred, queued if some were not tried."""
    connection = session.connection()
    found = connection.execute(_HELD, {"batch_id": batch_id, "worker": worker}).first()
    if found is None:
        return  # the lease was lost, and whoever has it now gives it back
    batch, attempts, since = Range(*found[:4]), found[4], found[5]
    untried, deferred = connection.execute(_OWED, batch.place).one()
    state, due_at = BatchState.QUEUED if untried else BatchState.DONE, None
    if not deferred:
        since = None
    elif not untried:
        attempts, since = attempts + 1, since or now
        delay = retries.delay(attempts, now - since, random())  # noqa: S311 no secret  # nosec B311
        if delay is None:
            _give_up(session, batch, now)
            since = None
        else:
            state, due_at = BatchState.WAITING, now + delay
    connection.execute(_FREED, {"batch_id": batch_id, "to": state, "due": due_at, "tried": attempts, "since": since})


def give_back(session: Session, batch_ids: Iterable[int], worker: str) -> None:
    """Give batches back untried or half tried: what is owed of them is owed to the next worker at once."""
    session.execute(
        update(Batch)
        .where(Batch.id.in_(list(batch_ids)), Batch.worker == worker, Batch.state == BatchState.LEASED)
        .values(state=BatchState.QUEUED, worker=None, leased_until=None)
    )


def withdraw(session: Session, now: datetime) -> None:
    """Skip what is owed of cancelled campaigns, but for what a worker still has: it may be on the wire, and comes back.

    Open batches are locked, so that of one which a worker leases or gives back in this moment it is known whose it is.
    """
    open_batches = (
        select(Batch)
        .join(Campaign, Campaign.id == Batch.campaign_id)
        .where(Campaign.state == CampaignState.CANCELLED, Batch.state != BatchState.DONE)
        .order_by(Batch.id)
        .with_for_update(of=Batch)
        .execution_options(populate_existing=True)
    )
    for batch in session.scalars(open_batches).all():
        if batch.state is BatchState.LEASED:
            continue
        session.execute(
            update(Delivery)
            .where(*_of(batch), Delivery.state.in_(balance.OWED))
            .values(state=DeliveryState.SKIPPED, code=None, reply="the campaign was cancelled", settled_at=now)
        )
        batch.state, batch.due_at = BatchState.DONE, None
    session.flush()


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
    return list(session.scalars(select(Delivery.position).where(*_of(batch), Delivery.state.in_(balance.OWED))))


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


def owe_again(session: Session, campaign_id: int, positions: Sequence[int]) -> int:
    """Owe unknown deliveries once more, because an organiser asks for it by name. Gives how many: of a cancelled campaign none."""
    open_still = select(Campaign.id).where(Campaign.id == campaign_id, Campaign.state != CampaignState.CANCELLED).with_for_update()
    if session.scalar(open_still) is None:
        return 0
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


_HERE = "campaign_id = :campaign_id AND position BETWEEN :first AND :last"
_REPLIES = {"sqlite": "json_each(:rows) LIMIT -1", "postgresql": "json_each_text(CAST(:rows AS json)) OFFSET 0"}
"""Keys and values, by the means that parses the text once. LIMIT and OFFSET keep the database from taking the subquery apart, and then
beginning with the campaign's deliveries to look for the few rows: the campaign stands in each row for the same reason.
"""
_SETTLE = {
    dialect: text(f"""
        UPDATE deliveries
        SET state = :state, code = CAST(:code AS INTEGER), reply = r.reply, settled_at = :now, attempts = attempts + :tries
        FROM (SELECT CAST(:campaign_id AS BIGINT) AS campaign_id, CAST(key AS BIGINT) AS position, value AS reply FROM {replies}) AS r
        WHERE deliveries.campaign_id = r.campaign_id AND deliveries.position = r.position
          AND deliveries.state IN ('queued', 'deferred', 'unknown')
    """)  # noqa: S608 made of constants  # nosec
    for dialect, replies in _REPLIES.items()
}
_OWED = text(f"""
    SELECT count(*) FILTER (WHERE state = 'queued'), count(*) FILTER (WHERE state = 'deferred') FROM deliveries WHERE {_HERE}
""")  # noqa: S608 made of constants  # nosec
_WHOLE = (Batch.id, Batch.campaign_id, Batch.first_position, Batch.last_position)


_FREE_BATCH = aliased(Batch)


def _claim(*conditions: ColumnElement[bool], first: InstrumentedAttribute[Any]) -> ReturningUpdate[int, int, int, int]:
    """Lease the first batch that meets these: one statement, so that two workers never get the same."""
    sending = select(Campaign.id).where(Campaign.id == bindparam("campaign"), Campaign.state == CampaignState.SENDING)
    free = select(_FREE_BATCH.id).where(_FREE_BATCH.campaign_id == sending.scalar_subquery(), *conditions).order_by(first).limit(1)
    chosen = free.with_for_update(skip_locked=True, of=_FREE_BATCH).scalar_subquery()
    leased: dict[str, object] = {"state": BatchState.LEASED, "worker": bindparam("by"), "leased_until": bindparam("until"), "due_at": None}
    return update(Batch).where(Batch.id == chosen).values(leased).returning(*_WHOLE)


_FREE = _claim(_FREE_BATCH.state == BatchState.QUEUED, first=_FREE_BATCH.first_position)
_DUE = _claim(_FREE_BATCH.state == BatchState.WAITING, _FREE_BATCH.due_at <= bindparam("now"), first=_FREE_BATCH.due_at)
_HELD = (
    select(*_WHOLE, Batch.attempts, Batch.deferred_since)
    .where(Batch.id == bindparam("batch_id"), Batch.worker == bindparam("worker"), Batch.state == BatchState.LEASED)
    .with_for_update()
)
_FREED = (
    update(Batch)
    .where(Batch.id == bindparam("batch_id"))
    .values(
        state=bindparam("to"),
        due_at=bindparam("due"),
        attempts=bindparam("tried"),
        deferred_since=bindparam("since"),
        worker=None,
        leased_until=None,
    )
)


def _write_down(
    connection: Connection,
    campaign_id: int,
    now: datetime,
    alike: tuple[DeliveryState, int | None],
    replies: Mapping[int, str] | Mapping[str, str],
) -> None:
    """Settle deliveries of one state and code, given by their positions; each with its reply."""
    state, code = alike
    written = {
        "campaign_id": campaign_id,
        "now": moment_in(connection, now),
        "state": state.value,
        "code": code,
        "tries": int(state is not DeliveryState.SKIPPED),
        "rows": json.dumps(replies, ensure_ascii=False),
    }
    connection.execute(_SETTLE[connection.dialect.name], written)


def _of(batch: Range | Batch) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Delivery.campaign_id == batch.campaign_id, Delivery.position.between(batch.first_position, batch.last_position)


def _give_up(session: Session, batch: Range, now: datetime) -> None:
    gave_up = func.coalesce("given up after many tries: " + Delivery.reply, "given up after many tries")
    session.execute(
        update(Delivery)
        .where(*_of(batch), Delivery.state == DeliveryState.DEFERRED)
        .values(state=DeliveryState.REFUSED, reply=gave_up, settled_at=now)
    )
