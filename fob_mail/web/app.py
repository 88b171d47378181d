"""The Flask application: its journeys, and a kind page with the right status for whatever goes wrong."""

import logging

from flask import Flask, Response, request
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFreeError
from werkzeug.exceptions import HTTPException

from fob_mail.database import Database
from fob_mail.links import Links
from fob_mail.settings import Organisation, Settings
from fob_mail.web import home, leaving
from fob_mail.web.gate import WRONG_HOST, Gate
from fob_mail.web.pages import FOLDER, draw, notice, words_for

log = logging.getLogger("fob_mail.web")

LARGEST_BODY = 16 * 1024
MOST_FIELDS = 10
TRY_AGAIN_AFTER = 120  # seconds
_PAGES = {400: "not_understood", 404: "not_found", 405: "not_understood", 413: "too_large"}


def create_app(settings: Settings, database: Database) -> Flask:
    """The public pages of one installation, as a WSGI application for waitress or any other server."""
    app = Flask("fob_mail.web", static_folder=None, template_folder=FOLDER)
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_BODY, MAX_FORM_MEMORY_SIZE=LARGEST_BODY, MAX_FORM_PARTS=MOST_FIELDS, PROPAGATE_EXCEPTIONS=False
    )
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False  # it would redirect, which RFC 8058 §3.1 forbids
    links = Links(settings.keys(), settings.base_url)
    app.register_blueprint(home.journey(settings.organisation, database))
    app.register_blueprint(leaving.journey(leaving.Site(links, database, settings.organisation)))
    _answer_kindly(app, settings.organisation)
    app.wsgi_app = Gate(app.wsgi_app, settings.base_url)  # type: ignore[method-assign]  # Flask's documented way to wrap itself
    return app


def _answer_kindly(app: Flask, organisation: Organisation) -> None:
    """A page for each way in which a request can fail."""

    def say(name: str, status: int) -> Response:
        words = words_for()
        return draw(notice(words, name), words, organisation, status)

    @app.before_request
    def only_for_our_host() -> Response | None:
        if request.environ.get(WRONG_HOST):
            log.warning("A request came for another host than base_url's. Behind a proxy, have it pass the Host header on.")
            return say("wrong_host", 400)
        return None

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Response:
        status = error.code or 500
        response = say(_PAGES.get(status, "not_understood" if status < 500 else "broken"), status)  # noqa: PLR2004 HTTP's bounds
        response.headers.extend(header for header in error.get_headers() if header[0] == "Allow")
        return response

    @app.errorhandler(OperationalError)
    @app.errorhandler(InterfaceError)
    @app.errorhandler(NoConnectionFreeError)
    def away(error: Exception) -> Response:
        """The database is locked or away; those who ask again, as mail providers do on 503, find it back."""
        log.error("The database does not answer: %s", str(error).splitlines()[0])
        response = say("away", 503)
        response.headers["Retry-After"] = str(TRY_AGAIN_AFTER)
        return response

    @app.errorhandler(Exception)
    def broken(error: Exception) -> Response:
        """A defect of ours: told in full to the log, whose formatter hides tokens, and to nobody else."""
        log.error("A page failed.", exc_info=error)
        return say("broken", 500)
