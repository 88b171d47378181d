"""Whose clock is it? Words for a time zone after a time, and the same moment by the group's own clock; what was changed is said."""

import re
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from fob_mail.articles import dates
from fob_mail.articles.article import Notice
from fob_mail.events import When

_KNOWN = {
    "Europe/London": r"(?:UK|London|British|GMT/BST) time|BST|hora (?:de )?(?:Londres|británica)",
    "UTC": r"UTC|GMT",
    "America/La_Paz": r"(?:Bolivian?|La Paz) time|BOT|hora (?:de )?(?:Bolivia|La Paz|boliviana)",
    "Europe/Paris": r"CES?T|Central European (?:Summer )?Time|(?:Paris|Berlin|Brussels|Madrid) time|hora (?:de )?(?:Madrid|España|París)",
    "America/New_York": r"E[SD]?T|(?:US )?Eastern(?: (?:Standard|Daylight))? time|New York time|hora (?:de )?Nueva York",
    "America/Los_Angeles": r"P[SD]?T|Pacific time",
    "America/Argentina/Buenos_Aires": r"ART|(?:Argentine|Argentinian|Buenos Aires) time|hora (?:de )?(?:Argentina|Buenos Aires)",
    "America/Bogota": r"Colombian time|hora (?:de )?Colombia",
    "America/Mexico_City": r"Mexico(?: City)? time|hora (?:de )?México",
}
_CAPITALS = re.compile(r"[A-Z]{2,4}")
_SAID = re.compile(
    r",?\s?\(?(?P<zone>(?:[AECMPN][SD]T|E[SET]T|ET|PT|GMT|UTC|BST|IST|CES?T|EES?T|WES?T|BOT|ART|COT|PET|AES?T)(?:[+-]\d{1,2})?\b"
    r"|(?:US\s|Central\s)?[A-Z][A-Za-z/]{1,12}(?:\s[A-Z][a-z]{2,8}){0,2}\s[Tt]ime\b|local time\b"
    r"|hora (?:de )?\w+(?:\s[A-Z\u00c0-\u00dd]\w+)?)"
)
_ALSO = re.compile(r"[^.;\n]{0,12}?[/(]\s?(?P<other>\d{1,2}[.:]\d\d\s[A-Z\u00c0-\u00dd][\w ]{1,30})")


def zoned(found: dates.Found, text: str, moment: When) -> tuple[When, list[Notice]]:
    """The moment by the group's clock, if the text says another's, and that it was changed; or that some words were not understood."""
    match = _SAID.match(text, found.end)
    also = _ALSO.match(text, match.end() if match else found.end)
    named = match["zone"] if match else ""
    zone = _zone(named)
    if not moment.time_said or not (named or also):
        return moment, []
    if zone and not also:
        return _moved(moment, zone, named)
    if named == moment.starts.tzname() or _same(zone, moment.starts):
        named = ""
    if not named and not also:
        return moment, []
    said = f"\u201c{named or (also['other'] if also else '')}\u201d"
    problem = f"The time {moment.starts:%H:%M} is read as that of {moment.starts.tzinfo}; the article also says {said}."
    remedy = "If another zone is meant, write the time of your own zone, or change organisation.timezone."
    return moment, [Notice("time-zone", problem, remedy)]


def _zone(named: str) -> ZoneInfo | None:
    for name, words in _KNOWN.items():
        if re.fullmatch(words, named, 0 if _CAPITALS.fullmatch(named) else re.IGNORECASE):
            return ZoneInfo(name)
    return None


def _same(zone: ZoneInfo | None, starts: datetime) -> bool:
    return zone is not None and starts.replace(tzinfo=zone).utcoffset() == starts.utcoffset()


def _moved(moment: When, zone: ZoneInfo, named: str) -> tuple[When, list[Notice]]:
    own = moment.starts.tzinfo
    if _same(zone, moment.starts):
        return moment, []
    starts = moment.starts.replace(tzinfo=zone).astimezone(own)
    ends = moment.ends.replace(tzinfo=zone).astimezone(own) if moment.ends else None
    problem = f"The article says {moment.starts:%H:%M} \u201c{named}\u201d; that is {starts:%H:%M} on {starts.day} {starts:%B} in {own}."
    remedy = "If that is wrong, write the time of your own zone, or change organisation.timezone."
    return replace(moment, starts=starts, ends=ends), [Notice("time-zone", problem, remedy)]
