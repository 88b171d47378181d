"""Dates as people write them."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from fob_mail.articles import dates

LONDON = ZoneInfo("Europe/London")
TODAY = date(2021, 4, 1)


@pytest.mark.parametrize(
    "words",
    [
        "Monday April 19, 18.30",
        "Monday 19 April at 6.30pm",
        "on Monday, 19th of April 2021, 18:30",
        "Mon 19 Apr 2021 6:30 pm",
        "April 19, 2021 18:30",
        "2021-04-19 18:30",
        "lunes 19 de abril, 18:30 h",
        "el lunes 19 de abril de 2021 a las 18:30",
        "6.30pm on Monday 19 April",
        "Monday 19 April, 18h30",
    ],
)
def test_the_same_moment_in_many_words(words: str) -> None:
    (found,) = dates.find(words)

    moment = dates.when(found, LONDON, TODAY)

    assert moment is not None
    assert moment.starts == datetime(2021, 4, 19, 18, 30, tzinfo=LONDON)
    assert moment.year_said == ("2021" in words)


@pytest.mark.parametrize(
    ("words", "hours"), [("19 April 2021, 7-9pm", (19, 21)), ("19 April 2021, 7pm–9pm", (19, 21)), ("19 April 2021, 11am to 1pm", (11, 13))]
)
def test_a_span_of_hours_has_an_end(words: str, hours: tuple[int, int]) -> None:
    moment = dates.when(dates.find(words)[0], LONDON, TODAY)

    assert moment is not None
    assert moment.ends is not None
    assert (moment.starts.hour, moment.ends.hour) == hours


@pytest.mark.parametrize("words", ["in October 2020", "400,000 jobs", "11 months", "may 4% of", "$11.2 billion", "room 12, April is cruel"])
def test_what_is_no_day_is_none(words: str) -> None:
    assert dates.find(words) == []


def test_without_a_time_the_day_stands_alone() -> None:
    moment = dates.when(dates.find("Thursday 6 May")[0], LONDON, TODAY)

    assert moment is not None
    assert not moment.time_said


def test_a_day_that_does_not_exist_is_no_moment() -> None:
    assert dates.when(dates.find("31 February 2021, 18:30")[0], LONDON, TODAY) is None


def test_a_weekday_that_is_not_the_dates_is_told() -> None:
    assert dates.disagrees(dates.find("Tuesday 19 April 2021, 18:30")[0]) == "Monday"


@pytest.mark.parametrize(
    ("today", "year"), [(date(2021, 4, 1), 2021), (date(2021, 4, 25), 2021), (date(2026, 11, 23), 2027), (date(2018, 1, 1), 2021)]
)
def test_the_likely_year_is_the_next_that_fits_or_the_nearest(today: date, year: int) -> None:
    likely = dates.likely_years(dates.find("Monday 19 April, 18:30")[0], today)[0]

    assert likely == year or (today.year == 2018 and likely in {2015, 2021})
