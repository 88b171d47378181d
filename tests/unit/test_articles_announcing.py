"""Which event an article announces, and what the organiser is told of it."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from fob_mail.articles.article import Article
from fob_mail.articles.reading import read
from fob_mail.errors import InputError
from fob_mail.events import Attendance

LONDON = ZoneInfo("Europe/London")
TODAY = date(2026, 11, 24)


def an_article(invitation: str, matter: str = "") -> Article:
    """An article of a title, some text and an invitation."""
    return read(f"{matter}The well\n\nA story of what came to pass there.\n\n{invitation}\n", "article.txt", LONDON, TODAY)


def notices(article: Article) -> dict[str, str]:
    """What is noticed, by its stable word."""
    return {notice.about: notice.problem for notice in article.notices}


def starts(article: Article) -> datetime | None:
    """When its event begins."""
    return article.event.when.starts if article.event and article.event.when else None


def test_a_year_at_the_end_of_the_sentence_is_the_year() -> None:
    article = an_article("Join us at the Big Rally at 7pm on Monday 3 April 2028.")

    assert starts(article) == datetime(2028, 4, 3, 19, 0, tzinfo=LONDON)
    assert not article.notices


def test_a_weekday_that_is_not_that_of_the_year_at_the_end_is_told() -> None:
    article = an_article("Join us at the Big Rally at 7pm on Tuesday 3 April 2028.")

    assert notices(article) == {"weekday-mismatch": "“Tuesday 3 April 2028” is a Monday."}


def test_a_date_in_figures_that_has_two_readings_is_said_to_be_read_day_first() -> None:
    article = an_article("Join us at the Big Rally, a meeting on 5/4/2027 at 6.30pm.")
    (notice,) = article.notices

    assert starts(article) == datetime(2027, 4, 5, 18, 30, tzinfo=LONDON)
    assert notice.problem == "“5/4/2027 at 6.30pm” may be read in two ways; the day is taken to come first: 5 April 2027."
    assert notice.remedy.endswith("date: 2027-04-05 18:30")


def test_an_impossible_day_and_time_are_named() -> None:
    article = an_article("We hold a meeting, The Meeting, on 31 April 2027, 25.30.")

    assert article.event is not None
    assert notices(article) == {
        "impossible-date": "There is no such day: “31 April 2027”.",
        "impossible-time": "There is no such time of day: “25.30”, after “31 April 2027”.",
    }


def test_an_impossible_day_anywhere_in_the_text_is_named_but_not_words_that_look_like_one() -> None:
    assert "impossible-date" in notices(an_article("It was on 30 February 2019 that the well ran dry."))
    assert "impossible-date" not in notices(an_article("Of those, some 40 may come again."))


def test_what_the_front_matter_settles_is_not_told() -> None:
    article = an_article("We hold a meeting, The Meeting, on 31 April 2027, 25.30.", "---\ndate: 2027-04-30 18:30\n---\n")

    assert starts(article) == datetime(2027, 4, 30, 18, 30, tzinfo=LONDON)
    assert not article.notices


@pytest.mark.parametrize("said", ["5/4/2027 18:30", "2027-04-19 25:30", "24 and 25 April 2027"])
def test_the_front_matter_takes_no_date_that_has_to_be_guessed(said: str) -> None:
    with pytest.raises(InputError) as caught:
        an_article("It was long ago.", f"---\ndate: {said}\n---\n")

    assert "write 2027-04-19 18:30" in caught.value.problem


def test_of_several_days_the_first_is_taken_and_the_others_are_named() -> None:
    article = an_article(
        "Join us for a meeting on Monday 1 March 2027 at 7pm.\n\nJoin us for a meeting on Tuesday 2 March 2027 at 7.30pm.\n\n"
        "The first meeting was on Tuesday 2 March 2021 at 7pm."
    )

    assert starts(article) == datetime(2027, 3, 1, 19, 0, tzinfo=LONDON)
    assert notices(article) == {
        "several-events": "2 events are announced: that on “Monday 1 March 2027 at 7pm” is taken for the main one; "
        "further ones are on “Tuesday 2 March 2027 at 7.30pm”."
    }
    assert [event.when.starts.day for event in article.events if event.when] == [1, 2]


def test_each_event_has_its_own_name_place_and_people() -> None:
    one, two = an_article(
        "Join us for a meeting, The First Night, on Monday 1 March 2027 at 7pm at Lantern Hall.\n\nWith: Ana Flores\nChair: Cy Day\n\n"
        "Join us for a concert, The Second Night, on Tuesday 2 March 2027 at noon, online.\n\nWith: Bo Lind"
    ).events

    assert (one.name, one.place, one.attendance, one.billings[0].people[0].name) == (
        "The First Night",
        "Lantern Hall",
        Attendance.IN_PERSON,
        "Ana Flores",
    )
    assert (two.name, two.place, two.attendance, two.billings[0].people[0].name) == (
        "The Second Night",
        "Online",
        Attendance.ONLINE,
        "Bo Lind",
    )
    assert [person.name for person in (*one.chair, *two.chair)] == ["Cy Day"]


def test_of_days_that_share_a_month_the_first_is_taken_and_the_others_are_told() -> None:
    article = an_article("Join us at the meeting, The Fair, on Saturday 24 and Sunday 25 April 2027, 10am at Lantern Hall.")
    (notice,) = article.notices

    assert starts(article) == datetime(2027, 4, 24, 10, 0, tzinfo=LONDON)
    assert (notice.about, notice.problem) == (
        "several-days",
        "“Saturday 24 and Sunday 25 April 2027, 10am” names several days: 24 April is taken for the event, not 25.",
    )
    assert notice.remedy.endswith("date: 2027-04-24 10:00, and below it ends: 2027-04-25 17:00")


def test_what_is_told_of_days_that_share_a_month_mends_it() -> None:
    article = an_article(
        "Join us at the meeting, The Fair, on Saturday 24 and Sunday 25 April 2027, 10am at Lantern Hall.",
        "---\ndate: 2027-04-24 10:00\nends: 2027-04-25 17:00\n---\n",
    )

    assert not article.notices
    assert article.event
    assert article.event.when
    assert article.event.when.ends == datetime(2027, 4, 25, 17, 0, tzinfo=LONDON)


def test_a_weekday_that_the_coming_day_does_not_have_is_asked_about() -> None:
    article = an_article("Join us at the meeting, The Fair, on Tuesday April 19, 18.30 at Lantern Hall.")
    told = {notice.about: notice for notice in article.notices}

    assert starts(article) == datetime(2033, 4, 19, 18, 30, tzinfo=LONDON)
    assert told["weekday-mismatch"].problem == "“Tuesday April 19, 18.30”: 19 April 2027 is a Monday; is the weekday wrong?"
    assert told["weekday-mismatch"].remedy.endswith("date: 2027-04-19 18:30")


def test_further_days_of_one_announcement_are_told() -> None:
    article = an_article("Join us at the meeting on Monday 1 March 2027 at 7pm, and again on Tuesday 2 March 2027 at 7pm.")

    assert "not “Tuesday 2 March 2027 at 7pm”" in notices(article)["several-days"]
    assert len(article.events) == 1


@pytest.mark.parametrize(
    ("words", "hour"),
    [
        ("Monday April 19, 2027, 18.30", (18, 30)),
        ("19 April 2027 at 6.30pm", (18, 30)),
        ("lunes 19 de abril de 2027, 18:30 h", (18, 30)),
        ("Monday 19 April 2027, noon", (12, 0)),
        ("Monday 19 April 2027, 7–9pm", (19, 0)),
        ("Monday 19 April 2027 at 7pm UK time", (19, 0)),
        ("Monday 19 April 2027 at 2pm Bolivian time", (19, 0)),
        ("Monday 19 April 2027 at 14:00 (La Paz time)", (19, 0)),
        ("Monday 19 April 2027 at 8pm CET", (19, 0)),
        ("Monday 19 April 2027 at 2pm EDT", (19, 0)),
    ],
)
def test_a_moment_is_that_of_the_groups_zone_however_it_is_written(words: str, hour: tuple[int, int]) -> None:
    moment = starts(an_article(f"Join us at the meeting on {words}."))

    assert moment is not None
    assert (moment.month, moment.day, moment.hour, moment.minute) == (4, 19, *hour)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("at 6.30pm IST", "IST"),
        ("at 18:30 BST / 13:30 La Paz", "13:30 La Paz"),
        ("at 18:30 (local time)", "local time"),
        ("at 18:30 BST", ""),
        ("at 18:30 in Leeds", ""),
    ],
)
def test_a_time_zone_that_is_not_the_groups_is_told(words: str, said: str) -> None:
    told = notices(an_article(f"Join us at the rally on Monday 19 April 2027 {words}, in Conway Hall."))

    assert told == ({"time-zone": f"The time 18:30 is read as that of Europe/London; the article also says “{said}”."} if said else {})


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("18:30 h en la Sala Uno y online", "Sala Uno y online"),
        ("18:30 h, en el Centro Cívico, Leeds", "Centro Cívico, Leeds"),
        ("18:30 h, en línea", "En línea"),
    ],
)
def test_a_place_is_found_behind_a_spanish_article(written: str, place: str) -> None:
    text = f"El pozo\n\nUna historia.\n\nLos vecinos organizan un acto, La noche larga, el lunes 19 de abril de 2027, {written}.\n"

    (event,) = read(text, "pozo.txt", ZoneInfo("Europe/London"), date(2027, 1, 1)).events

    assert event.place == place


@pytest.mark.parametrize(
    ("invitation", "name", "place"),
    [
        ("Join us for a ceilidh, The Bee Ball, on Saturday 15 May 2027, 8pm, at Kilmore Hall.", "The Bee Ball", "Kilmore Hall"),
        ("Join us for a ride, Slow Sunday 🐌, on Sunday 4 April 2027, 9.15am, at Pier Road, Hove.", "Slow Sunday 🐌", "Pier Road, Hove"),
        (
            "Acompáñanos en la fiesta, Un año, el sábado 17 de abril de 2027, a las 12.30 h, en la Casa Azul, calle del Pozo 4, Valencia.",
            "Un año",
            "Casa Azul, calle del Pozo 4, Valencia",
        ),
        (
            "Join us for a vigil, Twenty-Three, on Tuesday 16 March 2027, 17:45, outside the Guildhall, Norwich.",
            "Twenty-Three",
            "Outside the Guildhall, Norwich",
        ),
        ("We meet at Lantern Hall, Leeds, on Monday 19 April 2027 at 7pm; join us.", "The well", "Lantern Hall, Leeds"),
        ("El acto, La luna roja, es el martes 20 de abril de 2027, 19.00 h, en la Casa Azul.", "La luna roja", "Casa Azul"),
        ("La charla, Pan y agua, se celebrará el martes 20 de abril de 2027, 19 h, en la Casa Azul.", "Pan y agua", "Casa Azul"),
        ("The talk, Bread and Water, is on Tuesday 20 April 2027, 7pm, at Mill Lane. Join us.", "Bread and Water", "Mill Lane"),
        ("The rally, What Will Be, will be on Tuesday 20 April 2027, 7pm, at Mill Lane.", "What Will Be", "Mill Lane"),
    ],
)
def test_name_and_place_are_found_where_people_write_them(invitation: str, name: str, place: str) -> None:
    event = an_article(invitation).event

    assert event
    assert (event.name, event.place) == (name, place)


def test_a_further_event_has_its_own_name_and_its_own_way_to_register() -> None:
    article = an_article(
        "Join us for a meeting, The Talk, on Wednesday 5 May 2027, 7.30pm, at Mill Lane.\n\nRegister here: https://example.org/talk\n\n"
        "Join us for a dance, The Ball, on Saturday 15 May 2027, 8pm, at the Parish Hall.\n\nRegister here: https://example.org/ball"
    )

    assert [event.name for event in article.events] == ["The Talk", "The Ball"]
    assert [(call.label, call.url) for call in article.calls] == [
        ("Register here", "https://example.org/talk"),
        ("The Ball: Register here", "https://example.org/ball"),
    ]
    assert "same-words" not in notices(article)


def test_a_further_event_without_a_name_does_not_get_the_main_ones() -> None:
    article = an_article(
        "Join us for a meeting, The Talk, on Wednesday 5 May 2027, 7.30pm, at Mill Lane.\n\n"
        "The next meeting takes place on Wednesday 2 June 2027, 7.30pm, at Mill Lane."
    )

    assert [event.name for event in article.events] == ["The Talk", "The well"]
