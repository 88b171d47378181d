"""The front page, for those who come without a link; and the answer to probes that ask whether all is well."""

from dataclasses import replace

from flask import Blueprint, Response

from fob_mail.audience import joining
from fob_mail.database import require_current
from fob_mail.errors import DatabaseError
from fob_mail.translations import to_say
from fob_mail.web.gate import PROBE, READY
from fob_mail.web.joining import ways_to
from fob_mail.web.pages import Saying, draw, notice, words_for
from fob_mail.web.site import Site

HOME = Saying(
    to_say("Hello"), to_say("This is where people leave our mailing lists. To leave one, press the link in any mail that it brought you.")
)
WELCOME = Saying(
    to_say("Hello"), to_say("Here you can join our mailing lists. To leave one, press the link in any mail that it brought you.")
)


def journey(site: Site) -> Blueprint:
    """Its addresses."""
    blueprint = Blueprint("home", __name__)

    @blueprint.get("/")
    def front() -> Response:
        """A friendly word, and where to go."""
        words = words_for()
        with site.database.read() as session:
            lists = joining.public_lists(session)
        if not lists:
            return draw(notice(words, HOME), words, site.organisation)
        return draw(replace(notice(words, WELCOME), links=ways_to(site, lists)), words, site.organisation)

    @blueprint.get(PROBE)
    def health() -> Response:
        """200 while the database answers; 503 by the application's rule if it does not."""
        with site.database.read() as session:
            session.connection()
        return Response("ok\n", mimetype="text/plain")

    @blueprint.get(READY)
    def ready() -> Response:
        """200 once the database is of this version, so that requests may come; 503 until then."""
        try:
            require_current(site.database)
        except DatabaseError as error:
            return Response(f"{error.problem}\n", 503, mimetype="text/plain")
        return Response("ready\n", mimetype="text/plain")

    return blueprint
