"""Events as readers' calendars take them (RFC 5545), and back: one .ics for a mail, one for all events of a list.

An entry keeps its UID for good; a higher SEQUENCE makes a calendar take the new version for the old. See agenda.py.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from fob_mail.events import Event, When

if TYPE_CHECKING:
    from icalendar import Calendar
    from icalendar import Event as Component

PRODUCT = "-//fob-mail//fob-mail//EN"
_OCTETS = 75
_EARLIEST = date(2020, 1, 1)  # of a time zone's rules: older ones would only make the file long


@dataclass(frozen=True, slots=True)
class Entry:
    """An event's entry in readers' calendars: the same UID for good, its SEQUENCE raised with each change."""

    uid: str
    sequence: int
    changed_at: datetime  # aware


@dataclass(frozen=True, slots=True)
class Kept:
    """What a calendar file says of an event."""

    uid: str
    sequence: int
    name: str
    starts: datetime | date  # a date alone where no time was told
    ends: datetime | date | None
    place: str


@dataclass(frozen=True, slots=True)
class Notes:
    """What an entry says besides the event itself: who calls for it, in which language, with what words, and where to read on."""

    organiser: str
    address: str
    language: str = "en"
    description: str = ""
    url: str = ""


def fingerprint(*languages: Event) -> str:
    """What makes an event's entry another one when it changes: name, time and place, in each language."""
    facts = [(event.name, event.place, _moment(event.when) if event.when else None) for event in languages]
    return hashlib.blake2b(repr(facts).encode("utf-8", "replace"), digest_size=16).hexdigest()


def ics(entries: Iterable[tuple[Event, Entry, Notes]]) -> str:
    """The events that have a day, as a calendar file with CRLF; empty if none has one.

    It is published; one that is alone and wants an answer is a request, whose one attendee the message puts in (RFC 5546 §3.2.2: a
    request is about one event).
    """
    dated = [(event, event.when, entry, notes) for event, entry, notes in entries if event.when]
    components = [_component(event, when, entry, notes) for event, when, entry, notes in dated]
    asks = len(dated) == 1 and dated[0][0].rsvp
    return _file(components, method="REQUEST" if asks else "PUBLISH") if components else ""


def feed(files: Iterable[str], name: str) -> str:
    """All events of these files as one calendar to subscribe to (RFC 7986), each once, in its newest version."""
    newest: dict[str, Component] = {}
    for component in _components(files):
        known = newest.get(str(component.get("uid")))
        if known is None or int(component.get("sequence", 0)) >= int(known.get("sequence", 0)):
            newest[str(component.get("uid"))] = component
    return _file(newest.values(), name=name)


def only(file: str, number: int) -> str:
    """The file with the event of that number alone, from 1; empty if it has none of that number."""
    components = list(_components([file]))
    return _file([components[number - 1]], method="PUBLISH") if 0 < number <= len(components) else ""


def published(file: str) -> str:
    """The whole file for everybody: as it is mailed, but nobody is asked to answer."""
    components = list(_components([file]))
    return _file(components, method="PUBLISH") if components else ""


def kept(file: str) -> tuple[Kept, ...]:
    """The events of a file that was made here."""
    return tuple(_kept(component, component.DTSTART) for component in _components([file]) if component.DTSTART)


def _kept(component: "Component", starts: datetime | date) -> Kept:
    return Kept(
        str(component.get("uid")),
        int(component.get("sequence", 0)),
        str(component.get("summary", "")),
        starts,
        component.DTEND,
        str(component.get("location", "")),
    )


def _component(event: Event, when: When, entry: Entry, notes: Notes) -> "Component":
    """RFC 5545 §3.6.1. A day without a time is a day's event; an end that nobody told is left out, not made up."""
    from icalendar import Event as Component  # noqa: PLC0415 imported late, so that --help is quick
    from icalendar import vCalAddress  # noqa: PLC0415

    made = Component()
    made.add("uid", entry.uid)
    made.add("sequence", entry.sequence)
    made.add("dtstamp", entry.changed_at.astimezone(UTC).replace(microsecond=0))
    made.add("last-modified", entry.changed_at.astimezone(UTC).replace(microsecond=0))
    made.add("dtstart", _zoned(when.starts) if when.time_said else when.starts.date())
    if when.ends:
        made.add("dtend", _zoned(when.ends) if when.time_said else when.ends.date() + timedelta(days=1))  # §3.6.1: not included
    made.add("summary", plain(event.name), parameters={"language": notes.language})
    for name, value in (("location", event.place), ("description", notes.description)):
        if value.strip():
            made.add(name, plain(value))
    if notes.url:
        made.add("url", notes.url)
    organiser = vCalAddress(f"mailto:{notes.address}")
    organiser.params["cn"] = plain(notes.organiser).replace('"', "'")
    made["organizer"] = organiser
    made.add("status", "CONFIRMED")
    return made


def _moment(when: When) -> tuple[str, str, bool]:
    return when.starts.isoformat(), when.ends.isoformat() if when.ends else "", when.time_said


def _zoned(moment: datetime) -> datetime:
    """A moment in a zone that has a name; one with a bare offset in UTC, since no VTIMEZONE stands for an offset."""
    return moment if getattr(moment.tzinfo, "key", None) else moment.astimezone(UTC)


def folded(line: str) -> list[bytes]:
    """A line in lines of at most 75 octets, each after the first begun with a blank; no character is split (RFC 5545 §3.1)."""
    lines = [b""]
    for character in line:
        encoded = character.encode("utf-8", "replace")
        if len(lines[-1]) + len(encoded) > _OCTETS:
            lines.append(b" ")
        lines[-1] += encoded
    return lines


def plain(text: str) -> str:
    """Text without control characters, which no calendar file may have; line ends stay."""
    return "".join(letter for letter in text if letter == "\n" or letter.isprintable()).strip()


def _file(components: "Iterable[Component]", *, method: str = "", name: str = "") -> str:
    from icalendar import Calendar  # noqa: PLC0415

    made = Calendar()
    made.add("version", "2.0")
    made.add("prodid", PRODUCT)
    if method:
        made.add("method", method)
    if name:
        made.add("name", plain(name))
        made.add("x-wr-calname", plain(name))
    components = list(components)
    for component in components:
        made.add_component(component)
    if components:
        _add_zones(made, components)
    content: bytes = made.to_ical()
    return content.decode()


def _add_zones(made: "Calendar", components: "list[Component]") -> None:
    """A VTIMEZONE for each zone (RFC 5545 §3.6.5), with the rules of the years that matter and no others."""
    years = [component.DTSTART.year for component in components if component.DTSTART]
    made.add_missing_timezones(min(_EARLIEST, date(min(years), 1, 1)), date(max(years) + 2, 1, 1))


def _components(files: Iterable[str]) -> "Iterable[Component]":
    from icalendar import Calendar  # noqa: PLC0415

    for file in files:
        if file:
            yield from Calendar.from_ical(file).events
