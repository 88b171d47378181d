"""The tables of deliveries: whose copy is owed, who sends it, and how much a relay may be given."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fob_mail.models.base import Base, BigId, UtcDateTime, enum


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
    state: Mapped[BatchState] = mapped_column(enum(BatchState), default=BatchState.QUEUED)  # where it stands
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
    state: Mapped[DeliveryState] = mapped_column(enum(DeliveryState), default=DeliveryState.QUEUED, server_default=DeliveryState.QUEUED)
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")  # how often it was tried
    code: Mapped[int | None]  # of the deciding SMTP reply
    reply: Mapped[str | None] = mapped_column(Text)  # its text, or why the delivery was skipped
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when it came to stand so
