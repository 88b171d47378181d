"""Which addresses are never mailed again, whatever list they are on? They are known by their keyed digests alone."""

from datetime import datetime

from sqlalchemy import and_, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from fob_mail.models import Subscriber, Suppression, SuppressionReason


def find(session: Session, digest: bytes) -> Suppression | None:
    """The suppression of an address, if there is one."""
    return session.get(Suppression, digest)


def suppress(session: Session, digest: bytes, why: SuppressionReason, now: datetime, note: str = "") -> bool:
    """Never mail this address again; whether that is new.

    The first reason stays, except that ASKED, which a person may take back, gives way to one that they may not.
    """
    build = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = build(Suppression).values(digest=digest, why=why, since=now, note=note)
    stronger = and_(Suppression.why == SuppressionReason.ASKED, statement.excluded.why != SuppressionReason.ASKED)
    statement = statement.on_conflict_do_update(
        index_elements=[Suppression.digest],
        set_={name: statement.excluded[name] for name in ("why", "since", "note")},
        where=stronger,
    )
    return session.scalar(statement.returning(Suppression.digest)) is not None


def lift_asked(session: Session, digest: bytes) -> bool:
    """Take back an ASKED suppression, and only that; whether there was one."""
    asked = delete(Suppression).where(Suppression.digest == digest, Suppression.why == SuppressionReason.ASKED)
    return session.scalar(asked.returning(Suppression.digest)) is not None


def reason(session: Session, digest: bytes) -> SuppressionReason | None:
    """Why the address is suppressed, or None where it is not."""
    return session.scalar(select(Suppression.why).where(Suppression.digest == digest))


def lift_by_own_word(session: Session, digest: bytes) -> bool:
    """Take a suppression back because the person asks for mail, and has shown that it arrives; never one for a complaint."""
    liftable = (SuppressionReason.ASKED, SuppressionReason.ERASED, SuppressionReason.BOUNCE)
    lifted = delete(Suppression).where(Suppression.digest == digest, Suppression.why.in_(liftable))
    return session.scalar(lifted.returning(Suppression.digest)) is not None


def all_of_them(session: Session) -> list[tuple[str | None, SuppressionReason, datetime, str]]:
    """Address (where it is a subscriber's still), reason, since when, and evidence; the newest first."""
    rows = select(Subscriber.address, Suppression.why, Suppression.since, Suppression.note)
    known = rows.select_from(Suppression).outerjoin(Subscriber, Subscriber.digest == Suppression.digest)
    return [(row[0], row[1], row[2], row[3]) for row in session.execute(known.order_by(Suppression.since.desc()))]
