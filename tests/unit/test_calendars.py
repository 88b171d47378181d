"""An event in readers' calendars: a file by RFC 5545 that is right whatever the event is called, and links beside it."""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from urllib.parse import parse_qs, urlsplit

from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from fob_mail.calendars import Entry, Notes, feed, fingerprint, ics, kept, only
from fob_mail.composing.adding import calendar_of, structured, ways_to_add
from fob_mail.composing.words import words_of
from fob_mail.events import Event, When
from tests.builders import LONDON, an_article, an_event

ENTRY = Entry("a1@example.org", 2, datetime(2027, 4, 1, 9, 30, tzinfo=UTC))
NOTES = Notes("Friends of the Valley", "news@example.org", "en")


def test_the_file_says_what_the_article_says_and_can_be_read_back() -> None:
    file = calendar_of((an_article(),), (ENTRY,), ("Friends of the Valley", "news@example.org"), "en")

    [event] = Calendar.from_ical(file).events
    assert (event["uid"], event["sequence"]) == ("a1@example.org", 2)
    assert kept(file)[0].starts == datetime(2027, 5, 6, 19, 0, tzinfo=LONDON)
    assert event["location"] == "Lantern Hall, 12 Canal Street, Leeds"
    assert "Chair: Bernard O'Leary" in str(event["description"])
    assert str(event["organizer"]) == "mailto:news@example.org"
    assert Calendar.from_ical(file)["method"] == "PUBLISH"
    assert "ATTENDEE" not in file


def test_it_brings_the_rules_of_its_time_zone_so_that_summer_time_is_right_everywhere() -> None:
    calendar = Calendar.from_ical(ics([(an_event(), ENTRY, NOTES)]))

    assert [zone["tzid"] for zone in calendar.timezones] == ["Europe/London"]
    assert calendar.timezones[0].to_tz().utcoffset(datetime(2027, 5, 6, 19)) == timedelta(hours=1)  # noqa: DTZ001 a zone takes local time


def test_a_day_without_a_time_is_a_whole_day_and_an_end_is_not_made_up() -> None:
    day = Event("Day of action", When(datetime(2027, 5, 1, tzinfo=LONDON), "1 May", time_said=False))
    days = replace(day, when=When(datetime(2027, 5, 1, tzinfo=LONDON), "", datetime(2027, 5, 3, tzinfo=LONDON), time_said=False))
    offset = Event("Call", When(datetime(2027, 5, 1, 18, tzinfo=timezone(timedelta(hours=-4))), ""))

    assert [
        (kept(ics([(event, ENTRY, NOTES)]))[0].starts, kept(ics([(event, ENTRY, NOTES)]))[0].ends) for event in (day, days, offset)
    ] == [
        (date(2027, 5, 1), None),
        (date(2027, 5, 1), date(2027, 5, 4)),
        (datetime(2027, 5, 1, 22, tzinfo=UTC), None),
    ]


@given(st.text(max_size=200), st.text(max_size=200), st.text(max_size=80))
def test_whatever_is_written_the_file_stays_whole(name: str, place: str, organiser: str) -> None:
    file = ics([(replace(an_event(), name=name, place=place), ENTRY, replace(NOTES, organiser=organiser, description=place))])

    assert all(len(line.encode()) <= 75 for line in file.split("\r\n"))
    assert "\n" not in file.replace("\r\n", "")
    assert [line.partition(":")[0] for line in re.sub(r"\r\n ", "", file).split("\r\n")].count("UID") == 1
    [event] = Calendar.from_ical(file).events
    assert event["uid"] == "a1@example.org"


def test_a_list_is_one_calendar_with_the_newest_version_of_each_event() -> None:
    corrected = replace(an_event(), place="Town Hall, Leeds")
    other = replace(an_event(), name="The second evening")
    files = [
        ics([(corrected, replace(ENTRY, sequence=3), NOTES)]),
        ics([(an_event(), ENTRY, NOTES), (other, replace(ENTRY, uid="b2@example.org"), NOTES)]),
        "",
    ]

    whole = feed(files, "Valley News")

    assert sorted((event.uid, event.place.split(",")[0]) for event in kept(whole)) == [
        ("a1@example.org", "Town Hall"),
        ("b2@example.org", "Lantern Hall"),
    ]
    assert [event.name for event in kept(only(files[1], 2))] == ["The second evening"]
    assert only(files[1], 3) == only(files[1], 0) == only("", 1) == ""


def test_an_entry_changes_with_name_time_and_place_and_with_nothing_else() -> None:
    event = an_event()

    assert fingerprint(event) == fingerprint(replace(event, billings=(), supporters=""))
    assert len({fingerprint(event), *(fingerprint(replace(event, **{field: "Other"})) for field in ("name", "place"))}) == 3  # type: ignore[arg-type]


def test_google_and_outlook_get_the_moment_in_utc() -> None:
    own, google, outlook = ways_to_add(an_event(), 1, words_of("en"))

    assert "calendar_url" in own.url
    assert parse_qs(urlsplit(google.url).query)["dates"] == ["20270506T180000Z/20270506T180000Z"]
    assert parse_qs(urlsplit(outlook.url).query)["startdt"] == ["2027-05-06T18:00:00Z"]
    assert ways_to_add(Event("Some day"), 1, words_of("en")) == ()


def test_no_title_can_end_the_description_for_machines() -> None:
    hostile = replace(an_event(), name='</script><script>alert(1)</script>&amp;"<!--', place="On Zoom and in Leeds")

    text = structured((an_article(event=hostile),), "Friends")

    assert "<" not in text
    described = json.loads(text)
    assert described["name"] == '</script><script>alert(1)</script>&amp;"<!--'
    assert described["eventAttendanceMode"] == "https://schema.org/MixedEventAttendanceMode"
    assert described["startDate"] == "2027-05-06T19:00:00+01:00"
    assert structured((an_article(event=None),), "Friends") == ""
