"""A small SMTP server that takes every message and keeps it in a folder: for the demo, and for trying things out.

It speaks RFC 5321 with PIPELINING, delivers nothing to anybody, and listens on 127.0.0.1 alone.
"""

import email
import email.policy
import re
import socketserver
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from fob_mail import private

LONGEST_LINE = 1_000_000
_ADDRESS = re.compile(rb"<([^<>]*)>")
_EHLO = b"250-catcher\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE 20000000\r\n"
_SIMPLE = {b"HELO": b"250 catcher\r\n", b"EHLO": _EHLO, b"RSET": b"250 2.0.0 Ok\r\n", b"NOOP": b"250 2.0.0 Ok\r\n"}


class Catcher:
    """The server, from `with` to the end of it: `port` is free when it starts, and free again when it ends."""

    def __init__(self, folder: Path, port: int = 0, tell: Callable[[Path], None] | None = None) -> None:
        """Port 0 is any that is free; an OSError if the other is not. `tell` is called with each file, in threads."""
        self.folder = folder
        self.caught = 0
        self._before = 0
        self._lock = threading.Lock()
        self._tell = tell
        self._server = _Server(("127.0.0.1", port), _Session)
        self._server.catcher = self
        self.port = int(self._server.server_address[1])

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        kept = (file.name.partition("-")[0] for file in self.folder.glob("*-*.eml"))
        self._before = max((int(number) for number in kept if number.isascii() and number.isdigit()), default=0)  # of former days
        threading.Thread(target=self._server.serve_forever, name="catcher", daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    def keep(self, recipient: str, content: bytes) -> Path:
        """Write a message as it came, and its HTML part beside it; gives the .eml file."""
        with self._lock:
            self.caught += 1
            number = self._before + self.caught
        name = re.sub(r"[^\w.@+-]", "_", recipient)[:80]
        file = self.folder / f"{number:04}-{name}.eml"
        private.write(file, content)
        body = email.message_from_bytes(content, policy=email.policy.default).get_body(("html",))
        if body is not None:
            private.write(file.with_suffix(".html"), str(body.get_content()).encode("utf-8", "replace"))
        if self._tell:
            self._tell(file)
        return file


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    block_on_close = False
    catcher: Catcher


class _Session(socketserver.StreamRequestHandler):
    """One connection: replies to each line, and keeps what ends with a dot."""

    def handle(self) -> None:
        """Speak SMTP until QUIT or the end of the connection."""
        self._recipients: list[str] = []
        self.wfile.write(b"220 catcher ESMTP, for trials only\r\n")
        while line := self.rfile.readline(LONGEST_LINE):
            verb = line[:4].upper()
            if verb == b"QUIT":
                self.wfile.write(b"221 2.0.0 Bye\r\n")
                return
            self.wfile.write(self._reply(verb, line))

    def _reply(self, verb: bytes, line: bytes) -> bytes:
        address = _ADDRESS.search(line)
        if verb in {b"MAIL", b"RCPT"}:
            if address is None:
                return b"501 5.1.3 An address in <brackets>, please\r\n"
            if verb == b"RCPT":
                self._recipients.append(address[1].decode("utf-8", "replace"))
            else:
                self._recipients.clear()
            return b"250 2.1.0 Ok\r\n"
        if verb == b"DATA":
            return self._data() if self._recipients else b"503 5.5.1 Who is it for?\r\n"
        return _SIMPLE.get(verb, b"502 5.5.2 Not spoken here\r\n")

    def _data(self) -> bytes:
        self.wfile.write(b"354 Go on, and end with a dot\r\n")
        lines: list[bytes] = []
        while (line := self.rfile.readline(LONGEST_LINE)) != b".\r\n":
            if not line:
                return b""
            lines.append(line.removeprefix(b"."))
        server = self.server
        assert isinstance(server, _Server)  # noqa: S101 it is started by no other  # nosec B101
        file = server.catcher.keep(self._recipients[0], b"".join(lines))
        return f"250 2.0.0 Ok: kept as {file.stem[:4]}\r\n".encode()
