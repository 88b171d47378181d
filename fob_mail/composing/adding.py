"""An event on its way into a calendar or a search: the links that add it, and what it is in schema.org's words."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from markupsafe import Markup

from fob_mail.articles.article import Article, CallKind
from fob_mail.calendars import Entry, Notes, ics, plain
from fob_mail.composing.calling import Link, usable
from fob_mail.composing.typesetting import one_line
from fob_mail.composing.words import Words, words_of
from fob_mail.events import Attendance, Event, When
from fob_mail.slots import mark

CALENDARS = ("https://calendar.google.com/calendar/render?", "https://outlook.live.com/calendar/0/deeplink/compose?")
"""How the addresses begin by which an event gets into the calendars of Google and Outlook."""

_MODES = {Attendance.IN_PERSON: "Offline", Attendance.ONLINE: "Online", Attendance.HYBRID: "Mixed"}


def ways_to_add(event: Event, number: int, words: Words) -> tuple[Link, ...]:
    """Links that add an event to a calendar: its file, which every program takes, Google's and Outlook's; none if it has no day."""
    if event.when is None:
        return ()
    return (
        Link(words.say("Add to calendar"), mark("calendar_url", str(number))),
        Link("Google Calendar", _google(event, event.when)),
        Link("Outlook", _outlook(event, event.when)),
    )


def _google(event: Event, when: When) -> str:
    starts, ends = (_compact(when, moment) for moment in (when.starts, when.ends or when.starts))
    if not when.time_said:
        ends = ((when.ends or when.starts) + timedelta(days=1)).strftime("%Y%m%d")  # the day after, as in .ics
    asked = {"action": "TEMPLATE", "text": one_line(event.name), "dates": f"{starts}/{ends}", "location": one_line(event.place)}
    return f"{CALENDARS[0]}{urlencode(asked)}"


def _outlook(event: Event, when: When) -> str:
    asked = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": one_line(event.name),
        "startdt": _written(when, when.starts),
        "enddt": _written(when, when.ends or when.starts),
        "location": one_line(event.place),
    }
    return f"{CALENDARS[1]}{urlencode(asked | ({} if when.time_said else {'allday': 'true'}))}"


def _compact(when: When, moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ") if when.time_said else moment.strftime("%Y%m%d")


def _written(when: When, moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if when.time_said else moment.strftime("%Y-%m-%d")


def structured(articles: tuple[Article, ...], organisation: str) -> Markup:
    """The events as JSON-LD (schema.org/Event) for a script element, in which no title can end it; empty if there are none."""
    events = [_schema(event, event.when, article, organisation) for article in articles for event in article.events if event.when]
    text = json.dumps(events[0] if len(events) == 1 else events, ensure_ascii=False, separators=(",", ":")) if events else ""
    text = text.replace("}}", "} }")  # preflight takes }} for a field that was never filled in
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704 nothing in it can be taken for HTML  # nosec B704


def _schema(event: Event, when: When, article: Article, organisation: str) -> dict[str, object]:
    described: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": one_line(event.name),
        "startDate": when.starts.isoformat() if when.time_said else when.starts.date().isoformat(),
        "eventStatus": "https://schema.org/EventScheduled",
        "organizer": {"@type": "Organization", "name": one_line(organisation)},
    }
    if when.ends:
        described["endDate"] = when.ends.isoformat() if when.time_said else when.ends.date().isoformat()
    if event.attendance:
        described["eventAttendanceMode"] = f"https://schema.org/{_MODES[event.attendance]}EventAttendanceMode"
        described["location"] = _location(event)
    if people := [one_line(person.name) for billing in event.billings for person in billing.people]:
        described["performer"] = [{"@type": "Person", "name": name} for name in people]
    if url := _page_of(article):
        described["url"] = url
    return described


def _location(event: Event) -> dict[str, str]:
    place = one_line(event.place)
    if event.attendance is Attendance.ONLINE:
        return {"@type": "VirtualLocation", "name": place}
    return {"@type": "Place", "name": place, "address": place}


def calendar_of(articles: tuple[Article, ...], entries: tuple[Entry, ...], sender: tuple[str, str], language: str) -> str:
    """The events of a mail as an .ics, in the mail's language; `entries` are one an event, `sender` is a name and an address."""
    words = words_of(language)
    events = [(event, article) for article in articles for event in article.events]
    noted = [
        (event, entry, Notes(*sender, language, _description(event, article, words), _page_of(article)))
        for (event, article), entry in zip(events, entries, strict=False)  # a language may have fewer
    ]
    return ics(noted)


def _description(event: Event, article: Article, words: Words) -> str:
    """Who is there, and where to register: what people look for on the day."""
    billed = [(billing.label, billing.people) for billing in event.billings]
    if event.chair:
        billed.append((words.say("Chair"), event.chair))
    lines = [f"{one_line(label)}: {words.enumeration([one_line(person.name) for person in people])}" for label, people in billed if people]
    return plain("\n".join([*lines, *filter(None, [_page_of(article)])]))


def _page_of(article: Article) -> str:
    """The event's own page: where one registers."""
    return next((call.url for call in article.calls if call.kind is CallKind.REGISTER and usable(call.url)), "")
