"""The Flask application: its journeys, and a kind page with the right status for whatever goes wrong."""

import logging
from collections.abc import Callable

from flask import Flask, Response, abort, request
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFreeError
from werkzeug.exceptions import HTTPException

from fob_mail.database import Database
from fob_mail.links import Links
from fob_mail.settings import Organisation, Settings
from fob_mail.translations import to_say
from fob_mail.web import archive, counting, home, joining, leaving, mine, preferring, reading, webhooks
from fob_mail.web.gate import WRONG_HOST, Gate, Heard
from fob_mail.web.pages import FOLDER, Saying, draw, notice, words_for
from fob_mail.web.site import Site, outside
from fob_mail.web.together import Together

log = logging.getLogger("fob_mail.web")

LARGEST_BODY = 16 * 1024
MOST_FIELDS = 10
TRY_AGAIN_AFTER = 120  # seconds
NOT_FOUND = Saying(
    to_say("There is nothing here"), to_say("To leave a mailing list of ours, press the link in any mail that it brought you.")
)
NOT_UNDERSTOOD = Saying(
    to_say("That was not understood"),
    to_say("Nothing has changed. Open the link in your mail once more, and press the button on the page."),
)
TOO_LARGE = Saying(
    to_say("That was too much"),
    to_say(
        "More was sent than this page takes, and nothing has changed. "
        "Open the link in your mail once more, and press the button on the page."
    ),
)
WRONG_ADDRESS = Saying(
    to_say("You have come to the wrong address"),
    to_say("These pages live elsewhere. Press the link in your mail, just as it stands there."),
)
BROKEN = Saying(to_say("Something broke"), to_say("It is our fault, not yours, and it has been noted. Please try again in a few minutes."))
AWAY = Saying(to_say("One moment, please"), to_say("We cannot reach our own records just now. Please try again in a minute or two."))
_PAGES = {400: NOT_UNDERSTOOD, 404: NOT_FOUND, 405: NOT_UNDERSTOOD, 413: TOO_LARGE}


def create_app(settings: Settings, database: Database, outside: Callable[[str], bytes] = outside, heard: Heard | None = None) -> Flask:
    """The public pages of one installation, as a WSGI application for waitress or any other server.

    `outside` asks the web; `heard` hears of each request.
    """
    app = Flask("fob_mail.web", static_folder=None, template_folder=FOLDER)
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_BODY, MAX_FORM_MEMORY_SIZE=LARGEST_BODY, MAX_FORM_PARTS=MOST_FIELDS, PROPAGATE_EXCEPTIONS=False
    )
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False  # it would redirect, which RFC 8058 §3.1 forbids
    links = Links(settings.keys(), settings.base_url)
    site = Site(settings, links, database, Together(database), outside)
    journeys = (home, leaving, joining, preferring, mine, reading, archive, counting, webhooks)
    for journey in (one.journey for one in journeys):
        app.register_blueprint(journey(site))
    _answer_kindly(app, settings.organisation)
    app.wsgi_app = Gate(app.wsgi_app, settings.base_url, settings.web.trusted_proxies, heard)  # type: ignore[method-assign]  # Flask's documented way to wrap itself
    return app


def _answer_kindly(app: Flask, organisation: Organisation) -> None:
    """A page for each way in which a request can fail."""

    def say(saying: Saying, status: int) -> Response:
        words = words_for()
        return draw(notice(words, saying), words, organisation, status)

    @app.before_request
    def only_for_our_host() -> Response | None:
        if request.environ.get(WRONG_HOST):
            log.warning("A request came for another host than base_url's. Behind a proxy, have it pass the Host header on.")
            return say(WRONG_ADDRESS, 400)
        return None

    @app.before_request
    def only_paths_of_words() -> None:
        """No page of ours has a control character in its address, and PostgreSQL takes no NUL in what it is asked for."""
        if not request.path.isprintable():
            abort(404)

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Response:
        status = error.code or 500
        response = say(_PAGES.get(status, NOT_UNDERSTOOD if status < 500 else BROKEN), status)  # noqa: PLR2004 HTTP's bounds
        response.headers.extend(header for header in error.get_headers() if header[0] == "Allow")
        return response

    @app.errorhandler(OperationalError)
    @app.errorhandler(InterfaceError)
    @app.errorhandler(NoConnectionFreeError)
    def away(error: Exception) -> Response:
        """The database is locked or away; those who ask again, as mail providers do on 503, find it back."""
        log.error("The database does not answer: %s", str(error).splitlines()[0])
        response = say(AWAY, 503)
        response.headers["Retry-After"] = str(TRY_AGAIN_AFTER)
        return response

    @app.errorhandler(Exception)
    def broken(error: Exception) -> Response:
        """A defect of ours: told in full to the log, whose formatter hides tokens, and to nobody else."""
        log.error("A page failed.", exc_info=error)
        return say(BROKEN, 500)
