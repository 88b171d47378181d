"""What a campaign came to, counted by the database: by domain, by time, by what came back. Nothing here grows with the audience."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Float, Row, Select, case, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from fob_mail.database import insert_into
from fob_mail.models import Batch, Campaign, Consent, Delivery, DeliveryState, Feedback, Look

LARGEST = 12
"""Domains with the most people that are told apart."""

TROUBLED = 8
"""Domains with the most refusals that are told apart too, and those that kept mail waiting longest."""


@dataclass(frozen=True, slots=True)
class Domain:
    """How many people of a domain were to be mailed, and what became of that."""

    name: str
    audience: int
    accepted: int
    refused: int
    unknown: int
    skipped: int
    owed: int


@dataclass(frozen=True, slots=True)
class Wait:
    """How many of a domain's mails were taken only when tried again, and how much later than the rest of their batch; seconds."""

    name: str
    messages: int
    mean: float
    longest: float


class Returned(NamedTuple):
    """How many people's mail of a campaign came back as what, and why."""

    campaign_id: int
    kind: str
    cause: str
    people: int


class Refusals(NamedTuple):
    """How many people of a domain were refused: for good, and for now."""

    name: str
    refused: int
    deferred: int


class Bar(NamedTuple):
    """How many within a stretch of time, by its beginning."""

    at: datetime
    number: int


def domains(session: Session, campaign_id: int, also: Collection[str] = ()) -> list[Domain]:
    """The domains with the most people, those with the most refusals, and those that are named; the largest first."""
    name = _domain(session)
    counted = (func.count(), *(func.sum(case((Delivery.state == state, 1), else_=0)) for state in DeliveryState))
    each = select(name, *counted).where(Delivery.campaign_id == campaign_id).group_by(name)
    refused = func.sum(case((Delivery.state == DeliveryState.REFUSED, 1), else_=0))
    statements = [
        each.order_by(func.count().desc(), name).limit(LARGEST),
        each.having(refused > 0).order_by(refused.desc(), name).limit(TROUBLED),
    ]
    if also:
        statements.append(each.where(name.in_(also)))
    told = (_told(row) for statement in statements for row in session.execute(statement))
    found = {domain.name: domain for domain in told}
    return sorted(found.values(), key=lambda domain: (-domain.audience, domain.name))


def refusals_by_domain(session: Session, campaign_id: int) -> list[Refusals]:
    """The domains with the most refusals, for good or for now, and how many."""
    name = _domain(session)
    for_good, for_now = (func.sum(case((Delivery.state == s, 1), else_=0)) for s in (DeliveryState.REFUSED, DeliveryState.DEFERRED))
    chosen = (Delivery.campaign_id == campaign_id) & Delivery.state.in_((DeliveryState.REFUSED, DeliveryState.DEFERRED))
    counted = select(name, for_good, for_now).where(chosen).group_by(name).order_by(func.count().desc(), name).limit(TROUBLED)
    return [Refusals(str(domain), int(refused), int(deferred)) for domain, refused, deferred in session.execute(counted)]


def waits(session: Session, campaign_id: int) -> list[Wait]:
    """The domains whose mail had to be tried again, by how long that took on average, the slowest first."""
    in_batch = (Delivery.campaign_id == Batch.campaign_id) & Delivery.position.between(Batch.first_position, Batch.last_position)
    first = (
        select(Batch.id, func.min(Delivery.settled_at).label("at"))
        .join(Delivery, in_batch)
        .where(Batch.campaign_id == campaign_id)
        .group_by(Batch.id)
        .subquery()
    )
    name, late = _domain(session), _seconds(session, Delivery.settled_at, first.c.at)
    mean = func.avg(late)
    slow = (
        select(name, func.count(), mean, func.max(late))
        .select_from(Delivery)
        .join(Batch, in_batch)
        .join(first, first.c.id == Batch.id)
        .where(
            Delivery.campaign_id == campaign_id, Delivery.attempts > 1, Delivery.state == DeliveryState.ACCEPTED, Delivery.code.is_not(None)
        )
        .group_by(name)
        .order_by(mean.desc(), name)
        .limit(TROUBLED)
    )
    return [Wait(str(row[0]), int(row[1]), float(row[2]), float(row[3])) for row in session.execute(slow)]


def span(session: Session, campaign_id: int) -> tuple[datetime, datetime] | None:
    """When the first mail was accepted, and the last; None if none was."""
    taken = (Delivery.campaign_id == campaign_id, Delivery.state == DeliveryState.ACCEPTED)
    first, last = session.execute(select(func.min(Delivery.settled_at), func.max(Delivery.settled_at)).where(*taken)).one()
    return (first, last) if first and last else None


def accepted_over_time(session: Session, campaign_id: int, width: int) -> list[Bar]:
    """How many mails were accepted in each stretch of that many seconds; stretches with none are left out."""
    stretch = _epoch(session, Delivery.settled_at) // width
    taken = (Delivery.campaign_id == campaign_id, Delivery.state == DeliveryState.ACCEPTED)
    return _bars(session, select(stretch, func.count()).where(*taken).group_by(stretch).order_by(stretch), width)


def left_over_time(session: Session, campaign: Campaign, width: int) -> list[Bar]:
    """How many people left the list by the campaign's mail in each stretch of that many seconds."""
    stretch = _epoch(session, Consent.given_at) // width
    return _bars(session, select(stretch, func.count()).where(_left_by(campaign)).group_by(stretch).order_by(stretch), width)


