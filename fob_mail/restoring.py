"""Putting a copy of the database back: nobody who was mailed since is mailed again, and nobody who left since is mailed at all.

The copy does not know what was sent after it was made; the journals that workers have put by do, and so does the database that it replaces,
if that can still be read. What neither can tell is *unknown*, and never sent again silently.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, select, text, update
from sqlalchemy.exc import DatabaseError as BrokenError
from sqlalchemy.orm import Session

from fob_mail import backups, campaigns, ledger, lost, migrations
from fob_mail.audience import forgetting, suppressions
from fob_mail.database import Database, clock, require_current
from fob_mail.errors import ConflictError, DatabaseError
from fob_mail.journal import HOST, Notes, estates, kept, living
from fob_mail.models import (
    Base,
    Batch,
    BatchState,
    Campaign,
    CampaignState,
    Consent,
    Delivery,
    DeliveryState,
    Feedback,
    Ground,
    MailingList,
    Note,
    NoteState,
    Subscriber,
    Subscription,
    SubscriptionState,
    SuppressionReason,
    Worker,
)
from fob_mail.outcomes import Outcome, outcome_of, unknown

HOLD = "a copy of the database is put back"
AFTER = "the copy of the database is older; this may have been sent after it was made"
PATIENCE = 60.0
"""Seconds that workers get to finish what is on the wire, before nothing is put back."""

MARGIN = 1_000_000
"""Numbers left out of each table's ids where nobody knows which were used after the copy was made: ids stand in links for good."""

FROZEN = (CampaignState.SENDING, CampaignState.PAUSED)


@dataclass(frozen=True, slots=True)
class Departure:
    """Who left which list, when: by digest and by the list's name, which a copy shares."""

    digest: bytes
    list_slug: str
    since: datetime


class Barred(NamedTuple):
    """Who is never mailed again: by digest; why, since when, and the evidence."""

    digest: bytes
    why: SuppressionReason
    since: datetime
    note: str


@dataclass(frozen=True, slots=True)
class Since:
    """What the database that is replaced knows and an older copy may not."""

    departures: tuple[Departure, ...] = ()
    grounds: tuple[Barred, ...] = ()  # of suppressions
    highest: dict[str, int] = field(default_factory=dict)  # the highest id of each table
    sent: frozenset[str] = frozenset()  # campaigns that somebody got or may have got, by name
    readable: bool = True


@dataclass(frozen=True, slots=True)
class Restored:
    """What putting a copy back came to."""

    made: datetime | None  # a moment before which the copy was not made
    kept_as: Path | None  # where the database that was replaced is
    settled: int  # deliveries that journals settled
    unknown: int  # deliveries that nobody can tell of
    left: int  # people who had left since, and have again
    suppressed: int
    paused: tuple[str, ...]  # campaigns that can go on
    not_in_copy: tuple[str, ...]  # campaigns that were sent from since, and that the copy lacks or has as drafts: never sent again
    readable: bool  # whether the replaced database could be asked


def hold_campaigns(database: Database, journal_folder: Path, patience: float = PATIENCE) -> None:
    """Pause everything, and wait until no worker has anything under way. Raises ConflictError if one goes on."""
    give_up = time.monotonic() + patience
    while _pause_and_count(database, journal_folder):
        if time.monotonic() > give_up:
            raise ConflictError("A worker is still sending, and does not stop.", "Stop every fob-mail send and worker, then try again.")
        time.sleep(0.2)


def _pause_and_count(database: Database, journal_folder: Path) -> int:
    """How many workers have something under way: here by their locks, elsewhere by their leases."""
    here = living(journal_folder)
    if not _readable(database):
        return len(here)
    with database.begin() as session:
        for campaign_id in session.scalars(select(Campaign.id).where(Campaign.state == CampaignState.SENDING)).all():
            campaigns.pause(session, campaign_id, HOLD)
        leased = select(Batch.worker).where(Batch.state == BatchState.LEASED, Batch.leased_until > clock(session))
        elsewhere = {name for name in session.scalars(leased) if name and not name.startswith(HOST)}
    return len(here | elsewhere)


@dataclass(frozen=True, slots=True)
class Proof:
    """By what a copy is made to agree: journals, how long they are kept, whether all who sent wrote them here; and the digests' key."""

    journal_folder: Path
    keep_for: timedelta
    one_host: bool
    digest_key: bytes


