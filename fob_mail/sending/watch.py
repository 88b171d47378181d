"""Which connections have something to read, or room to write? Asked in rounds; a wait that any thread or signal can end."""

import os
import selectors
from contextlib import suppress

from fob_mail.sending.route import Connection
from fob_mail.smtp.line import Line

Happened = tuple[Connection, int, int]
"""A connection, and whether it has something to read, and room to write."""

_WORDS_AND_ROOM = selectors.EVENT_READ | selectors.EVENT_WRITE


class Watch:
    """The loop's eyes."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._awake, self._alarm = os.pipe()  # never closed: an opener's thread may ring it after the run has ended
        os.set_blocking(self._awake, False)
        os.set_blocking(self._alarm, False)
        self._selector.register(self._awake, selectors.EVENT_READ)

    def ring(self) -> None:
        """End the wait; from any thread or signal handler."""
        with suppress(BlockingIOError):  # full: it is awake already
            os.write(self._alarm, b".")

    def wait(self, seconds: float) -> list[Happened]:
        """The connections with something to read, and with room to write, as soon as there are any."""
        happened: list[Happened] = []
        for key, events in self._selector.select(seconds):
            if key.data is None:
                os.read(self._awake, 4096)
            else:
                happened.append((key.data, events & selectors.EVENT_READ, events & selectors.EVENT_WRITE))
        return happened

    def see(self, line: Line) -> None:
        """Wait for a connection's words from now on, and for room if something waits to be written."""
        events = _WORDS_AND_ROOM if line.unwritten else selectors.EVENT_READ
        if events == line.watched:
            return
        if line.watched:
            self._selector.modify(line.socket, events, line)
        else:
            self._selector.register(line.socket, events, line)
        line.watched = events

    def forget(self, line: Line) -> None:
        """Wait for it no more."""
        with suppress(KeyError, ValueError):  # closed sockets have left it already
            self._selector.unregister(line.socket)

    def close(self) -> None:
        """End; `ring` stays harmless."""
        self._selector.close()
