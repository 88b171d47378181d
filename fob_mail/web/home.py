"""The front page, for those who come without a link; and the answer to probes that ask whether all is well."""

from flask import Blueprint, Response

from fob_mail.database import Database
from fob_mail.settings import Organisation
from fob_mail.translations import to_say
from fob_mail.web.gate import PROBE
from fob_mail.web.pages import Saying, draw, notice, words_for

HOME = Saying(
    to_say("Hello"), to_say("This is where people leave our mailing lists. To leave one, press the link in any mail that it brought you.")
)


def journey(organisation: Organisation, database: Database) -> Blueprint:
    """Its two addresses."""
    blueprint = Blueprint("home", __name__)

    @blueprint.get("/")
    def front() -> Response:
        """A friendly word, and where to go."""
        words = words_for()
        return draw(notice(words, HOME), words, organisation)

    @blueprint.get(PROBE)
    def health() -> Response:
        """200 while the database answers; 503 by the application's rule if it does not."""
        with database.read() as session:
            session.connection()
        return Response("ok\n", mimetype="text/plain")

    return blueprint
