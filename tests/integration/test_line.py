"""What a connection believes to have written is what the other end can read, to the octet: a final dot is told from none by it."""

import socket
import ssl
import threading
from collections.abc import Iterator

import pytest

from fob_mail.envelopes import Envelope, Recipient
from fob_mail.smtp.line import Line
from fob_mail.smtp.relay import Opened
from tests.certificates import Certificate

ENDING = b"250 ok\r\n250 ok\r\n354 go\r\n"


def envelope(number: int, content: bytes = b"Subject: x\r\n\r\nCome.\r\n") -> Envelope:
    """A message to somebody."""
    return Envelope(Recipient(1, number, number, f"p{number}@example.org"), "news@example.org", f"p{number}@example.org", content)


@pytest.fixture(params=[True, False], ids=["TLS", "plain"])
def ends(request: pytest.FixtureRequest, certificate: Certificate) -> Iterator[tuple[socket.socket, socket.socket]]:
    """Our end of a connection that holds little, and the relay's; nothing is read at the relay's but by the test."""
    ours, theirs = socket.socketpair()
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65_536)
    if request.param:
        ours, theirs = encrypted(ours, theirs, certificate)
    theirs.setblocking(False)
    with ours, theirs:
        yield ours, theirs


def encrypted(ours: socket.socket, theirs: socket.socket, certificate: Certificate) -> tuple[socket.socket, socket.socket]:
    """Both ends after a handshake."""
    served: list[socket.socket] = []
    server = threading.Thread(target=lambda: served.append(certificate.server_context().wrap_socket(theirs, server_side=True)))
    server.start()
    client = ssl.create_default_context(cafile=certificate.file).wrap_socket(ours, server_hostname="127.0.0.1")
    server.join(10)
    return client, served[0]


def drained(theirs: socket.socket) -> bytes:
    """All that the relay can read now."""
    read = b""
    try:
        while chunk := theirs.recv(65_536):
            read += chunk
    except (BlockingIOError, ssl.SSLWantReadError):
        return read
    return read


def opened_message(line: Line, ours: Envelope, theirs: socket.socket) -> None:
    """Brought to where its body may follow."""
    group, _ = line.conversation.say(ours)
    line.say(ours, None, group)
    line.write()
    assert drained(theirs) == group
    assert not line.conversation.hear(ENDING)


@pytest.mark.parametrize("length", [16_350, 16_384 * 3 - 40, 1_000_000])
def test_what_counts_as_written_is_what_can_be_read(ends: tuple[socket.socket, socket.socket], length: int) -> None:
    ours, theirs = ends
    line = Line(Opened(ours, pipelining=True, size=0))
    opened_message(line, envelope(1), theirs)
    group = b"x" * length

    line.say(None, None, group)
    line.write()
    read = b""
    while line.unwritten:
        read += drained(theirs)
        assert len(group) - line.unwritten == len(read)
        line.write()

    assert read + drained(theirs) == group


@pytest.mark.parametrize("turns", [0, 1, 2, 3, 1_000])
def test_a_dot_that_can_be_read_is_unknown_and_any_other_is_owed(ends: tuple[socket.socket, socket.socket], turns: int) -> None:
    """Connections that break off after the relay has read so many times, where the final dot ends a TLS record or falls behind it."""
    ours, theirs = ends
    line = Line(Opened(ours, pipelining=True, size=0))
    message = envelope(1, b"x" * (16_384 * 24 - 3))
    opened_message(line, message, theirs)
    group, dotted = line.conversation.say(envelope(2))

    line.say(envelope(2), dotted, group)
    line.write()
    read = b""
    for _ in range(turns):
        read += drained(theirs)
        line.write()
    read += drained(theirs)
    lost = line.lost("gone")

    assert (message in lost.unknown) == (len(read) >= len(message.content) + 3)
    assert (message in lost.owed) == (message not in lost.unknown)
    assert envelope(2) in lost.owed
