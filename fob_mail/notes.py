"""The notes: which mails fob-mail itself owes to one person, has under way, and has settled. A note is `sending` before SMTP sees a byte.

As with deliveries, what was on the wire when a process died is unknown and never sent again silently; everything else is owed still.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from fob_mail.models import Note, NoteKind, NoteState
from fob_mail.outcomes import Outcome, Retries

LEASE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Owing:
    """A note to be owed: what it says, of which list, to whom; the rest is what a wish brings along."""

    kind: NoteKind
    address: str
    list_id: int | None = None
    subscriber_id: int | None = None
    name: str = ""
    language: str | None = None
    evidence: str = ""


def owe(session: Session, owing: Owing, now: datetime, *, wanted: bool = True) -> Note:
    """Write down that a note is owed; or one that is not to be sent, for whoever looks only at how long it takes."""
    note = Note(
        kind=owing.kind,
        state=NoteState.QUEUED if wanted else NoteState.SKIPPED,
        reply=None if wanted else "asked too often",
        settled_at=None if wanted else now,
        list_id=owing.list_id,
        subscriber_id=owing.subscriber_id,
        address=owing.address,
        name=owing.name,
        language=owing.language,
        evidence=owing.evidence,
        created_at=now,
        due_at=now,
        attempts=0,
    )
    session.add(note)
    session.flush()
    return note


def lease(session: Session, worker: str, now: datetime, most: int = 20) -> list[Note]:
    """Claim the notes that are owed and due, the oldest first."""
    due = select(Note.id).where(Note.state == NoteState.QUEUED, Note.due_at <= now).order_by(Note.due_at, Note.id).limit(most)
    claimed = (
        update(Note)
        .where(Note.id.in_(due.with_for_update(skip_locked=True)))
        .values(state=NoteState.LEASED, worker=worker, leased_until=now + LEASE)
        .returning(Note)
    )
    return sorted(session.scalars(claimed, execution_options={"populate_existing": True}), key=lambda note: note.id)


def begin(session: Session, note_id: int, worker: str, now: datetime) -> bool:
    """Say, before a byte of it is sent, that a note may be on the wire from now on; False if it is this worker's no more."""
    held = (Note.id == note_id) & (Note.worker == worker) & (Note.state == NoteState.LEASED)
    begun = update(Note).where(held).values(state=NoteState.SENDING, leased_until=now + LEASE, attempts=Note.attempts + 1)
    return session.scalar(begun.returning(Note.id)) is not None


def settle(session: Session, note_id: int, outcome: Outcome, now: datetime, retries: Retries) -> None:
    """Write down what has become of a note; one that was deferred is owed again later, until it is given up."""
    note = session.get(Note, note_id, populate_existing=True)
    if note is None or note.state is not NoteState.SENDING:
        return  # the person was forgotten, or the lease ran out and the note counts as unknown
    state, delay = NoteState.REFUSED, None
    if outcome.state.value == "deferred":
        delay = retries.delay(max(note.attempts, 1), now - note.created_at)
        state = NoteState.REFUSED if delay is None else NoteState.QUEUED
    elif outcome.state.value in {"accepted", "unknown"}:
        state = NoteState(outcome.state.value)
    note.state, note.code, note.reply, note.worker, note.leased_until = state, outcome.code, outcome.reply, None, None
    note.due_at, note.settled_at = now + (delay or timedelta()), None if delay else now


def skip(session: Session, note_id: int, why: str, now: datetime) -> None:
    """Settle a note of which nothing needs to be sent."""
    held = (Note.id == note_id) & (Note.state == NoteState.LEASED)
    values = {"state": NoteState.SKIPPED, "reply": why, "settled_at": now, "worker": None, "leased_until": None}
    session.execute(update(Note).where(held).values(values))


def become(session: Session, note: Note, kind: NoteKind, subscriber_id: int) -> None:
    """Make of a wish the note that it comes to; what the form said is written down elsewhere by now."""
    note.kind, note.subscriber_id, note.name, note.evidence = kind, subscriber_id, "", ""
    session.flush()


def give_back(session: Session, worker: str, now: datetime, retries: Retries) -> None:
    """Owe again what this worker has and has not begun, once the relay may be there again. Nothing is given up for that."""
    again = {"state": NoteState.QUEUED, "worker": None, "leased_until": None, "due_at": now + timedelta(seconds=retries.after[0])}
    session.execute(update(Note).where(Note.worker == worker, Note.state == NoteState.LEASED).values(again))


def any_due(session: Session, now: datetime) -> bool:
    """Whether there is anything to send now."""
    return session.scalar(select(Note.id).where(Note.state == NoteState.QUEUED, Note.due_at <= now).limit(1)) is not None


def recover(session: Session, now: datetime) -> int:
    """Put right what dead processes left once their leases have run out: begun is unknown, the rest owed. Gives how many are unknown."""
    old = Note.leased_until < now
    waiting: dict[str, object] = {"state": NoteState.QUEUED, "worker": None, "leased_until": None}
    session.execute(update(Note).where(Note.state == NoteState.LEASED, old).values(waiting))
    why = "the process that sent it ended before the relay's reply was read"
    lost: dict[str, object] = {"state": NoteState.UNKNOWN, "worker": None, "leased_until": None, "reply": why, "settled_at": now}
    return len(session.scalars(update(Note).where(Note.state == NoteState.SENDING, old).values(lost).returning(Note.id)).all())


def counts(session: Session) -> dict[NoteState, int]:
    """How many notes stand how."""
    found = dict(session.execute(select(Note.state, func.count()).group_by(Note.state)).all())
    return {state: found.get(state, 0) for state in NoteState}


def find(session: Session, note_id: int) -> Note | None:
    """The note of that number, if it is still there."""
    return session.get(Note, note_id)
