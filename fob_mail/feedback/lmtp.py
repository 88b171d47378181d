"""What comes back, handed over by a mail server over LMTP (RFC 2033): each recipient is answered after the database has committed.

Trouble here is a 451 for each of them: the mail server keeps the mail and tries again. It listens on this machine alone.
"""

import logging
import re
import socket
import socketserver
import stat
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from fob_mail.errors import FobMailError, InputError
from fob_mail.feedback.running import StoppedError

log = logging.getLogger("fob_mail.feedback")

Take = Callable[[bytes, tuple[str, ...]], object]
"""Takes a mail that is for these addresses; when it returns, what follows is committed."""

MOST_RECIPIENTS = 100
MOST_SESSIONS = 20
LONGEST_COMMAND = 4096
LONGEST_READ = 1_000_000
LATER = b"451 4.3.0 Not now, try again"
GREETING = b"220 fob-mail LMTP"
PATIENCE = 300.0
"""Seconds that the other side may be silent (RFC 5321 §4.5.3.2.7)."""
_PATH = re.compile(rb"(?:FROM|TO):\s*<((?:[^<>\"]|\"[^\"]*\")*)>(?:\s+(.*))?", re.IGNORECASE | re.DOTALL)
_SIZE = re.compile(rb"\bSIZE=(\d{1,20})\b", re.IGNORECASE)
_SIMPLE = {
    b"NOOP": b"250 2.0.0 Ok",
    b"VRFY": b"252 2.5.0 Send it, and see",
    b"HELO": b"500 5.5.1 This is LMTP: say LHLO",
    b"EHLO": b"500 5.5.1 This is LMTP: say LHLO",
}


class Where(NamedTuple):
    """A file of a socket, or a host of this machine and a port."""

    file: Path | None
    host: str = ""
    port: int = 0

    def __str__(self) -> str:
        return str(self.file) if self.file else f"{self.host}:{self.port}"

    @classmethod
    def of(cls, listen: str, folder: Path) -> Self:
        """What lmtp.listen names, for settings in this folder."""
        if listen.startswith("unix:"):
            return cls(folder / listen.removeprefix("unix:"))
        host, _, port = listen.rpartition(":")
        return cls(None, host.strip("[]"), int(port))


class Lmtp:
    """The server, from `with` to the end of it; sessions under way finish the mail that they have."""

    def __init__(self, where: Where, take: Take, largest: int) -> None:
        """Raises InputError if it is not to be had."""
        self.take = take
        self.largest = largest
        self.room = threading.BoundedSemaphore(MOST_SESSIONS)
        self._lines: set[socket.socket] = set()
        self._where = where
        try:
            if where.file:
                _clear(where.file)
            self._server = _server(where, self)
        except OSError as error:
            problem = f"fob-mail cannot listen on {where}: {error.strerror or error}."
            raise InputError(problem, "Set lmtp.listen to another socket or port, or stop what has it.") from None
        if where.file:
            where.file.chmod(0o666)  # who may reach it is said by its folder

    @property
    def port(self) -> int:
        """The port that it has, if it has one."""
        return 0 if self._where.file else int(self._server.server_address[1])

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, name="lmtp", daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        for line in list(self._lines):
            with suppress(OSError):
                line.shutdown(socket.SHUT_RD)  # nothing more is heard; what was heard is answered
        self._server.server_close()  # waits for the sessions
        if self._where.file:
            self._where.file.unlink(missing_ok=True)

    def begun(self, line: socket.socket) -> None:
        """Remember a session, so that it can be ended."""
        self._lines.add(line)

    def ended(self, line: socket.socket) -> None:
        """Forget a session."""
        self._lines.discard(line)


def _server(where: Where, lmtp: Lmtp) -> socketserver.TCPServer:
    class Session(_Session):
        server_side = lmtp

    if where.file:
        return socketserver.ThreadingUnixStreamServer(str(where.file), Session)
    kind = _Tcp6 if ":" in where.host else _Tcp
    return kind((where.host, where.port), Session)


