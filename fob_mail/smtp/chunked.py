"""What is said in one SMTP session with CHUNKING (RFC 3030): several messages under way, each MAIL, RCPT and BDAT LAST in one group.

Nothing is waited for but room in the window: each message has three replies, and they come in order. Invariant: a message that was
given out is answered or unknown when the line is lost, unless the relay said that it takes no more: then nobody can have got it.
"""

import re
from collections import deque

from fob_mail.envelopes import Envelope
from fob_mail.replies import Reply, ReplyReader, Stage
from fob_mail.smtp.conversation import CLOSING, Decided, opening

REPLIES = 3
"""To MAIL, to RCPT, and to BDAT."""

OUT_OF_STEP = 503
"""Bad sequence of commands."""

_ORDINARY = re.compile(rb"250 [^\r\n]*\r\n250 [^\r\n]*\r\n250 ([^\r\n]*)\r\n")
"""How nearly every message is answered. Read as one."""


class ChunkedConversation:
    """One session after its EHLO, with room for so many messages; to its owner the same as a Conversation."""

    granted: Envelope | None = None
    """No message waits for leave to be sent: a body goes out with its commands."""

    def __init__(self, window: int) -> None:
        self._window = window
        self._reader = ReplyReader()
        self._under_way: deque[Envelope] = deque()
        self._heard: list[Reply] = []  # of the first of them
        self._failed = False  # the message before
        self._ended = False  # by a 421: what comes after it is not taken (RFC 5321 §3.8)
        self.closing = False

    @property
    def ready(self) -> bool:
        """Whether there is room for another message."""
        return len(self._under_way) < self._window

    @property
    def idle(self) -> bool:
        """Whether no message is under way."""
        return not self._under_way

    def say(self, following: Envelope | None) -> tuple[bytes, Envelope | None]:
        """What to write: the whole of the following message, which is to be noted before it is written."""
        if following is None or self.closing:
            return b"", None
        self._under_way.append(following)
        mail, rcpt = opening(following)
        return b"".join((mail, rcpt, b"BDAT %d LAST\r\n" % len(following.content), following.content)), following

    def say_more(self) -> bytes:
        """Nothing is left unsaid."""
        return b""

    def quit(self) -> bytes:
        """A polite end; the reply need not be waited for."""
        self.closing = True
        return b"QUIT\r\n"

    def hear(self, chunk: bytes) -> list[Decided]:
        """What the bytes that were read decide. Raises NotSmtpError if they are not SMTP."""
        decided: list[Decided] = []
        read = 0
        if self._reader.empty and not self._heard:
            while self._under_way and (ordinary := _ORDINARY.match(chunk, read)):
                reply = Reply(250, ordinary[1].decode("utf-8", "replace"))
                decided.append(Decided(self._under_way.popleft(), reply, Stage.DOT))
                self._failed, read = False, ordinary.end()
        for reply in self._reader.feed(chunk[read:]):
            self._ended = self._ended or reply.code == CLOSING
            self.closing = self.closing or self._ended or not self._under_way
            if self._under_way:
                self._heard.append(reply)
            if len(self._heard) == REPLIES:
                decided.append(self._verdict(*self._heard))
                self._heard.clear()
        return decided

    def lost(self) -> tuple[list[Envelope], list[Envelope]]:
        """The connection is gone: the messages that are owed still, and those of which nothing is known."""
        under_way = list(self._under_way)
        refused = len(self._heard) == REPLIES - 1 and not self._heard[-1].positive
        owed = len(under_way) if self._ended else int(refused)
        self._under_way.clear()
        self._heard.clear()
        return under_way[:owed], under_way[owed:]

    def _verdict(self, mail: Reply, rcpt: Reply, content: Reply) -> Decided:
        """Of three replies, the one that decided: BDAT of a message that nobody was to receive is refused too, and says nothing."""
        envelope, after_failure = self._under_way.popleft(), self._failed
        self._failed = not (rcpt.positive and content.positive)
        if not self._failed:
            return Decided(envelope, content, Stage.DOT)
        if mail.code == OUT_OF_STEP and after_failure:
            # A relay that takes the transaction before, which failed, for open still: it is not this person's fault, nor ours.
            self.closing = True
            return Decided(envelope, Reply(451, f"4.5.1 the relay lost step: {mail}"), Stage.MAIL)
        if not mail.positive:
            return Decided(envelope, mail, Stage.MAIL)
        return Decided(envelope, content, Stage.DOT) if rcpt.positive else Decided(envelope, rcpt, Stage.RCPT)
