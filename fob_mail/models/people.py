"""The tables of people: who they are, the lists they asked for, what they agreed to, and whose address is never mailed."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from fob_mail.models.base import Base, BigId, UtcDateTime, enum


class OptIn(StrEnum):
    """How one comes onto a list by the public form."""

    SINGLE = "single"  # the form is enough
    DOUBLE = "double"  # a mail asks for confirmation first


class SubscriptionState(StrEnum):
    """Where a person stands with a list; only CONFIRMED is ever mailed."""

    PENDING = "pending"  # asked, has not confirmed yet
    CONFIRMED = "confirmed"  # asked and confirmed, or imported with the organiser's words of consent
    LEFT = "left"  # left, or was taken off: no import brings them back


class SuppressionReason(StrEnum):
    """Why an address is never mailed again, whatever list it is on."""

    BOUNCE = "bounce"  # mail to it came back as undeliverable
    COMPLAINT = "complaint"  # its reader called our mail spam
    ERASED = "erased"  # its owner asked to be forgotten
    ASKED = "asked"  # left all lists at once


class Subscriber(Base):
    """A person, by address. Rows stay when people leave, so that links in old mail still find them; ids are never used twice."""

    __tablename__ = "subscribers"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)  # never used twice, even for another person
    address: Mapped[str] = mapped_column(String(320), unique=True)  # normalised, see addresses.normalise
    digest: Mapped[bytes] = mapped_column(LargeBinary(16))  # keyed, see addresses.digest: what suppressions are matched by
    name: Mapped[str] = mapped_column(Text, default="", server_default="")  # as the person or a file wrote it; may be empty
    language: Mapped[str | None] = mapped_column(String(35))  # BCP 47; none: the list's
    # further columns of imported files: their heads and cells
    attributes: Mapped[dict[str, str]] = mapped_column(JSON, default=dict, server_default="{}")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)  # when the address was first known here
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # then name, language and attributes are empty, the address a number


class MailingList(Base):
    """A list that people ask to be on: who writes, in which language, how one joins."""

    __tablename__ = "mailing_lists"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)  # never used twice
    slug: Mapped[str] = mapped_column(String(60), unique=True)  # its name in commands and addresses: news
    name: Mapped[str] = mapped_column(Text)  # as readers see it
    description: Mapped[str] = mapped_column(Text, default="", server_default="")  # what the page to join says of it
    sender: Mapped[str] = mapped_column(Text)  # an RFC 5322 mailbox: Friends of Bolivia <news@example.org>
    reply_to: Mapped[str | None] = mapped_column(Text)  # where answers go, if not to the sender
    opt_in: Mapped[OptIn] = mapped_column(enum(OptIn), default=OptIn.DOUBLE, server_default=OptIn.DOUBLE)  # how one joins by the form
    public: Mapped[bool] = mapped_column(default=False, server_default="0")  # whether the page to join and the archive show it
    language: Mapped[str] = mapped_column(String(35), default="en", server_default="en")  # BCP 47: of its mails and pages
    counts: Mapped[bool] = mapped_column(default=False, server_default="0")  # whether its mails count openings and followed links
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)  # when it was made


class Subscription(Base):
    """One person on one list."""

    __tablename__ = "subscriptions"
    __table_args__ = (Index(None, "list_id", "state"),)

    subscriber_id: Mapped[int] = mapped_column(BigId, ForeignKey("subscribers.id"), primary_key=True)  # who
    list_id: Mapped[int] = mapped_column(BigId, ForeignKey("mailing_lists.id"), primary_key=True)  # on which list
    state: Mapped[SubscriptionState] = mapped_column(enum(SubscriptionState))  # where they stand
    since: Mapped[datetime] = mapped_column(UtcDateTime)  # when they came to stand there
    paused_until: Mapped[datetime | None] = mapped_column(UtcDateTime)  # mailed again from then on


class Consent(Base):
    """What a person agreed to or withdrew, when and how: a diary, only ever added to."""

    __tablename__ = "consents"
    __table_args__ = (Index(None, "subscriber_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)  # in the order in which they were written
    subscriber_id: Mapped[int] = mapped_column(BigId, ForeignKey("subscribers.id"))  # whose
    list_id: Mapped[int] = mapped_column(BigId, ForeignKey("mailing_lists.id"))  # to which list
    what: Mapped[str] = mapped_column(
        String(12)
    )  # asked, joined, left, returned, paused, resumed, moved, erased; reason: why they left, in their words
    how: Mapped[str] = mapped_column(String(20))  # import, organiser, one-click, page, form, confirmed, mail, vendor
    evidence: Mapped[str] = mapped_column(Text)  # the organiser's words and the file, or the form and where it came from
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)  # when it was said


class Suppression(Base):
    """An address that is never mailed again; kept as a keyed digest, so that the list itself reveals nobody."""

    __tablename__ = "suppressions"

    digest: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)  # of the address, as in subscribers
    why: Mapped[SuppressionReason] = mapped_column(enum(SuppressionReason))  # the gravest of the grounds that stand
    since: Mapped[datetime] = mapped_column(UtcDateTime)  # when that came to stand
    note: Mapped[str] = mapped_column(Text, default="", server_default="")  # its evidence


class Ground(Base):
    """A reason for which an address was suppressed; it stays when it is taken back, with whose words did that."""

    __tablename__ = "grounds"
    __table_args__ = (Index(None, "digest"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)  # in the order in which they arose
    digest: Mapped[bytes] = mapped_column(LargeBinary(16))  # of the address, as in subscribers
    why: Mapped[SuppressionReason] = mapped_column(enum(SuppressionReason))  # what it is
    since: Mapped[datetime] = mapped_column(UtcDateTime)  # when it arose
    note: Mapped[str] = mapped_column(Text, default="", server_default="")  # the evidence
    lifted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when it was taken back; none: it stands
    lifted_how: Mapped[str] = mapped_column(String(20), default="", server_default="")  # organiser, page, confirmed
    lifted_words: Mapped[str] = mapped_column(Text, default="", server_default="")  # the words of who took it back
