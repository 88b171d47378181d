"""When is it? Dates as people write them, in English and Spanish, and what had to be inferred to know them.

Monday April 19, 18.30 · 19 April at 6.30pm · Monday 19th April 2027, 7–9pm · lunes 19 de abril, 18:30 h
19/04/2027 at noon · 2027-04-19 18:30 · Saturday 24 and Sunday 25 April, 10am
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from fob_mail.articles import clocks
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
"""Days ahead within which the next year that fits is taken, and days that are over for which a text may still be read."""

_YEARS = 12
_MONTHS = 12
_LEAP = 2000


def _either(words: dict[str, int]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|º)?"
_MONTH = rf"(?P<month>{_either(MONTHS)})\b\.?"
_WEEKDAY = rf"(?:(?P<weekday>{_either(WEEKDAYS)})\b[,.]?\s{{1,3}})?"
_YEAR = r"(?:,?\s{1,3}(?:del?\s{1,3})?(?P<year>20\d\d)(?!\d|[.:]\d))?"
_NAMED = rf"(?:{_either(WEEKDAYS)})\b[,.]?"
_NUMBER = r"\d{1,2}(?:st|nd|rd|th|º)?"
_ANOTHER = rf"(?:{_NAMED}\s{{1,3}})?{_NUMBER}"
_AND = r"(?:,?\s{1,3}(?:and|or|to|till|until|y|o|al?|hasta)\s{1,3}(?:the\s{1,3}|el\s{1,3})?|\s?[&/\u2013\u2014-]\s?)"
_EARLIER = (
    rf"(?P<earlier>(?<![\d.:/-])(?<!\bat\s)(?<!\blas\s)(?:{_NAMED}{_AND})?(?:{_ANOTHER},\s{{1,3}}){{0,4}}"
    rf"(?:{_ANOTHER}{_AND}|{_NAMED}\s{{1,3}}{_NUMBER},\s{{1,3}}(?={_NAMED})))?"
)
_LATER = (
    rf"(?P<later>(?:,\s{{1,3}}{_ANOTHER}){{0,4}}{_AND}{_ANOTHER}(?![\w%\u20ac]|[.:]\d|\s?(?:am|pm|h|hrs?|hours|noon)\b)"
    rf"(?=\s*(?:[,.;:)(\u2013-]|$|20\d\d|(?:at|from|in|on|a|en|de|del)\b)))?"
)
_DATES = (
    re.compile(r"\b(?P<year>20\d\d)-(?P<month>\d\d)-(?P<day>\d\d)\b(?P<weekday>)"),
    re.compile(
        rf"\b{_WEEKDAY}(?<![\d/.-])(?P<day>\d{{1,2}})(?P<sign>[/.-])(?P<month>\d{{1,2}})(?P=sign)(?P<year>20\d\d)(?!\d|[/.:-]\d)",
        re.IGNORECASE,
    ),
    re.compile(
        rf"\b{_EARLIER}{_WEEKDAY}(?:el\s{{1,3}}|the\s{{1,3}})?{_DAY}\s{{1,3}}(?:of\s{{1,3}}|de\s{{1,3}})?{_MONTH}{_YEAR}", re.IGNORECASE
    ),
    re.compile(rf"\b{_WEEKDAY}{_MONTH}\s{{1,3}}{_DAY}(?![\d%]){_LATER}{_YEAR}", re.IGNORECASE),
)


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
    no_time: str = ""  # what is written like a time and is none: 25.30
    either_way: bool = False  # 5/4/2027 is 5 April here and May 4 elsewhere
    further: tuple[int, ...] = ()  # days of the same month that are named with it, as in "24 and 25 April"; `day` is the first


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
    """The years in which day and weekday fit, the likeliest first.

    That is the next, unless it is far away and the day was not long ago: an article may be read again when its event is over.
    """
    fits = []
    for year in range(today.year - _YEARS, today.year + _YEARS + 1):
        try:
            day = date(year, found.month, found.day)
        except ValueError:
            continue
        if found.weekday is None or day.weekday() == found.weekday:
            fits.append(day)
    coming = [day for day in fits if day >= today][:1]
    rest = sorted((day for day in fits if day not in coming), key=lambda day: abs((day - today).days))
    is_far = bool(coming) and (coming[0] - today).days > SOON
    if is_far and rest and rest[0] < today and (today - rest[0]).days <= SOON:
        return [day.year for day in rest + coming]
    return [day.year for day in coming + rest]


def next_day(found: Found, today: date) -> date | None:
    """The next such day from today on, whatever its weekday; None where there is none."""
    for year in range(today.year, today.year + _YEARS):
        try:
            day = date(year, found.month, found.day)
        except ValueError:
            continue
        if day >= today:
            return day
    return None


def disagrees(found: Found) -> str:
    """The weekday that the date really is, if it says its year and another weekday; else nothing."""
    if found.year is None or found.weekday is None:
        return ""
    try:
        real = date(found.year, found.month, found.day).weekday()
    except ValueError:
        return ""
    return WEEKDAY_NAMES[real] if real != found.weekday else ""


def possible(found: Found) -> bool:
    """Whether there is such a day, in the year that is said or in any, and each that is named with it."""
    try:
        date(found.year or _LEAP, found.month, max(found.day, *found.further) if found.further else found.day)
    except ValueError:
        return False
    return True


def _read(text: str, match: re.Match[str]) -> Found:
    said = match.groupdict()
    month, day, either_way = _month_and_day(said)
    weekday = WEEKDAYS[said["weekday"].lower()] if said["weekday"] else None
    days, weekday = _days(day, weekday, said.get("earlier") or "", said.get("later") or "")
    start = match.end("earlier") if said.get("earlier") and len(days) == 1 else match.start()
    hours = clocks.beside(text, start, match.end())
    return Found(
        start=start,
        end=hours.end,
        as_written=" ".join(text[start : hours.end].split()).rstrip(" ,;("),
        month=month,
        day=days[0],
        year=int(said["year"]) if said["year"] else None,
        weekday=weekday,
        starts=hours.starts,
        ends=hours.ends,
        no_time=hours.impossible,
        either_way=either_way,
        further=days[1:],
    )


def _days(day: int, weekday: int | None, earlier: str, later: str) -> tuple[tuple[int, ...], int | None]:
    """All days that are named with a month, and the weekday of the first. Numbers that do not rise are something else than days."""
    numbers = [int(number) for number in re.findall(r"\d{1,2}", earlier)] + [day]
    numbers += [int(number) for number in re.findall(r"\d{1,2}", later)]
    if len(numbers) == 1 or numbers != sorted(set(numbers)) or numbers[0] < 1:
        return (day,), weekday
    first = re.match(rf"{_either(WEEKDAYS)}", earlier, re.IGNORECASE)
    if first:
        weekday = WEEKDAYS[first[0].lower()]
    elif weekday is not None:
        weekday = (weekday - (day - numbers[0])) % len(WEEKDAY_NAMES)
    return tuple(numbers), weekday


def _month_and_day(said: dict[str, str]) -> tuple[int, int, bool]:
    """Month and day, and whether they may be the other way round. In figures the day comes first, unless only the month can."""
    if not said["month"].isdigit():
        return MONTHS[said["month"].lower()], int(said["day"]), False
    month, day = int(said["month"]), int(said["day"])
    if not said.get("sign"):
        return month, day, False  # 2027-04-19
    if max(month, day) > _MONTHS or month == day:
        return (day, month, False) if day <= _MONTHS else (month, day, False)
    if said["weekday"]:  # it may tell which
        weekday, year = WEEKDAYS[said["weekday"].lower()], int(said["year"])
        fits = [date(year, *pair).weekday() == weekday for pair in ((month, day), (day, month))]
        if any(fits):
            return (month, day, all(fits)) if fits[0] else (day, month, False)
    return month, day, True
