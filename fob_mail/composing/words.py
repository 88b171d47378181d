"""How a mail speaks a language: its phrases, its dates, its quotation marks."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from gettext import NullTranslations

from babel import Locale
from babel.lists import format_list

from fob_mail import translations
from fob_mail.composing.sandbox import filled
from fob_mail.events import When
from fob_mail.translations import FALLBACK, direction, primary

__all__ = ["FALLBACK", "Words", "direction", "languages", "primary", "speaks", "words_of"]

DOMAIN = "mail"


@dataclass(frozen=True, slots=True)
class Words:
    """One language: its phrases are gettext's, its names of days and months and its lists are those of Unicode's CLDR."""

    phrases: NullTranslations
    locale: Locale
    weekdays: tuple[str, ...]  # Monday first
    months: tuple[str, ...]  # January first

    def say(self, phrase: str, **slots: str) -> str:
        """An English phrase in this language, with its slots filled."""
        return filled(self.phrases.gettext(phrase), {**slots})

    def say_many(self, one: str, many: str, number: int) -> str:
        """A phrase for one thing or for many, as this language counts; `{number}` is its slot."""
        return filled(self.phrases.ngettext(one, many, number), {"number": number})

    def say_in(self, context: str, phrase: str, **slots: str | int) -> str:
        """A phrase that means nothing without its context: a date's pattern, say, or a pair of marks."""
        return filled(self.phrases.pgettext(context, phrase), slots)

    def pattern(self, context: str, expression: str) -> str:
        """A regular expression over a writer's own words, for English; in this language."""
        return self.phrases.pgettext(context, expression)

    @property
    def quotes(self) -> str:
        """The double and the single pair of quotation marks."""
        return self.say_in("quotation marks: the double and the single pair", "“”‘’")

    def day(self, day: date, *, year: bool) -> str:
        """`Monday 19 April 2027`, or without its year."""
        parts: dict[str, str | int] = {"weekday": self.weekdays[day.weekday()], "day": day.day, "month": self.months[day.month - 1]}
        if year:
            return self.say_in("a day", "{weekday} {day} {month} {year}", **parts, year=day.year)
        return self.say_in("a day", "{weekday} {day} {month}", **parts)

    def time(self, moment: datetime) -> str:
        """`18:30`."""
        return self.say_in("a time of day", "{hour:02}:{minute:02}", hour=moment.hour, minute=moment.minute)

    def day_and_time(self, day: str, moment: datetime) -> str:
        """`Monday 19 April, 18:30`, of a day as it is written and the moment whose time it is."""
        return self.say_in("a day and its time", "{date}, {time}", date=day, time=self.time(moment))

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
        return format_list(names, locale=self.locale)

    def _moment(self, moment: datetime, *, year: bool, time: bool) -> str:
        day = self.day(moment.date(), year=year)
        return self.day_and_time(day, moment) if time else day


def languages() -> tuple[str, ...]:
    """The languages that mails speak."""
    return translations.languages(DOMAIN)


def speaks(language: str) -> bool:
    """Whether the frame of a mail can be had in this language; if not, it is in English."""
    return translations.speaks(DOMAIN, language)


@lru_cache(maxsize=64)
def words_of(language: str) -> Words:
    """The words of a language, or English ones. English is written as in Britain: `Ana, Bea and Carla`."""
    name = primary(language) if speaks(language) else FALLBACK
    locale = Locale("en", "GB") if name == FALLBACK else Locale.parse(name)
    weekdays, months = locale.days["format"]["wide"], locale.months["format"]["wide"]
    return Words(translations.catalogue(DOMAIN, name), locale, tuple(weekdays[n] for n in range(7)), tuple(months[n] for n in range(1, 13)))
