"""Which addresses are never mailed again, whatever list they are on? They are known by their keyed digests alone.

Each ground for it is kept, with its evidence, and stays when it is taken back: who lifted it, when, in which words. The suppression shows
the strongest ground that stands.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, delete, select, update
from sqlalchemy.orm import Session

from fob_mail.database import insert_into
from fob_mail.models import Ground, Subscriber, Suppression, SuppressionReason

ORDER = (SuppressionReason.ASKED, SuppressionReason.BOUNCE, SuppressionReason.ERASED, SuppressionReason.COMPLAINT)
"""From the weakest to the strongest, which is the hardest to take back. ASKED goes at the press of a button on the person's page, BOUNCE
and ERASED when they join anew and so show that mail arrives, COMPLAINT never: an objection to advertising is absolute."""

LIFTABLE = frozenset(ORDER) - {SuppressionReason.COMPLAINT}


@dataclass(frozen=True, slots=True)
class Lifted:
    """A ground that was taken back: by whom (organiser, page, confirmed) and in which words."""

    address: str | None  # where it is a subscriber's still
    why: SuppressionReason
    since: datetime
    note: str
    at: datetime
    how: str
    words: str


def find(session: Session, digest: bytes) -> Suppression | None:
    """The suppression of an address, if there is one."""
    return session.get(Suppression, digest)


def suppress(session: Session, digest: bytes, why: SuppressionReason, now: datetime, note: str = "") -> bool:
    """Never mail this address again; whether that is new. A stronger reason takes the place of a weaker one, which stands behind it."""
    standing = select(Ground.id).where(Ground.digest == digest, Ground.why == why, Ground.lifted_at.is_(None))
    if session.scalar(standing.limit(1)) is None:
        session.add(Ground(digest=digest, why=why, since=now, note=note))
        session.flush()
    statement = insert_into(session, Suppression).values(digest=digest, why=why, since=now, note=note)
    statement = statement.on_conflict_do_update(
        index_elements=[Suppression.digest],
        set_={name: statement.excluded[name] for name in ("why", "since", "note")},
        where=case({reason: place for place, reason in enumerate(ORDER)}, value=Suppression.why) < ORDER.index(why),
    )
    return session.scalar(statement.returning(Suppression.digest).execution_options(populate_existing=True)) is not None


def lift_asked(session: Session, digest: bytes, now: datetime, how: str = "page", words: str = "") -> bool:
    """Take back, at the person's own word, that they left all lists, and only that; whether there was such a wish."""
    return _lift(session, digest, {SuppressionReason.ASKED}, now, how, words)


def lift_by_own_word(session: Session, digest: bytes, now: datetime) -> bool:
    """Take a suppression back because the person asks for mail, and has shown that it arrives; never one for a complaint."""
    return _lift(session, digest, LIFTABLE, now, "confirmed", "")


def lift_by_organiser(session: Session, digest: bytes, now: datetime, words: str) -> SuppressionReason | None:
    """Take back the reason that is shown, in the organiser's words; gives the weaker one that now holds, if there is one."""
    found = reason(session, digest)
    if found:
        _lift(session, digest, {found} & LIFTABLE, now, "organiser", words)
    return reason(session, digest)


def reason(session: Session, digest: bytes) -> SuppressionReason | None:
    """Why the address is suppressed, or None where it is not."""
    return session.scalar(select(Suppression.why).where(Suppression.digest == digest))


def all_of_them(session: Session) -> list[tuple[str | None, SuppressionReason, datetime, str]]:
    """Address (where it is a subscriber's still), reason, since when, and evidence; the newest first."""
    rows = select(Subscriber.address, Suppression.why, Suppression.since, Suppression.note)
    known = rows.select_from(Suppression).outerjoin(Subscriber, Subscriber.digest == Suppression.digest)
    return [(row[0], row[1], row[2], row[3]) for row in session.execute(known.order_by(Suppression.since.desc()))]


def lifted(session: Session, digest: bytes | None = None) -> list[Lifted]:
    """What was taken back, of one address or of all; the newest first."""
    columns = (Subscriber.address, Ground.why, Ground.since, Ground.note, Ground.lifted_at, Ground.lifted_how, Ground.lifted_words)
    rows = select(*columns).select_from(Ground).outerjoin(Subscriber, Subscriber.digest == Ground.digest)
    chosen = rows.where(Ground.lifted_at.is_not(None)).order_by(Ground.lifted_at.desc(), Ground.id.desc())
    found = session.execute(chosen if digest is None else chosen.where(Ground.digest == digest))
    return [Lifted(address, why, since, note, at, how, words) for address, why, since, note, at, how, words in found if at]


def forget_words(session: Session, digest: bytes) -> None:
    """Take the words out of all that is kept of an address: evidence of bounces names it."""
    session.execute(update(Suppression).where(Suppression.digest == digest).values(note=""))
    session.execute(update(Ground).where(Ground.digest == digest).values(note="", lifted_words=""))


def _lift(  # noqa: PLR0913, PLR0917 what, of whom, when, and the words of the diary
    session: Session, digest: bytes, reasons: Collection[SuppressionReason], now: datetime, how: str, words: str
) -> bool:
    """Whether there was something to lift. The strongest ground that is left becomes the suppression."""
    standing = (Ground.digest == digest) & Ground.lifted_at.is_(None)
    ended = update(Ground).where(standing, Ground.why.in_(reasons)).values(lifted_at=now, lifted_how=how, lifted_words=words)
    any_ended = session.execute(ended.returning(Ground.id)).first() is not None
    gone = delete(Suppression).where(Suppression.digest == digest, Suppression.why.in_(reasons)).returning(Suppression.digest)
    if session.execute(gone).first() is None:
        return any_ended
    left = session.scalars(select(Ground).where(standing)).all()
    if left:
        strongest = max(left, key=lambda ground: ORDER.index(ground.why))
        suppress(session, digest, strongest.why, strongest.since, strongest.note)
    return True
