"""Leaving a list: a mail program's one click (RFC 8058), and the page on which a person does it, or takes it back.

A link is the permission: whoever holds it may leave, and come back. GET and HEAD change nothing, whatever they bring;
a POST that is repeated changes nothing more. Nothing is asked for that a mail program would not send.
"""

from dataclasses import replace
from enum import StrEnum

from flask import Blueprint, Response, abort, request
from markupsafe import Markup
from sqlalchemy.orm import Session

from fob_mail import campaigns, notes
from fob_mail.addresses import mask
from fob_mail.audience import leaving
from fob_mail.audience.cells import one_line
from fob_mail.audience.leaving import OneClick, Standing
from fob_mail.database import clock
from fob_mail.links import Subscribed
from fob_mail.models import NoteKind, SubscriptionState, SuppressionReason
from fob_mail.notes import Owing
from fob_mail.translations import to_say
from fob_mail.web.pages import Field, Notice, Offer, Saying, Way, Words, draw, notice, words_for
from fob_mail.web.site import Site


class Action(StrEnum):
    """What the page's buttons post."""

    LEAVE = "leave"
    UNDO = "undo"
    LEAVE_ALL = "leave-all"
    REASON = "reason"


LONGEST_REASON = 500
GLUED = ".,;:!?)>]}\"'’”» \t"
"""What mail programs and people take for a part of the link, when it stands at the end of a sentence; no token ends so."""

ASK = Saying(to_say("Leave this list?"), to_say("{address} gets our mail for {list}. One press and it stops."))
LEFT = Saying(
    to_say("You have left"), to_say("{address} will get no more mail for {list}. Should something already be on its way, it is the last.")
)
THANKS = Saying(to_say("Thank you for telling us"), to_say("{address} gets no more mail for {list}."))
ALREADY = Saying(to_say("You have left this list"), to_say("{address} gets no mail for {list}. There is nothing more to do."))
LEFT_ALL = Saying(to_say("You have left all our lists"), to_say("We will not write to {address} again."))
BACK = Saying(to_say("Welcome back"), to_say("{address} is on the list for {list} again, as before."))
BARRED = Saying(
    to_say("We do not write to you"),
    to_say("{address} is among the addresses that we have promised never to write to. You need do nothing."),
)
GONE = Saying(
    to_say("You are not on this list"),
    to_say("Whoever this link was made for is no longer with us. It has nobody left to take off a list."),
)
A_TEST = Saying(
    to_say("This is a test mail’s link"),
    to_say("It belongs to nobody, so nothing has changed. In the mail that people get, this link leads to the page on which they leave."),
)
BAD_LINK = Saying(
    to_say("This link does not work"),
    to_say(
        "Perhaps it was cut short on its way. Open it from the mail once more, or copy the whole of it into your browser. "
        "You can also answer the mail, and ask us to take you off."
    ),
)


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
            where = _do(session, who, Action(pressed), goodbye=site.settings.joining.goodbye)
        return _answer(site, who, where, Action(pressed))

    return blueprint


def _one_click(site: Site, who: Subscribed) -> Response:
    """RFC 8058 §3.2: off the list at this word; no redirect, no cookie, and as well the second time."""
    site.together.leave(OneClick(*who))
    return Response(f"{words_for().say('Done. This address gets no more mail for this list.')}\n", mimetype="text/plain")


def _do(session: Session, who: Subscribed, action: Action, *, goodbye: bool) -> Standing | None:
    """Carry out a button's action; gives where the person stands then."""
    evidence, now = _evidence(session, who), clock(session)
    before = leaving.standing(session, who.subscriber_id, who.list_id)
    if action is Action.LEAVE:
        leaving.leave(session, who.subscriber_id, who.list_id, "page", evidence, now)
        if goodbye and before and before.state is SubscriptionState.CONFIRMED and not before.suppressed:
            notes.owe(session, Owing(NoteKind.GOODBYE, before.address, who.list_id, who.subscriber_id), now)
    elif action is Action.LEAVE_ALL:
        leaving.leave_all(session, who.subscriber_id, "page", evidence, now)
    elif action is Action.REASON:
        leaving.give_reason(session, who.subscriber_id, who.list_id, one_line(request.form.get("reason", ""))[:LONGEST_REASON], now)
    elif before and not _barred(before):
        leaving.undo(session, who.subscriber_id, who.list_id, "page", evidence, now)
    return leaving.standing(session, who.subscriber_id, who.list_id)


