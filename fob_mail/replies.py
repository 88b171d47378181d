"""What an SMTP server says: bytes off the wire into replies (RFC 5321 §4.2, RFC 2034)."""

import re
from enum import StrEnum
from typing import NamedTuple

from fob_mail.encoding import clean

LONGEST_LINE = 4096
"""Octets of a reply line; RFC 5321 §4.5.3.1.5 allows 512, servers write more."""

_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?: |$)")


class Stage(StrEnum):
    """Which command a reply answers."""

    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    DOT = "dot"  # the final dot: the only stage at which a message is accepted
    RSET = "rset"
    LONE_DOT = "lone-dot"  # ends a DATA that was granted although nobody was to receive it
    QUIT = "quit"


class Reply(NamedTuple):
    """One whole reply: its code, and its text with lines joined by spaces, and without control characters."""

    code: int
    text: str

    @property
    def enhanced(self) -> str:
        """The enhanced status code (RFC 3463), such as 5.1.1; empty where the server gave none."""
        found = _ENHANCED.match(self.text)
        return found[1] if found else ""

    @property
    def positive(self) -> bool:
        """Whether the code is 2yz."""
        return 200 <= self.code < 300  # noqa: PLR2004 RFC 5321 §4.2.1

    @property
    def permanent(self) -> bool:
        """Whether the code is 5yz."""
        return self.code >= 500  # noqa: PLR2004

    def __str__(self) -> str:
        return f"{self.code} {self.text}"


def words_of(said: bytes) -> str:
    """What a server says, for people: a control character of it, which could write on a terminal or end a line, becomes a space."""
    words = said.decode("utf-8", "replace")
    return words if words.isprintable() else clean(words)


class NotSmtpError(Exception):
    """What came is not SMTP: the connection is of no more use."""


class ReplyReader:
    """Collects bytes, however they are cut, and gives whole replies."""

    def __init__(self) -> None:
        self._rest = b""
        self._lines: list[str] = []

    @property
    def empty(self) -> bool:
        """Whether nothing is half read."""
        return not self._rest and not self._lines

    def feed(self, chunk: bytes) -> list[Reply]:
        """The replies that this chunk completes. Raises NotSmtpError at the first line that is none."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        if len(self._rest) > LONGEST_LINE:
            raise NotSmtpError("a reply line without end")
        replies = []
        for line in lines:
            reply = self._line(line)
            if reply:
                replies.append(reply)
        return replies

    def _line(self, line: bytes) -> Reply | None:
        code, more, text = line[:3], line[3:4], words_of(line[4:].rstrip(b"\r"))
        if not code.isdigit() or not b"200" <= code < b"600" or more not in {b" ", b"-", b"\r", b""} or len(line) > LONGEST_LINE:
            raise NotSmtpError(f"not an SMTP reply: “{words_of(line[:80]).strip()}”")
        if more == b"-":
            self._lines.append(text)
            return None
        if self._lines:
            text = " ".join([*self._lines, text])
            self._lines = []
        return Reply(int(code), text)
