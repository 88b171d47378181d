"""The events of an article as its front matter tells them, both ways: what is written is read as the same events again.

events:
  - name: The Band and the Bucket
    date: 2027-05-06 19:00
    ends: 2027-05-06 21:00
    as_written: Thursday 6th May, 7–9pm
    inferred: year          # take this line out once you have checked it
    place: Lantern Hall, Leeds, and online
    people:
      - label: With
        names: [Ana Flores (teacher), Bo Lind]
    chair: [Cy Day]
    supporters: Leeds Trades Council
"""

import re
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from fob_mail.articles.runs import tidy_words
from fob_mail.events import Billing, Event, Person, When

_ROLE = re.compile(r"(?P<name>[^()]*[^() ]) \((?P<role>[^ ](?:.*[^ ])?)\)", re.DOTALL)
_KEYS = {"name", "date", "ends", "as_written", "inferred", "place", "people", "chair", "supporters", "rsvp"}
MOST = 50

Told = dict[str, object]


def events_of(written: object, zone: ZoneInfo, wrong: list[str]) -> tuple[Event, ...]:
    """The events that are told; what is wrong with them goes to `wrong`."""
    if not isinstance(written, list) or not all(isinstance(one, dict) for one in written) or len(written) > MOST:
        wrong.append(f"  events: write a list of at most {MOST}, each with a name")
        return ()
    return tuple(_event(one, zone, f"  events {number}", wrong) for number, one in enumerate(written, 1))


def told(events: tuple[Event, ...]) -> list[Told]:
    """The events as front matter tells them."""
    return [_told(event) for event in events]


def _event(written: Told, zone: ZoneInfo, where: str, wrong: list[str]) -> Event:
    wrong += [f"{where}: there is no key {str(key)[:40]!r}; the keys are {', '.join(sorted(_KEYS))}" for key in written if key not in _KEYS]
    name = _words(written.get("name"))
    if not name:
        wrong.append(f"{where}: has no name")
    return Event(
        name=name,
        when=_when(written, zone, where, wrong),
        place=_words(written.get("place")),
        billings=tuple(
            Billing(_words(one.get("label")), _people(one.get("names"))) for one in _list(written.get("people")) if isinstance(one, dict)
        ),
        chair=_people(written.get("chair")),
        supporters=_words(written.get("supporters")),
        rsvp=written.get("rsvp") is True,
    )


def _when(written: Told, zone: ZoneInfo, where: str, wrong: list[str]) -> When | None:
    if written.get("date") is None:
        return None
    starts, ends = (_moment(written.get(key), zone) for key in ("date", "ends"))
    if starts is None or (ends is None and written.get("ends") is not None):
        wrong.append(f"{where}: a date or end is none; write 2027-04-19 18:30")
        return None
    if ends and ends <= starts:
        wrong.append(f"{where}: ends is not after date")
    return When(
        starts,
        _words(written.get("as_written")),
        ends,
        year_said=written.get("inferred") != "year",
        time_said=isinstance(written["date"], datetime) or not isinstance(written["date"], date),
    )


def _moment(written: object, zone: ZoneInfo) -> datetime | None:
    if isinstance(written, date) and not isinstance(written, datetime):
        return datetime.combine(written, time(0), zone)
    try:
        moment = written if isinstance(written, datetime) else datetime.fromisoformat(str(written).strip())
    except ValueError:
        return None
    return moment.astimezone(zone) if moment.tzinfo else moment.replace(tzinfo=zone)


def _people(written: object) -> tuple[Person, ...]:
    return tuple(filter(None, map(_person, _list(written))))


def _person(written: object) -> Person | None:
    """`Ana Flores (teacher)`, or name and role each in a line of its own where that would not do."""
    if isinstance(written, dict):
        return Person(_words(written.get("name")), _words(written.get("role")))
    words = _words(written)
    match = _ROLE.fullmatch(words)
    return Person(match["name"], match["role"]) if match else Person(words) if words else None


def _list(written: object) -> list[object]:
    return written if isinstance(written, list) else [] if written is None else [written]


def _words(written: object) -> str:
    return "" if written is None or isinstance(written, dict | list) else tidy_words(str(written))


def _told(event: Event) -> Told:
    when: Told = {}
    if event.when:
        when = {
            "date": _written_out(event.when.starts) if event.when.time_said else event.when.starts.date(),
            "ends": event.when.ends and _written_out(event.when.ends),
            "as_written": event.when.as_written,
            "inferred": "" if event.when.year_said else "year",
        }
    whole: Told = {
        "name": event.name,
        **when,
        "place": event.place,
        "people": [{"label": billing.label, "names": [*map(_named, billing.people)]} for billing in event.billings],
        "chair": [*map(_named, event.chair)],
        "supporters": event.supporters,
        "rsvp": event.rsvp,
    }
    return {key: value for key, value in whole.items() if value}


def _written_out(moment: datetime) -> str:
    """Local time; with its offset where the zone is none of the group's own, or the hour comes twice that night."""
    plainly = isinstance(moment.tzinfo, ZoneInfo) and not moment.fold
    return f"{moment:%Y-%m-%d %H:%M}" if plainly else f"{moment:%Y-%m-%d %H:%M%z}"


def _named(person: Person) -> str | Told:
    words = f"{person.name} ({person.role})" if person.role else person.name
    return words if _person(words) == person else {"name": person.name, "role": person.role}
