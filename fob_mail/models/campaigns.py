"""The tables of campaigns: of what one is composed, and the mail that came of it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from fob_mail.models.base import Base, BigId, UtcDateTime, enum


class CampaignState(StrEnum):
    """The life of a campaign; only a DRAFT can be composed again."""

    DRAFT = "draft"  # composed, not frozen: may be replaced
    SCHEDULED = "scheduled"  # composed, not frozen: a worker freezes and sends it at its time
    SENDING = "sending"  # frozen: audience and text are fixed, something is owed
    PAUSED = "paused"  # frozen, and held: by an organiser or because the relay turned us away
    FINISHED = "finished"  # frozen, and nothing is owed any more
    CANCELLED = "cancelled"  # frozen, and ended before its end by an organiser: what was owed is skipped


class Campaign(Base):
    """One article to one list, once."""

    __tablename__ = "campaigns"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)  # never used twice
    slug: Mapped[str] = mapped_column(String(60), unique=True)  # its name in commands: spring-meeting
    list_id: Mapped[int] = mapped_column(BigId, ForeignKey("mailing_lists.id"))  # to which list
    state: Mapped[CampaignState] = mapped_column(enum(CampaignState), default=CampaignState.DRAFT)  # where it stands in its life
    article_name: Mapped[str] = mapped_column(Text)  # the file's name, whose ending says how to read it
    article_source: Mapped[str] = mapped_column(Text)  # what it says, as text
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)  # when it was first composed
    frozen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when its audience and text were fixed
    scheduled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when a worker is to send it
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when nothing was owed any more
    pause_reason: Mapped[str] = mapped_column(Text, default="", server_default="")  # why it is held, in words
    reminder_of: Mapped[int | None] = mapped_column(BigId)  # the campaign whose readers this one reminds
    composed_with: Mapped[dict[str, object] | None] = mapped_column(JSON(none_as_null=True))  # the options of compose, for its preview


class LostCampaign(Base):
    """A campaign that went out after the copy of the database was made that was put back, and that the copy lacks: its name stays taken."""

    __tablename__ = "lost_campaigns"

    slug: Mapped[str] = mapped_column(String(60), primary_key=True)  # its name, under which nothing is composed any more
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime)  # when the copy was put back


class ArticleFile(Base):
    """One of the files that a campaign was composed of: a newsletter has several, and so has a campaign in several languages."""

    __tablename__ = "article_files"

    campaign_id: Mapped[int] = mapped_column(BigId, ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True)  # of which campaign
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # in the order in which they were given
    name: Mapped[str] = mapped_column(Text)  # the file's name
    source: Mapped[str] = mapped_column(Text)  # what it says


class Rendering(Base):
    """A campaign's words in one language, premailed and with slots where readers differ."""

    __tablename__ = "renderings"

    campaign_id: Mapped[int] = mapped_column(BigId, ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True)  # of which campaign
    language: Mapped[str] = mapped_column(String(35), primary_key=True)  # BCP 47
    subject: Mapped[str] = mapped_column(Text)  # with marks
    preheader: Mapped[str] = mapped_column(Text)  # the line that inboxes show beside it
    html: Mapped[str] = mapped_column(Text)  # with marks, styles inlined
    text: Mapped[str] = mapped_column(Text)  # with marks: the same for who reads plain text
    calendar: Mapped[str] = mapped_column(Text, default="", server_default="")  # its events as an .ics


class CalendarEntry(Base):
    """What an event of a campaign is in readers' calendars: the UID stays, the sequence rises with each change."""

    __tablename__ = "calendar_entries"
    __table_args__ = (Index(None, "uid"),)

    campaign_id: Mapped[int] = mapped_column(BigId, ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True)  # of which campaign
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # among its events, from 1
    uid: Mapped[str] = mapped_column(String(320))  # RFC 5545: the same for good
    sequence: Mapped[int]  # raised by each change
    fingerprint: Mapped[str] = mapped_column(String(32))  # see calendars.fingerprint
    name: Mapped[str] = mapped_column(Text)  # what the event is called
    day: Mapped[str] = mapped_column(String(10), default="", server_default="")  # 2027-04-19, in the group's zone
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)  # when it was changed last


class StoredPicture(Base):
    """A picture of an article, scaled and without metadata; kept as long as mails show it."""

    __tablename__ = "pictures"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)  # 32 hexadecimal digits that nobody guesses: its address
    kind: Mapped[str] = mapped_column(String(8))  # jpeg or png
    width: Mapped[int]  # pixels
    height: Mapped[int]  # pixels
    content: Mapped[bytes] = mapped_column(LargeBinary)  # the file itself
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)  # when it first came
