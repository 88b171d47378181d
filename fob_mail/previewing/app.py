"""The preview's page as a Flask application: for this machine alone, by an address that nobody can guess.

A browser is sent only to loopback names, whatever a name server says of others (DNS rebinding), and only below a secret
path, so that other users of the machine do not read along. What a browser is started with can be read by all of them in the list
of processes, so that is another path, which leads to the secret one, and does so once. Nothing here changes anything.
"""

import base64
import hashlib
from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, abort, jsonify, render_template, request
from markupsafe import Markup

from fob_mail.assets import folder
from fob_mail.errors import FobMailError
from fob_mail.previewing.view import Draft, View, shown
from fob_mail.settings import LOCAL_HOSTS

FOLDER = folder("templates") / "preview"
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def create_preview(campaign: str, draft: Draft, secret: str, reader: str = "", door: str = "") -> Flask:
    """The pages below `/SECRET/`; `reader` is whose mail is shown at first. Whoever is the first at `/DOOR` is led there."""
    app = Flask("fob_mail.previewing", static_folder=None, template_folder=FOLDER)
    pages = Blueprint("preview", "fob_mail.previewing", url_prefix=f"/{secret}")
    style, script = ((FOLDER / name).read_text(encoding="utf-8") for name in ("style.css", "script.js"))

    @pages.get("/")
    def page() -> Response:
        ours = {"style": Markup(style), "script": Markup(script)}  # noqa: S704 files of our own  # nosec B704
        drawn = render_template("page.html", campaign=campaign, reader=reader, **ours)
        return _answer(drawn, "text/html", _policy(style, script))

    @pages.get("/version")
    def version() -> Response:
        return _answer(draft.version(), "text/plain")

    @pages.get("/view")
    def view() -> Response:
        now = draft.version()
        try:
            told = _told(draft.view(*_asked()))
        except FobMailError as error:
            told = {"trouble": f"{error.problem} {error.remedy}"}
        response = jsonify({"trouble": draft.trouble(), "version": now, "raw": "", **told})
        response.headers.update({**_HEADERS, "Content-Security-Policy": "default-src 'none'"})
        return response

    @pages.get("/mail")
    def mail() -> Response:
        try:
            seen = draft.view(*_asked())
        except FobMailError as error:
            return _answer(f"{error.problem}\n{error.remedy}", "text/plain")
        pictures = "'none'" if request.args.get("images") == "off" else "https: http: data:"
        policy = f"default-src 'none'; style-src 'unsafe-inline'; img-src {pictures}; frame-ancestors 'self'; form-action 'none'"
        return _answer(shown(seen.html, seen.pictures, request.args.get("scheme", "light")), "text/html", policy)

    app.register_blueprint(pages)
    if door:
        app.add_url_rule(f"/{door}", view_func=_door(secret))
    app.before_request(_only_here)
    return app


def _door(secret: str) -> Callable[[], Response]:
    """What leads the first who asks to the secret path, and nobody after that."""
    keys = [secret]

    def door() -> Response:
        try:
            return Response("", 303, {**_HEADERS, "Location": f"/{keys.pop()}/"})
        except IndexError:
            abort(404)

    return door


def _only_here() -> None:
    """Refuse whoever was sent here by another name than this machine's own."""
    try:
        host = urlsplit(f"//{request.environ.get('HTTP_HOST', '')}").hostname
    except ValueError:
        host = None
    if host not in LOCAL_HOSTS:
        abort(400)


def _asked() -> tuple[str, str]:
    return request.args.get("as", ""), request.args.get("language", "")


def _told(view: View) -> dict[str, object]:
    names = ("subject", "preheader", "language", "languages", "people", "headers", "text", "raw", "problems", "watched")
    return {name: getattr(view, name) for name in names}


def _answer(content: str, kind: str, policy: str = "default-src 'none'") -> Response:
    response = Response(content, content_type=f"{kind}; charset=utf-8")
    response.headers.update({**_HEADERS, "Content-Security-Policy": policy})
    return response


def _policy(style: str, script: str) -> str:
    hashes = [base64.b64encode(hashlib.sha256(content.encode()).digest()).decode() for content in (style, script)]
    return (
        f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; "
        "connect-src 'self'; frame-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
