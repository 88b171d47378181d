"""Programs that follow every link of a mail before its reader sees it, filters and antivirus, change nothing (RFC 8058, 3.1)."""

import html
import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from fob_mail import campaigns, freezing
from fob_mail.campaigns import Written
from fob_mail.composing.kinds import NOTES, SHIPPED
from fob_mail.database import Database, clock
from fob_mail.drafting import Order, draft
from fob_mail.envelopes import Recipient
from fob_mail.models import Base, MailingList
from fob_mail.sending.run import personaliser_of
from fob_mail.settings import Settings
from fob_mail.settings.pages import Joining
from tests.builders import make_subscriber
from tests.groups import Group, link_in

ROSA = "rosa@example.org"
ARTICLE = (
    "# The well\n\nA story of water.\n\n"
    "Join us for a meeting, The Long Evening, on Monday 19 April 2027, 6.30pm, at Lantern Hall, Leeds.\n\n[Register here](https://example.org/register)\n"
)
SECOND = "# A second well\n\nIt was dug by hand, and it is deep, and that is all that there is to say of it here.\n"
LINK = re.compile(r"https?://[^\s\"'<>\\]+")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Of a group that also says goodbye."""
    return settings.model_copy(update={"joining": Joining(goodbye=True)})


def links_of(mail: EmailMessage) -> set[str]:
    """Every address of the web in it, whichever part or header has it."""
    parts = [str(part.get_content()) for part in mail.walk() if part.get_content_maintype() == "text"]
    return {link.rstrip(".,;)") for text in (*parts, *map(str, mail.values())) for link in LINK.findall(html.unescape(text))}


def contents(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """All that the database knows, row by row."""
    with database.read() as session:
        return {table.name: sorted(map(tuple, session.execute(select(table))), key=repr) for table in Base.metadata.sorted_tables}


def scan(web: FlaskClient, ours: str, mail: EmailMessage) -> int:
    """Follow each link of ours that a mail has, as scanners do; the number of links."""
    found = {link for link in links_of(mail) if link.startswith(ours)}
    for link in found:
        to = urlsplit(link)
        for method in ("HEAD", "GET", "HEAD", "GET"):
            answer = web.open(f"{to.path}?{to.query}", method=method, headers={"User-Agent": "BarracudaCentral", "Accept": "*/*"})
            assert answer.status_code == 200, (link, answer.status_code)
    return len(found)


def notes(group: Group) -> dict[str, EmailMessage]:
    """One mail of each kind that fob-mail writes of itself, from what people do on its pages."""
    group.ask(ROSA)
    (confirm,) = group.mails()
    group.web.post(link_in(confirm, "c"))
    (welcome,) = group.mails()
    with group.database.begin() as session:
        make_subscriber(session, "dora@example.org", session.get_one(MailingList, 1))
    group.ask("dora@example.org")
    (already,) = group.mails()
    choose = link_in(welcome, "p")
    group.web.post(choose, data={"action": "mine"})
    (mine,) = group.mails()
    group.web.post(choose, data={"action": "move", "address": "rosa.m@example.org"})
    (move,) = group.mails()
    group.web.post(link_in(move, "m"))
    (moved,) = group.mails()
    group.web.post(choose.replace("/p/", "/u/"), data={"action": "leave"})
    (goodbye,) = group.mails()
    return {
        "confirm": confirm,
        "welcome": welcome,
        "already": already,
        "goodbye": goodbye,
        "move": move,
        "moved": moved,
        "mine": mine,
    }


@pytest.mark.parametrize("kind", SHIPPED)
def test_whoever_follows_every_link_of_a_campaigns_mail_changes_nothing(group: Group, settings: Settings, kind: str) -> None:
    group.ask(ROSA)
    group.web.post(link_in(group.mails()[0], "c"))
    group.mails()
    files = (Written("a.md", ARTICLE), Written("b.md", SECOND)) if kind == "newsletter" else (Written("a.md", ARTICLE),)
    with group.database.begin() as session:
        made = draft(session, Order("c", "valley", files, template=kind), settings, clock(session))
        to = session.get_one(MailingList, 1)
        personaliser = personaliser_of(made.campaign, to, campaigns.parts(session, made.campaign), settings, group.links)
        raw = personaliser.envelope(Recipient(0, 0, 1, ROSA), ROSA, format_datetime(clock(session))).content
        freezing.freeze(session, made.campaign, 500, clock(session))
    before = contents(group.database)

    followed = scan(group.web, "http://localhost:8000/", message_from_bytes(raw, policy=policy.default))

    assert followed >= 2  # the way out, and the mail as a page
    assert contents(group.database) == before


def test_whoever_follows_every_link_of_a_note_changes_nothing(group: Group) -> None:
    mails = notes(group)
    before = contents(group.database)
    assert mails.keys() == set(NOTES)

    for kind, mail in mails.items():
        assert scan(group.web, "http://localhost:8000/", mail) >= (kind != "moved")
        assert contents(group.database) == before, kind
