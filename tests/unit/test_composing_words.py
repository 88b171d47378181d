"""Every language of the invitation says everything."""

import string
import tomllib
from datetime import datetime

import pytest

from fob_mail.assets import folder
from fob_mail.composing.words import direction, languages, speaks, words_of
from fob_mail.events import When
from tests.builders import LONDON

EVENING = datetime(2027, 4, 19, 18, 30, tzinfo=LONDON)


def _read(language: str) -> dict[str, dict[str, str]]:
    return tomllib.loads((folder("templates") / "emails" / "invite" / "words" / f"{language}.toml").read_text("utf-8"))


def _slots(pattern: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(pattern)} - {None}


@pytest.mark.parametrize("language", languages())
def test_a_language_has_every_phrase_with_every_slot(language: str) -> None:
    english, other = _read("en"), _read(language)

    assert {section: set(english[section]) for section in ("dates", "phrases", "patterns")} == {
        section: set(other[section]) for section in ("dates", "phrases", "patterns")
    }
    assert all(_slots(other["phrases"][key]) == _slots(phrase) for key, phrase in english["phrases"].items())
    assert all(_slots(other["dates"][key]) == _slots(phrase) for key, phrase in english["dates"].items())
    assert (len(other["weekdays"]), len(other["months"]), len(other["quotes"])) == (7, 12, 4)


def test_english_and_spanish_are_there() -> None:
    assert {"en", "es"} <= set(languages())


@pytest.mark.parametrize(
    ("language", "written"),
    [("en", "Monday 19 April 2027, 18:30"), ("en-GB", "Monday 19 April 2027, 18:30"), ("es", "lunes 19 de abril de 2027, 18:30")],
)
def test_a_moment_is_written_as_its_language_does(language: str, written: str) -> None:
    assert words_of(language).moment(When(EVENING, "")) == written


def test_a_year_that_was_inferred_is_not_shown() -> None:
    assert words_of("en").moment(When(EVENING, "Monday April 19, 18.30", year_said=False)) == "Monday 19 April, 18:30"


def test_a_time_that_was_not_said_is_not_shown() -> None:
    assert words_of("es").moment(When(EVENING, "19 de abril", time_said=False)) == "lunes 19 de abril de 2027"


def test_an_end_on_the_same_day_is_a_time_and_on_another_a_day() -> None:
    same, other = When(EVENING, "", EVENING.replace(hour=20, minute=0)), When(EVENING, "", EVENING.replace(day=20, hour=9))

    assert words_of("en").moment(same) == "Monday 19 April 2027, 18:30–20:00"
    assert words_of("en").moment(other, year=False) == "Monday 19 April, 18:30 – Tuesday 20 April, 09:30"


def test_a_language_without_words_is_framed_in_english_and_says_that_it_is_not_spoken() -> None:
    assert words_of("qu").say("unsubscribe") == "Unsubscribe"
    assert not speaks("qu")


def test_a_language_is_no_path() -> None:
    assert not speaks("../words/en")


def test_arabic_runs_from_right_to_left() -> None:
    assert (direction("ar-EG"), direction("es")) == ("rtl", "ltr")
