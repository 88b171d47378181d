"""The tables: who asked for what, what was sent to whom, and what came of it."""

from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    Enum,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

SCHEMA_REVISION = "0014"
"""The newest migration in alembic/versions; a database of any other is refused with the remedy (a test holds them equal)."""

BigId = BigInteger().with_variant(Integer, "sqlite")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment in UTC, whatever the database keeps; a naive one is a programming error."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC on its way in; SQLite keeps no zone, so it gets none."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = "a moment without a time zone reached the database"
            raise ValueError(message)
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 SQLAlchemy's signature
        """UTC on its way out."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


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


class CampaignState(StrEnum):
    """The life of a campaign; only a DRAFT can be composed again."""

    DRAFT = "draft"  # composed, not frozen: may be replaced
    SCHEDULED = "scheduled"  # composed, not frozen: a worker freezes and sends it at its time
    SENDING = "sending"  # frozen: audience and text are fixed, something is owed
    PAUSED = "paused"  # frozen, and held: by an organiser or because the relay turned us away
    FINISHED = "finished"  # frozen, and nothing is owed any more
    CANCELLED = "cancelled"  # frozen, and ended before its end by an organiser: what was owed is skipped


class BatchState(StrEnum):
    """Where a run of deliveries stands; leasing claims a batch, never its rows."""

    QUEUED = "queued"  # owed, nobody has it
    LEASED = "leased"  # a worker has it until its lease ends
    WAITING = "waiting"  # some deliveries were deferred: owed again at due_at
    DONE = "done"  # every delivery is settled


class DeliveryState(StrEnum):
    """What has become of one person's copy."""

    QUEUED = "queued"  # owed, not tried yet
    DEFERRED = "deferred"  # tried, refused for now (4xx): owed again later
    ACCEPTED = "accepted"  # the relay took it (2xx after the final dot)
    REFUSED = "refused"  # refused for good (5xx), or deferred for too long
    SKIPPED = "skipped"  # never tried: left or suppressed after the audience was frozen
    UNKNOWN = "unknown"  # the final dot was on the wire and no reply was read: never resent silently


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


def _enum(kind: type[StrEnum]) -> Enum:
    return Enum(kind, native_enum=False, length=12, values_callable=lambda members: [str(m) for m in members])


