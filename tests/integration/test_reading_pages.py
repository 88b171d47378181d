"""Reading in the browser what was sent: by its link, in the archive of a public list, by feed and in a calendar; on both databases."""

import email
import email.policy
import re
from dataclasses import dataclass, replace
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient
from icalendar import Calendar
from PIL import Image
from sqlalchemy import func, select

from fob_mail import campaigns, freezing
from fob_mail.calendars import kept
from fob_mail.campaigns import Written
from fob_mail.database import Database, clock
from fob_mail.drafting import Draft, Order, draft
from fob_mail.envelopes import Recipient
from fob_mail.errors import InputError
from fob_mail.links import Links
from fob_mail.models import Base, Campaign, CampaignState
from fob_mail.sending.run import personaliser_of
from fob_mail.settings import Settings
from fob_mail.web.app import create_app
from tests.builders import make_list, make_subscriber
from tests.unit.test_pictures import a_photograph

PERSONAL = "ana.secret@example.org"
ARTICLE = """---
title: Water is not for sale {{ name | default("friends") }}
event: "The evening </script><b>"
date: 2027-05-06 19:00
place: Lantern Hall, Leeds
register: https://events.example.org/water?a=1&b=2
---
Dear {{ first_name | default("friend") }}, come and hear Lucía Áñez.

{% if attribute.member %}

Members only.

{% else %}

Everybody.

{% endif %}
"""
ATOM = "{http://www.w3.org/2005/Atom}"


@dataclass(frozen=True)
class Group:
    """A group's pages, and what it sent."""

    web: FlaskClient
    database: Database
    settings: Settings
    links: Links

    def send(self, name: str, to: str, **order: object) -> tuple[int, Draft]:
        """Compose a campaign and freeze it, as `compose` and `send` do."""
        with self.database.begin() as session:
            made = draft(session, replace(Order(name, to, (Written("a.en.md", ARTICLE),)), **order), self.settings, clock(session))  # type: ignore[arg-type]
            freezing.freeze(session, made.campaign, 500, clock(session))
            return made.campaign.id, made

    def path(self, campaign_id: int, rest: str = "/en") -> str:
        """The page of a campaign, without the host."""
        return self.links.view_url(campaign_id).removeprefix(self.settings.base_url) + rest


@pytest.fixture
def group(settings: Settings, database: Database) -> Group:
    with database.begin() as session:
        for slug, public in (("valley", True), ("secret", False)):
            to = make_list(session, slug, name="Valley & <News>", public=public)
            make_subscriber(session, f"{slug}.{PERSONAL}", to, name="Ana Secretname", attributes={"member": "yes"})
    return Group(create_app(settings, database).test_client(), database, settings, Links(settings.keys(), settings.base_url))


def test_the_page_is_the_mail_with_nobodys_data_in_it(group: Group) -> None:
    number, _ = group.send("invite", "valley")

    page = group.web.get(group.path(number))

    assert page.status_code == 200
    assert "Dear friend, come" in page.text
    assert "Everybody." in page.text
    assert "each reader’s own address" in page.text
    assert not re.search(r"_FOB\.|/u/|Secretname|Members only|example\.org/u", page.text)
    assert 'href="http://localhost:8000/"' in page.text
    assert f'href="{group.links.view_url(number, "en")}/1.ics"' in page.text


def test_a_shared_link_shows_title_text_and_card(group: Group) -> None:
    number, _ = group.send("invite", "valley", subject='Come "all" <b>')

    page = group.web.get(group.path(number))
    card = group.web.get(group.path(number, "/en/card.png"))

    assert '<meta property="og:title" content="Come &quot;all&quot; &lt;b&gt;">' in page.text
    assert f'<meta property="og:image" content="{group.links.view_url(number, "en")}/card.png">' in page.text
    assert Image.open(BytesIO(card.data)).size == (1200, 630)
    assert len(card.data) < 30_000
    assert card.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_the_page_is_shut_in_a_sandbox_and_can_run_nothing(group: Group) -> None:
    number, _ = group.send("invite", "valley")

    page = group.web.get(group.path(number))

    [policy] = page.headers.getlist("Content-Security-Policy")
    assert policy.startswith(
        "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' https: data:; base-uri 'none'; form-action 'none'"
    )
    assert re.search(r"; sandbox (?!.*allow-(scripts|forms|same-origin))", policy)
    assert "</script><b>" not in page.text
    assert page.headers["X-Frame-Options"] == "DENY"
    assert not page.headers.getlist("Set-Cookie")


