"""What comes back, read by IMAP (RFC 3501). A mail is moved away only after the database has committed what follows from it.

Where the server offers IDLE (RFC 2177) it tells of new mail; else the mailbox is looked into again and again.
"""

import logging
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from threading import Event
from typing import TYPE_CHECKING, Protocol

from fob_mail.feedback.account import LARGEST, PATIENCE, unreadable
from fob_mail.servers import Server, trusting

if TYPE_CHECKING:
    from imapclient import IMAPClient

log = logging.getLogger("fob_mail.feedback")

Take = Callable[[bytes], object]
LONGEST_IDLE = 60.0
"""Seconds of one IDLE: a server may hang up after 30 minutes (RFC 2177 §3); what it told in the moment in which it began is read at its
end."""
FIRST_IDLE = 2.0
"""The same after mail has come, when more of it often does."""
_LOOK = 1.0
"""Seconds until a stop is heard."""


class ImapSettings(Server, Protocol):
    """What must be known of a mailbox; settings.Imap is one."""

    @property
    def folder(self) -> str:
        """What is read."""

    @property
    def done(self) -> str:
        """Where it is moved to."""


def read_imap(settings: ImapSettings, password: str, take: Take) -> int:
    """Take each mail of the folder, and move it to the folder of those that are done; gives how many. Raises InputError."""
    with _opened(settings, password) as client:
        client.select_folder(settings.folder)
        return _take_all(client, settings.done, take)


def follow_imap(settings: ImapSettings, password: str, take: Take, stopped: Event) -> None:
    """Take what is there, and what comes, for as long as the server tells of it; else until nothing is left. Raises InputError."""
    with _opened(settings, password) as client:
        settled, patience = -1, FIRST_IDLE  # how many are there that are not to be taken
        while not stopped.is_set():
            there = client.select_folder(settings.folder)[b"EXISTS"]
            if there != settled:
                taken = _take_all(client, settings.done, take)
                settled, patience = -1 if taken else there, FIRST_IDLE
            elif not client.has_capability("IDLE"):
                return
            elif _told(client, stopped, patience):
                settled = -1
            else:
                patience = LONGEST_IDLE


@contextmanager
def logged_in(settings: ImapSettings, password: str, patience: float = PATIENCE) -> "Iterator[IMAPClient]":
    """A client that is logged in; what goes wrong with the server, then or later, is an InputError."""
    from imapclient import IMAPClient  # noqa: PLC0415
    from imapclient.exceptions import IMAPClientError  # noqa: PLC0415

    tls = settings.security == "tls"
    try:
        trusted = trusting(settings.ca_file)
        with IMAPClient(settings.host, settings.port, ssl=tls, ssl_context=trusted if tls else None, timeout=patience) as client:
            client.socket().setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            if settings.security == "starttls":
                client.starttls(trusted)
            if (settings.username + password).isascii():
                client.login(settings.username, password)
            else:
                client.plain_login(settings.username, password)  # LOGIN is ASCII alone (RFC 3501 §9), PLAIN is UTF-8 (RFC 4616)
            yield client
    except (IMAPClientError, OSError) as error:
        raise unreadable(settings, error) from None


@contextmanager
def _opened(settings: ImapSettings, password: str) -> "Iterator[IMAPClient]":
    """Logged in, with the folder for what is done. Raises InputError."""
    with logged_in(settings, password) as client:
        if not client.folder_exists(settings.done):
            client.create_folder(settings.done)
        yield client


def _told(client: "IMAPClient", stopped: Event, patience: float) -> bool:
    """Whether the server tells of mail, until so many seconds are over, or it is time to stop."""
    until = time.monotonic() + patience
    client.idle()
    told = False
    while not told and not stopped.is_set() and time.monotonic() < until:
        asked = time.monotonic()
        responses = client.idle_check(timeout=_LOOK)
        told = _tells(responses)
        if not responses and time.monotonic() - asked < _LOOK / 2:
            break  # the line is gone, which the next word to the server shows
    _, last = client.idle_done()
    return told or _tells(last)


def _tells(responses: Iterable[tuple[object, ...]]) -> bool:
    return any(response[1:2] == (b"EXISTS",) for response in responses)


def _take_all(client: "IMAPClient", done: str, take: Take) -> int:
    return sum(_take_one(client, number, done, take) for number in client.search("UNDELETED"))


def _take_one(client: "IMAPClient", number: int, done: str, take: Take) -> bool:
    fetched = client.fetch([number], ["RFC822.SIZE"])
    if fetched.get(number, {}).get(b"RFC822.SIZE", 0) > LARGEST:
        log.warning("mail too large", extra={"number": number})
        return False
    content = client.fetch([number], ["BODY.PEEK[]"]).get(number, {}).get(b"BODY[]")
    if content is None:
        return False  # another program has moved it meanwhile
    take(content)
    client.add_flags([number], [b"\\Seen"])
    if client.has_capability("MOVE"):
        client.move([number], done)
    else:
        client.copy([number], done)
        client.delete_messages([number])
        client.expunge([number] if client.has_capability("UIDPLUS") else None)
    return True
