"""Which event does a text announce? Its name, moment and place, found where people write them."""

import re
from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

from fob_mail.articles import dates, oddities, zones
from fob_mail.articles.article import Notice
from fob_mail.articles.people import Labelled, Role, people
from fob_mail.events import Billing, Event, When

_EVENT = (
    r"(?:event|meeting|rally|webinar|concert|screening|demonstration|vigil|conference|talk|evening|workshop|launch|fundraiser|"
    r"assembly|ball|bazaar|breakfast|briefing|ceilidh|celebration|commemoration|dance|debate|dinner|discussion|exhibition|fair|festival|"
    r"f\u00eate|film|forum|gathering|gig|hustings|lecture|lunch|march|night|parade|party|performance|picnic|procession|protest|quiz|"
    r"reading|reception|ride|seminar|social|summit|supper|tour|unveiling|walk|"
    r"acto|encuentro|reunión|charla|concierto|conferencia|evento|jornada|mitin|"
    r"asamblea|cena|coloquio|comida|concentración|curso|debate|feria|fiesta|manifestación|marcha|mesa redonda|paseo|presentación|"
    r"proyección|taller|vigilia)"
)
_ANNOUNCES = re.compile(rf"\b{_EVENT}\b", re.IGNORECASE)
_INVITES = re.compile(
    r"\b(?:holding|hosting|organi[sz]ing|join us|come (?:along|to)|invites? you|will be held|takes place|"
    r"celebran?|organizan?|invitan?|invitamos|os esperamos|acompáñan?os|únete|venid|ven a)\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[\u201c\"\u2018\u00ab](?P<name>[^\u201c\u201d\"\u2018\u00ab\u00bb\n]{4,120})[\u201d\"\u2019\u00bb]")
_CALLED = re.compile(r"\b(?:called|titled|entitled|titulad[oa]|llamad[oa])\s+(?P<name>[^,.;\n]{4,120})", re.IGNORECASE)
_NAMED = re.compile(rf"\b{_EVENT}\s?[,:]\s+(?P<name>\S[^\n]{{3,300}})", re.IGNORECASE)
_NAMED_WHATEVER_IT_IS = re.compile(
    r"\b(?:join us for|come (?:along )?to|invites? you to|holding|hosting|organi[sz]ing)\s+(?:an?|the|our)\s+"
    r"[a-z\u00df-\u00ff][a-z\u00df-\u00ff' -]{2,50}[,:]\s+(?P<name>[A-Z\u00c0-\u00dd0-9][^\n]{3,300})"
)
_NAME_ENDS = re.compile(
    r"(?:,\s++|(?<![\s,])\s++)"
    r"(?:marking|celebrating|commemorating|to mark|featuring|which|where|this|that will|taking place|con motivo|para conmemorar)\b"
    r"|,\s++(?:on|at|in|with|from|el|en|a las|con"
    r"|is|begins|starts|will (?:be|begin|start)|es|será|empieza|comienza|se celebra(?:rá)?|tiene lugar|tendrá lugar)\b|[.;]\s|\.$",
    re.IGNORECASE,
)
_HANGING = re.compile(r"(?:,\s++|(?<![\s,])\s++)(?:on|el|this|next)\s*$")
_STREET = r"(?:calle|c/|plaza|avda|avenida|paseo|camino|carrer|plaça|rue)"
_NAMED_PLACE = (
    r"(?:(?:the|el|la|los|las)\s+)?(?P<place>[A-Z\u00c0-\u00dd][^,.;()\n]{2,80}"
    rf"(?:,\s+(?:[A-Z0-9\u00c0-\u00dd]|{_STREET}\b)[^,.;()\n]{{1,60}}){{0,4}})"
)
_PLACE = re.compile(rf"\b(?:at|in|en)\s+{_NAMED_PLACE}")
_BESIDE = re.compile(
    rf"\b(?P<beside>(?:outside|opposite|in front of|frente a|delante de)(?:\s+(?:the|el|la|los|las)\b|l\b)?)\s+{_NAMED_PLACE}"
)
_PLACE_OF_NO_NAME = re.compile(r"\bat\s+(?P<place>(?:the|our)\s+[a-z][^,.;()\n]{2,40}(?:,\s+[A-Z0-9\u00c0-\u00dd][^,.;()\n]{1,60}){1,4})")
_PLACE_BEFORE = re.compile(rf"\b(?:at|en)\s+{_NAMED_PLACE},?\s++(?:on|el)\s*$")
_ONLINE = re.compile(r"\b(?:on ?line|zoom|livestream(?:ed)?|en línea)\b", re.IGNORECASE)
ENOUGH = 4


