"""A question to the public web: by http and https alone, to public addresses alone, each redirect anew, within limits.

The name is resolved once and that address is spoken to, so that no name can be public when it is looked at and private
when it is called (DNS rebinding).
"""

import http.client
import socket
import ssl
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from threading import Timer
from time import monotonic
from urllib.parse import quote, urljoin, urlsplit

from fob_mail import __version__, fetching

LONGEST_WAIT = 8.0
MOST_REDIRECTS = 5
AT_ONCE = 8
_NO_HEAD = frozenset({400, 403, 404, 405, 406, 429, 500, 501, 503})
"""Answers to HEAD that sites give which would answer GET."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of an address: a status, or, where that is 0, why there is none. `private` if it leads into a network of one's own."""

    url: str
    status: int
    why: str = ""
    private: bool = False


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public network, also where it is wrapped in another."""
    return fetching.is_public(ip_address(address.partition("%")[0]))


def ask_all(urls: Iterable[str], *, allowed: Callable[[str], bool] = is_public) -> list[Answer]:
    """What each address answers, several at once."""
    with ThreadPoolExecutor(AT_ONCE, "links") as threads:
        return list(threads.map(lambda url: ask(url, allowed=allowed), urls))


def ask(url: str, *, allowed: Callable[[str], bool] = is_public, wait: float = LONGEST_WAIT) -> Answer:
    """What an address answers, redirects followed: by HEAD, or where a site does not like that by a GET of which nothing is read."""
    at = url
    for _ in range(MOST_REDIRECTS + 1):
        began = monotonic()
        try:
            status, onward = _ask_once(at, "HEAD", allowed, wait)
            if status in _NO_HEAD:
                status, onward = _ask_once(at, "GET", allowed, wait)
        except _PrivateError as error:
            return Answer(url, 0, str(error), private=True)
        except (OSError, http.client.HTTPException, ValueError) as error:
            late = monotonic() - began >= wait
            return Answer(url, 0, _why(TimeoutError() if late else error, at, wait))
        if not onward:
            return Answer(url, status)
        at = onward
    return Answer(url, 0, f"it redirects more than {MOST_REDIRECTS} times")


def _why(error: Exception, url: str, wait: float) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not to be trusted: {error.verify_message}"
    if isinstance(error, socket.gaierror | UnicodeError):
        return f"the name {urlsplit(url).hostname} is not known"
    if isinstance(error, TimeoutError):
        return f"no answer in {wait:g} seconds"
    return str(getattr(error, "strerror", "") or error) or type(error).__name__


class _PrivateError(Exception):
    """The name leads to an address that is not public."""


def _ask_once(url: str, method: str, allowed: Callable[[str], bool], wait: float) -> tuple[int, str]:
    """A status, and where it redirects to."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("it leads to what is no web address")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    with _connected(parts.hostname, port, allowed, wait, secure=parts.scheme == "https") as connection:
        client = http.client.HTTPConnection(parts.hostname, port)
        client.sock = connection
        watch = Timer(wait, _hang_up, [connection])  # a server may send a byte at a time
        watch.daemon = True
        watch.start()
        target = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~") + (
            f"?{quote(parts.query, safe='/%:@!$&()*+,;=~?')}" if parts.query else ""
        )
        headers = {"Host": parts.netloc.rpartition("@")[2], "User-Agent": f"fob-mail/{__version__} (link check)", "Connection": "close"}
        try:
            client.request(method, target, headers=headers)
            answer = client.getresponse()
        finally:
            watch.cancel()
        place = answer.getheader("Location") if 300 <= answer.status < 400 else None  # noqa: PLR2004 RFC 9110 §15.4
        return answer.status, urljoin(url, place) if place else ""


def _hang_up(line: socket.socket) -> None:
    with suppress(OSError):  # it may be gone
        line.shutdown(socket.SHUT_RDWR)


def _connected(host: str, port: int, allowed: Callable[[str], bool], wait: float, *, secure: bool) -> socket.socket:
    addresses = [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not all(map(allowed, addresses)):
        raise _PrivateError(f"{host} is a machine of a private network")
    connection = socket.create_connection((addresses[0], port), timeout=wait)
    return _trust().wrap_socket(connection, server_hostname=host) if secure else connection


@lru_cache(maxsize=1)
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()