class Base(DeclarativeBase):
    """Names every constraint, so that migrations can name them too."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


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
    opt_in: Mapped[OptIn] = mapped_column(_enum(OptIn), default=OptIn.DOUBLE, server_default=OptIn.DOUBLE)  # how one joins by the form
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
    state: Mapped[SubscriptionState] = mapped_column(_enum(SubscriptionState))  # where they stand
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
    why: Mapped[SuppressionReason] = mapped_column(_enum(SuppressionReason))  # the gravest of the grounds that stand
    since: Mapped[datetime] = mapped_column(UtcDateTime)  # when that came to stand
    note: Mapped[str] = mapped_column(Text, default="", server_default="")  # its evidence


class Ground(Base):
    """A reason for which an address was suppressed; it stays when it is taken back, with whose words did that."""

    __tablename__ = "grounds"
    __table_args__ = (Index(None, "digest"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)  # in the order in which they arose
    digest: Mapped[bytes] = mapped_column(LargeBinary(16))  # of the address, as in subscribers
    why: Mapped[SuppressionReason] = mapped_column(_enum(SuppressionReason))  # what it is
    since: Mapped[datetime] = mapped_column(UtcDateTime)  # when it arose
    note: Mapped[str] = mapped_column(Text, default="", server_default="")  # the evidence
    lifted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when it was taken back; none: it stands
    lifted_how: Mapped[str] = mapped_column(String(20), default="", server_default="")  # organiser, page, confirmed
    lifted_words: Mapped[str] = mapped_column(Text, default="", server_default="")  # the words of who took it back


class Campaign(Base):
    """One article to one list, once."""

    __tablename__ = "campaigns"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)  # never used twice
    slug: Mapped[str] = mapped_column(String(60), unique=True)  # its name in commands: spring-meeting
    list_id: Mapped[int] = mapped_column(BigId, ForeignKey("mailing_lists.id"))  # to which list
    state: Mapped[CampaignState] = mapped_column(_enum(CampaignState), default=CampaignState.DRAFT)  # where it stands in its life
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


class Batch(Base):
    """A run of deliveries, by position, that a worker leases and settles as one."""

    __tablename__ = "batches"
    __table_args__ = (
        Index(None, "campaign_id", "state", "first_position"),
        Index(None, "campaign_id", "state", "due_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)  # never used twice
    campaign_id: Mapped[int] = mapped_column(BigId, ForeignKey("campaigns.id"))  # of which campaign
    first_position: Mapped[int]  # of its deliveries
    last_position: Mapped[int]  # of its deliveries
    state: Mapped[BatchState] = mapped_column(_enum(BatchState), default=BatchState.QUEUED)  # where it stands
    worker: Mapped[str | None] = mapped_column(String(64))  # who has it; none: nobody
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when the lease ends, unless it is asked for again
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # of a waiting one: when it is owed again
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")  # how often it had to wait
    deferred_since: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the first time that it had to wait


class Worker(Base):
    """A process that sends, or waits for something to send."""

    __tablename__ = "workers"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)  # its host and process number
    campaign_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("campaigns.id"))  # what it sends; none: it waits
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)  # when it began
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)  # when it last said so


class RelayInUse(Base):
    """How a worker fares with a relay, by its own words of now and then."""

    __tablename__ = "relays_in_use"

    worker: Mapped[str] = mapped_column(String(64), primary_key=True)  # whose words these are
    relay: Mapped[str] = mapped_column(String(40), primary_key=True)  # by its name in the settings
    campaign_id: Mapped[int] = mapped_column(BigId, ForeignKey("campaigns.id"))  # for which campaign
    connections: Mapped[int]  # how many are open
    accepted: Mapped[int]  # of this campaign, by this run of the worker
    per_second: Mapped[float | None]  # how fast it may be, while it is slowed
    trouble: Mapped[str] = mapped_column(Text)  # in the relay's words or ours; empty: none
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)  # when it said so


class Allowance(Base):
    """What a relay or domain may be given, shared by all workers: this row is locked while one takes some."""

    __tablename__ = "allowances"

    name: Mapped[str] = mapped_column(String(300), primary_key=True)  # of the relay, or of the domains that share it
    free_at: Mapped[datetime] = mapped_column(UtcDateTime)  # up to then, each second's messages are taken


class Taken(Base):
    """How many messages workers took of an allowance in a minute, for the limits an hour and a day."""

    __tablename__ = "allowances_taken"

    name: Mapped[str] = mapped_column(String(300), primary_key=True)  # as in allowances
    minute: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)  # since 1970, by the database's clock
    messages: Mapped[int]  # how many


class Delivery(Base):
    """One person's copy of one campaign. Its primary key is its place, so that a batch is one range of rows."""

    __tablename__ = "deliveries"
    __table_args__ = (UniqueConstraint("campaign_id", "subscriber_id"), {"sqlite_with_rowid": False})

    campaign_id: Mapped[int] = mapped_column(BigId, ForeignKey("campaigns.id"), primary_key=True)  # of which campaign
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # from 1, without gaps
    subscriber_id: Mapped[int] = mapped_column(BigId, ForeignKey("subscribers.id"))  # to whom
    address: Mapped[str] = mapped_column(String(320))  # as it was when the audience was frozen
    # what has become of it
    state: Mapped[DeliveryState] = mapped_column(_enum(DeliveryState), default=DeliveryState.QUEUED, server_default=DeliveryState.QUEUED)
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")  # how often it was tried
    code: Mapped[int | None]  # of the deciding SMTP reply
    reply: Mapped[str | None] = mapped_column(Text)  # its text, or why the delivery was skipped
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when it came to stand so


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


class Note(Base):
    """A mail that fob-mail itself owes one person: to confirm, to welcome, to say goodbye."""

    __tablename__ = "notes"
    __table_args__ = (Index(None, "state", "due_at"), Index(None, "subscriber_id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(BigId, primary_key=True)  # never used twice
    kind: Mapped[NoteKind] = mapped_column(_enum(NoteKind))  # what it says
    state: Mapped[NoteState] = mapped_column(_enum(NoteState), default=NoteState.QUEUED, server_default=NoteState.QUEUED)  # where it stands
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
