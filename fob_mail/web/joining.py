"""Joining a list: a form, a mail that asks whether it was you, and a page with a button that says yes.

The answer is the same whoever asks: what a form says is only written down here, the same rows for an address that is known and for one that
is not; what it comes to is seen later, in another thread. GET changes nothing. There is no cookie, so there is nothing to forge (CSRF): a
form that another site sends on somebody's behalf is what the snippet does, and a mail has to be answered first.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from flask import Blueprint, Response, abort, request

from fob_mail import notes
from fob_mail.addresses import mask, normalise
from fob_mail.audience import joining, leaving, limits
from fob_mail.audience.cells import one_line
from fob_mail.audience.joining import Came
from fob_mail.audience.languages import tag
from fob_mail.database import clock
from fob_mail.errors import InputError
from fob_mail.links import Asked, Purpose, Subscribed
from fob_mail.models import MailingList, NoteKind, OptIn
from fob_mail.notes import Owing
from fob_mail.translations import to_say
from fob_mail.web.leaving import BAD_LINK, GLUED
from fob_mail.web.pages import Field, Offer, Saying, Way, Words, all_words, as_it_is, draw, language_choices, notice, words_for
from fob_mail.web.site import Site, network

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
FASTEST = timedelta(seconds=2)
"""Nobody reads a form, fills it in and sends it in less."""

LONGEST_ADDRESS = 254
TRUSTED_SNIPPETS = 3
"""Forms an hour from one network that need not have been fetched here first: those of the group's own site."""

