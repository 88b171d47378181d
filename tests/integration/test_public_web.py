"""Links are asked whether they are alive: public addresses alone, each redirect anew, within limits."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from fob_mail.preflight import Severity
from fob_mail.preflight.dead_links import check_answers
from fob_mail.public_web import Answer, ask, ask_all, is_public


class Site(BaseHTTPRequestHandler):
    """A site with a page of each sort; what was asked is kept by the server."""

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        asked: list[str] = self.server.asked  # type: ignore[attr-defined]  # this test's own server has it
        asked.append(f"{self.command} {self.path}")
        status = {"/gone": 404, "/broken": 502, "/members": 403, "/no-head": 405 if self.command == "HEAD" else 200}.get(self.path, 200)
        place = {"/old": "/new", "/round": "/round", "/inside": "http://192.168.0.1/admin", "/odd": "file:///etc/passwd"}.get(self.path)
        self.send_response(302 if place else status)
        if place:
            self.send_header("Location", place)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the library's name
        """Keep quiet."""


@pytest.fixture(scope="module")
def server() -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as running:
        running.asked = []  # type: ignore[attr-defined]
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def site(server: ThreadingHTTPServer) -> str:
    server.asked.clear()  # type: ignore[attr-defined]
    return f"http://127.0.0.1:{server.server_port}"


def _loopback(address: str) -> bool:
    return address == "127.0.0.1"


@pytest.mark.parametrize(("path", "status"), [("/new", 200), ("/old", 200), ("/gone", 404), ("/no-head", 200), ("/a%20b?q=é&x=1", 200)])
def test_an_address_answers_after_its_redirects(site: str, path: str, status: int) -> None:
    assert ask(site + path, allowed=_loopback) == Answer(site + path, status)


def test_a_redirect_into_a_private_network_is_not_followed(site: str) -> None:
    answer = ask(f"{site}/inside", allowed=_loopback)

    assert answer.private
    assert "192.168.0.1" in answer.why


@pytest.mark.parametrize(
    ("path", "why"), [("/round", "more than 5 times"), ("/odd", "no web address"), (":1/", "refused"), (":99999/", "ort")]
)
def test_what_cannot_be_followed_says_why(site: str, path: str, why: str) -> None:
    url = site + path if path.startswith("/") else f"http://127.0.0.1{path}"

    answer = ask(url, allowed=_loopback)

    assert (answer.status, answer.private) == (0, False)
    assert why in answer.why


def test_nothing_private_is_ever_asked(site: str, server: ThreadingHTTPServer) -> None:
    assert ask(f"{site}/new").private
    assert server.asked == []  # type: ignore[attr-defined]


def test_a_server_that_sends_a_byte_at_a_time_is_left_when_its_time_is_over() -> None:
    """Each byte is in time; all of them never are."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            with suppress(OSError):
                line, _ = server.accept()
                with line:
                    line.sendall(b"HTTP/1.")
                    while not over.wait(0.05):
                        line.sendall(b"1")

        thread = threading.Thread(target=drip)
        thread.start()
        began = time.monotonic()
        answer = ask(f"http://127.0.0.1:{server.getsockname()[1]}/", allowed=_loopback, wait=0.6)
        took = time.monotonic() - began
        over.set()
        thread.join()

    assert (answer.status, answer.why) == (0, "no answer in 0.6 seconds")
    assert took < 10


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "fe80::1%eth0", "::ffff:192.168.1.1", "224.0.0.1"),
        *("64:ff9b::7f00:1", "2002:7f00:1::", "2002:a00:1::", "64:ff9b::a9fe:a9fe", "0.0.0.0"),  # noqa: S104 to be refused
    ],
)
def test_which_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


def test_dead_links_stop_a_campaign_and_those_that_keep_programs_out_do_not(site: str) -> None:
    answers = ask_all([f"{site}{path}" for path in ("/new", "/gone", "/broken", "/members", "/round")], allowed=_loopback)

    found = [(problem.about, problem.severity) for problem in check_answers(answers)]

    assert found == [("dead-link", Severity.ERROR), ("broken-link", Severity.WARNING), ("silent-link", Severity.WARNING)]
