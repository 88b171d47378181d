"""The links of a mail that counts them: where one leads is found in the campaign itself, so that nobody can make one that leads elsewhere.

Only for lists whose organiser turned it on, whose mails say so. Who follows is neither asked nor written down.
"""

import logging
from base64 import b64decode
from functools import lru_cache

from flask import Blueprint, Response, abort, redirect, request
from sqlalchemy.exc import OperationalError
from werkzeug.wrappers import Response as AnyResponse

from fob_mail import campaigns, tallies
from fob_mail.composing.counting import OPENED, links_of, says_so
from fob_mail.database import clock
from fob_mail.models import Campaign
from fob_mail.web.site import Site

log = logging.getLogger("fob_mail.web")

PIXEL = b64decode(b"R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
"""A transparent picture of one pixel, as GIF."""

SHOWN_ANYWHERE = {"Cross-Origin-Resource-Policy": "cross-origin"}
"""Mails are read on other hosts than ours."""


def journey(site: Site) -> Blueprint:
    """Its one address."""
    blueprint = Blueprint("counting", __name__)

    def links(campaign_id: int) -> dict[int, str]:
        with site.database.read() as session:
            parts = campaigns.parts(session, session.get_one(Campaign, campaign_id))
        return {number: url for part in parts.values() if says_so(part) for number, url in links_of(part, site.settings.base_url).items()}

    frozen = lru_cache(maxsize=64)(links)  # a draft may be composed again, and so its links are read anew

    @blueprint.get("/l/<token>")
    def follow(token: str) -> AnyResponse:
        """Count, and lead on; a mail program's HEAD counts nothing."""
        meant = site.links.read_look_token(token)
        if meant is None:
            abort(404)
        campaign_id, link = meant
        with site.database.read() as session:
            campaign = session.get(Campaign, campaign_id)
        if campaign is None:
            abort(404)
        known = frozen if campaign.frozen_at else links
        url = "" if link == OPENED else known(campaign_id).get(link)
        if url is None:
            abort(404)
        if request.method == "GET" and campaign.frozen_at:
            _count(site, campaign_id, link)
        return redirect(url, 302) if url else Response(PIXEL, content_type="image/gif", headers=SHOWN_ANYWHERE)

    return blueprint


def _count(site: Site, campaign_id: int, link: int) -> None:
    """One more; a reader is not kept waiting or turned away because it cannot be written."""
    try:
        with site.database.begin() as session:
            tallies.look(session, campaign_id, link, clock(session))
    except OperationalError:
        log.warning("A look could not be counted: the database does not answer.")
