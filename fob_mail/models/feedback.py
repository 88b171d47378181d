"""The tables of what comes back: bounces, complaints, answers, and how often a mail was looked at."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, ForeignKeyConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from fob_mail.models.base import Base, BigId, UtcDateTime


class Feedback(Base):
    """Something that came back about a delivery; the key makes a second arrival of the same event change nothing."""

    __tablename__ = "feedback"
    __table_args__ = (
        ForeignKeyConstraint(["campaign_id", "position"], ["deliveries.campaign_id", "deliveries.position"]),
        Index(None, "campaign_id", "position"),
        Index(None, "campaign_id", "kind"),
        Index(None, "kind", "id"),
        Index(None, "kept"),
        Index(None, "forward"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)  # in the order of arrival
    event_key: Mapped[str] = mapped_column(String(200), unique=True)  # the same for the same event, by whatever way it comes
    campaign_id: Mapped[int | None] = mapped_column(BigId)  # about which delivery; none: it is not known
    position: Mapped[int | None]  # of that delivery
    kind: Mapped[str] = mapped_column(String(20))  # hard, soft, blocked, complaint, unsubscribe, reply, …: inbound.incoming.Kind
    status: Mapped[str] = mapped_column(String(20), default="", server_default="")  # RFC 3463: 5.1.1
    text: Mapped[str] = mapped_column(Text, default="", server_default="")  # why, in the words of who told it
    at: Mapped[datetime] = mapped_column(UtcDateTime)  # when it came
    cause: Mapped[str] = mapped_column(String(20), default="", server_default="")  # of a failure: inbound.incoming.Cause
    recipient: Mapped[str] = mapped_column(String(320), default="", server_default="")  # whom it names: words that anybody can write
    sender: Mapped[str] = mapped_column(String(320), default="", server_default="")  # who wrote, by the mail's own words
    subject: Mapped[str] = mapped_column(Text, default="", server_default="")  # of what came
    new_address: Mapped[str] = mapped_column(String(320), default="", server_default="")  # of a change of address, if it is told
    followed: Mapped[str] = mapped_column(Text, default="", server_default="")  # what was done, in words
    kept: Mapped[str] = mapped_column(String(200), default="", server_default="")  # its name in the organiser's Maildir
    forward: Mapped[str] = mapped_column(String(12), default="", server_default="")  # to the organiser: a NoteState; empty: it is only kept
    forwarded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when that was tried last
    forward_reply: Mapped[str] = mapped_column(Text, default="", server_default="")  # what the relay said then


class Look(Base):
    """How often a campaign's mail was opened, or one of its links followed, in an hour; by whom is not recorded."""

    __tablename__ = "looks"

    campaign_id: Mapped[int] = mapped_column(BigId, ForeignKey("campaigns.id"), primary_key=True)  # whose mail it was
    link: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)  # by its address; 0: the mail was opened
    hour: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)  # its beginning
    times: Mapped[int]  # how often; machines that open and follow are among them


class UsedToken(Base):
    """A token by which a vendor signed a webhook, and the one event for which it is good; forgotten once it is too old to be believed."""

    __tablename__ = "used_tokens"
    __table_args__ = (Index(None, "at"),)

    token: Mapped[str] = mapped_column(String(120), primary_key=True)  # as the vendor wrote it
    event_key: Mapped[str] = mapped_column(String(200))  # as in feedback
    at: Mapped[datetime] = mapped_column(UtcDateTime)  # when it came
