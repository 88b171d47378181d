"""A mailbox on a server: how it is reached, whom it lets in, and what is said where it cannot be read."""

import ssl
from pathlib import Path
from typing import Protocol

from fob_mail.errors import InputError

LARGEST = 60_000_000
"""Octets of a mail; what is larger is left where it is, and told."""
PATIENCE = 60.0
"""Seconds that the server may be silent."""


class Account(Protocol):
    """What must be known of it; settings.Imap and settings.Pop3 are some."""

    @property
    def section(self) -> str:
        """Where its settings stand: imap or pop3."""

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
        """Who is let in."""

    @property
    def ca_file(self) -> Path | None:
        """Certificates to trust besides the system's."""


def trust(account: Account) -> ssl.SSLContext:
    """Whose certificates are believed."""
    return ssl.create_default_context(cafile=str(account.ca_file) if account.ca_file else None)


def unreadable(account: Account, why: object) -> InputError:
    """What to raise where it cannot be read."""
    problem = f"The mailbox {account.username} at {account.host}:{account.port} cannot be read: {why}."
    variable = f"FOB_MAIL_{account.section.upper()}__PASSWORD"
    return InputError(
        problem, f"Check {account.section} and the password ({variable}); nothing is lost, what was not taken is there still."
    )