class _Tcp(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = False
    block_on_close = True


class _Tcp6(_Tcp):
    address_family = socket.AF_INET6


class _Session(socketserver.StreamRequestHandler):
    """One connection: LHLO, then mails."""

    server_side: Lmtp
    timeout = PATIENCE
    _greeted = False
    _sender: bytes | None = None
    _recipients: list[str]

    def handle(self) -> None:
        """Speak LMTP until QUIT, or the end of the line."""
        if not self.server_side.room.acquire(blocking=False):
            self._say(b"421 4.3.2 Too many at once, try again")
            return
        self.server_side.begun(self.connection)
        try:
            self._talk()
        except OSError:
            pass  # the line is gone: what was not answered comes again
        finally:
            self.server_side.ended(self.connection)
            self.server_side.room.release()

    def _talk(self) -> None:
        self._forget()
        self._say(GREETING)
        while line := self.rfile.readline(LONGEST_COMMAND):
            if not line.endswith(b"\n"):
                self._say(b"500 5.5.2 Line too long")
                return
            verb, _, words = line.strip().partition(b" ")
            if verb.upper() == b"QUIT":
                self._say(b"221 2.0.0 Bye")
                return
            self._say(*self._answer(verb.upper(), words.strip()))

    def _answer(self, verb: bytes, words: bytes) -> list[bytes]:
        if verb in _SIMPLE:
            return [_SIMPLE[verb]]
        if verb == b"LHLO":
            self._forget()
            self._greeted = bool(words)
            return self._greeting() if words else [b"501 5.5.4 LHLO and your name"]
        if verb == b"RSET":
            self._forget()
            return [b"250 2.0.0 Ok"]
        spoken: dict[bytes, Callable[[bytes], list[bytes]]] = {b"MAIL": self._mail, b"RCPT": self._rcpt, b"DATA": self._data}
        if verb not in spoken:
            return [b"500 5.5.2 Not spoken here"]
        return spoken[verb](words) if self._greeted else [b"503 5.5.1 LHLO first"]

    def _greeting(self) -> list[bytes]:
        offered = [b"fob-mail", b"PIPELINING", b"8BITMIME", b"SMTPUTF8", b"ENHANCEDSTATUSCODES"]
        return [*(b"250-" + one for one in offered), b"250 SIZE %d" % self.server_side.largest]

    def _mail(self, words: bytes) -> list[bytes]:
        path = _PATH.match(words) if words[:5].upper() == b"FROM:" else None
        if path is None:
            return [b"501 5.5.4 MAIL FROM:<address>"]
        if self._sender is not None:
            return [b"503 5.5.1 There is a sender already"]
        size = _SIZE.search(path[2] or b"")
        if size and int(size[1]) > self.server_side.largest:
            return [b"552 5.3.4 Too large"]
        self._sender = path[1]
        return [b"250 2.1.0 Ok"]

    def _rcpt(self, words: bytes) -> list[bytes]:
        path = _PATH.match(words) if words[:3].upper() == b"TO:" else None
        if self._sender is None:
            return [b"503 5.5.1 MAIL first"]
        if path is None or not path[1]:
            return [b"501 5.5.4 RCPT TO:<address>"]
        if len(self._recipients) == MOST_RECIPIENTS:
            return [b"452 4.5.3 Too many recipients"]
        self._recipients.append(path[1].decode("utf-8", "replace"))
        return [b"250 2.1.5 Ok"]

    def _data(self, words: bytes) -> list[bytes]:
        if words or not self._recipients:
            return [b"503 5.5.1 RCPT first"]
        self._say(b"354 End with a dot")
        content = self._content()
        replies = [self._taken(content)] * len(self._recipients)  # one mail, one event: the same became of it for each
        self._forget()
        return replies

    def _content(self) -> bytes | None:
        """The mail, without the dots that the transport put in (RFC 5321 §4.5.2); None if it was too large. Its last line is a dot."""
        lines, size, tail = [b"Return-Path: <%b>\r\n" % (self._sender or b"")], 0, b"\r\n"
        while (line := self.rfile.readline(LONGEST_READ)) != b".\r\n" or tail != b"\r\n":
            if not line:
                raise ConnectionError  # it comes again
            if tail == b"\r\n" and line.startswith(b"."):  # no other line end counts: another mail may be hidden behind it
                line = line[1:]
            tail = (tail + line)[-2:]
            size += len(line)
            if size <= self.server_side.largest:
                lines.append(line)
        return b"".join(lines) if size <= self.server_side.largest else None

    def _taken(self, content: bytes | None) -> bytes:
        if content is None:
            return b"552 5.3.4 Too large"
        try:
            self.server_side.take(content, tuple(self._recipients))
        except (StoppedError, FobMailError) as error:
            log.warning("a mail was not taken", extra={"problem": getattr(error, "problem", "stopping")})
            return LATER
        except Exception:  # whatever it is, the mail server keeps the mail
            log.exception("a mail was not taken")
            return LATER
        return b"250 2.0.0 Taken"

    def _forget(self) -> None:
        self._sender = None
        self._recipients = []

    def _say(self, *lines: bytes) -> None:
        self.wfile.write(b"".join(line + b"\r\n" for line in lines))


def _clear(file: Path) -> None:
    """Take away a socket's file that a dead process has left. Raises OSError if somebody listens, or if it is no socket."""
    if not file.exists():
        return
    if not stat.S_ISSOCK(file.stat().st_mode):
        raise FileExistsError(None, "there is a file of that name")
    with socket.socket(socket.AF_UNIX) as probe:
        if probe.connect_ex(str(file)) == 0:
            raise FileExistsError(None, "another process listens there")
    file.unlink()
