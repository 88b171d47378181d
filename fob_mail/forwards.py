"""The forwards: which kept mails are owed to the organiser, under way and settled. One is `sending` before SMTP sees a byte of it.

As with notes, what was on the wire when a process died is unknown, and never sent again but by an organiser's wish.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from fob_mail.models import Campaign, Feedback, MailingList, NoteState
from fob_mail.outcomes import Outcome

LEASE = timedelta(minutes=10)
"""After so long without a word, the process that was sending one is taken for dead."""

AGAIN_AFTER = timedelta(minutes=5)
"""What the relay would not have for now is tried again after this."""

_LOST = "the process that sent it ended before the relay's reply was read"
_ENDED = frozenset({NoteState.ACCEPTED, NoteState.REFUSED, NoteState.UNKNOWN, NoteState.SKIPPED})


@dataclass(frozen=True, slots=True)
class Forward:
    """A kept mail that is owed to the organiser: its event, and in whose name it is passed on, empty if there is no list."""

    number: int
    kind: str
    kept: str
    sender: str
    subject: str
    campaign: str
    list_sender: str


def next_due(session: Session, now: datetime) -> Forward | None:
    """The oldest that is owed and may be tried now."""
    waited = or_(Feedback.forwarded_at.is_(None), Feedback.forwarded_at <= now - AGAIN_AFTER)
    due = select(Feedback, Campaign.slug, Campaign.list_id).outerjoin(Campaign, Campaign.id == Feedback.campaign_id)
    row = session.execute(due.where(Feedback.forward == NoteState.QUEUED, waited).order_by(Feedback.id).limit(1)).first()
    if row is None:
        return None
    event, campaign, list_id = row
    senders = select(MailingList.sender).order_by(MailingList.id).limit(1)
    sender = session.scalar(senders if list_id is None else senders.where(MailingList.id == list_id))
    return Forward(event.id, event.kind, event.kept, event.sender, event.subject, campaign or "", sender or "")


def begin(session: Session, number: int, now: datetime) -> bool:
    """Say, before a byte of it is sent, that it may be on the wire from now on; False if another process has begun it."""
    owed = (Feedback.id == number) & (Feedback.forward == NoteState.QUEUED)
    begun = update(Feedback).where(owed).values(forward=NoteState.SENDING, forwarded_at=now)
    return session.scalar(begun.returning(Feedback.id)) is not None


def settle(  # noqa: PLR0913, PLR0917 which one, what became of it, and when that is
    session: Session, number: int, begun: datetime, outcome: Outcome, now: datetime, give_up_after: timedelta
) -> None:
    """Write down what became of the one begun then; what the relay would not have for now is owed again, until it is too old.

    A process that was taken for dead and was not still knows best.
    """
    under_way = Feedback.forward.in_((NoteState.SENDING, NoteState.UNKNOWN))
    event = session.scalar(select(Feedback).where(Feedback.id == number, Feedback.forwarded_at == begun, under_way).with_for_update())
    if event is None:
        return
    state = NoteState.REFUSED
    if outcome.state.value in {NoteState.ACCEPTED, NoteState.UNKNOWN}:
        state = NoteState(outcome.state.value)
    elif outcome.state.value == "deferred" and now - event.at < give_up_after:
        state = NoteState.QUEUED
    event.forward, event.forwarded_at, event.forward_reply = state, now, f"{outcome.code or ''} {outcome.reply}".strip()


def skip(session: Session, number: int, why: str) -> None:
    """Settle one of which nothing is to be sent."""
    owed = (Feedback.id == number) & (Feedback.forward == NoteState.QUEUED)
    session.execute(update(Feedback).where(owed).values(forward=NoteState.SKIPPED, forward_reply=why))


def recover(session: Session, now: datetime) -> int:
    """Take what dead processes had begun for unknown; gives how many that are."""
    dead = (Feedback.forward == NoteState.SENDING) & (Feedback.forwarded_at < now - LEASE)
    lost = update(Feedback).where(dead).values(forward=NoteState.UNKNOWN, forward_reply=_LOST)
    return len(session.scalars(lost.returning(Feedback.id)).all())


def came_back(session: Session, number: int, why: str) -> None:
    """The relay had taken it, and the organiser's mailbox did not."""
    gone = (Feedback.id == number) & Feedback.forward.in_((NoteState.SENDING, NoteState.ACCEPTED, NoteState.UNKNOWN))
    session.execute(update(Feedback).where(gone).values(forward=NoteState.REFUSED, forward_reply=why))


def owe(session: Session, number: int) -> bool:
    """Owe one (again), as an organiser asks; False if its mail is not kept, or it is owed or under way already."""
    settled = (Feedback.id == number) & (Feedback.kept > "") & Feedback.forward.in_(("", *_ENDED))
    again = update(Feedback).where(settled).values(forward=NoteState.QUEUED, forwarded_at=None, forward_reply="")
    return session.scalar(again.returning(Feedback.id)) is not None
