"""How an invitation speaks a language: its phrases, its dates, its quotation marks."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from fob_mail.assets import folder
from fob_mail.events import When

FALLBACK = "en"
RIGHT_TO_LEFT = frozenset({"ar", "dv", "fa", "he", "ku", "ps", "ur", "yi"})


@dataclass(frozen=True, slots=True)
class Words:
    """The contents of templates/emails/invite/words/LANGUAGE.toml; `quotes` are the double and the single pair."""

    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    quotes: str
    dates: Mapping[str, str]
    phrases: Mapping[str, str]
    patterns: Mapping[str, str]

    def say(self, phrase: str, **slots: str) -> str:
        """A phrase with its slots filled."""
        return self.phrases[phrase].format(**slots)

    def day(self, day: date, *, year: bool) -> str:
        """`Monday 19 April 2027`, or without its year."""
        pattern = self.dates["full" if year else "without_year"]
        return pattern.format(weekday=self.weekdays[day.weekday()], day=day.day, month=self.months[day.month - 1], year=day.year)

    def time(self, moment: datetime) -> str:
        """`18:30`."""
        return self.dates["time"].format(hour=moment.hour, minute=moment.minute)

    def moment(self, when: When, *, year: bool | None = None) -> str:
        """Day and time, with an end if there is one. A year that was only inferred is not shown, as the article does not."""
        year = when.year_said if year is None else year
        start = self._moment(when.starts, year=year, time=when.time_said)
        if when.ends is None:
            return start
        if when.ends.date() == when.starts.date():
            return f"{start}–{self.time(when.ends)}" if when.time_said else start
        return f"{start} – {self._moment(when.ends, year=year, time=when.time_said)}"

    def enumeration(self, names: list[str]) -> str:
        """`Ana`, `Ana and Bea`, `Ana, Bea and Carla`."""
        if len(names) < 2:  # noqa: PLR2004 one name, or none, needs no "and"
            return "".join(names)
        return f"{', '.join(names[:-1])} {self.say('and')} {names[-1]}"

    def _moment(self, moment: datetime, *, year: bool, time: bool) -> str:
        day = self.day(moment.date(), year=year)
        return self.dates["with_time"].format(date=day, time=self.time(moment)) if time else day


def primary(language: str) -> str:
    """The language of a BCP 47 tag without region or script: `es` of `es-BO`."""
    return language.replace("_", "-").partition("-")[0].lower()


def direction(language: str) -> str:
    """`ltr` or `rtl`, for the dir attribute."""
    return "rtl" if primary(language) in RIGHT_TO_LEFT else "ltr"


def languages() -> tuple[str, ...]:
    """The languages that have words."""
    return tuple(sorted(file.stem for file in (folder("templates") / "emails" / "invite" / "words").glob("*.toml")))


def speaks(language: str) -> bool:
    """Whether the frame of an invitation can be had in this language; if not, it is in English."""
    return primary(language) in languages()


@lru_cache(maxsize=64)
def words_of(language: str) -> Words:
    """The words of a language, or English ones."""
    name = primary(language) if speaks(language) else FALLBACK
    read = tomllib.loads((folder("templates") / "emails" / "invite" / "words" / f"{name}.toml").read_text(encoding="utf-8"))
    return Words(tuple(read["weekdays"]), tuple(read["months"]), read["quotes"], read["dates"], read["phrases"], read["patterns"])
