"""What a relay says before anything was asked of it, and what an organiser is told of that."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from fob_mail.settings import Smtp
from fob_mail.smtp.relay import RelayGoneError, open_session


@contextmanager
def greeting(words: bytes) -> Iterator[int]:
    """A server that says this to whoever comes, and reads on."""

    class Greet(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(words)
            self.rfile.read()

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Greet) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.mark.parametrize(
    ("words", "told", "permanent"),
    [
        (b"hello, I am \xff a printer\r\n", "does not speak SMTP.", True),
        (b"554 5.7.1 go\x1b[31m away\x07\r\n", "answers 554 5.7.1 go [31m away.", True),
        (b"421 too many of you\r\n", "answers 421 too many of you.", False),
    ],
)
def test_a_greeting_that_lets_nobody_in_is_told_in_clean_words(words: bytes, told: str, permanent: bool) -> None:
    with greeting(words) as port, pytest.raises(RelayGoneError) as caught:
        open_session(Smtp(host="127.0.0.1", port=port, timeout=10), "")

    assert caught.value.problem == f"The relay 127.0.0.1:{port} {told}"
    assert caught.value.permanent is permanent
