"""Reading a campaign in the browser: its page, its events for calendars, the card of shared links, its pictures.

Whoever has the link may read: it names the campaign and nobody who got it. Nothing here changes anything.
"""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, request
from sqlalchemy.orm import Session

from fob_mail import calendars, campaigns
from fob_mail.composing import card
from fob_mail.composing.composed import Composed
from fob_mail.composing.copying import Place, public_html
from fob_mail.composing.words import words_of
from fob_mail.events import When
from fob_mail.links import Links
from fob_mail.models import Campaign, MailingList
from fob_mail.personalising import shown
from fob_mail.translations import primary
from fob_mail.web.site import Site

CALENDAR = "text/calendar; charset=utf-8"
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' https: data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation allow-downloads"
)
"""A mail has its styles in its elements, which no hash can allow; so its page is shut in a sandbox, without scripts, forms or an origin."""

_HOUR = "public, max-age=3600"


@dataclass(frozen=True, slots=True)
class Reading:
    """A campaign in the language that was asked for."""

    campaign: Campaign
    to: MailingList
    composed: Composed


def journey(site: Site) -> Blueprint:
    """Its addresses."""
    blueprint = Blueprint("reading", __name__)

    @blueprint.get("/v/<token>", defaults={"language": ""})
    @blueprint.get("/v/<token>/<language>")
    def page(token: str, language: str) -> Response:
        """The mail itself, with nobody's data in it."""
        return _page(site, _found(site, token, language))

    @blueprint.get("/v/<token>/<language>/<which>.ics")
    def events(token: str, language: str, which: str) -> Response:
        """All its events, or the one of that number, as a file that calendars open."""
        return _events(_found(site, token, language).composed.calendar, which)

    @blueprint.get("/v/<token>/<language>/card.png")
    def picture_of_link(token: str, language: str) -> Response:
        """What those see to whom the link is passed on."""
        read = _found(site, token, language)
        return _picture(card.draw(card_of(read, site)), "png")

    @blueprint.get("/i/<name>")
    def picture(name: str) -> Response:
        """A picture of an article."""
        with site.database.read() as session:
            found = campaigns.picture(session, name.partition(".")[0]) if name.isascii() and name.isprintable() else None
        if found is None:
            abort(404)
        return _picture(found.content, found.kind)

    return blueprint


def place_of(links: Links, read: Reading) -> Place:
    """Where the page stands; the way out of a copy leads to the front page, which says how one leaves."""
    url = links.view_url(read.campaign.id, read.composed.language)
    return Place(url, links.url("/"), urlsplit(links.url("/i/")).path, read.to.slug)


def in_language(parts: dict[str, Composed], *wanted: str | None) -> Composed | None:
    """The part in the first of these languages that there is one in, else any."""
    by_primary = {primary(language): composed for language, composed in reversed(parts.items())}
    for language in filter(None, wanted):
        if found := parts.get(language) or by_primary.get(primary(language)):
            return found
    return next(iter(parts.values()), None)


def card_of(read: Reading, site: Site) -> card.Card:
    """The card: the first event, or the subject where there is none."""
    theme = site.settings.theme
    colours = theme.colours()
    events = calendars.kept(read.composed.calendar)
    title, when, place = shown(read.composed.subject), "", ""
    if events:
        words = words_of(read.composed.language)
        event = events[0]
        title, place = event.name or title, event.place
        timed = isinstance(event.starts, datetime)
        starts = event.starts if isinstance(event.starts, datetime) else datetime.combine(event.starts, datetime.min.time())
        when = words.moment(When(starts, "", time_said=timed), year=True)
        when = when[:1].upper() + when[1:]
    ground = (colours["main"], colours["on-main"], colours["highlight"])
    return card.Card(site.organisation.name or read.to.name, title, when, place, ground, tuple(theme.band))


def _page(site: Site, read: Reading) -> Response:
    response = Response(public_html(read.composed, place_of(site.links, read), site.organisation.name or read.to.name))
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Content-Language"] = read.composed.language
    if read.to.public and campaigns.is_sent(read.campaign):
        response.headers["X-Robots-Tag"] = "all"
    return response


def _events(file: str, which: str) -> Response:
    numbered = calendars.only(file, int(which)) if which.isascii() and which.isdigit() and len(which) < 4 else ""  # noqa: PLR2004 no mail has 999
    content = calendars.published(file) if which == "calendar" else numbered
    if not content:
        abort(404)
    response = Response(content, content_type=CALENDAR)
    response.headers["Content-Disposition"] = f'attachment; filename="{"event" if numbered else "events"}.ics"'
    return response


def _found(site: Site, token: str, language: str) -> Reading:
    """What a link leads to; 404 for one that was not made here."""
    number = site.links.read_view_token(token)
    if number is None:
        abort(404)
    with site.database.read() as session:
        read = _reading(session, number, language)
    if read is None:
        abort(404)
    return read


def _reading(session: Session, campaign_id: int, language: str) -> Reading | None:
    campaign = session.get(Campaign, campaign_id)
    if campaign is None:
        return None
    to = campaigns.list_of(session, campaign)
    composed = in_language(campaigns.parts(session, campaign), language or request.args.get("lang"), to.language)
    return Reading(campaign, to, composed) if composed else None


def _picture(content: bytes, kind: str) -> Response:
    response = Response(content, content_type=f"image/{kind}")
    response.headers["Cache-Control"] = _HOUR
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # mails in the browser are read on other hosts
    return response