FORM = Saying(to_say("Get our mail for {list}"), to_say("Give us your address, and we write to you when there is news."))
ONCE_MORE = Saying(to_say("Is this right?"), to_say("Please look at it once more, and press the button."))
ASKED = Saying(
    to_say("Look into your mailbox"),
    to_say(
        "If {address} is an address of yours, a mail from us is there in a minute. Press the button in it, and you are on the list. "
        "If it is not there, look among the junk."
    ),
)
ASKED_OF_SINGLE = Saying(
    to_say("Thank you"),
    to_say("If {address} may get our mail for {list}, it does from now on, and a mail that says so is there in a minute."),
)
TOO_MANY = Saying(to_say("Too many at once"), to_say("More people join just now than we can let in. Please try again in an hour."))
ASK = Saying(to_say("Get our mail for {list}?"), to_say("{address} gets our mail for {list} once you press this button."))
JOINED = Saying(to_say("You are on the list"), to_say("{address} gets our mail for {list} from now on. It is good to have you."))
LAPSED = Saying(
    to_say("This link is no longer good"),
    to_say("It has lapsed, or you have left the list since. If you want to be on it, ask once more."),
)
LISTS = Saying(to_say("Get our mail"), to_say("Which of these may we write to you about?"))
NO_LISTS = Saying(to_say("Get our mail"), to_say("There is no list just now that one can join here."))


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it was filled in."""

    address: str
    name: str
    language: str
    token: str

    @classmethod
    def of_request(cls) -> "Filled":
        """What the request brings, cut to what a field may hold."""

        def cut(name: str, most: int) -> str:
            return request.form.get(name, "")[:most]

        name, language = one_line(cut("name", joining.LONGEST_NAME)), tag(cut("language", 35)) or ""
        return cls(cut("email", LONGEST_ADDRESS + 2).strip(), name, language, cut("form", 50))


def journey(site: Site) -> Blueprint:
    """Its addresses."""
    blueprint = Blueprint("joining", __name__)

    @blueprint.get("/join")
    def lists() -> Response:
        """Which lists there are to join."""
        with site.database.read() as session:
            found = joining.public_lists(session)
        words = words_for()
        return draw(replace(notice(words, LISTS if found else NO_LISTS), links=ways_to(site, found)), words, site.organisation)

    @blueprint.get("/join/<slug>")
    def form(slug: str) -> Response:
        """The form of a list."""
        return _form(site, _list(site, slug), FORM, Filled("", "", "", ""))

    @blueprint.post("/join/<slug>")
    def ask(slug: str) -> Response:
        """Write down what was asked, and say that a mail is on its way."""
        to, filled = _list(site, slug), Filled.of_request()
        try:
            address = normalise(filled.address)
        except InputError:
            return _form(site, to, FORM, filled, wrong=True)
        words = words_for(filled.language, to.language)
        if request.form.get("website"):
            return _asked(site, to, words, address)
        return _write_down(site, to, replace(filled, address=address), words)

    @blueprint.get("/c/<token>")
    def page(token: str) -> Response:
        """Is it you who asked?"""
        return _confirming(site, token.rstrip(GLUED), pressed=False)

    @blueprint.post("/c/<token>")
    def press(token: str) -> Response:
        """Yes."""
        return _confirming(site, token.rstrip(GLUED), pressed=True)

    return blueprint


def ways_to(site: Site, lists: list[MailingList]) -> tuple[Way, ...]:
    """Links to the forms of these lists, in the language that was asked for."""
    asked = request.args.get("lang", "")
    query = f"?lang={asked}" if asked in all_words() else ""
    return tuple(Way(as_it_is(one.name), site.links.url("/join/", one.slug) + query) for one in lists)


def _list(site: Site, slug: str) -> MailingList:
    with site.database.read() as session:
        found = joining.public_list(session, slug)
    return found or abort(404)


def _form(site: Site, to: MailingList, saying: Saying, filled: Filled, *, wrong: bool = False) -> Response:
    words = words_for(filled.language, to.language)
    with site.database.read() as session:
        now = int(clock(session).timestamp())
    error = words.say("This is no e-mail address. One looks like name@example.org") if wrong else None
    optional = words.say("(if you like)")
    fields = (
        Field("email", words.say("Your e-mail address"), filled.address, "email", LONGEST_ADDRESS, "email", error=error),
        Field("name", words.say("Your name"), filled.name, autocomplete="name", optional=optional),
        Field("language", words.say("Language of our mail"), filled.language, choices=language_choices(words, filled.language)),
    )
    text = notice(words, saying, list=to.name)
    if saying is FORM and to.description:
        text = replace(text, text=as_it_is(to.description))
    token = site.links.token(Purpose.FORM, Asked(0, 0, now))
    more = {"fields": fields, "errors": wrong, "token": token, "button": words.say("Join"), "action": f"?lang={words.language}"}
    return draw(text, words, site.organisation, 400 if wrong else 200, template="join.html", **more)


def _write_down(site: Site, to: MailingList, filled: Filled, words: Words) -> Response:
    """The wish, if it is one of not too many. Whoever has the address, it is the same rows."""
    bounds, where = site.settings.joining, network()
    with site.database.begin() as session:
        now = clock(session)
        few, here, everywhere, unfetched = limits.knock(
            session,
            (
                limits.Limit(f"address {filled.address}", bounds.mails_per_address, DAY),
                limits.Limit(f"network {where}", bounds.wishes_per_network, HOUR),
                limits.Limit("everybody", bounds.wishes_in_all, HOUR),
                limits.Limit(f"snippet {where}", TRUSTED_SNIPPETS, HOUR),
            ),
            site.digest_key,
            now,
        )
        if here and everywhere and (_fetched(site, filled.token, now) or (not filled.token and unfetched)):
            evidence = f"form of {to.slug}, from {where}"
            owing = Owing(NoteKind.WISH, filled.address, to.id, None, filled.name, filled.language or words.language, evidence)
            notes.owe(session, owing, now, wanted=few)
            return _asked(site, to, words, filled.address)
    if here and everywhere:
        return _form(site, to, ONCE_MORE, filled)
    response = draw(notice(words, TOO_MANY), words, site.organisation, 429)
    response.headers["Retry-After"] = str(int(HOUR.total_seconds()))
    return response


def _fetched(site: Site, token: str, now: datetime) -> bool:
    """Whether this form was fetched here, by somebody who took the time that people take."""
    asked = site.links.read_token(Purpose.FORM, token)
    return asked is not None and FASTEST <= now - moment_of(asked) <= DAY


def _asked(site: Site, to: MailingList, words: Words, address: str) -> Response:
    """What everybody is told, known or not."""
    saying = ASKED if to.opt_in is OptIn.DOUBLE else ASKED_OF_SINGLE
    return draw(notice(words, saying, address=address, list=to.name), words, site.organisation)


def _confirming(site: Site, token: str, *, pressed: bool) -> Response:
    asked = site.links.read_token(Purpose.CONFIRM, token)
    if asked is None:
        words = words_for()
        return draw(notice(words, BAD_LINK), words, site.organisation, 404)
    with site.database.begin() if pressed else site.database.read() as session:
        now = clock(session)
        where = leaving.standing(session, asked.subject_id, asked.other_id)
        good = where is not None and now - moment_of(asked) <= site.settings.joining.confirm_within
        came = (
            joining.confirm(session, asked.subject_id, asked.other_id, moment_of(asked), "the link in our mail", now)
            if pressed and good
            else None
        )
        if came in {Came.JOINED, Came.RETURNED} and where and site.settings.joining.welcome:
            notes.owe(session, Owing(NoteKind.WELCOME, where.address, asked.other_id, asked.subject_id), now)
    if where is None or not good or (pressed and came is None):
        words = words_for()
        way = Way(words.say("Ask once more"), site.links.url("/join"))
        return draw(replace(notice(words, LAPSED), links=(way,)), words, site.organisation, 410)
    words = words_for(where.subscriber_language, where.list_language)
    shown = notice(words, JOINED if pressed else ASK, address=mask(where.address), list=where.list_name)
    if not pressed:
        return draw(replace(shown, offers=(Offer("confirm", words.say("Yes, I want this mail")),)), words, site.organisation)
    link = site.links.url("/p/", site.links.unsubscribe_token(Subscribed(asked.subject_id, asked.other_id, 0)))
    return draw(replace(shown, links=(Way(words.say("Choose what you get"), link),)), words, site.organisation)


def moment_of(asked: Asked) -> datetime:
    """When it was asked for."""
    return datetime.fromtimestamp(asked.at, UTC)
