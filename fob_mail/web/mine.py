"""All that is known of a person, to see, to take along, and to have forgotten. A link that went to their address opens it, for a day."""

import csv
import io
import json
from collections.abc import Iterator

from flask import Blueprint, Response, abort, request

from fob_mail.addresses import mask
from fob_mail.audience import forgetting
from fob_mail.audience.cells import guard
from fob_mail.database import clock
from fob_mail.links import Purpose
from fob_mail.translations import to_say
from fob_mail.web.joining import DAY, moment_of
from fob_mail.web.leaving import BAD_LINK, GLUED
from fob_mail.web.pages import Saying, Words, draw, notice, words_for
from fob_mail.web.site import Site

Known = dict[str, object]

MINE = Saying(to_say("All that we know of you"), to_say("This is what we keep about {address}, and nothing else."))
FORGOTTEN = Saying(
    to_say("We have forgotten you"),
    to_say("Your name and your address are deleted, and you are on none of our lists. Thank you for having been with us."),
)
LAPSED = Saying(to_say("This link is no longer good"), to_say("It was good for a day. You find a new one by the link in any mail of ours."))
KINDS = {"json": "application/json", "csv": "text/csv"}


def journey(site: Site) -> Blueprint:
    """Its addresses."""
    blueprint = Blueprint("mine", __name__)

    @blueprint.get("/my/<token>")
    def page(token: str) -> Response:
        """What is known; or the same as a file, where the address ends so."""
        bare, _, kind = token.partition(".")
        if kind in KINDS:
            return _file(site, bare, kind)
        known, _ = _known(site, token.rstrip(GLUED))
        if known is None:
            return _lapsed(site, token.rstrip(GLUED))
        words = words_for(str(known["language"] or "") or None)
        shown = notice(words, MINE, address=mask(str(known["address"])))
        url = site.links.url("/my/", token.rstrip(GLUED))
        return draw(shown, words, site.organisation, template="mine.html", facts=_facts(words, known), url=url)

    @blueprint.post("/my/<token>")
    def press(token: str) -> Response:
        """Forget them."""
        if request.form.get("action") != "erase":
            abort(400)
        known, subscriber_id = _known(site, token.rstrip(GLUED))
        if known is None:
            return _lapsed(site, token.rstrip(GLUED))
        with site.database.begin() as session:
            forgetting.erase(session, subscriber_id, site.digest_key, "page", clock(session))
        words = words_for(str(known["language"] or "") or None)
        return draw(notice(words, FORGOTTEN), words, site.organisation)

    return blueprint


def _known(site: Site, token: str) -> tuple[Known | None, int]:
    asked = site.links.read_token(Purpose.MINE, token)
    if asked is None:
        return None, 0
    with site.database.read() as session:
        if clock(session) - moment_of(asked) > DAY:
            return None, 0
        return forgetting.everything(session, asked.subject_id), asked.subject_id


def _lapsed(site: Site, token: str) -> Response:
    words = words_for()
    if site.links.read_token(Purpose.MINE, token) is None:
        return draw(notice(words, BAD_LINK), words, site.organisation, 404)
    return draw(notice(words, LAPSED), words, site.organisation, 410)


def _file(site: Site, token: str, kind: str) -> Response:
    known, _ = _known(site, token)
    if known is None:
        return _lapsed(site, token)
    response = Response(as_json(known) if kind == "json" else as_csv(known), mimetype=KINDS[kind])
    response.headers["Content-Disposition"] = f"attachment; filename=my-data.{kind}"
    return response


def as_json(known: Known) -> str:
    """All of it, as one object."""
    return json.dumps(known, ensure_ascii=False, indent=2) + "\n"


def as_csv(known: Known) -> str:
    """All of it, a fact a row, guarded against spreadsheet formulas."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(("about", "number", "what", "value"))
    table.writerows((about, number, what, guard(str(value))) for about, number, what, value in _rows(known) if value not in {None, ""})
    return "\ufeff" + out.getvalue()


def _rows(known: Known) -> Iterator[tuple[str, int, str, object]]:
    for about, value in known.items():
        inner = value if isinstance(value, list) else [value] if isinstance(value, dict) else []
        if not inner and not isinstance(value, list | dict):
            yield "you", 1, about, value
        for number, one in enumerate(inner, 1):
            yield from ((about, number, str(what), each) for what, each in one.items())


def _facts(words: Words, known: Known) -> list[tuple[str, object]]:
    """What is shown on the page: the person and their lists; the diary and the mails are in the files."""
    lists, attributes = known["lists"], known["attributes"]
    facts: list[tuple[str, object]] = [
        (words.say("Address"), known["address"]),
        (words.say("Your name"), known["name"]),
        (words.say("Language of our mail"), known["language"]),
        (words.say("Known since"), str(known["known_since"])[:10]),
    ]
    if isinstance(attributes, dict):
        facts += [(str(key), value) for key, value in attributes.items()]
    if isinstance(lists, list):
        facts += [(words.say("List"), f"{one['name']} ({one['state']}, {str(one['since'])[:10]})") for one in lists]
    for label, key in ((words.say("Mails to you"), "mail"), (words.say("Lines of the diary of your consents"), "consents")):
        inner = known[key]
        facts.append((label, len(inner) if isinstance(inner, list) else 0))
    return [(label, value) for label, value in facts if value not in {None, ""}]
