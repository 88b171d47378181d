"""The agenda: which entry an event has in readers' calendars, so that a correction changes it and never makes a second one.

Entries are kept a campaign and event. An event is taken for one that is known already if it is of the same campaign, composed
again; of the campaign that this one corrects, by name or else by place; or of any campaign to the same list, by name and day, as
a reminder's is. The same event keeps its UID; if its name, time or place is another one, its SEQUENCE rises.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from uuid import uuid4

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from fob_mail.calendars import Entry, fingerprint
from fob_mail.events import Event
from fob_mail.models import CalendarEntry, Campaign, MailingList


def entries_for(  # noqa: PLR0913 whose events they are, and what they may have been before
    session: Session,
    slug: str,
    to: MailingList,
    events: Sequence[tuple[Event, ...]],
    *,
    domain: str,
    now: datetime,
    corrects: int | None = None,
) -> tuple[Entry, ...]:
    """An entry an event (see together), for the campaign of that name; nothing is kept yet. `corrects`: whose events these are."""
    own = session.scalar(select(Campaign.id).where(Campaign.slug == slug))
    of_list = select(Campaign.id).where(Campaign.list_id == to.id)
    known = list(
        session.scalars(
            select(CalendarEntry)
            .where(or_(CalendarEntry.campaign_id.in_(of_list), CalendarEntry.campaign_id.in_([own or 0, corrects or 0])))
            .order_by(CalendarEntry.campaign_id.desc(), CalendarEntry.place)
        )
    )
    taken: set[str] = set()
    made = []
    for place, event in enumerate(events, 1):
        before = next((entry for entry in _candidates(known, event[0], place, (own, corrects)) if entry.uid not in taken), None)
        entry = _next(session, before, event, now) if before else Entry(f"{uuid4()}@{domain}", 0, now)
        taken.add(entry.uid)
        made.append(entry)
    return tuple(made)


def together(languages: Sequence[Sequence[Event]]) -> list[tuple[Event, ...]]:
    """The same event in each language of a campaign: what stands at the same place in each, the language with most of them first."""
    most = sorted(languages, key=len, reverse=True)
    return [tuple(events[place] for events in most if place < len(events)) for place in range(len(most[0]) if most else 0)]


def keep(session: Session, campaign: Campaign, events: Iterable[tuple[Event, ...]], entries: Iterable[Entry]) -> None:
    """Write down the entries of a campaign's events in place of those that it had."""
    session.execute(delete(CalendarEntry).where(CalendarEntry.campaign_id == campaign.id))
    session.add_all(
        CalendarEntry(
            campaign_id=campaign.id,
            place=place,
            uid=entry.uid,
            sequence=entry.sequence,
            fingerprint=fingerprint(*event),
            name=_name(event[0]),
            day=_day(event[0]),
            changed_at=entry.changed_at,
        )
        for place, (event, entry) in enumerate(zip(events, entries, strict=True), 1)
    )
    session.flush()


def _candidates(known: list[CalendarEntry], event: Event, place: int, same: tuple[int | None, ...]) -> Iterator[CalendarEntry]:
    """What the event may have been before, the likeliest first."""
    for campaign_id in filter(None, same):
        its = [entry for entry in known if entry.campaign_id == campaign_id]
        yield from sorted((entry for entry in its if entry.name == _name(event)), key=lambda entry: entry.day != _day(event))
        yield from (entry for entry in its if entry.place == place)
    yield from (entry for entry in known if (entry.name, entry.day) == (_name(event), _day(event)) and entry.day)


def _next(session: Session, before: CalendarEntry, event: tuple[Event, ...], now: datetime) -> Entry:
    """The entry as it was if nothing of it changed since it was last told, else with a sequence above all that were ever told."""
    newest = session.scalar(select(func.max(CalendarEntry.sequence)).where(CalendarEntry.uid == before.uid)) or 0
    if before.fingerprint == fingerprint(*event) and before.sequence == newest:
        return Entry(before.uid, before.sequence, before.changed_at)
    return Entry(before.uid, newest + 1, now)


def _name(event: Event) -> str:
    return " ".join(event.name.split()).casefold()


def _day(event: Event) -> str:
    return event.when.starts.date().isoformat() if event.when else ""
