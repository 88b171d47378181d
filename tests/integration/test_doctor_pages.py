"""The doctor on the public pages, asked from the outside in."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from fob_mail.doctor import pages
from fob_mail.doctor.finding import State
from fob_mail.links import Links
from fob_mail.settings import Settings
from tests.findings import by_name, states
from tests.serving import serving


@contextmanager
def a_web_server(answers: dict[str, int], date: str = "", host: str = "127.0.0.1") -> Iterator[str]:
    """The address of one that answers each method so, and redirects to itself where that is a redirect."""

    class Answering(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response_only(answers[self.command])
            if date:
                self.send_header("Date", date)
            if 300 <= answers[self.command] < 400:
                self.send_header("Location", "https://www.example.org/")
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = answer  # noqa: N815 http.server's name
        do_POST = answer  # noqa: N815

        def log_message(self, *words: object) -> None:
            """Say nothing."""

    with HTTPServer((host, 0), Answering) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://{host}:{server.server_port}"
        server.shutdown()


def test_the_pages_and_the_one_click_are_asked_from_outside_in(settings_file: Path, settings: Settings) -> None:
    with serving(settings_file) as server:
        links = Links(settings.keys(), server.address)
        found = states(pages.check_pages(server.address, links))
        other = by_name(pages.check_pages(server.address, Links([b"x" * 40], server.address)))
        server.stop()
    gone = by_name(pages.check_pages(server.address, links))

    assert found["reachable"] is State.FINE
    assert found["one click"] is State.FINE
    assert other["one click"].state is State.WRONG
    assert gone["reachable"].state is State.WRONG


def test_a_redirect_is_not_followed_since_mail_programs_do_not_and_a_server_that_turns_posts_away_is_told(settings: Settings) -> None:
    with a_web_server({"GET": 200, "POST": 301}) as address:
        redirected = by_name(pages.check_pages(address, Links(settings.keys(), address)))["one click"]
    with a_web_server({"GET": 404, "POST": 405}) as address:
        elsewhere = by_name(pages.check_pages(address, Links(settings.keys(), address)))

    assert (redirected.state, redirected.seen) == (State.WRONG, "it is redirected to https://www.example.org/")
    assert "RFC 8058" in redirected.remedy
    assert (elsewhere["reachable"].state, elsewhere["one click"].state) == (State.WRONG, State.WRONG)
    assert "answers 404" in elsewhere["reachable"].seen
    assert elsewhere["one click"].seen == "it answers 405"


def test_pages_that_only_this_machine_reaches_or_that_are_not_https_are_told(settings: Settings) -> None:
    with a_web_server({"GET": 200, "POST": 200}) as address:
        local = by_name(pages.check_pages(address, Links(settings.keys(), address)))["base_url"]
    with a_web_server({"GET": 200, "POST": 200}, host="127.0.0.2") as address:
        plain = by_name(pages.check_pages(address, Links(settings.keys(), address)))["base_url"]

    assert (local.state, plain.state) == (State.WARNING, State.WRONG)
    assert "https" in local.remedy
    assert "not https" in plain.seen


def test_a_clock_that_differs_from_the_pages_is_told(settings: Settings) -> None:
    with a_web_server({"GET": 200, "POST": 200}, "Mon, 19 Apr 2021 18:30:00 GMT") as address:
        found = states(pages.check_pages(address, Links(settings.keys(), address)))

    assert found["clock beside the pages"] is State.WARNING
