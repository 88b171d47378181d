"""The page on which a person chooses: name, language, lists, a pause, another address. The link of any mail opens it.

Whoever holds a mail holds its link, and mails are passed on: so the page shows the address masked, and what is more private than a name or
gives somebody else the mail (all data, forgetting, another address) needs a press in a mail that goes to the address itself.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from flask import Blueprint, Response, abort, request
from markupsafe import Markup
from sqlalchemy.orm import Session

from fob_mail import notes
from fob_mail.addresses import mask, normalise
from fob_mail.audience import limits, preferring, readdressing
from fob_mail.audience.preferring import Choices, Chosen
from fob_mail.database import clock
from fob_mail.errors import InputError
from fob_mail.links import Purpose, Subscribed
from fob_mail.models import NoteKind
from fob_mail.notes import Owing
from fob_mail.translations import to_say
from fob_mail.web.joining import DAY, LONGEST_ADDRESS, moment_of
from fob_mail.web.leaving import A_TEST, BAD_LINK, GLUED, GONE
from fob_mail.web.pages import Field, Offer, Saying, Words, draw, language_choices, notice, words_for
from fob_mail.web.site import Site

MONTH = timedelta(days=30)
LONGEST_ID = 18

CHOOSE = Saying(to_say("Choose what you get"), to_say("This is how we write to {address}."))
SAVED = Saying(to_say("It is as you wish"), to_say("We have noted how you want us to write to {address}."))
PAUSED = Saying(to_say("Quiet for a month"), to_say("{address} gets nothing from us until {day}, and then again."))
RESUMED = Saying(to_say("The pause is over"), to_say("{address} gets our mail again."))
MOVE_ASKED = Saying(
    to_say("Look into the other mailbox"),
    to_say(
        "If {new} can be written to, a mail from us is there in a minute. Press the button in it, and we write to you there from then on."
    ),
)
MINE_ASKED = Saying(to_say("Look into your mailbox"), to_say("A mail with the link is on its way to {address}. It is good for a day."))
MOVING = Saying(to_say("Write to you here?"), to_say("Once you press this button, we write to {address} instead of the address before it."))
MOVED = Saying(to_say("We write to you here"), to_say("From now on our mail goes to {address}."))
NOT_MOVED = Saying(
    to_say("This link is no longer good"), to_say("It has lapsed, or has been used. You find a new one by the link in any mail of ours.")
)


def journey(site: Site) -> Blueprint:
    """Its addresses."""
    blueprint = Blueprint("preferring", __name__)

    @blueprint.get("/p/<token>")
    def page(token: str) -> Response:
        """How it is chosen now."""
        who = site.links.read_unsubscribe_token(token.rstrip(GLUED))
        return _shown(site, who, CHOOSE) if who else _bad_link(site)

    @blueprint.post("/p/<token>")
    def press(token: str) -> Response:
        """Make it as it was chosen."""
        who = site.links.read_unsubscribe_token(token.rstrip(GLUED))
        if who is None:
            return _bad_link(site)
        actions = {"save": _save, "pause": _pause, "resume": _resume, "move": _ask_to_move, "mine": _ask_for_data}
        action = actions.get(request.form.get("action", ""))
        return action(site, who) if action else abort(400)

    @blueprint.get("/m/<token>")
    def moving(token: str) -> Response:
        """Is this your new address?"""
        return _moving(site, token.rstrip(GLUED), pressed=False)

    @blueprint.post("/m/<token>")
    def move(token: str) -> Response:
        """Yes."""
        return _moving(site, token.rstrip(GLUED), pressed=True)

    return blueprint


def _save(site: Site, who: Subscribed) -> Response:
    ids = frozenset(int(one) for one in request.form.getlist("list") if one.isdecimal() and len(one) < LONGEST_ID)
    chosen = Chosen(request.form.get("name", ""), request.form.get("language", ""), ids)
    with site.database.begin() as session:
        preferring.choose(session, who.subscriber_id, chosen, "preferences", clock(session))
    return _shown(site, who, SAVED)


def _pause(site: Site, who: Subscribed) -> Response:
    with site.database.begin() as session:
        now = clock(session)
        preferring.pause(session, who.subscriber_id, now + MONTH, "preferences", now)
    return _shown(site, who, PAUSED)


def _resume(site: Site, who: Subscribed) -> Response:
    with site.database.begin() as session:
        preferring.resume(session, who.subscriber_id, "preferences", clock(session))
    return _shown(site, who, RESUMED)


def _ask_to_move(site: Site, who: Subscribed) -> Response:
    written = request.form.get("address", "")[: LONGEST_ADDRESS + 2].strip()
    try:
        new = normalise(written)
    except InputError:
        return _shown(site, who, CHOOSE, wrong=written or " ")
    with site.database.begin() as session:
        found = preferring.choices(session, who.subscriber_id, clock(session))
        if found is None:
            return _nobody(site, who)
        _owe(site, session, Owing(NoteKind.MOVE, new, who.list_id, who.subscriber_id, language=found.language))
    words = words_for(found.language)
    return draw(notice(words, MOVE_ASKED, new=new), words, site.organisation)


def _ask_for_data(site: Site, who: Subscribed) -> Response:
    with site.database.begin() as session:
        found = preferring.choices(session, who.subscriber_id, clock(session))
        if found is None:
            return _nobody(site, who)
        _owe(site, session, Owing(NoteKind.MINE, found.address, who.list_id, who.subscriber_id, language=found.language))
    words = words_for(found.language)
    return draw(notice(words, MINE_ASKED, address=mask(found.address)), words, site.organisation)


def _owe(site: Site, session: Session, owing: Owing) -> None:
    """Owe a note to an address, unless it gets too many of them."""
    now = clock(session)
    limit = limits.Limit(f"address {owing.address}", site.settings.joining.mails_per_address, DAY)
    notes.owe(session, owing, now, wanted=limits.knock(session, (limit,), site.digest_key, now)[0])


def _moving(site: Site, token: str, *, pressed: bool) -> Response:
    asked = site.links.read_token(Purpose.MOVE, token)
    if asked is None:
        return _bad_link(site)
    with site.database.begin() if pressed else site.database.read() as session:
        now = clock(session)
        note = notes.find(session, asked.other_id)
        good = note is not None and now - moment_of(asked) <= site.settings.joining.confirm_within
        old = readdressing.readdress(session, asked.subject_id, note.address, site.digest_key, now) if pressed and note and good else None
        if old and note:
            notes.owe(session, Owing(NoteKind.MOVED, old, note.list_id, asked.subject_id), now)
    words = words_for(note.language if note else None)
    if note is None or not good or (pressed and old is None):
        return draw(notice(words, NOT_MOVED), words, site.organisation, 410)
    shown = notice(words, MOVED if pressed else MOVING, address=mask(note.address))
    offers = () if pressed else (Offer("move", words.say("Yes, write to me here")),)
    return draw(replace(shown, offers=offers), words, site.organisation)


def _shown(site: Site, who: Subscribed, saying: Saying, *, wrong: str = "") -> Response:
    with site.database.read() as session:
        found = preferring.choices(session, who.subscriber_id, clock(session))
    if found is None:
        return _nobody(site, who)
    words = words_for(found.language)
    until = found.paused_until
    shown = notice(words, saying, address=mask(found.address), day=_day(until) if until else "")
    more = {
        "choices": found,
        "fields": _fields(words, found),
        "paused": words.say("Nothing comes until {day}.", day=_day(until)) if until else "",
        "address": _address(words, wrong),
        "leave_url": site.links.unsubscribe_url(who) + f"?lang={words.language}",
    }
    return draw(shown, words, site.organisation, 400 if wrong else 200, template="preferences.html", **more)


def _fields(words: Words, found: Choices) -> tuple[Field, ...]:
    language = found.language or ""
    return (
        Field("name", words.say("Your name"), found.name, autocomplete="name", optional=words.say("(if you like)")),
        Field("language", words.say("Language of our mail"), language, choices=language_choices(words, language)),
    )


def _address(words: Words, wrong: str) -> Field:
    error = words.say("This is no e-mail address. One looks like name@example.org") if wrong else None
    return Field("address", words.say("Your new e-mail address"), wrong.strip(), "email", LONGEST_ADDRESS, "email", error=error)


def _day(moment: datetime) -> Markup:
    """A day that is the same in every language and everywhere."""
    return Markup("{}").format(moment.date().isoformat())


def _nobody(site: Site, who: Subscribed) -> Response:
    words = words_for()
    return draw(notice(words, GONE if who.subscriber_id else A_TEST), words, site.organisation)


def _bad_link(site: Site) -> Response:
    words = words_for()
    return draw(notice(words, BAD_LINK), words, site.organisation, 404)
