"""The tables of notes: which mails fob-mail itself owes one person, and how often one was asked for."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from fob_mail.models.base import Base, BigId, UtcDateTime, enum


class NoteState(StrEnum):
    """Where a note stands; what is said of deliveries holds for it too."""

    QUEUED = "queued"  # owed, at due_at or later
    LEASED = "leased"  # a process has it, and nothing of it is on the wire: owed again when its lease has run out
    SENDING = "sending"  # it may be on the wire: unknown when its lease has run out
    ACCEPTED = "accepted"  # the relay took it
    REFUSED = "refused"  # refused for good, or deferred for too long
    SKIPPED = "skipped"  # there was nothing to write, or nobody to write to any more
    UNKNOWN = "unknown"  # never sent again silently; who waits for one asks again


class NoteKind(StrEnum):
    """What a note says; its template has the same name."""

    WISH = "wish"  # somebody asked to be on a list: which note it becomes is seen when it is taken up
    CONFIRM = "confirm"  # is it you who asked?
    WELCOME = "welcome"  # you are on the list
    ALREADY = "already"  # you were on it before you asked
    GOODBYE = "goodbye"  # you have left
    MOVE = "move"  # is this your new address?
    MOVED = "moved"  # to the old address: we write to another one now
    MINE = "mine"  # the way to all that is known of you


class Note(Base):
    """A mail that fob-mail itself owes one person: to confirm, to welcome, to say goodbye."""

    __tablename__ = "notes"
    __table_args__ = (Index(None, "state", "due_at"), Index(None, "subscriber_id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(BigId, primary_key=True)  # never used twice
    kind: Mapped[NoteKind] = mapped_column(enum(NoteKind))  # what it says
    state: Mapped[NoteState] = mapped_column(enum(NoteState), default=NoteState.QUEUED, server_default=NoteState.QUEUED)  # where it stands
    list_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("mailing_lists.id"))  # about which list
    subscriber_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("subscribers.id"))  # to whom, once that is known
    address: Mapped[str] = mapped_column(String(320))  # normalised; empty once the note is old
    name: Mapped[str] = mapped_column(Text, default="", server_default="")  # as the form was filled in
    language: Mapped[str | None] = mapped_column(String(35))  # BCP 47: in which it is written
    evidence: Mapped[str] = mapped_column(Text, default="", server_default="")  # of a wish: the form, and the network it came from
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)  # when it came to be owed
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)  # not to be posted before
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")  # how often it was tried
    worker: Mapped[str | None] = mapped_column(String(64))  # who has it; none: nobody
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when the lease ends
    code: Mapped[int | None]  # of the deciding SMTP reply
    reply: Mapped[str | None] = mapped_column(Text)  # its text, or why it was skipped
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when it came to stand so


class Knock(Base):
    """How often an address, a network or everybody asked for a mail within an hour; a keyed digest stands for which."""

    __tablename__ = "knocks"

    digest: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)  # keyed: of the address, the network, or a word for everybody
    hour: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)  # its beginning
    times: Mapped[int] = mapped_column(default=0, server_default="0")  # how often
