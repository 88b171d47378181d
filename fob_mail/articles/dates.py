"""When is it? Dates as people write them, in English and Spanish, and what had to be inferred to know them.

Monday April 19, 18.30 · 19 April at 6.30pm · Monday 19th April 2027, 7–9pm · lunes 19 de abril, 18:30 h · 2027-04-19 18:30
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from fob_mail.events import When

MONTHS = {
    name: number
    for names in (
        "january february march april may june july august september october november december",
        "jan feb mar apr may jun jul aug sep oct nov dec",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    )
    for number, name in enumerate(names.split(), 1)
} | {"sept": 9, "setiembre": 9}
WEEKDAYS = {
    name: number
    for names in (
        "monday tuesday wednesday thursday friday saturday sunday",
        "mon tue wed thu fri sat sun",
        "lunes martes miércoles jueves viernes sábado domingo",
        "lunes martes miercoles jueves viernes sabado domingo",
    )
    for number, name in enumerate(names.split())
} | {"tues": 1, "weds": 2, "thur": 3, "thurs": 3}
WEEKDAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

SOON = 400
"""Days ahead within which the next year that fits is taken; an invitation is for something to come."""

_YEARS = 12
_NOON = 12


def _either(words: dict[str, int]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|º)?"
_MONTH = rf"(?P<month>{_either(MONTHS)})\b\.?"
_WEEKDAY = rf"(?:(?P<weekday>{_either(WEEKDAYS)})\b[,.]?\s{{1,3}})?"
_YEAR = r"(?:,?\s{1,3}(?:del?\s{1,3})?(?P<year>20\d\d)(?![\d.:]))?"
_DATES = (
    re.compile(r"\b(?P<year>20\d\d)-(?P<month>\d\d)-(?P<day>\d\d)\b(?P<weekday>)"),
    re.compile(rf"\b{_WEEKDAY}(?:el\s{{1,3}}|the\s{{1,3}})?{_DAY}\s{{1,3}}(?:of\s{{1,3}}|de\s{{1,3}})?{_MONTH}{_YEAR}", re.IGNORECASE),
    re.compile(rf"\b{_WEEKDAY}{_MONTH}\s{{1,3}}{_DAY}(?![\d%]){_YEAR}", re.IGNORECASE),
)
_CLOCK = r"(?P<{0}h>\d{{1,2}})(?:[.:h](?P<{0}m>\d\d))?\s?(?P<{0}half>[ap]\.?m\b\.?)?(?P<{0}hours>\s?h(?:rs?|ours)?\b\.?)?"
_TO = r"\s?(?:[-\u2013\u2014]|to|until|till|a las|a|hasta las)\s?"
_CLOCKS = rf"{_CLOCK.format('')}(?:{_TO}{_CLOCK.format('e')})?"
_AFTER = re.compile(rf"[\s,;:|\u00b7\u2013\u2014(-]{{0,6}}(?:(?:at|from|starting at|a las|desde las|@)\s{{1,3}})?{_CLOCKS}", re.IGNORECASE)
_BEFORE = re.compile(rf"{_CLOCKS}\s?(?:,|on|el)?\s{{0,3}}$", re.IGNORECASE)
_REACH = 40  # characters before a date in which its time may stand


@dataclass(frozen=True, slots=True)
class Found:
    """A date in a text: where it stands, what it says, and what it may mean."""

    start: int
    end: int
    as_written: str
    month: int
    day: int
    year: int | None
    weekday: int | None
    starts: time | None
    ends: time | None


def find(text: str) -> list[Found]:
    """Every date with day and month in a text, in its order, with the time beside it."""
    found: list[Found] = []
    for pattern in _DATES:
        for match in pattern.finditer(text):
            if not any(f.start < match.end() and match.start() < f.end for f in found):
                found.append(_read(text, match))
    return sorted(found, key=lambda f: f.start)


def when(found: Found, zone: ZoneInfo, today: date) -> When | None:
    """The moment that is meant, as far as it can be known: the year may be inferred. None for a day that does not exist."""
    years = [found.year] if found.year else likely_years(found, today)[:1]
    try:
        day = date(years[0] or 0, found.month, found.day) if years else None
    except ValueError:
        day = None
    if day is None:
        return None
    starts = datetime.combine(day, found.starts or time(0), zone)
    ends = datetime.combine(day, found.ends, zone) if found.ends else None
    if ends and ends <= starts:
        ends = None
    return When(starts, found.as_written, ends, year_said=found.year is not None, time_said=found.starts is not None)


def likely_years(found: Found, today: date) -> list[int]:
    """The years in which day and weekday fit, the likeliest first: the next if that is soon, else the one nearest to today."""
    fits = []
    for year in range(today.year - _YEARS, today.year + _YEARS + 1):
        try:
            day = date(year, found.month, found.day)
        except ValueError:
            continue
        if found.weekday is None or day.weekday() == found.weekday:
            fits.append(day)
    coming = [day for day in fits if day >= today][:1]
    if not coming or (coming[0] - today).days > SOON:
        coming = []
    rest = sorted((day for day in fits if day not in coming), key=lambda day: abs((day - today).days))
    return [day.year for day in coming + rest]


def disagrees(found: Found) -> str:
    """The weekday that the date really is, if it says its year and another weekday; else nothing."""
    if found.year is None or found.weekday is None:
        return ""
    try:
        real = date(found.year, found.month, found.day).weekday()
    except ValueError:
        return ""
    return WEEKDAY_NAMES[real] if real != found.weekday else ""


def _read(text: str, match: re.Match[str]) -> Found:
    said = match.groupdict()
    month = int(said["month"]) if said["month"].isdigit() else MONTHS[said["month"].lower()]
    end, starts, ends = _time_beside(text, match)
    start = match.start()
    return Found(
        start=start,
        end=end,
        as_written=" ".join(text[start:end].split()).rstrip(" ,;("),
        month=month,
        day=int(said["day"]),
        year=int(said["year"]) if said["year"] else None,
        weekday=WEEKDAYS[said["weekday"].lower()] if said["weekday"] else None,
        starts=starts,
        ends=ends,
    )


def _time_beside(text: str, match: re.Match[str]) -> tuple[int, time | None, time | None]:
    """The time right after a date, else right before it; and where the date with its time ends."""
    after = _AFTER.match(text, match.end())
    if after and (clocks := _clocks(after)):
        return after.end(), *clocks
    before = _BEFORE.search(text[max(0, match.start() - _REACH) : match.start()])
    if before and (clocks := _clocks(before)):
        return match.end(), *clocks
    return match.end(), None, None


def _clocks(match: re.Match[str]) -> tuple[time, time | None] | None:
    said = match.groupdict()
    plain = not (said["m"] or said["half"] or said["hours"] or said["ehalf"] or said["em"] or said["ehours"])
    if plain:
        return None  # a bare number is no time
    borrowed = said["half"] or (said["ehalf"] if int(said["h"]) <= int(said["eh"] or 0) else None)
    starts = _clock(said["h"], said["m"], borrowed)
    ends = _clock(said["eh"], said["em"], said["ehalf"]) if said["eh"] else None
    return (starts, ends) if starts else None


def _clock(hour: str, minute: str | None, half: str | None) -> time | None:
    hours = int(hour)
    if half:
        if not 1 <= hours <= _NOON:
            return None
        hours = hours % _NOON + (_NOON if half[0] in "pP" else 0)
    try:
        return time(hours, int(minute or 0))
    except ValueError:
        return None
