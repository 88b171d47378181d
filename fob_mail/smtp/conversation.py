"""What is said in one SMTP session, without a socket: messages in, bytes out; bytes in, what became of them out.

With PIPELINING (RFC 2920) the body and final dot of one message go out in one group with the next one's MAIL, RCPT and
DATA: one round trip a message. Without it, step by step. Invariant: a message whose final dot was given out is answered,
or unknown; a message whose dot was not is owed, whatever happens.
"""

import re
from collections import deque
from typing import NamedTuple

from fob_mail.envelopes import Envelope
from fob_mail.replies import Reply, ReplyReader, Stage, words_of

DATA = b"DATA\r\n"
FINAL_DOT = b".\r\n"
CLOSING = 421
GRANTED = 354

_OPENING = (Stage.MAIL, Stage.RCPT, Stage.DATA)
_DOT = Stage.DOT  # looked up once: Python 3.11 takes long for it
_ORDINARY = re.compile(rb"250 (.*)\r\n250 .*\r\n250 .*\r\n354 .*\r\n")
"""How nearly every group is answered: the last message taken, the next one's MAIL and RCPT good, its DATA granted. Read as one."""


class Decided(NamedTuple):
    """A reply has decided what becomes of a message."""

    envelope: Envelope
    reply: Reply
    at: Stage