@dataclass(frozen=True, slots=True)
class Announcement:
    """The paragraph that announces, and the date in it; and what was announced as well, in the order of the text."""

    text: str
    found: dates.Found
    others: tuple["Announcement", ...] = ()


def announcement(paragraphs: list[str]) -> Announcement | None:
    """The paragraph that most looks like an invitation with a date, the first of several alike; None if none does."""
    told: list[tuple[int, str, dates.Found]] = []
    for text in paragraphs:
        if len(text) > oddities.LONGEST:
            continue
        for found in dates.find(text):
            score = (
                2 * (found.starts is not None or bool(found.no_time))
                + 2 * (found.weekday is not None)
                + bool(_INVITES.search(text))
                + 2 * bool(_ANNOUNCES.search(text))
            )
            if score >= ENOUGH:
                told.append((score, text, found))
    if not told:
        return None
    _, text, found = max(told, key=lambda one: one[0])
    return Announcement(text, found, tuple(Announcement(words, other) for _, words, other in told if other is not found))


def event_of(
    told: Announcement | None, lines: list[Labelled], title: str, zone: ZoneInfo, today: date
) -> tuple[Event | None, list[Notice]]:
    """The event that an announcement and labelled lines tell of, and what had to be inferred. None if they tell of none."""
    said = [line.rest for line in lines if line.role is Role.TIME]
    found = dates.find(", ".join(said))[:1] or ([told.found] if told else [])
    moment, notices = _moment(found[0], zone, today) if found else (None, [])
    if found and moment:
        in_text = told is not None and found[0] is told.found
        moment, zoned = zones.zoned(found[0], told.text if told and in_text else ", ".join(said), moment)
        notices += zoned
    if told is None and not said and not any(line.role in {Role.SPEAKERS, Role.CHAIR} for line in lines):
        return None, []
    places = [line.rest.rstrip(".") for line in lines if line.role is Role.PLACE]
    event = Event(
        name=(name_in(told) if told else "") or title,
        when=moment,
        place=", ".join(places) or (place_in(told) if told else ""),
        billings=tuple(Billing(line.label, people(line.rest)) for line in lines if line.role is Role.SPEAKERS),
        chair=tuple(person for line in lines if line.role is Role.CHAIR for person in people(line.rest)),
        supporters="; ".join(line.rest.rstrip(".") for line in lines if line.role is Role.SUPPORTERS),
    )
    if not found:
        remedy = "Write it in the front matter: date: 2027-04-19 18:30"
        notices = [Notice("no-date", f"There is an event, {event.name!r}, but no day with a date was found for it.", remedy)]
    return event, notices


def more_events(  # noqa: PLR0913, PLR0917 what is told of events, and what it is seen by
    told: Announcement | None, main: Event | None, lines: list[tuple[str, Labelled]], title: str, zone: ZoneInfo, today: date
) -> tuple[tuple[Event, ...], list[Notice]]:
    """Further events that paragraphs of their own announce, on other days that are not over; `lines`: each with its paragraph.

    One that has no name has the article's `title`, and never that of the main event.

    Further days that the main event's own paragraph names are no events, but told.
    """
    if told is None or main is None or main.when is None:
        return (), []
    days = {(main.when.starts.month, main.when.starts.day)}
    found: list[Event] = []
    notices: list[Notice] = []
    for other in (one for one in told.others if one.text != told.text):
        moment, said = _moment(other.found, zone, today)
        if not moment or moment.starts.date() < today or (other.found.month, other.found.day) in days:
            continue
        days.add((other.found.month, other.found.day))
        event, zoned = event_of(
            Announcement(other.text, other.found), [line for text, line in lines if text == other.text], "", zone, today
        )
        if event:
            found.append(event if event.name else replace(event, name=title))
            notices += [*said, *(notice for notice in zoned if notice not in said)]
    left = [told.found, *(one.found for one in told.others if one.text == told.text)]
    return tuple(found), [*_several(main, found), *notices, *oddities.other_days(told.found, left, zone, today)]


def _several(main: Event, others: list[Event]) -> list[Notice]:
    if not others or not main.when:
        return []
    named = ", ".join(f"\u201c{other.when.as_written}\u201d" for other in others if other.when)
    first = f"that on \u201c{main.when.as_written}\u201d is taken for the main one"
    problem = f"{len(others) + 1} events are announced: {first}; further ones are on {named}."
    return [
        Notice("several-events", problem, "If another is the main one, put it first: fob-mail article read writes them down to correct.")
    ]


