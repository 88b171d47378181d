"""Leaving a list: a mail program's one click (RFC 8058), and the page on which a person does it, or takes it back.

A link is the permission: whoever holds it may leave, and come back. GET and HEAD change nothing, whatever they bring;
a POST that is repeated changes nothing more. Nothing is asked for that a mail program would not send.
"""

from dataclasses import dataclass
from enum import StrEnum

from flask import Blueprint, Response, abort, request
from markupsafe import Markup
from sqlalchemy.orm import Session

from fob_mail import campaigns
from fob_mail.addresses import mask
from fob_mail.audience import leaving
from fob_mail.audience.leaving import Standing
from fob_mail.database import Database, clock
from fob_mail.links import Links, Subscribed
from fob_mail.models import SubscriptionState, SuppressionReason
from fob_mail.settings import Organisation
from fob_mail.web.pages import Notice, Offer, Words, draw, notice, words_for


class Action(StrEnum):
    """What the page's buttons post."""

    LEAVE = "leave"
    UNDO = "undo"
    LEAVE_ALL = "leave-all"


@dataclass(frozen=True, slots=True)
class Site:
    """What the journey needs of the installation."""

    links: Links
    database: Database
    organisation: Organisation


GLUED = ".,;:!?)>]}\"'’”» \t"
"""What mail programs and people take for a part of the link, when it stands at the end of a sentence; no token ends so."""


def journey(site: Site) -> Blueprint:
    """The one address of RFC 8058 §3.1: the same for the page and for the one click."""
    blueprint = Blueprint("leaving", __name__)

    @blueprint.get("/u/<token>")
    def page(token: str) -> Response:
        """Where this person stands, and what they can do about it."""
        who = site.links.read_unsubscribe_token(token.rstrip(GLUED))
        if who is None:
            return _bad_link(site)
        with site.database.read() as session:
            where = leaving.standing(session, who.subscriber_id, who.list_id)
        return _answer(site, who, where, None)

    @blueprint.post("/u/<token>")
    def press(token: str) -> Response:
        """Do what the one click or the button says."""
        who = site.links.read_unsubscribe_token(token.rstrip(GLUED))
        if who is None:
            return _bad_link(site)
        if request.form.get("List-Unsubscribe", "").strip() == "One-Click":  # some senders end the body with a line's end
            return _one_click(site, who)
        pressed = request.form.get("action", "")
        if pressed not in set(Action):
            abort(400)
        with site.database.begin() as session:
            where = _do(session, who, Action(pressed))
        return _answer(site, who, where, Action(pressed))

    return blueprint


def _one_click(site: Site, who: Subscribed) -> Response:
    """RFC 8058 §3.2: off the list at this word; no redirect, no cookie, and as well the second time."""
    with site.database.begin() as session:
        leaving.leave(session, who.subscriber_id, who.list_id, "one-click", _evidence(session, who), clock(session))
    return Response(f"{words_for().say('one_click')}\n", mimetype="text/plain")


def _do(session: Session, who: Subscribed, action: Action) -> Standing | None:
    """Carry out a button's action; gives where the person stands then."""
    evidence, now = _evidence(session, who), clock(session)
    before = leaving.standing(session, who.subscriber_id, who.list_id)
    if action is Action.LEAVE:
        leaving.leave(session, who.subscriber_id, who.list_id, "page", evidence, now)
    elif action is Action.LEAVE_ALL:
        leaving.leave_all(session, who.subscriber_id, "page", evidence, now)
    elif before and not _barred(before):
        leaving.undo(session, who.subscriber_id, who.list_id, "page", evidence, now)
    return leaving.standing(session, who.subscriber_id, who.list_id)


def _evidence(session: Session, who: Subscribed) -> str:
    """Out of which mail: the campaign by the name that the organiser knows."""
    return f"campaign {campaigns.slug_of(session, who.campaign_id)}"


def _bad_link(site: Site) -> Response:
    """Cut short, forged, or another's: the answer is the same, so that it gives nothing away."""
    words = words_for()
    return draw(notice(words, "bad_link"), words, site.organisation, 404)


def _answer(site: Site, who: Subscribed, where: Standing | None, done: Action | None) -> Response:
    if where is None:
        words = words_for()
        return draw(notice(words, "gone" if who.subscriber_id else "test"), words, site.organisation)
    words = words_for(where.subscriber_language, where.list_language)
    return draw(notice_of(words, where, done), words, site.organisation)


def notice_of(words: Words, where: Standing, done: Action | None) -> Notice:
    """What the page says and offers where this person stands, after what they have just done (None: only looked)."""
    on_the_list = where.state is not SubscriptionState.LEFT
    if _barred(where):
        state, offers = "barred", [_leave(words, "quiet")] if on_the_list else []
    elif on_the_list and done is Action.UNDO:
        state, offers = "back", [_leave(words, "quiet")]
    elif on_the_list:
        state, offers = "ask", [_leave(words, "main")]
    elif where.suppressed:
        state, offers = "all", [_return(words, done, words.say("undo_one", list=where.list_name))]
    else:
        state, offers = "left" if done else "already", [_return(words, done), _leave_all(words, where.other_lists)]
    text = words.say(f"{state}_text", address=mask(where.address), list=where.list_name)
    return Notice(words.say(f"{state}_title"), text, tuple(offers))


def _barred(where: Standing) -> bool:
    """Whether no mail goes there for a reason that the person cannot take back here: it bounced, or they complained."""
    return where.suppressed not in {None, SuppressionReason.ASKED}


def _leave(words: Words, kind: str) -> Offer:
    return Offer(Action.LEAVE, words.say("leave"), kind=kind)


def _return(words: Words, done: Action | None, text: Markup | None = None) -> Offer:
    return Offer(Action.UNDO, words.say("undo"), words.say("undo_offer" if done else "return_offer"), text, kind="quiet")


def _leave_all(words: Words, others: int) -> Offer:
    """The way out of everything; it says how much that is."""
    text = words.say("all_on_many", number=others) if others > 1 else words.say("all_on_one" if others else "all_on_none")
    return Offer(Action.LEAVE_ALL, words.say("leave_all"), words.say("all_offer"), text, kind="quiet")
