"""The front page, for those who come without a link; and the answer to probes that ask whether all is well."""

from flask import Blueprint, Response

from fob_mail.database import Database
from fob_mail.settings import Organisation
from fob_mail.web.gate import PROBE
from fob_mail.web.pages import draw, notice, words_for


def journey(organisation: Organisation, database: Database) -> Blueprint:
    """Its two addresses."""
    blueprint = Blueprint("home", __name__)

    @blueprint.get("/")
    def front() -> Response:
        """A friendly word, and where to go."""
        words = words_for()
        return draw(notice(words, "home"), words, organisation)

    @blueprint.get(PROBE)
    def health() -> Response:
        """200 while the database answers; 503 by the application's rule if it does not."""
        with database.read() as session:
            session.connection()
        return Response("ok\n", mimetype="text/plain")

    return blueprint
