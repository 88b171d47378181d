"""A server that is spoken to, for sending or for reading: how it is reached, whom it lets in, and which certificates it may show."""

import ssl
from functools import lru_cache
from pathlib import Path
from typing import Protocol


class Server(Protocol):
    """What must be known of it."""

    @property
    def section(self) -> str:
        """Where its settings stand, such as smtp, imap or pop3."""

    @property
    def host(self) -> str:
        """Host name."""

    @property
    def port(self) -> int:
        """TCP port."""

    @property
    def security(self) -> str:
        """tls, starttls or none."""

    @property
    def username(self) -> str:
        """Who is let in; empty where nobody is asked."""

    @property
    def ca_file(self) -> Path | None:
        """Certificates to trust besides the system's."""


def trusting(ca_file: Path | None) -> ssl.SSLContext:
    """What is trusted: the system's certificates, and those of a file as it is now. Raises OSError where that cannot be read."""
    return _trusting(ca_file, ca_file.stat().st_mtime_ns if ca_file else 0)


@lru_cache(maxsize=4)
def _trusting(ca_file: Path | None, _: int) -> ssl.SSLContext:
    """One for all connections: reading the system's certificates takes longer than a handshake."""
    context = ssl.create_default_context()
    if ca_file:
        context.load_verify_locations(ca_file)
    return context