def test_no_subject_is_markup_on_a_page_of_the_archive_in_its_feed_or_where_it_is_read(group: Group) -> None:
    subject = "<script>alert(1)</script><img src=x onerror=alert(2)> \"' ]]> <!-- &"
    number, _ = group.send("invite", "valley", subject=subject)

    pages = [group.web.get(path) for path in ("/archive/valley", "/archive/valley/feed.atom", group.path(number), "/join/valley")]

    assert [page.status_code for page in pages] == [200] * 4
    assert not [page.text for page in pages if "<script>alert" in page.text or "<img src=x" in page.text or "<News>" in page.text]
    assert "alert(1)" in pages[0].text
    titles = [element.text or "" for element in ET.fromstring(pages[1].data).iter(f"{ATOM}title")]  # noqa: S314 our own
    assert any(title.startswith("<script>") for title in titles)


def test_a_link_that_was_not_made_here_leads_nowhere(group: Group) -> None:
    number, _ = group.send("invite", "valley")
    path = group.path(number)

    tampered = [path[:-8] + "AAAAAA/en", "/v/x/en", f"/v/{'A' * 43}/en", "/i/" + "0" * 32 + ".png", "/i/..%2f..%2fetc", f"{path}/7.ics"]
    assert [group.web.get(url).status_code for url in tampered] == [404] * len(tampered)


def test_the_event_is_fetched_as_it_was_mailed(group: Group) -> None:
    number, made = group.send("invite", "valley")

    one, whole = group.web.get(group.path(number, "/en/1.ics")), group.web.get(group.path(number, "/en/calendar.ics"))

    assert one.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert one.headers["Content-Disposition"] == 'attachment; filename="event.ics"'
    assert kept(one.text) == kept(whole.text) == kept(made.composed[0].calendar)
    assert Calendar.from_ical(one.text)["method"] == "PUBLISH"


def test_the_archive_has_what_was_sent_to_a_public_list_and_nothing_else(group: Group) -> None:
    sent, _ = group.send("invite", "valley", subject="The first")
    group.send("hidden", "secret", subject="The secret")
    with group.database.begin() as session:
        draft(session, Order("soon", "valley", (Written("a.md", ARTICLE),), subject="The draft"), group.settings, clock(session))

    page = group.web.get("/archive/valley")

    assert f'<a href="{group.links.view_url(sent, "en")}">The first</a>' in page.text
    assert "The secret" not in page.text
    assert "The draft" not in page.text
    assert "Valley &amp; &lt;News&gt;" in page.text
    assert len(page.data) < 30_000
    assert [
        group.web.get(f"/archive/{slug}{rest}").status_code for slug in ("secret", "nothing") for rest in ("", "/feed.atom", "/events.ics")
    ] == [404] * 6


def test_a_private_lists_campaign_is_read_by_its_link_alone_and_found_by_no_search(group: Group) -> None:
    number, _ = group.send("hidden", "secret")
    public, _ = group.send("invite", "valley")

    assert group.web.get(group.path(number)).headers["X-Robots-Tag"] == "noindex"
    assert group.web.get(group.path(public)).headers["X-Robots-Tag"] == "all"


def test_the_feed_is_atom_with_what_rfc_4287_asks_for(group: Group) -> None:
    group.send("invite", "valley", subject="One & <two>")
    sent, _ = group.send("second", "valley")

    feed = ET.fromstring(group.web.get("/archive/valley/feed.atom").data)  # noqa: S314 our own

    entries = feed.findall(f"{ATOM}entry")
    assert feed.tag == f"{ATOM}feed"
    assert all(node.find(ATOM + name) is not None for node in (feed, *entries) for name in ("id", "title", "updated"))
    assert len({node.findtext(f"{ATOM}id") for node in (feed, *entries)}) == 3
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "Friends of the Valley"
    assert {link.get("rel") for link in feed.findall(f"{ATOM}link")} == {"self", "alternate"}
    assert entries[0].find(f"{ATOM}link").get("href") == group.links.view_url(sent, "en")  # type: ignore[union-attr]
    assert entries[1].findtext(f"{ATOM}title") == "One & <two>"
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", node.findtext(f"{ATOM}updated") or "") for node in (feed, *entries))


