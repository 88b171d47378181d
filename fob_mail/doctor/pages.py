"""The public pages, asked as a reader's mail program would ask: are they there, and does the one click end where it should?"""

import http.client
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from fob_mail.doctor.finding import Finding, State
from fob_mail.doctor.here import check_clock
from fob_mail.links import Links, Subscribed
from fob_mail.settings import LOCAL_HOSTS

WAIT = 10.0
NOBODY = Subscribed(0, 0, 0)
"""Whose link changes nothing: it is that of test mails."""


class Answer(NamedTuple):
    """A status, its Date, and where it redirects to."""

    status: int
    date: datetime | None
    location: str


def check_pages(base_url: str, links: Links) -> Iterator[Finding]:
    """What a mail provider would find at base_url."""
    host = urlsplit(base_url).hostname or ""
    if host in LOCAL_HOSTS:
        remedy = "Set base_url to the https address at which readers reach fob-mail serve, before you send to others."
        yield Finding("pages", "base_url", State.WARNING, f"{base_url} can be reached from this machine alone", remedy)
    elif not base_url.startswith("https:"):
        yield Finding("pages", "base_url", State.WRONG, f"{base_url} is not https, which one-click asks for", "Set base_url to https.")
    try:
        there = _ask(f"{base_url}/healthz", "GET")
    except (OSError, http.client.HTTPException) as error:
        remedy = "Start fob-mail serve, and have the web server before it pass requests on to it."
        yield Finding("pages", "reachable", State.WRONG, f"{base_url} does not answer: {_why(error)}", remedy)
        return
    if there.status == http.HTTPStatus.OK:
        yield Finding("pages", "reachable", State.FINE, f"{base_url} answers")
    else:
        remedy = "See that base_url leads to fob-mail serve, with its path, and that the Host header is passed on."
        yield Finding("pages", "reachable", State.WRONG, f"{base_url}/healthz answers {there.status}", remedy)
    if there.date:
        yield check_clock(datetime.now(UTC), there.date, "the pages")
    yield _one_click(links)


def _one_click(links: Links) -> Finding:
    try:
        answer = _ask(links.unsubscribe_url(NOBODY), "POST", b"List-Unsubscribe=One-Click")
    except (OSError, http.client.HTTPException) as error:
        return Finding("pages", "one click", State.WRONG, f"the link of every mail does not answer: {_why(error)}", "See pages above.")
    if answer.location:
        remedy = "Have the web server answer that address itself; RFC 8058 forbids a redirect, and mail programs do not follow it."
        return Finding("pages", "one click", State.WRONG, f"it is redirected to {answer.location}", remedy)
    if answer.status != http.HTTPStatus.OK:
        remedy = "Have the web server pass POST on as it comes; and see that this is the installation with this secret_key."
        return Finding("pages", "one click", State.WRONG, f"it answers {answer.status}", remedy)
    return Finding("pages", "one click", State.FINE, "a POST to the link of a test mail is done at once, without a redirect (RFC 8058)")


def _ask(url: str, method: str, body: bytes | None = None) -> Answer:
    """One request, as it is: no redirect is followed, no cookie kept."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=WAIT)
    try:
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        connection.request(method, parts.path or "/", body, headers)
        answer = connection.getresponse()
        answer.read()
        date = answer.getheader("Date")
        return Answer(answer.status, parsedate_to_datetime(date) if date else None, answer.getheader("Location") or "")
    finally:
        connection.close()


def _why(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not to be trusted ({error.verify_message})"
    if isinstance(error, socket.gaierror):
        return "its name is not known"
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