def left_span(session: Session, campaign: Campaign) -> tuple[int, datetime | None]:
    """How many people left the list by the campaign's mail, and when the last one did."""
    number, last = session.execute(select(func.count(), func.max(Consent.given_at)).where(_left_by(campaign))).one()
    return number, last


def came_back(session: Session, campaign_ids: Collection[int]) -> list[Returned]:
    """What came back of some campaigns: people by kind and cause."""
    people = func.count(Feedback.position.distinct())
    about = Feedback.campaign_id.in_(campaign_ids)
    rows = session.execute(
        select(Feedback.campaign_id, Feedback.kind, Feedback.cause, people)
        .where(about)
        .group_by(Feedback.campaign_id, Feedback.kind, Feedback.cause)
        .order_by(Feedback.campaign_id, people.desc(), Feedback.kind, Feedback.cause)
    )
    return [Returned(campaign or 0, kind, cause, number) for campaign, kind, cause, number in rows]


def came_back_by_domain(session: Session, campaign_id: int, kinds: Collection[str]) -> dict[str, dict[str, int]]:
    """How many people's mail came back as each of these kinds, by domain."""
    name, people = _domain(session), func.count(Feedback.position.distinct())
    here = (Delivery.campaign_id == Feedback.campaign_id) & (Delivery.position == Feedback.position)
    rows = session.execute(
        select(name, Feedback.kind, people)
        .select_from(Feedback)
        .join(Delivery, here)
        .where(Feedback.campaign_id == campaign_id, Feedback.kind.in_(kinds))
        .group_by(name, Feedback.kind)
    )
    found: dict[str, dict[str, int]] = {}
    for domain, kind, number in rows:
        found.setdefault(str(domain), {})[kind] = number
    return found


def refusals(session: Session, campaign_id: int) -> Iterator[tuple[str, str]]:
    """The domain and the words of each refusal, a few at a time."""
    chosen = select(_domain(session), func.coalesce(Delivery.reply, "")).where(
        Delivery.campaign_id == campaign_id, Delivery.state == DeliveryState.REFUSED
    )
    for domain, reply in session.execute(chosen, execution_options={"yield_per": 1_000}):
        yield str(domain), str(reply)


def look(session: Session, campaign_id: int, link: int, now: datetime) -> None:
    """Count that a mail of a campaign was opened (0), or a link of it followed; by whom is not asked."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    counted = insert_into(session, Look).values(campaign_id=campaign_id, link=link, hour=hour, times=1)
    session.execute(counted.on_conflict_do_update(index_elements=[Look.campaign_id, Look.link, Look.hour], set_={"times": Look.times + 1}))


def looks(session: Session, campaign_id: int) -> dict[int, int]:
    """How often a campaign's mail was opened (0), and each of its links followed."""
    rows = session.execute(select(Look.link, func.sum(Look.times)).where(Look.campaign_id == campaign_id).group_by(Look.link))
    return {link: int(times) for link, times in rows}


def earlier(session: Session, campaign: Campaign, most: int) -> list[Campaign]:
    """The campaigns to the same list that were frozen before, the newest first."""
    before = (Campaign.list_id == campaign.list_id, Campaign.id != campaign.id, Campaign.frozen_at < campaign.frozen_at)
    return list(session.scalars(select(Campaign).where(*before).order_by(Campaign.frozen_at.desc(), Campaign.id.desc()).limit(most)))


def accepted_of(session: Session, campaign_ids: Collection[int]) -> dict[int, int]:
    """How many mails of each of these campaigns were accepted."""
    taken = (Delivery.campaign_id.in_(campaign_ids), Delivery.state == DeliveryState.ACCEPTED)
    rows = session.execute(select(Delivery.campaign_id, func.count()).where(*taken).group_by(Delivery.campaign_id))
    return {campaign: number for campaign, number in rows}  # noqa: C416 rows are no pairs to mypy


def _told(row: Row[Any]) -> Domain:
    name, audience, *by_state = tuple(row)
    numbers = {state.value: int(number) for state, number in zip(DeliveryState, by_state, strict=True)}
    owed = numbers.pop("queued") + numbers.pop("deferred")
    return Domain(name=name, audience=audience, owed=owed, **numbers)


def _left_by(campaign: Campaign) -> ColumnElement[bool]:
    """The diary's lines that name the campaign as the mail by which somebody left."""
    named = f"campaign {campaign.slug}"
    by_it = (Consent.evidence == named) | Consent.evidence.startswith(f"{named},", autoescape=True)
    return (Consent.list_id == campaign.list_id) & (Consent.what == "left") & by_it


def _bars(session: Session, statement: Select[int, int], width: int) -> list[Bar]:
    return [Bar(datetime.fromtimestamp(int(stretch) * width, UTC), number) for stretch, number in session.execute(statement)]


def _sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def _domain(session: Session) -> ColumnElement[str]:
    """What stands after the @; normalised addresses have one."""
    if _sqlite(session):
        return func.substr(Delivery.address, func.instr(Delivery.address, "@") + 1)
    return func.split_part(Delivery.address, "@", 2)


def _epoch(session: Session, moment: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None]) -> ColumnElement[int]:
    """Whole seconds since 1970."""
    if _sqlite(session):
        return cast(func.strftime("%s", moment), BigInteger)
    return cast(func.floor(func.extract("epoch", moment)), BigInteger)


def _seconds(
    session: Session, later: InstrumentedAttribute[datetime | None], sooner: ColumnElement[datetime | None]
) -> ColumnElement[float]:
    """The seconds between two moments."""
    if _sqlite(session):
        return (func.julianday(later) - func.julianday(sooner)) * 86400.0
    return cast(func.extract("epoch", later - sooner), Float)
