"""What is happening, when, where and who is there: the event that an article previews."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

_ONLINE = re.compile(
    r"\b(?:on[- ]?line|virtual(?:ly)?|zoom|webinar|live ?stream(?:ed)?|en línea|por internet)\b|https?://\S*", re.IGNORECASE
)
_BOTH = re.compile(r"\b(?:hybrid|híbrido|in person and online|presencial y en línea)\b", re.IGNORECASE)
_JOINING = re.compile(r"\b(?:and|or|also|on|via|at|by|y|o|también|por|en|the|meeting|event|only|solo|sólo)\b|[^\w]", re.IGNORECASE)


class Attendance(StrEnum):
    """How people can be there."""

    IN_PERSON = "in person"
    ONLINE = "online"
    HYBRID = "hybrid"  # either way


@dataclass(frozen=True, slots=True)
class When:
    """A moment in the group's time zone, with what had to be inferred to know it."""

    starts: datetime  # aware
    as_written: str  # the article's words: "Monday April 19, 18.30"
    ends: datetime | None = None
    year_said: bool = True
    time_said: bool = True


@dataclass(frozen=True, slots=True)
class Person:
    """A speaker or chair: `Miriam Colque`, `Bolivian activist in London`."""

    name: str  # as they are announced
    role: str = ""  # what they are, or whence they come


@dataclass(frozen=True, slots=True)
class Billing:
    """Speakers announced under one label: `With`, `Plus`."""

    label: str
    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class Event:
    """One event; what the article does not say is empty or None."""

    name: str
    when: When | None = None
    place: str = ""
    billings: tuple[Billing, ...] = ()
    chair: tuple[Person, ...] = ()
    supporters: str = ""
    rsvp: bool = False  # whether each reader is asked, by their calendar, to say if they come

    @property
    def attendance(self) -> Attendance | None:
        """How people can be there, by the words of the place: `Conway Hall, London, and on Zoom` is hybrid; None if no place is told."""
        if not self.place.strip():
            return None
        if _BOTH.search(self.place):
            return Attendance.HYBRID
        elsewhere = _ONLINE.sub(" ", self.place)
        if elsewhere == self.place:
            return Attendance.IN_PERSON
        return Attendance.HYBRID if _JOINING.sub("", elsewhere) else Attendance.ONLINE