def put_back(database: Database, copy: Path, proof: Proof) -> Restored:
    """Replace the database by a copy and make it agree with what has happened since."""
    backups.check_copy(database, copy)
    hold_campaigns(database, proof.journal_folder)
    since = gather(database)
    aside = backups.set_aside(database, copy.parent)
    backups.overwrite(database, copy)
    migrations.upgrade(database)
    with database.begin() as session:
        now = clock(session)
        made = _made_after(session)
        notes = _journals(proof.journal_folder)
        proven = proof.one_host and made is not None and now - made < proof.keep_for
        left, suppressed = _part_again(session, since, now)
        forgetting.erase_again(session, proof.digest_key, now)
        settled, doubts = reconcile(session, notes, now, proven=proven)
        missing = _end_those_sent_since(session, notes, since.sent, now)
        _doubt_notes(session, now)
        paused = _hold_frozen(session)
        _leave_numbers_out(session.connection(), since)
        session.execute(delete(Worker))
    return Restored(made, aside, settled, doubts, left, suppressed, paused, missing, since.readable)


def _journals(folder: Path) -> dict[int, list[Notes]]:
    """What the journals tell that were put by, and those of workers that died, which are put by for it."""
    for _ in estates(folder):
        pass
    return kept(folder)


def gather(database: Database) -> Since:
    """What is to be carried over, from a database that can be read; else nothing."""
    if not _readable(database):
        return Since(readable=False)
    with database.read() as session:
        gone = (
            select(Subscriber.digest, MailingList.slug, Subscription.since)
            .join(Subscription, Subscription.subscriber_id == Subscriber.id)
            .join(MailingList, MailingList.id == Subscription.list_id)
            .where(Subscription.state == SubscriptionState.LEFT)
        )
        departures = tuple(Departure(*row) for row in session.execute(gone))
        standing = select(Ground.digest, Ground.why, Ground.since, Ground.note).where(Ground.lifted_at.is_(None)).order_by(Ground.id)
        grounds = tuple(Barred(*row) for row in session.execute(standing))
        highest = {table: session.scalar(select(func.max(Base.metadata.tables[table].c.id))) or 0 for table in _numbered()}
        return Since(departures, grounds, highest, _sent(session))


def _sent(session: Session) -> frozenset[str]:
    """The campaigns of which a delivery may have arrived, and those that were lost before."""
    arrived = select(Delivery.campaign_id).where(
        Delivery.campaign_id == Campaign.id, Delivery.state.in_((DeliveryState.ACCEPTED, DeliveryState.UNKNOWN))
    )
    ended_here = (Campaign.state == CampaignState.CANCELLED) & Campaign.frozen_at.is_(None)
    return frozenset(session.scalars(select(Campaign.slug).where(arrived.exists() | ended_here))) | lost.names(session)


def reconcile(session: Session, notes: dict[int, list[Notes]], now: datetime, *, proven: bool) -> tuple[int, int]:
    """Make open batches of frozen campaigns agree with journals; gives how many deliveries these settled, and how many are unknown.

    Where it is not proven that the journals are all there are, whatever they do not tell of is unknown.
    """
    settled = doubts = 0
    open_batches = (
        select(Batch, Campaign.slug)
        .join(Campaign, Campaign.id == Batch.campaign_id)
        .where(Campaign.state.in_((*FROZEN, CampaignState.CANCELLED)), Batch.state != BatchState.DONE)
    )
    for batch, slug in session.execute(open_batches).all():
        told = [note for note in notes.get(batch.id, ()) if note.campaign == slug]
        before = set(ledger.owed_positions(session, batch.id))
        outcomes = _outcomes(told)
        known = {outcome.position for outcome in outcomes}
        if not (proven and all(note.whole for note in told)):
            outcomes += [unknown(position, AFTER) for position in sorted(before - known)]
        ledger.settle(session, batch.campaign_id, outcomes, now)
        settled += sum(outcome.code is not None for outcome in outcomes if outcome.position in before)
        doubts += sum(outcome.code is None for outcome in outcomes if outcome.position in before)
        owed = ledger.owed_positions(session, batch.id)
        batch.state = BatchState.QUEUED if owed else BatchState.DONE
        batch.worker = batch.leased_until = batch.due_at = None
    session.flush()
    return settled, doubts


def _outcomes(told: Iterable[Notes]) -> list[Outcome]:
    """What journals of one batch say, whoever had it and how often: a later reply counts, and a dot without one is unknown."""
    outcomes: dict[int, Outcome] = {}
    for notes in told:
        for position in notes.dotted - notes.replied.keys():
            outcomes.setdefault(position, unknown(position, "no reply after the final dot"))
        for position, (reply, at) in notes.replied.items():
            outcome = outcome_of(position, reply, at)
            if outcome.state.value != "deferred":
                outcomes[position] = outcome
    return list(outcomes.values())


