"""What time of day is it? Clock times as people write them beside a date, in English and Spanish.

18.30 · 6.30pm · 7–9pm · 18:30 h · 11am to noon · a mediodía
"""

import re
from dataclasses import dataclass
from datetime import time

_NOON = 12
_REACH = 40  # characters before a date in which its time may stand
_CLOCK = (
    r"(?:(?P<{0}noon>(?:12\s(?:del\s)?)?(?:noon|midday|mediod[ií]a)\b)"
    r"|(?P<{0}h>\d{{1,2}})(?:[.:h](?P<{0}m>\d\d))?\s?(?P<{0}half>[ap](?:m\b|\.m\b\.?))?(?P<{0}hours>\s?h(?:rs?|ours)?\b)?)"
)
_TO = r"\s?(?:[-\u2013\u2014]|to|until|till|a las|a|hasta las)\s?"
_CLOCKS = rf"{_CLOCK.format('')}(?:{_TO}{_CLOCK.format('e')})?"
_AFTER = re.compile(
    rf"[\s,;:|\u00b7\u2013\u2014(-]{{0,6}}(?:(?:at|from|starting at|a las|al?|desde las|@)\s{{1,3}})?(?P<clocks>{_CLOCKS})", re.IGNORECASE
)
_BEFORE = re.compile(rf"{_CLOCKS}\s?(?:,|on|el)?\s{{0,3}}$", re.IGNORECASE)

_AMOUNT = re.compile(r"\d|\s?(?:%|per\b|por\b|million|millones|euros?)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Hours:
    """From when until when, and where in the text its words end; `impossible` is what is written like a time and is none: 25.30."""

    end: int
    starts: time | None = None
    ends: time | None = None
    impossible: str = ""


def beside(text: str, start: int, end: int) -> Hours:
    """The time right after what stands from start to end, else right before it; without any, the end is the one given."""
    after = _AFTER.match(text, end)
    if after and _is_time(after):
        starts, ends = _clocks(after)
        if starts:
            return Hours(after.end(), starts, ends)
        if not _AMOUNT.match(text, after.end()):
            return Hours(end, impossible=after["clocks"].strip())
    before = _BEFORE.search(text[max(0, start - _REACH) : start])
    if before and _is_time(before):
        return Hours(end, *_clocks(before))
    return Hours(end)


def _is_time(match: re.Match[str]) -> bool:
    """Whether anything tells it from a bare number."""
    return any(match[group] for group in ("noon", "m", "half", "hours", "enoon", "em", "ehalf", "ehours"))


def _clocks(match: re.Match[str]) -> tuple[time | None, time | None]:
    said = match.groupdict()
    if said["noon"]:
        starts: time | None = time(_NOON)
    else:
        borrowed = said["half"] or (said["ehalf"] if int(said["h"]) <= int(said["eh"] or 0) else None)
        starts = _clock(said["h"], said["m"], borrowed)
    ends = _clock(said["eh"], said["em"], said["ehalf"]) if said["eh"] else time(_NOON) if said["enoon"] else None
    return starts, ends if starts else None


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
