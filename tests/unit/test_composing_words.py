"""A mail speaks its language: phrases, dates, lists."""

from datetime import datetime

import pytest

from fob_mail.composing.words import speaks, words_of
from fob_mail.events import When
from tests.builders import LONDON

EVENING = datetime(2027, 4, 19, 18, 30, tzinfo=LONDON)


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
    assert words_of("qu").say("Unsubscribe") == "Unsubscribe"
    assert not speaks("qu")


@pytest.mark.parametrize(("language", "written"), [("en", "Ana, Bea and Carla"), ("es", "Ana, Bea y Carla")])
def test_names_are_listed_as_the_language_does(language: str, written: str) -> None:
    assert words_of(language).enumeration(["Ana", "Bea", "Carla"]) == written
    assert words_of(language).enumeration(["Ana"]) == "Ana"
