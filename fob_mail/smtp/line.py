"""A conversation and its socket: never waits; what could not be written yet is kept."""

import ssl
import sys
import time
from collections import deque
from contextlib import suppress

from fob_mail.envelopes import Envelope
from fob_mail.replies import NotSmtpError
from fob_mail.smtp.chunked import ChunkedConversation
from fob_mail.smtp.conversation import FINAL_DOT, Conversation, Decided
from fob_mail.smtp.relay import Opened

READ = 8192

RECORD = 16_384
"""Octets of a TLS record, at the most (RFC 8446 §5.1). A write of several may put some on the wire and yet say that it could
not go on; of one record, nothing can be read at the other end until the write has said that it is done.
"""


class LineLostError(Exception):
    """The connection is gone: who is owed still, of whom nothing is known, and why."""

    def __init__(self, owed: list[Envelope], unknown: list[Envelope], why: str) -> None:
        super().__init__(why)
        self.owed = owed
        self.unknown = unknown
        self.why = why


class Line:
    """One open connection to the relay, in the loop of many."""

    def __init__(self, opened: Opened, window: int = 1) -> None:
        self.socket = opened.socket
        self.socket.setblocking(False)
        self.conversation = _conversation(opened, window)
        self.largest = opened.size
        self.international = opened.international
        self.begun = 0  # messages that this connection was given
        self.heard_at = time.monotonic()
        self._fetched: bytes | OSError | None = None  # what read() has to look at first
        self._said: list[bytes] = []  # groups that write() has not seen yet
        self._unwritten: bytes | memoryview = b""
        self._encrypted = isinstance(opened.socket, ssl.SSLSocket)
        self._most = RECORD if self._encrypted else sys.maxsize
        self.watched = 0  # the selector's events that its owner waits for
        self._offered = 0  # octets that the socket could not take whole: TLS wants to be offered the same again
        self._given = 0  # octets, to be written
        self._ends: deque[tuple[int, Envelope]] = deque()  # where messages end that may not have been written whole

    @property
    def unwritten(self) -> int:
        """How many octets wait until the socket takes them."""
        return len(self._unwritten) + sum(map(len, self._said)) if self._said else len(self._unwritten)

    def say(self, following: Envelope | None, dotted: Envelope | None, group: bytes) -> None:
        """Keep a group for write(). `dotted` is the message that ends in it: with the group if it is `following`, else before that."""
        if following is not None:
            self.begun += 1
        if not self._unwritten and not self._said:
            self._ends.clear()
        elif self._ends:
            self._forget_ends()
        if dotted is not None:
            self._ends.append((self._given + (len(group) if dotted is following else len(dotted.content) + len(FINAL_DOT)), dotted))
        self._given += len(group)
        self._said.append(group)

    def write(self) -> None:
        """Write as much as the socket takes now. Raises LineLostError, as read() does."""
        if self._said:
            alone = len(self._said) == 1 and not self._unwritten
            self._unwritten = self._said[0] if alone else b"".join((self._unwritten, *self._said))
            self._said.clear()
        try:
            while rest := self._unwritten:
                self._offered = self._offered or min(len(rest), self._most)
                written = self.socket.send(rest if self._offered == len(rest) else memoryview(rest)[: self._offered])
                self._unwritten, self._offered = memoryview(rest)[written:] if written < len(rest) else b"", 0
                self.heard_at = time.monotonic()
        except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
            return
        except OSError as error:
            raise self.lost(error.strerror or str(error)) from None

    def fetch(self) -> None:
        """Read the first of what has come, for the next read(): which says too what went wrong."""
        try:
            self._fetched = self.socket.recv(READ)
        except OSError as error:
            self._fetched = error

    def read(self) -> list[Decided]:
        """What the bytes that have come decide. An end after the last of them is told at once only if they decide nothing."""
        decided: list[Decided] = []
        try:
            while chunk := self._received():
                self.heard_at = time.monotonic()
                decided += self.conversation.hear(chunk)
                if len(chunk) < READ and not self._encrypted:
                    return decided  # TLS may hold more that it has read already
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return decided
        except (OSError, NotSmtpError) as error:
            why = getattr(error, "strerror", None) or str(error)
        else:
            why = "the relay closed the connection"
        if decided:
            return decided  # the next read finds the end again
        raise self.lost(why)

    def _received(self) -> bytes:
        fetched, self._fetched = self._fetched, None
        if fetched is None:
            return self.socket.recv(READ)
        if isinstance(fetched, OSError):
            raise fetched
        return fetched

    def lost(self, why: str) -> LineLostError:
        """Close, and say who is owed and of whom nothing is known. What was not written to its end is owed."""
        self.close()
        owed, unknown = self.conversation.lost()
        self._forget_ends()
        unfinished = [envelope for _, envelope in self._ends]
        owed += [envelope for envelope in unknown if envelope in unfinished]
        unknown = [envelope for envelope in unknown if envelope not in unfinished]
        return LineLostError(owed, unknown, why)

    def _forget_ends(self) -> None:
        """Keep only the ends of messages that are not written whole."""
        written = self._given - self.unwritten
        while self._ends and self._ends[0][0] <= written:
            self._ends.popleft()

    def hang_up(self) -> None:
        """End politely, without waiting for an answer."""
        if not self.unwritten:
            with suppress(OSError):
                self.socket.send(self.conversation.quit())
        self.close()

    def close(self) -> None:
        """End."""
        self.socket.close()


def _conversation(opened: Opened, window: int) -> Conversation | ChunkedConversation:
    if window > 1 and opened.pipelining and opened.chunking:
        return ChunkedConversation(window)
    return Conversation(pipelining=opened.pipelining)
