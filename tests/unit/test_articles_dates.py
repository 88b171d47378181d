"""Dates as people write them."""

from datetime import date, datetime, time
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
        "19/04/2021 at 6.30pm",
        "Monday 19.4.2021, 18.30",
        "04/19/2021, 18:30",
        "18.30 on 19/04/2021",
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


@pytest.mark.parametrize(
    "words", ["in October 2020", "400,000 jobs", "11 months", "may 4% of", "$11.2 billion", "room 12, April is cruel", "1.2.3.2027", "5/4"]
)
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
def test_the_likely_year_is_the_next_that_fits_or_the_one_that_is_just_over(today: date, year: int) -> None:
    assert dates.likely_years(dates.find("Monday 19 April, 18:30")[0], today)[0] == year


def test_a_weekday_that_fits_no_year_near_is_of_the_next_that_it_fits_and_not_of_one_long_ago() -> None:
    today = date(2026, 11, 25)
    (found,) = dates.find("Tuesday April 19, 18.30")

    assert dates.likely_years(found, today)[0] == 2033
    assert dates.next_day(found, today) == date(2027, 4, 19)


@pytest.mark.parametrize(
    ("words", "days", "weekday", "hour"),
    [
        ("Saturday 24 and Sunday 25 April, 10am", (24, 25), 5, 10),
        ("Saturday 24, Sunday 25 April, 10am", (24, 25), 5, 10),
        ("Saturday and Sunday 24 and 25 April, 10am", (24, 25), 5, 10),
        ("24 and Sunday 25 April, 10am", (24, 25), 5, 10),
        ("Saturday April 24 and Sunday 25, 10am", (24, 25), 5, 10),
        ("sábado 24 y domingo 25 de abril, 10:00 h", (24, 25), 5, 10),
        ("del 24 al 25 de abril", (24, 25), None, None),
        ("24–25 April 2027", (24, 25), None, None),
        ("April 24-25, 2027 at 10am", (24, 25), None, 10),
        ("23, 24 and 25 April", (23, 24, 25), None, None),
    ],
)
def test_days_that_share_a_month_are_all_seen_and_the_first_is_the_date(
    words: str, days: tuple[int, ...], weekday: int | None, hour: int | None
) -> None:
    (found,) = dates.find(words)

    assert (found.day, *found.further) == days
    assert found.as_written == words.removeprefix("del ")
    assert (found.weekday, found.starts and found.starts.hour) == (weekday, hour)


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("Doors open at 7 – 25 April", 25),
        ("at 6.30pm - 25 April", 25),
        ("18.30-20.30 25 April", 25),
        ("chapter 3-4, 25 April, 7-9pm", 25),
        ("24 and 2 April", 2),
        ("April 19, 7-9pm", 19),
        ("Monday April 19 - 7pm", 19),
        ("April 19 and 25 friends", 19),
        ("April 19, 2027, 18.30 and 20.30", 19),
        ("00 and 25 April", 25),
    ],
)
def test_other_numbers_beside_a_date_are_no_days(words: str, day: int) -> None:
    (found,) = dates.find(words)

    assert (found.day, found.further) == (day, ())


@pytest.mark.parametrize(
    "words", ["on 3 April 2028.", "on 3 April 2028,", "el 3 de abril de 2028.", "on April 3, 2028)", "on 3 April 2028; then"]
)
def test_the_year_may_end_its_sentence(words: str) -> None:
    (found,) = dates.find(words)

    assert found.year == 2028


def test_a_time_is_no_year() -> None:
    (found,) = dates.find("3 April 20.30")

    assert (found.year, found.starts) == (None, time(20, 30))


@pytest.mark.parametrize(
    "words",
    [
        "3 April 2027 at noon",
        "at 12 noon on 3 April 2027",
        "3 April 2027, midday",
        "el 3 de abril de 2027 a mediodía",
        "el 3 de abril de 2027 al mediodia",
        "el 3 de abril de 2027 a las 12 del mediodía",
    ],
)
def test_noon_is_a_time(words: str) -> None:
    (found,) = dates.find(words)

    assert found.starts == time(12)


def test_noon_may_be_the_end() -> None:
    (found,) = dates.find("3 April 2027, 11am to noon")

    assert (found.starts, found.ends) == (time(11), time(12))


@pytest.mark.parametrize(
    ("words", "day_and_month", "either_way"),
    [
        ("5/4/2027", (5, 4), True),
        ("4/4/2027", (4, 4), False),
        ("19/4/2027", (19, 4), False),
        ("4/19/2027", (19, 4), False),
        ("Monday 5/4/2027", (5, 4), False),
        ("Tuesday 5/4/2027", (4, 5), False),
        ("Friday 5/4/2027", (5, 4), True),
    ],
)
def test_in_figures_the_day_comes_first_unless_it_cannot(words: str, day_and_month: tuple[int, int], either_way: bool) -> None:
    """The weekday tells it too, where it is that of one reading only."""
    (found,) = dates.find(words)

    assert (found.day, found.month) == day_and_month
    assert found.either_way is either_way


@pytest.mark.parametrize(
    ("words", "real"),
    [("31 April 2027", False), ("29 February 2027", False), ("29 February", True), ("2027-13-01", False), ("30 and 31 April", False)],
)
def test_a_day_is_possible_in_its_year_or_in_any(words: str, real: bool) -> None:
    assert dates.possible(dates.find(words)[0]) is real


@pytest.mark.parametrize(("words", "no_time"), [("3 April, 25.30", "25.30"), ("3 April at 13pm", "13pm"), ("6 May, 44.63 per cent", "")])
def test_what_is_written_like_a_time_and_is_none_is_kept(words: str, no_time: str) -> None:
    (found,) = dates.find(words)

    assert found.starts is None
    assert found.no_time == no_time