def test_the_calendar_of_a_list_shows_a_corrected_event_once_as_it_is_now(group: Group) -> None:
    group.send("invite", "valley")
    moved = ARTICLE.replace("19:00", "20:00").replace("05-06", "05-07")
    group.send("moved", "valley", files=(Written("a.en.md", moved),), corrects="invite")

    [event] = kept(group.web.get("/archive/valley/events.ics").text)

    assert (event.sequence, event.starts.isoformat()) == (1, "2027-05-07T20:00:00+01:00")


def test_a_picture_beside_the_article_travels_in_the_mail_until_everybody_can_fetch_it(group: Group, tmp_path: Path) -> None:
    (tmp_path / "pump.png").write_bytes(a_photograph(900, 450))
    written = (Written("a.en.md", f"{ARTICLE}\n![The pump & its <people>](pump.png)\n"),)
    carried, _ = group.send("carried", "valley", files=written, folders=(tmp_path,))
    served = replace(group, settings=group.settings.model_copy(update={"base_url": "https://mail.example.org"}))
    public, made = served.send("served", "valley", files=written, folders=(tmp_path,))

    message = _message(group, carried)
    picture = next(part for part in message.walk() if part.get_content_maintype() == "image")
    name = str(picture["Content-ID"])[1:33]
    page = group.web.get(group.path(carried)).text

    assert f'src="cid:{name}@pictures.fob-mail" width="512" height="256" alt="The pump &amp; its &lt;people&gt;"' in _html(message)
    assert f'src="/i/{name}"' in page
    assert f'src="https://mail.example.org/i/{name}.' in made.composed[0].html
    assert not [part for part in _message(served, public).walk() if part.get_content_maintype() == "image"]
    assert group.web.get(f"/i/{name}.jpeg").data == picture.get_payload(decode=True)
    assert group.web.get(f"/i/{name}").headers["Content-Type"].startswith("image/")
    assert "The pump & its <people>" in made.composed[0].text


def test_a_picture_that_is_not_there_is_told_before_anybody_is_mailed(group: Group, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not beside the article"):
        group.send("carried", "valley", files=(Written("a.en.md", f"{ARTICLE}\n![Pump](pump.png)\n"),), folders=(tmp_path,))


def test_a_scanner_that_follows_every_link_of_a_mail_changes_nothing(group: Group) -> None:
    number, made = group.send("invite", "valley")
    message = _message(group, number)
    words = "".join(
        str(part.get_content())
        for part in message.walk()
        if part.get_content_maintype() == "text" and part.get_content_subtype() != "calendar"
    )
    urls = {url.replace("&amp;", "&") for url in re.findall(r"http://localhost:8000[^\s\"<>]*", f"{words} {message['List-Unsubscribe']}")}
    before = _counted(group.database)

    answers = {
        (url.rpartition("/")[2][:8], verb): group.web.open(url.removeprefix("http://localhost:8000"), method=verb).status_code
        for url in urls
        for verb in ("GET", "HEAD")
    }

    assert len(urls) == 3
    assert set(answers.values()) == {200}
    assert _counted(group.database) == before
    assert made.campaign.slug == "invite"


def _counted(database: Database) -> dict[str, object]:
    """How many rows each table has, and where everybody stands."""
    with database.read() as session:
        rows = {table.name: session.scalar(select(func.count()).select_from(table)) for table in Base.metadata.sorted_tables}
        stand = session.execute(select(Base.metadata.tables["subscriptions"])).all()
        return {
            **rows,
            "stand": sorted(map(tuple, stand)),
            "states": session.scalars(select(Campaign.state)).all() == [CampaignState.SENDING],
        }


def _message(group: Group, number: int) -> EmailMessage:
    """One reader's message of a campaign."""
    with group.database.read() as session:
        campaign = session.get_one(Campaign, number)
        to, parts = campaigns.list_of(session, campaign), campaigns.parts(session, campaign)
    raw = (
        personaliser_of(campaign, to, parts, group.settings, group.links)
        .envelope(Recipient(1, 1, 1, PERSONAL, "Ana"), PERSONAL, "Mon, 19 Apr 2021 18:30:00 +0100")
        .content
    )
    return email.message_from_bytes(raw, policy=email.policy.default)


def _html(message: EmailMessage) -> str:
    body = message.get_body(("html",))
    return str(body.get_content()) if body else ""
