"""fob-mail serve as a process with a real socket: what a mail provider's machine sends, and how an organiser starts and stops it."""

import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func, select

from fob_mail.database import Database
from fob_mail.links import Links, Subscribed
from fob_mail.models import Consent, Subscription, SubscriptionState
from tests.builders import make_list, make_subscriber
from tests.serving import Server, serving

PEOPLE = 40
URLENCODED = b"List-Unsubscribe=One-Click"
MULTIPART = b'--gc0p4Jq0M2\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--gc0p4Jq0M2--\r\n'
LINKS = Links([b"s" * 40], "http://localhost:8000")


def _link(person: int) -> str:
    return f"/u/{LINKS.unsubscribe_token(Subscribed(person, 1, 12))}"


@pytest.fixture
def server(settings_file: Path, database: Database) -> Iterator[Server]:
    """A server with forty people on a list, whose ids are 1 to 40."""
    with database.begin() as session:
        to = make_list(session, "valley")
        for number in range(PEOPLE):
            make_subscriber(session, f"reader{number}@example.org", to)
    with serving(settings_file) as running:
        yield running


def _left(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).where(Subscription.state == SubscriptionState.LEFT)) or 0


def _send(port: int, raw: bytes) -> bytes:
    """What comes back for these bytes, until the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(raw)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def _one_click(person: int, kind: bytes = b"application/x-www-form-urlencoded", body: bytes = URLENCODED) -> bytes:
    head = b"POST %b HTTP/1.1\r\nHost: localhost:8000\r\nConnection: close\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n"
    return head % (_link(person).encode(), kind, len(body)) + body


def test_both_encodings_of_the_one_click_are_taken_off_the_wire(server: Server, database: Database) -> None:
    answers = [_send(server.port, _one_click(1)), _send(server.port, _one_click(2, b"multipart/form-data; boundary=gc0p4Jq0M2", MULTIPART))]

    assert [answer.split(b"\r\n")[0] for answer in answers] == [b"HTTP/1.1 200 OK"] * 2
    heads = [answer.partition(b"\r\n\r\n")[0].lower() for answer in answers]
    assert not [name for name in (b"set-cookie", b"location:", b"\r\nserver:", b"via:", b"waitress") for head in heads if name in head]
    assert _left(database) == 2


def test_a_chunked_one_click_is_one_too(server: Server, database: Database) -> None:
    head = b"POST %b HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    chunks = b"Transfer-Encoding: chunked\r\n\r\n10\r\nList-Unsubscribe\r\na\r\n=One-Click\r\n0\r\n\r\n"

    assert _send(server.port, head % _link(1).encode() + chunks).startswith(b"HTTP/1.1 200 ")
    assert _left(database) == 1


def test_everyone_at_once_may_leave_twice(server: Server, database: Database) -> None:
    with ThreadPoolExecutor(16) as crowd:
        answers = list(crowd.map(lambda person: _send(server.port, _one_click(person)), [*range(1, PEOPLE + 1)] * 2))

    assert {answer.split(b"\r\n")[0] for answer in answers} == {b"HTTP/1.1 200 OK"}
    assert _left(database) == PEOPLE
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Consent)) == PEOPLE


STRANGE = {
    "no host": (b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", b"400"),
    "HTTP/1.0": (b"GET / HTTP/1.0\r\n\r\n", b"400"),
    "a probe": (b"GET /healthz HTTP/1.0\r\n\r\n", b"200"),
    "another host": (b"GET / HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: localhost\r\nConnection: close\r\n\r\n", b"400"),
    "a huge body": (b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n", b"413"),
    "a huge path": (b"GET /u/" + b"x" * 20_000 + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", b"404"),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", b"400"),
}


def test_what_it_does_not_serve_it_refuses_and_goes_on(server: Server) -> None:
    statuses = {name: _send(server.port, raw).split(b" ")[1] for name, (raw, _) in STRANGE.items()}

    assert statuses == {name: status for name, (_, status) in STRANGE.items()}
    assert b" 200 " in _send(server.port, b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")


def test_webhooks_have_more_room_than_anything_else(settings_file: Path, database: Database) -> None:
    del database
    with settings_file.open("a", encoding="utf-8") as file:
        file.write('[webhooks]\nbrevo_secret = "harbour-lights-at-dusk-2027"\n')
    head = b"POST /%b HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer harbour-lights-at-dusk-2027\r\n"

    def send(path: bytes, size: int, *, whole: bool = True) -> bytes:
        """What is told of a body of that size; of one that is refused by its size, before it is sent."""
        said = head % path + b"Content-Length: %d\r\n\r\n" % size
        return _send(running.port, said + (b"[]".ljust(size) if whole else b"")).split(b" ")[1]

    with serving(settings_file) as running:
        statuses = [
            send(b"webhooks/brevo", 900_000),
            send(b"webhooks/brevo", 1_100_000, whole=False),
            send(b"u/x", 900_000, whole=False),
            send(f"u/{LINKS.unsubscribe_token(Subscribed(1, 1, 1))}".encode(), 20_000),
        ]

    assert statuses == [b"200", b"413", b"413", b"413"]


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_cleanly_and_its_log_holds_no_token(server: Server, by: signal.Signals) -> None:
    _send(server.port, _one_click(1))

    assert server.stop(by) == 0
    assert "method=POST path=/u/… status=200" in server.errors
    assert _link(1) not in server.errors
    assert "Traceback" not in server.errors
    with pytest.raises(ConnectionRefusedError):
        _send(server.port, b"")


def test_it_warns_when_nobody_else_can_come(server: Server) -> None:
    server.stop()

    assert "base_url is http://localhost:8000: links in your mail can be opened on this machine alone." in server.errors
    assert f"they do not lead here, to {server.address}: to try them, set base_url to http://localhost:{server.port}\n" in server.errors


FobMail = Callable[..., subprocess.CompletedProcess[str]]


def test_a_port_that_is_taken_is_named_with_the_way_out(settings_file: Path, fob_mail: FobMail) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = fob_mail("--config", settings_file, "serve", "--port", str(port))

    assert ended.returncode == 1
    assert ended.stdout == ""
    assert f"Port {port} of 127.0.0.1 is taken by another program" in ended.stderr
    assert f"fob-mail serve --port {port + 1}" in ended.stderr


@pytest.mark.parametrize("host", ["192.0.2.1", "no such host"])
def test_a_host_that_is_not_this_machine_is_an_error_in_two_lines(settings_file: Path, fob_mail: FobMail, host: str) -> None:
    ended = fob_mail("--config", settings_file, "serve", "--port", "0", "--host", host)

    assert ended.returncode == 1
    assert host in ended.stderr
    assert "Try --host 127.0.0.1" in ended.stderr
    assert "Traceback" not in ended.stderr
