"""The message around text and HTML: calendars attached, pictures carried, each part whole when it is read back."""

import email
import email.policy
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage

from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from fob_mail.calendars import Entry, Notes, ics, kept, published
from fob_mail.composing.composed import Composed, Picture
from fob_mail.composing.mime import Heading, content_id, message_template
from fob_mail.envelopes import Recipient
from fob_mail.links import Links
from fob_mail.personalising import Personaliser, Sender
from fob_mail.slots import mark
from tests.builders import an_event, composed_parts
from tests.unit.test_personalising import assert_valid

LINKS = Links([b"k" * 40], "https://mail.example.org/letters")
HEADING = Heading("Friends", "news@example.org", None, "valley", "Valley News")
FILE = ics(
    [(replace(an_event(), name="Áñez, Quiroga; “Wasser” " * 9), Entry("a1@example.org", 0, datetime.now(UTC)), Notes("Friends", "a@b.org"))]
)
PICTURE = Picture("ab" * 16, "png", 1, 1, bytes(range(256)) * 3)


def message_of(composed: Composed, language: str = "en", name: str = "Ana") -> tuple[bytes, EmailMessage]:
    """One reader's message, as bytes and as the standard library reads it."""
    sender = Sender(3, 5, "bounces@example.org", False, "leave@example.org", HEADING.domain)
    made = Personaliser({language: message_template(composed, HEADING)}, language, sender, LINKS)
    content = made.envelope(Recipient(1, 1, 4711, "ana@example.org", name), "ana@example.org", "Mon, 19 Apr 2021 18:30:00 +0100").content
    return content, email.message_from_bytes(content, policy=email.policy.default)


def shape(message: EmailMessage) -> list[str]:
    """The types of a message and all its parts."""
    return [part.get_content_type() for part in message.walk()]


def test_without_event_and_pictures_a_mail_is_its_text_and_its_html() -> None:
    content, message = message_of(composed_parts())

    assert_valid(content)
    assert shape(message) == ["multipart/alternative", "text/plain", "text/html"]


def test_the_calendar_is_attached_and_not_inline() -> None:
    content, message = message_of(replace(composed_parts(), calendar=FILE))

    assert_valid(content)
    assert shape(message) == ["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar"]
    [attached] = message.iter_attachments()
    assert attached.get_content_disposition() == "attachment"
    assert dict(attached["Content-Type"].params) == {"charset": "utf-8", "method": "PUBLISH", "name": "invite.ics"}
    assert attached.get_payload(decode=True) == FILE.encode()
    assert kept(FILE)[0].name.count("Quiroga") == 9
    assert str(message.get_body(("plain",)).get_content()).startswith("Come.")  # type: ignore[union-attr]


def test_pictures_travel_beside_the_html_that_shows_them() -> None:
    html = f'<html lang="en"><body><img src="cid:{content_id(PICTURE.name)}" alt=""></body></html>'
    content, message = message_of(replace(composed_parts(html=html), pictures=(PICTURE,), calendar=FILE))

    assert_valid(content)
    assert shape(message)[3:6] == ["multipart/related", "text/html", "image/png"]
    picture = next(part for part in message.walk() if part.get_content_type() == "image/png")
    assert picture.get_payload(decode=True) == PICTURE.content
    assert picture["Content-ID"] == f"<{content_id(PICTURE.name)}>"


def test_the_addresses_of_the_campaign_are_the_same_for_all_and_in_the_readers_language() -> None:
    html = f'<a href="{mark("view_url")}">View</a><a href="{mark("calendar_url", "2")}">Add</a>'
    _, message = message_of(composed_parts(html=html, text=f"{mark('calendar_url')}\n"), "es")

    url = LINKS.view_url(3, "es")
    assert LINKS.read_view_token(url.split("/")[-2]) == 3
    assert LINKS.read_view_token(url.split("/")[-2][:-1]) is None
    assert message.get_body(("html",)).get_content().strip() == f'<a href="{url}">View</a><a href="{url}/2.ics">Add</a>'  # type: ignore[union-attr]
    assert message.get_body(("plain",)).get_content().strip() == f"{url}/calendar.ics"  # type: ignore[union-attr]


@given(st.text(max_size=300))
@settings(deadline=None)
def test_who_is_asked_to_answer_is_the_one_attendee_whatever_they_are_called(name: str) -> None:
    file = ics([(replace(an_event(), rsvp=True), Entry("a1@example.org", 0, datetime.now(UTC)), Notes("Friends", "a@b.org"))])
    content, message = message_of(replace(composed_parts(), calendar=file), name=name)

    assert_valid(content)
    [attached] = message.iter_attachments()
    raw = attached.get_payload(decode=True)
    assert isinstance(raw, bytes)
    assert dict(attached["Content-Type"].params)["method"] == str(Calendar.from_ical(raw)["method"]) == "REQUEST"
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    [event] = Calendar.from_ical(raw).events
    assert str(event["attendee"]) == "mailto:ana@example.org"
    assert event["attendee"].params["RSVP"] == "TRUE"
    assert event["uid"] == "a1@example.org"


def test_several_events_are_published_and_the_page_publishes_too() -> None:
    entry, notes = Entry("a1@example.org", 0, datetime.now(UTC)), Notes("Friends", "a@b.org")
    asked = replace(an_event(), rsvp=True)

    two = ics([(asked, entry, notes), (asked, replace(entry, uid="b2@example.org"), notes)])

    assert "METHOD:PUBLISH" in two
    assert "METHOD:PUBLISH" in published(ics([(asked, entry, notes)]))