def _readable(database: Database) -> bool:
    try:
        require_current(database)
    except (DatabaseError, BrokenError):
        return False
    return True


def _made_after(session: Session) -> datetime | None:
    """The last moment that the copy knows of."""
    moments = (Delivery.settled_at, Campaign.frozen_at, Campaign.created_at, Worker.seen_at, Subscriber.created_at, Consent.given_at)
    return max((moment for column in moments if (moment := session.scalar(select(func.max(column))))), default=None)


def _part_again(session: Session, since: Since, now: datetime) -> tuple[int, int]:
    """Take off their lists those who had left, and bar those who were barred."""
    left = 0
    lists = dict(session.execute(select(MailingList.slug, MailingList.id)).all())
    for gone in since.departures:
        whose = select(Subscriber.id).where(Subscriber.digest == gone.digest).scalar_subquery()
        found = session.execute(
            update(Subscription)
            .where(
                Subscription.subscriber_id == whose,
                Subscription.list_id == lists.get(gone.list_slug, 0),
                Subscription.state != SubscriptionState.LEFT,
                Subscription.since <= gone.since,
            )
            .values(state=SubscriptionState.LEFT, since=gone.since)
            .returning(Subscription.subscriber_id, Subscription.list_id)
        ).first()
        if found:
            left += 1
            session.add(Consent(subscriber_id=found[0], list_id=found[1], what="left", how="restored", evidence=HOLD, given_at=now))
    barred = sum(suppressions.suppress(session, *ground) for ground in since.grounds)
    session.flush()
    return left, barred


def _end_those_sent_since(session: Session, notes: dict[int, list[Notes]], sent: frozenset[str], now: datetime) -> tuple[str, ...]:
    """See that nothing sent since is sent again: what the copy has as a draft is cancelled; what it lacks leaves its name taken."""
    told = sent | {note.campaign for several in notes.values() for note in several if campaigns.SLUG.fullmatch(note.campaign)}
    states = dict(session.execute(select(Campaign.slug, Campaign.state)).all())
    drafts = {slug for slug in told if states.get(slug) in campaigns.UNFROZEN}
    session.execute(
        update(Campaign).where(Campaign.slug.in_(drafts)).values(state=CampaignState.CANCELLED, finished_at=now, pause_reason=lost.REASON)
    )
    missing = told - states.keys() - lost.names(session)
    lost.take(session, missing, now)
    return tuple(sorted(drafts | missing))


def _doubt_notes(session: Session, now: datetime) -> None:
    """Notes, and people's answers to the organiser, that the copy has still to send may have gone since: whoever misses one asks again."""
    owed = Note.state.in_((NoteState.QUEUED, NoteState.LEASED, NoteState.SENDING))
    session.execute(update(Note).where(owed).values(state=NoteState.UNKNOWN, reply=AFTER, worker=None, settled_at=now))
    under_way = Feedback.forward.in_((NoteState.QUEUED, NoteState.SENDING))
    session.execute(update(Feedback).where(under_way).values(forward=NoteState.UNKNOWN, forward_reply=AFTER))


def _hold_frozen(session: Session) -> tuple[str, ...]:
    """Pause what can go on, until somebody says so; finish what owes nothing."""
    going = session.execute(select(Campaign.id, Campaign.slug).where(Campaign.state.in_(FROZEN)).order_by(Campaign.id)).all()
    for campaign_id, _ in going:
        if not ledger.finish_campaign(session, campaign_id, clock(session)):
            campaigns.pause(session, campaign_id, HOLD)
    session.flush()
    paused = select(Campaign.slug).where(Campaign.state == CampaignState.PAUSED, Campaign.id.in_([row[0] for row in going]))
    return tuple(session.scalars(paused.order_by(Campaign.id)))


def _numbered() -> list[str]:
    """The tables whose ids stand in links or in journals."""
    return ["subscribers", "mailing_lists", "campaigns", "batches"]


def _leave_numbers_out(connection: Connection, since: Since) -> None:
    """Have new rows take ids above all that were ever used."""
    for name in _numbered():
        table = Base.metadata.tables[name]
        highest = connection.scalar(select(func.max(table.c.id))) or 0
        first = max(highest, since.highest.get(name, 0)) if since.readable else highest + MARGIN
        if connection.dialect.name == "sqlite":
            connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": name})
            connection.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :seq)"), {"name": name, "seq": first})
        else:
            sequence = text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), greatest(:seq, 1))")
            connection.execute(sequence, {"seq": first})