def _evidence(session: Session, who: Subscribed) -> str:
    """Out of which mail: the campaign by the name that the organiser knows."""
    return f"campaign {campaigns.slug_of(session, who.campaign_id)}" if who.campaign_id else "a note"


def _bad_link(site: Site) -> Response:
    """Cut short, forged, or another's: the answer is the same, so that it gives nothing away."""
    words = words_for()
    return draw(notice(words, BAD_LINK), words, site.organisation, 404)


def _answer(site: Site, who: Subscribed, where: Standing | None, done: Action | None) -> Response:
    if where is None:
        words = words_for()
        return draw(notice(words, GONE if who.subscriber_id else A_TEST), words, site.organisation)
    words = words_for(where.subscriber_language, where.list_language)
    shown = notice_of(words, where, done)
    if where.state is not SubscriptionState.LEFT and not _barred(where):
        url = f"{site.links.url('/p/', site.links.unsubscribe_token(who))}?lang={words.language}"
        shown = replace(shown, links=(Way(words.say("Or choose what you get, or make a pause"), url),))
    return draw(shown, words, site.organisation)


def notice_of(words: Words, where: Standing, done: Action | None) -> Notice:
    """What the page says and offers where this person stands, after what they have just done (None: only looked)."""
    on_the_list = where.state is not SubscriptionState.LEFT
    if _barred(where):
        saying, offers = BARRED, [_leave(words, "quiet")] if on_the_list else []
    elif on_the_list and done is Action.UNDO:
        saying, offers = BACK, [_leave(words, "quiet")]
    elif on_the_list:
        saying, offers = ASK, [_leave(words, "main")]
    elif where.suppressed:
        one = words.say("It puts you back on the list for {list}, and on no other.", list=where.list_name)
        saying, offers = LEFT_ALL, [_return(words, done, one)]
    else:
        saying = THANKS if done is Action.REASON else LEFT if done else ALREADY
        offers = [_return(words, done), _leave_all(words, where.other_lists)]
        if done is Action.LEAVE:
            offers.insert(0, _reason(words))
    return replace(notice(words, saying, address=mask(where.address), list=where.list_name), offers=tuple(offers))


def _barred(where: Standing) -> bool:
    """Whether no mail goes there for a reason that the person cannot take back here: it bounced, or they complained."""
    return where.suppressed not in {None, SuppressionReason.ASKED}


def _leave(words: Words, kind: str) -> Offer:
    return Offer(Action.LEAVE, words.say("Leave this list"), kind=kind)


def _reason(words: Words) -> Offer:
    """Why, if they like; afterwards, so that it stands in nobody's way."""
    label = words.say("Why do you leave?")
    field = Field("reason", label, longest=LONGEST_REASON, optional=words.say("(if you like)"))
    return Offer(Action.REASON, words.say("Tell us"), kind="quiet", field=field)


def _return(words: Words, done: Action | None, text: Markup | None = None) -> Offer:
    heading = words.say("Pressed by mistake?") if done else words.say("Changed your mind?")
    return Offer(Action.UNDO, words.say("Put me back on this list"), heading, text, kind="quiet")


def _leave_all(words: Words, others: int) -> Offer:
    """The way out of everything; it says how much that is."""
    text = words.say("You will be on none of our lists, now or later.")
    if others:
        text = words.say_many(
            "You are still on one other list of ours. This takes you off that one too, and off any later one.",
            "You are still on {number} other lists of ours. This takes you off all of them, and off any later one.",
            others,
        )
    return Offer(Action.LEAVE_ALL, words.say("Leave all lists"), words.say("Or hear nothing from us at all"), text, kind="quiet")
