"""A mailbox on a server: how long it may take, how large a mail may be, and what is said where it cannot be read."""

from fob_mail.errors import InputError
from fob_mail.servers import Server

LARGEST = 60_000_000
"""Octets of a mail; what is larger is left where it is, and told."""
PATIENCE = 60.0
"""Seconds that the server may be silent."""


def unreadable(account: Server, why: object) -> InputError:
    """What to raise where it cannot be read."""
    problem = f"The mailbox {account.username} at {account.host}:{account.port} cannot be read: {why}."
    variable = f"FOB_MAIL_{account.section.upper()}__PASSWORD"
    return InputError(
        problem, f"Check {account.section} and the password ({variable}); nothing is lost, what was not taken is there still."
    )
