"""A server that takes one connection, and says what a test likes."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def speaking(speak: Callable[[socket.socket], None]) -> Iterator[int]:
    """Its port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            with listening.accept()[0] as line:
                speak(line)

        threading.Thread(target=answer, daemon=True).start()
        yield listening.getsockname()[1]
