"""Who is there: lines such as `With: …`, `Chair: …`, `Supported by …`, and the people that they name."""

import re
from dataclasses import dataclass
from enum import StrEnum

from fob_mail.events import Person


class Role(StrEnum):
    """What a labelled line tells of an event."""

    SPEAKERS = "speakers"
    CHAIR = "chair"
    SUPPORTERS = "supporters"
    PLACE = "place"
    TIME = "time"


_LABELS = {
    Role.SPEAKERS: "with|plus|also|speakers?|guest speakers?|featuring|including|panel|con|además|intervienen|participan|ponentes|oradores",
    Role.CHAIR: "chair|chaired by|chairing|facilitator|facilitated by|host|hosted by|moderator|modera|moderan|preside|presenta",
    Role.SUPPORTERS: "supported by|supporters|co-hosted by|cohosted by|organi[sz]ed by|sponsored by|apoyan|con el apoyo de|organizan?",
    Role.PLACE: "where|venue|place|location|address|lugar|dónde|donde|sede",
    Role.TIME: "when|date|time|date and time|fecha|cuándo|cuando|hora|fecha y hora",
}
_LABELLED = {role: re.compile(rf"(?P<label>{words})\s?:\s*(?P<rest>\S.*)", re.IGNORECASE | re.DOTALL) for role, words in _LABELS.items()}
_SUPPORTED = re.compile(
    r"(?P<label>(?:co-?)?(?:supported|hosted|organi[sz]ed|sponsored) by|con el apoyo de)\s+(?P<rest>\S.*)", re.IGNORECASE | re.DOTALL
)
_LONGEST = 1000
_LONGEST_SUPPORTED = 300
_NAME = re.compile(r"[^\W\d_][\w'\u2019.-]*(?:\s+[^\W\d_][\w'\u2019.-]*){1,4}")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A line with a label: `With: Ana Flores (teacher)`."""

    role: Role
    label: str
    rest: str


def labelled(line: str) -> Labelled | None:
    """What a line tells of an event, if it begins with a label that is known."""
    line = line.strip()
    if len(line) > _LONGEST:
        return None
    for role, pattern in _LABELLED.items():
        if match := pattern.fullmatch(line):
            return Labelled(role, match["label"], match["rest"].strip())
    match = _SUPPORTED.fullmatch(line)
    if match and len(line) <= _LONGEST_SUPPORTED:
        return Labelled(Role.SUPPORTERS, match["label"], match["rest"].strip())
    return None


def people(words: str) -> tuple[Person, ...]:
    """The people of a line: commas outside brackets part them; brackets, or what follows a comma between semicolons, tell their role."""
    words = words.strip().rstrip(".")
    separator = ";" if ";" in words else ","
    found = []
    for part in _parted(words, separator):
        for one in _both(part):
            person = _person(one, comma=separator == ";")
            if person:
                found.append(person)
    return tuple(found)


def _parted(words: str, separator: str) -> list[str]:
    """Split at a separator, but not within round brackets."""
    parts, depth, start = [], 0, 0
    for at, character in enumerate(words):
        depth += (character == "(") - (character == ")" and depth > 0)
        if character == separator and not depth:
            parts.append(words[start:at])
            start = at + 1
    return [*parts, words[start:]]


def _both(part: str) -> list[str]:
    """Two people joined by `and`, where both sides are names; else the part as it is."""
    part = re.sub(r"^\s*(?:and|&|y|e)\s+", "", part.strip(), flags=re.IGNORECASE)
    sides = re.split(r"(?<!\s)\s++(?:and|y)\s+", part, maxsplit=1)
    both = len(sides) > 1 and all(_NAME.fullmatch(re.sub(r"(?<!\s)\s*+\([^()]*+\)$", "", side)) and side[0].isupper() for side in sides)
    return sides if both else [part]


def _person(words: str, *, comma: bool) -> Person | None:
    words = words.strip().rstrip(".").strip()
    name, bracket, role = words.partition("(")
    if bracket and words.endswith(")"):
        return Person(name.strip(), role[:-1].strip().rstrip("."))
    if comma and "," in words:
        name, _, role = words.partition(",")
        return Person(name.strip(), role.strip())
    return Person(words) if words else None
