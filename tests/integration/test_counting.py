"""Mails count openings and followed links only where the organiser turned that on and the mail says so; never whose they were."""

import re
from dataclasses import replace
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from fob_mail import campaigns, freezing, tallies
from fob_mail.campaigns import Written
from fob_mail.composing.counting import NOTICE, counted, links_of, number_of, says_so
from fob_mail.database import Database, clock
from fob_mail.drafting import Order, draft
from fob_mail.envelopes import Recipient
from fob_mail.links import Links
from fob_mail.models import Campaign, Look
from fob_mail.reporting.report import report_of
from fob_mail.sending.run import personaliser_of
from fob_mail.settings import Settings
from fob_mail.web.app import create_app
from tests.builders import make_list, make_subscriber

BASE = "http://localhost:8000"
TICKETS = "https://tickets.example.org/water?from=mail&seat=1"
ARTICLE = f"""# The pump

A story of it, [with a plan](https://maps.example.org/hall).

[Register here]({TICKETS})
"""


def drafted(session: Session, settings: Settings, *, counting: bool, language: str = "en") -> Campaign:
    to = make_list(session, "supporters", counts=counting)
    for name in ("ana", "luis"):
        make_subscriber(session, f"{name}@example.org", to)
    made = draft(session, Order("april", "supporters", (Written(f"a.{language}.md", ARTICLE),)), settings, clock(session))
    return made.campaign


def mails(session: Session, campaign: Campaign, settings: Settings) -> list[str]:
    """What two readers get, decoded as far as is needed to look for addresses."""
    import email
    import email.policy

    links = Links(settings.keys(), settings.base_url)
    personaliser = personaliser_of(campaign, campaigns.list_of(session, campaign), campaigns.parts(session, campaign), settings, links)
    found = []
    for number, name in ((1, "ana"), (2, "luis")):
        address = f"{name}@example.org"
        raw = personaliser.envelope(
            Recipient(1, number, number, address), address, "Mon, 19 Apr 2027 10:00:00 +0000", f"<{name}@x>"
        ).content
        mail = email.message_from_bytes(raw, policy=email.policy.default)
        found.append("".join(part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"))
    return found


def test_by_default_no_mail_has_a_pixel_or_a_link_that_leads_elsewhere(database: Database, settings: Settings) -> None:
    with database.begin() as session:
        campaign = drafted(session, settings, counting=False)
        for mail in mails(session, campaign, settings):
            assert "/l/" not in mail
            assert 'width="1"' not in mail
            assert TICKETS in unescape(mail)
            assert NOTICE not in mail


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_list_that_counts_says_so_in_each_mail_and_all_copies_are_the_same(database: Database, settings: Settings, language: str) -> None:
    with database.begin() as session:
        campaign = drafted(session, settings, counting=True, language=language)
        (part,) = campaigns.parts(session, campaign).values()
        first, second = mails(session, campaign, settings)

    found = [set(re.findall(r"http://localhost:8000/l/[\w-]+", mail)) for mail in (first, second)]
    assert says_so(part)
    assert len(found[0]) == 3  # the plan, the tickets, and the picture of one pixel
    assert found[0] == found[1]  # nothing in them tells readers apart
    assert TICKETS not in unescape(first)
    assert "http://localhost:8000/u/" in first  # the way out is as it was


def test_without_its_notice_a_mail_is_left_as_it_is(database: Database, settings: Settings) -> None:
    with database.begin() as session:
        campaign = drafted(session, settings, counting=False)
        campaigns.list_of(session, campaign).counts = True  # turned on after it was composed
        (part,) = campaigns.parts(session, campaign).values()

        assert all("/l/" not in mail for mail in mails(session, campaign, settings))
    half = replace(part, html=part.html.replace("</body>", f"{NOTICE}</body>"))
    assert counted(half, BASE, lambda number: f"{BASE}/l/{number}") == half  # the text does not say so


@pytest.fixture
def client(settings: Settings, database: Database) -> FlaskClient:
    return create_app(settings, database).test_client()


def test_a_link_is_counted_and_leads_where_the_mail_meant_and_nowhere_else(
    database: Database, settings: Settings, client: FlaskClient
) -> None:
    links = Links(settings.keys(), settings.base_url)
    with database.begin() as session:
        campaign = drafted(session, settings, counting=True)
        freezing.freeze(session, campaign, 10, clock(session))
        known = links_of(next(iter(campaigns.parts(session, campaign).values())), BASE)
        number = campaign.id
    path = links.look_url(number, number_of(TICKETS)).removeprefix(BASE)

    gone = [client.get(path, headers={"Referer": "https://mail.example.org/", "X-Forwarded-For": "203.0.113.9"}) for _ in range(2)]
    head, pixel = client.head(path), client.get(links.look_url(number, 0).removeprefix(BASE))
    forged = client.get(path[:-1] + ("A" if path[-1] != "A" else "B"))
    elsewhere = client.get(links.look_url(number, number_of("https://evil.example/")).removeprefix(BASE))

    assert TICKETS in known.values()
    assert [(one.status_code, one.location) for one in gone] == [(302, TICKETS)] * 2
    assert gone[0].headers.getlist("Set-Cookie") == []
    assert (head.status_code, pixel.status_code, pixel.content_type) == (302, 200, "image/gif")
    assert (forged.status_code, elsewhere.status_code) == (404, 404)
    with database.read() as session:
        assert tallies.looks(session, number) == {0: 1, number_of(TICKETS): 2}
        assert {column.name for column in Look.__table__.columns} == {"campaign_id", "link", "hour", "times"}  # and of nobody
        assert all((row.hour.minute, row.hour.second) == (0, 0) for row in session.scalars(select(Look)))
        report = report_of(session, campaigns.find(session, "april"), BASE)
    assert report.opened == 1
    assert (TICKETS, 2) in report.followed


def test_a_draft_s_links_lead_on_and_are_not_counted(database: Database, settings: Settings, client: FlaskClient) -> None:
    links = Links(settings.keys(), settings.base_url)
    with database.begin() as session:
        number = drafted(session, settings, counting=True).id

    gone = client.get(links.look_url(number, number_of(TICKETS)).removeprefix(BASE))

    other = "https://tickets.example.org/another"
    with database.begin() as session:
        again = Order("april", "supporters", (Written("a.en.md", ARTICLE.replace(TICKETS, other)),))
        number = draft(session, again, settings, clock(session)).campaign.id
    changed = client.get(links.look_url(number, number_of(other)).removeprefix(BASE))

    assert (gone.location, changed.location) == (TICKETS, other)
    with database.read() as session:
        assert tallies.looks(session, number) == {}


def test_what_is_not_counted_is_said_to_be_not_counted(database: Database, settings: Settings) -> None:
    with database.begin() as session:
        campaign = drafted(session, settings, counting=False)
        freezing.freeze(session, campaign, 10, clock(session))
        report = report_of(session, campaign, BASE)

    assert report.opened is None
    assert report.followed == ()