class Conversation:
    """One session after its EHLO. The owner writes what `say` gives, and feeds what it reads to `hear`."""

    def __init__(self, *, pipelining: bool) -> None:
        self._pipelining = pipelining
        self._reader = ReplyReader()
        self._awaited: deque[tuple[Stage, Envelope | None]] = deque()
        self._unsaid: deque[tuple[Stage, Envelope | None, bytes]] = deque()
        self._folded: tuple[Envelope, Envelope] | None = None  # an ordinary group: this one's dot, that one's MAIL, RCPT, DATA
        self._opening: Envelope | None = None  # MAIL, RCPT and DATA are said or about to be; no verdict yet
        self._granted: Envelope | None = None  # 354 is there: its body may follow
        self._failure: tuple[Reply, Stage] | None = None  # of the message being opened
        self._reset_first = False
        self.closing = False

    @property
    def ready(self) -> bool:
        """Whether it is our turn, with nothing awaited: time for `say`."""
        return not self._awaited and not self._unsaid and self._folded is None

    @property
    def idle(self) -> bool:
        """Whether no message is under way."""
        return self.ready and self._granted is None

    @property
    def granted(self) -> Envelope | None:
        """The message whose body goes out with the next group."""
        return self._granted

    def say(self, following: Envelope | None) -> tuple[bytes, Envelope | None]:
        """What to write when ready: the granted message's body, then the opening of the following one, if there is one.

        Gives the bytes, and the message whose final dot is among them: to be noted before they are written.
        """
        dotted, self._granted = self._granted, None
        if dotted and following and self._pipelining and not self.closing and not self._reset_first:
            self._folded, self._opening, self._failure = (dotted, following), following, None
            return b"".join((dotted.content, FINAL_DOT, *opening(following), DATA)), dotted
        if dotted is not None:
            self._unsaid.append((Stage.DOT, dotted, dotted.content + FINAL_DOT))
        if following is not None and not self.closing:
            self._open(following)
        return self._take(), dotted

    def say_more(self) -> bytes:
        """What to write after `hear`, when a session without PIPELINING goes its next step; empty when it is to wait."""
        return self._take()

    def quit(self) -> bytes:
        """A polite end; the reply need not be waited for."""
        self.closing = True
        return b"QUIT\r\n"

    def hear(self, chunk: bytes) -> list[Decided]:
        """What the bytes that were read decide. Raises NotSmtpError if they are not SMTP."""
        if self._folded is not None:
            dotted, following = self._folded
            ordinary = _ORDINARY.fullmatch(chunk) if self._reader.empty else None
            if ordinary:
                self._folded, self._opening, self._granted = None, None, following
                return [Decided(dotted, Reply(250, words_of(ordinary[1])), _DOT)]
            self._unfold()
        decided: list[Decided] = []
        for reply in self._reader.feed(chunk):
            if reply.code == CLOSING:
                self.closing = True
            if not self._awaited:
                self.closing = True  # said unasked: a server that is about to hang up
                continue
            stage, envelope = self._awaited.popleft()
            verdict = self._verdict(stage, envelope, reply)
            if verdict:
                decided.append(verdict)
        return decided

    def lost(self) -> tuple[list[Envelope], list[Envelope]]:
        """The connection is gone: the messages that are owed still, and those of which nothing is known."""
        self._unfold()
        unknown = [e for stage, e in self._awaited if stage is Stage.DOT and e is not None]
        unsaid = [e for stage, e, _ in self._unsaid if stage is Stage.DOT and e is not None]
        owed = unsaid + [e for e in (self._granted, self._opening) if e is not None]
        self._awaited.clear()
        self._unsaid.clear()
        self._granted = self._opening = None
        return owed, unknown

    def _open(self, envelope: Envelope) -> None:
        self._opening, self._failure = envelope, None
        if self._reset_first:
            self._reset_first = False
            self._unsaid.append((Stage.RSET, None, b"RSET\r\n"))
        self._unsaid.extend(zip(_OPENING, (envelope,) * 3, (*opening(envelope), DATA), strict=True))

    def _unfold(self) -> None:
        """Something out of the ordinary: await the replies to a group one by one."""
        if self._folded is not None:
            dotted, following = self._folded
            self._folded = None
            self._awaited.append((Stage.DOT, dotted))
            self._awaited.extend((stage, following) for stage in _OPENING)

    def _take(self) -> bytes:
        group = b""
        while self._unsaid and (self._pipelining or not self._awaited):
            stage, envelope, words = self._unsaid.popleft()
            self._awaited.append((stage, envelope))
            group += words
        return group

    def _verdict(self, stage: Stage, envelope: Envelope | None, reply: Reply) -> Decided | None:
        if envelope is None:
            return None  # RSET or a lone dot: whatever it says, the next MAIL will tell
        if stage is Stage.DOT:
            return Decided(envelope, reply, stage)
        if stage in {Stage.MAIL, Stage.RCPT}:
            return self._opened(envelope, reply, stage)
        return self._data_answered(envelope, reply)

    def _opened(self, envelope: Envelope, reply: Reply, stage: Stage) -> Decided | None:
        """MAIL or RCPT was answered. What is still unsaid of a message that was refused is left unsaid."""
        if reply.positive or self._failure:
            return None
        self._failure = (reply, stage)
        if not self._unsaid:
            return None  # pipelined: DATA is on its way and its reply ends the transaction
        self._unsaid.clear()
        self._reset_first = True
        return self._closed(envelope)

    def _data_answered(self, envelope: Envelope, reply: Reply) -> Decided | None:
        if reply.code == GRANTED and self._failure is None:
            self._opening, self._granted = None, envelope
            return None
        if reply.code == GRANTED:
            self._unsaid.append((Stage.LONE_DOT, None, FINAL_DOT))  # granted for nobody: end it, and send no body
        else:
            self._failure = self._failure or (reply, Stage.DATA)
            self._reset_first = True
        return self._closed(envelope)

    def _closed(self, envelope: Envelope) -> Decided:
        assert self._failure is not None  # noqa: S101 said by both callers  # nosec B101
        reply, stage = self._failure
        self._opening = self._failure = None
        return Decided(envelope, reply, stage)


def opening(envelope: Envelope) -> tuple[bytes, bytes]:
    """MAIL and RCPT of a message. Path and address were checked to hold nothing that ends a command (see addresses)."""
    path, address = envelope.return_path, envelope.address
    if not address.isascii():  # RFC 6531 §3.4; its header To is UTF-8 too (RFC 6532)
        return f"MAIL FROM:<{path}> BODY=8BITMIME SMTPUTF8\r\n".encode("ascii"), f"RCPT TO:<{address}>\r\n".encode()
    return f"MAIL FROM:<{path}>\r\n".encode("ascii"), f"RCPT TO:<{address}>\r\n".encode("ascii")