def name_in(told: Announcement) -> str:
    """The event's name: in quotes, after `called`, or after `an event,`; else nothing."""
    before_date = told.text[: told.found.start]
    for pattern in (_QUOTED, _CALLED, _NAMED, _NAMED_WHATEVER_IT_IS):
        match = pattern.search(before_date) or (pattern.search(told.text) if pattern is _QUOTED else None)
        if match:
            name = _NAME_ENDS.split(match["name"], maxsplit=1)[0] if pattern is not _QUOTED else match["name"]
            name = _HANGING.sub("", name.strip(" ,:\u2013\u2014-"))
            if name:
                return name
    return ""


def place_in(told: Announcement) -> str:
    """Where it is, said beside the date: `at Conway Hall, London`, `outside the Guildhall`, or online."""
    around = told.text[told.found.end : told.found.end + 200]
    if beside := _BESIDE.search(around):
        return f"{beside['beside'].capitalize()} {beside['place'].strip()}"
    match = _PLACE.search(around) or _PLACE_BEFORE.search(told.text[max(told.found.start - 200, 0) : told.found.start])
    if match and not dates.find(match["place"]):
        return match["place"].strip()
    if beside := _PLACE_OF_NO_NAME.search(around):
        return beside["place"][:1].upper() + beside["place"][1:].strip()
    online = _ONLINE.search(around)
    return online[0].capitalize() if online else ""


def _moment(found: dates.Found, zone: ZoneInfo, today: date) -> tuple[When | None, list[Notice]]:
    moment = dates.when(found, zone, today)
    written = f"\u201c{found.as_written}\u201d"
    if moment is None:
        return None, []  # impossible() tells
    notices = [] if moment.year_said else [_inferred(found, moment, today), *_weekday_of_no_year_near(found, moment, today)]
    if found.further and dates.possible(found):
        notices.append(_further(found, moment))
    if found.either_way:
        problem = f"{written} may be read in two ways; the day is taken to come first: {moment.starts.day} {moment.starts:%B %Y}."
        notices.append(Notice("day-first", problem, f"Write the month in letters, or in the front matter: date: {_written_out(moment)}"))
    if real := dates.disagrees(found):
        notices.append(Notice("weekday-mismatch", f"{written} is a {real}.", "Correct the weekday or the date in the article."))
    if not moment.time_said and not found.no_time:
        notices.append(
            Notice("no-time", f"{written} has no time of day.", f"Write it in the front matter: date: {moment.starts:%Y-%m-%d} 18:30")
        )
    return moment, notices


def _inferred(found: dates.Found, moment: When, today: date) -> Notice:
    """Which year was taken, and why; the year before it that fits too is named, since the article may be an old one."""
    likely, *others = dates.likely_years(found, today)
    why, past = "that is the next one", ""
    if found.weekday is not None:
        why = f"in it that day is a {dates.WEEKDAY_NAMES[found.weekday]}"
        earlier = [year for year in others if year < likely]
        past = f", as it was in {max(earlier)}" if earlier else ""
    problem = f"The year of \u201c{found.as_written}\u201d is not said; {likely} is likely: {why}{past}."
    return Notice("year-inferred", problem, f"Write it in the front matter: date: {_written_out(moment)}")


def _weekday_of_no_year_near(found: dates.Found, moment: When, today: date) -> list[Notice]:
    """That the coming day of this date is another weekday, where the year was chosen so that the weekday fits."""
    coming = dates.next_day(found, today)
    if found.weekday is None or coming is None or coming == moment.starts.date():
        return []
    real = dates.WEEKDAY_NAMES[coming.weekday()]
    problem = f"\u201c{found.as_written}\u201d: {coming.day} {coming:%B %Y} is a {real}; is the weekday wrong?"
    meant = _written_out(replace(moment, starts=moment.starts.replace(year=coming.year)))
    return [Notice("weekday-mismatch", problem, f"Correct it in the article, or write the year in the front matter: date: {meant}")]


def _further(found: dates.Found, moment: When) -> Notice:
    """Days that are named with the one that is taken, since an event begins once."""
    others = " and ".join(map(str, found.further))
    taken = f"{moment.starts.day} {moment.starts:%B} is taken for the event, not {others}"
    ends = f"{moment.starts:%Y-%m}-{found.further[-1]:02} 17:00"
    remedy = f"If it goes on until the last, write that in the front matter: date: {_written_out(moment)}, and below it ends: {ends}"
    return Notice("several-days", f"\u201c{found.as_written}\u201d names several days: {taken}.", remedy)


def _written_out(moment: When) -> str:
    return f"{moment.starts:%Y-%m-%d %H:%M}" if moment.time_said else f"{moment.starts:%Y-%m-%d}"
