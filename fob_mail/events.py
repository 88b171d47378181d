"""What is happening, when, where and who is there: the event that an article previews."""

from dataclasses import dataclass
from datetime import datetime


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

    name: str
    role: str = ""


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
