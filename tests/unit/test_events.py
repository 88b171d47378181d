"""What an event says of itself: how people can be there."""

import pytest

from fob_mail.articles.article import Article, Image
from fob_mail.events import Attendance, Event


@pytest.mark.parametrize(
    ("place", "attendance"),
    [
        ("", None),
        ("Conway Hall, London", Attendance.IN_PERSON),
        ("The Onliner, Leeds", Attendance.IN_PERSON),
        ("Online", Attendance.ONLINE),
        ("On Zoom only", Attendance.ONLINE),
        ("online at https://zoom.example.org/j/1", Attendance.ONLINE),
        ("Conway Hall, London, and on Zoom", Attendance.HYBRID),
        ("Sala Uno, La Paz, y en línea", Attendance.HYBRID),
        ("Hybrid", Attendance.HYBRID),
    ],
)
def test_the_place_says_how_people_can_be_there(place: str, attendance: Attendance | None) -> None:
    assert Event("The evening", place=place).attendance is attendance


def test_an_article_has_all_its_events_the_main_one_first() -> None:
    one, two = Event("One"), Event("Two")

    assert Article("Title").events == ()
    assert Article("Title", event=one, more_events=(two,)).events == (one, two)


def test_a_picture_is_a_file_beside_the_article_or_an_address_of_the_web() -> None:
    assert str(Image("pictures/the%20well.png").path) == "pictures/the well.png"
    assert Image("https://example.org/well.png").path is None
    assert Image("//example.org/well.png").path is None
