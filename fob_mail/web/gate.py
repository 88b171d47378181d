"""What holds for every request and every answer: ours is the host asked for, headers keep secrets, the log keeps no token.

It stands around Flask, so that it holds for whatever Flask does, errors included.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from time import perf_counter
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fob_mail.settings import LOCAL_HOSTS
from fob_mail.web.network import network_of, networks
from fob_mail.web.pages import STYLE_HASH

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from _typeshed import OptExcInfo

log = logging.getLogger("fob_mail.web")

Heard = Callable[[str, str, float], object]
"""Hears of each request: its page, as shown() has it, the status that answers it, and its seconds."""

WRONG_HOST = "fob_mail.wrong_host"
NETWORK = "fob_mail.network"
PROBE, READY = "/healthz", "/readyz"
_DEFAULT_PORTS = {"http": 80, "https": 443}
_SHOWN = frozenset({"/", PROBE, READY, "/join"})
_BEGINNINGS = ("/u/", "/c/", "/p/", "/m/", "/my/", "/join/", "/v/", "/i/", "/l/", "/archive/", "/webhooks/")
_HEADERS = [
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Robots-Tag", "noindex"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
    (
        "Content-Security-Policy",
        f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
]
_TWO_YEARS = 2 * 365 * 24 * 3600


class Gate:
    """A WSGI application around another, for the pages at one base_url, whose path is taken off where a proxy left it on."""

    def __init__(self, inner: "WSGIApplication", base_url: str, trusted_proxies: Sequence[str] = (), heard: Heard | None = None) -> None:
        self._inner = inner
        self._heard = heard
        base = urlsplit(base_url)
        self._base, self._prefix = base, base.path
        self._trusted = networks(trusted_proxies)
        self._headers = [*_HEADERS]
        if base.scheme == "https":
            self._headers.append(("Strict-Transport-Security", f"max-age={_TWO_YEARS}"))

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Let a request in, marked if it came for another host, and its answer out, with headers and a line in the log."""
        began = perf_counter()
        path = _without(self._prefix, environ.get("PATH_INFO", ""))
        environ["PATH_INFO"] = path
        environ[WRONG_HOST] = path not in {PROBE, READY} and not self.is_ours(environ.get("HTTP_HOST", ""))
        environ[NETWORK] = network_of(environ, self._trusted)
        environ["HTTP_HOST"] = self._base.netloc  # from here on nobody needs to trust what was sent

        def answer(status: str, headers: list[tuple[str, str]], exc_info: "OptExcInfo | None" = None) -> Callable[[bytes], object]:
            level = logging.DEBUG if path in {PROBE, READY} else logging.INFO
            milliseconds = 1000 * (perf_counter() - began)
            page, number = shown(path), status.partition(" ")[0]
            told = {"method": _method(environ), "path": page, "status": number, "ms": round(milliseconds)}
            log.log(level, "request", extra=told)
            if self._heard:
                self._heard(page, number, milliseconds / 1000)
            own = {name.lower() for name, _ in headers}  # a mail that is read here has a policy of its own
            return start_response(status, [*headers, *(each for each in self._headers if each[0].lower() not in own)], exc_info)

        return self._inner(environ, answer)

    def is_ours(self, host: str) -> bool:
        """Whether a Host header is base_url's, port or none (nginx's $host drops it); on this machine any name and port is."""
        try:
            asked = urlsplit(f"//{host}")
            name, port = asked.hostname, asked.port
        except ValueError:
            return False
        if asked.path or asked.query or asked.fragment or asked.username is not None:
            return False
        if self._base.hostname in LOCAL_HOSTS:
            return name in LOCAL_HOSTS
        default = _DEFAULT_PORTS[self._base.scheme]
        return name == self._base.hostname and port in {None, self._base.port or default}


def shown(path: str) -> str:
    """A path as the log may show it: a link's token unlocks a subscription, and anything may stand in other paths."""
    if path in _SHOWN:
        return path
    return next((f"{beginning}…" for beginning in _BEGINNINGS if path.startswith(beginning)), "/…")


def _without(prefix: str, path: str) -> str:
    return path[len(prefix) :] or "/" if prefix and f"{path}/".startswith(f"{prefix}/") else path


def _method(environ: "WSGIEnvironment") -> str:
    """The method, if it is a word: it comes from outside."""
    method = str(environ.get("REQUEST_METHOD", ""))
    return method if method.isascii() and method.isalpha() else "?"
