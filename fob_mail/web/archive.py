"""The archive of a public list: its campaigns that were sent, as a page, an Atom feed and a calendar. Private lists have none."""

from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree import ElementTree as ET  # it writes, and reads nothing  # nosec B405

from flask import Blueprint, Response, abort
from sqlalchemy.orm import Session

from fob_mail import calendars, campaigns
from fob_mail.composing.composed import Composed
from fob_mail.composing.words import words_of
from fob_mail.models import MailingList
from fob_mail.personalising import shown
from fob_mail.translations import to_say
from fob_mail.web.pages import Saying, draw, notice, words_for
from fob_mail.web.reading import CALENDAR, in_language
from fob_mail.web.site import Site

ATOM = "http://www.w3.org/2005/Atom"
MOST = 200
"""Campaigns on the page; a line each."""

IN_FEED = 20
ARCHIVE = Saying(to_say("What we sent"), to_say("Every mail that went out to {list}, the newest first."))
NOTHING = Saying(to_say("What we sent"), to_say("Nothing has gone out to {list} yet."))


@dataclass(frozen=True, slots=True)
class Sent:
    """A campaign on the page: what it was called, and when it went out."""

    number: int
    at: datetime
    composed: Composed
    url: str

    @property
    def subject(self) -> str:
        """Its subject, as nobody in particular has it."""
        return shown(self.composed.subject)

    @property
    def day(self) -> str:
        """The day on which it went out."""
        return words_of(self.composed.language).day(self.at.date(), year=True)


def journey(site: Site) -> Blueprint:
    """Its addresses."""
    blueprint = Blueprint("archive", __name__)

    @blueprint.get("/archive/<slug>")
    def page(slug: str) -> Response:
        """The page."""
        with site.database.read() as session:
            to = _public(session, slug)
            words = words_for(to.language)
            sent = _sent(session, site, to, words.language, MOST)
        response = draw(
            notice(words, ARCHIVE if sent else NOTHING, list=to.name),
            words,
            site.organisation,
            template="archive.html",
            sent=sent,
            list=to,
            atom=site.links.url(f"/archive/{slug}/feed.atom"),
            calendar=site.links.url(f"/archive/{slug}/events.ics"),
        )
        response.headers["X-Robots-Tag"] = "all"
        return response

    @blueprint.get("/archive/<slug>/feed.atom")
    def feed(slug: str) -> Response:
        """The newest, for those who read by feed (RFC 4287)."""
        with site.database.read() as session:
            to = _public(session, slug)
            sent = _sent(session, site, to, to.language, IN_FEED)
        return Response(_atom(to, sent, site), content_type="application/atom+xml; charset=utf-8")

    @blueprint.get("/archive/<slug>/events.ics")
    def events(slug: str) -> Response:
        """All events of the list, to subscribe to; the newest campaigns last, so that they prevail."""
        with site.database.read() as session:
            to = _public(session, slug)
            sent = _sent(session, site, to, to.language, MOST)
        return Response(calendars.feed([each.composed.calendar for each in reversed(sent)], to.name), content_type=CALENDAR)

    return blueprint


def _public(session: Session, slug: str) -> MailingList:
    """The list; that there is a private one of this name is not told."""
    found = campaigns.public_list(session, slug)
    if found is None:
        abort(404)
    return found


def _sent(session: Session, site: Site, to: MailingList, language: str, most: int) -> list[Sent]:
    found = []
    for campaign in campaigns.sent_to(session, to, most):
        composed = in_language(campaigns.parts(session, campaign), language, to.language)
        if composed and campaign.frozen_at:
            found.append(Sent(campaign.id, campaign.frozen_at, composed, site.links.view_url(campaign.id, composed.language)))
    return found


def _atom(to: MailingList, sent: list[Sent], site: Site) -> bytes:
    """The feed; ElementTree escapes what stands in it. Its ids are not addresses, so that a move of the site makes nothing new."""
    domain = to.sender.rpartition("@")[2].rstrip(">")
    whose = f"tag:{domain},{to.created_at:%Y-%m-%d}:{to.slug}"
    feed = ET.Element("feed", {"xmlns": ATOM, "xml:lang": to.language})
    own = site.links.url(f"/archive/{to.slug}")
    _add(feed, "id", whose)
    _add(feed, "title", to.name)
    _add(feed, "updated", _moment(sent[0].at if sent else to.created_at))
    ET.SubElement(feed, "link", {"rel": "self", "type": "application/atom+xml", "href": f"{own}/feed.atom"})
    ET.SubElement(feed, "link", {"rel": "alternate", "type": "text/html", "href": own})
    _add(ET.SubElement(feed, "author"), "name", site.organisation.name or to.name)
    for each in sent:
        entry = ET.SubElement(feed, "entry")
        _add(entry, "id", f"{whose}/{each.number}")
        _add(entry, "title", each.subject)
        _add(entry, "updated", _moment(each.at))
        _add(entry, "summary", shown(each.composed.preheader))
        ET.SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "hreflang": each.composed.language, "href": each.url})
    content: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return content


def _add(to: ET.Element, name: str, text: str) -> None:
    ET.SubElement(to, name).text = calendars.plain(text)


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
