"""A campaign in several languages tells of one event, or the organiser is told where it does not."""

from dataclasses import replace
from datetime import datetime

import pytest

from fob_mail.articles.article import Article, CallKind, CallToAction
from fob_mail.preflight import check_translated
from tests.builders import LONDON, an_article, an_event


def told(english: Article, spanish: Article) -> dict[str, str]:
    return {problem.about: problem.problem for problem in check_translated({"en": (english,), "es": (spanish,)})}


def in_spanish(*, day: int = 6, hour: int = 19, place: str = "Sala Lantern, Canal Street 12, Leeds", register: str = "") -> Article:
    event = an_event()
    assert event.when
    when = replace(event.when, starts=datetime(2027, 5, day, hour, tzinfo=LONDON))
    calls = (CallToAction(CallKind.REGISTER, "Inscr\u00edbete aqu\u00ed", register),)
    return an_article(event=replace(event, name="El agua no se vende", when=when, place=place), calls=calls, language="es")


@pytest.mark.parametrize(
    "register",
    [
        "",
        "https://events.example.org/water?from=mail&lang=es",
        "https://www.events.example.org/es/water/",
    ],
)
def test_one_event_in_two_languages_is_no_contradiction(register: str) -> None:
    assert not told(an_article(), in_spanish(register=register))
    assert not told(an_article(), an_article(event=None, language="es"))


HALL, PAGE = "Lantern Hall, 12 Canal Street, Leeds", "https://events.example.org/water?from=mail&seat=1"


@pytest.mark.parametrize(
    ("spanish", "about", "here", "there"),
    [
        (in_spanish(day=7), "date", "2027-05-06 19:00", "2027-05-07 19:00"),
        (in_spanish(hour=18), "date", "2027-05-06 19:00", "2027-05-06 18:00"),
        (in_spanish(place="Lantern Hall, 21 Canal Street, Leeds"), "place", HALL, "Lantern Hall, 21 Canal Street, Leeds"),
        (in_spanish(place="Casa del Pueblo"), "place", HALL, "Casa del Pueblo"),
        (in_spanish(register="https://events.example.org/another"), "register", PAGE, "https://events.example.org/another"),
    ],
)
def test_what_readers_of_one_language_would_be_told_otherwise_is_pointed_out(spanish: Article, about: str, here: str, there: str) -> None:
    ((found, problem),) = told(an_article(), spanish).items()

    assert found == f"languages-{about}"
    assert problem.endswith(f" differs between languages: {here} in en, {there} in es.")


def test_an_hour_that_only_one_of_them_says_is_no_contradiction() -> None:
    silent = an_article(event=an_event(time_said=False), language="es")

    assert not told(an_article(), silent)
