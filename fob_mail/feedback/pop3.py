"""What comes back, read by POP3 (RFC 1939). A mail is deleted only after the database has committed what follows from it.

A server deletes at QUIT: whoever is killed before it finds the mails again, and they count once all the same.
"""

import logging
import poplib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from fob_mail.feedback.account import LARGEST, PATIENCE, unreadable
from fob_mail.servers import Server, trusting

log = logging.getLogger("fob_mail.feedback")

MOST_AT_ONCE = 100
"""Mails between a login and its QUIT: so many at the most are read twice where the line is lost."""


class _Plain(poplib.POP3):
    """Takes lines of any length: poplib gives up at 2,048 octets, and one quoted page would hold up all mail behind it."""

    def _getline(self) -> tuple[bytes, int]:
        return _line(self)


class _Protected(poplib.POP3_SSL):
    """The same over TLS."""

    def _getline(self) -> tuple[bytes, int]:
        return _line(self)


def read_pop3(settings: Server, password: str, take: Callable[[bytes], object]) -> int:
    """Take each mail, and delete it; gives how many. Raises InputError if the mailbox cannot be read."""
    number, passed, with_more = 0, frozenset[bytes](), True
    while with_more:
        with logged_in(settings, password) as client:
            with_more, taken, passed = _sitting(client, take, passed)
        number += taken
    return number


@contextmanager
def logged_in(settings: Server, password: str, patience: float = PATIENCE) -> Iterator[poplib.POP3]:
    """From a login to its QUIT; what goes wrong with the server is an InputError."""
    try:
        client = _opened(settings, patience)
        try:
            client.user(settings.username)
            client.pass_(password)
            yield client
        finally:
            _leave(client)  # what was taken is committed, so it may be deleted also where a later one failed
    except (poplib.error_proto, OSError) as error:
        raise unreadable(settings, _said(error)) from None


def _sitting(client: poplib.POP3, take: Callable[[bytes], object], passed: frozenset[bytes]) -> tuple[bool, int, frozenset[bytes]]:
    """Whether there is more than is taken at once, how many were taken, and the names (UIDL) of those that are too large."""
    taken = 0
    names = dict(line.split(b" ", 1) for line in client.uidl()[1])
    for number, size in (line.split()[:2] for line in client.list()[1]):
        name = names.get(number, number)
        if name in passed:
            continue
        if int(size) > LARGEST:
            log.warning("mail too large", extra={"uidl": name.decode("ascii", "replace")})
            passed |= {name}
            continue
        if taken == MOST_AT_ONCE:
            return True, taken, passed
        take(b"\r\n".join(client.retr(int(number))[1]) + b"\r\n")
        client.dele(int(number))
        taken += 1
    return False, taken, passed


def _opened(settings: Server, patience: float) -> poplib.POP3:
    if settings.security == "tls":
        return _Protected(settings.host, settings.port, timeout=patience, context=trusting(settings.ca_file))
    client = _Plain(settings.host, settings.port, timeout=patience)
    if settings.security == "starttls":
        try:
            client.stls(trusting(settings.ca_file))
        except BaseException:
            with suppress(OSError):  # its socket is gone already where TLS failed
                client.close()
            raise
    return client


def _leave(client: poplib.POP3) -> None:
    try:
        client.quit()
    except (poplib.error_proto, OSError):
        client.close()  # nothing was deleted, then: all of it comes again, and counts once


def _line(client: poplib.POP3) -> tuple[bytes, int]:
    """As poplib's own, with room for the longest mail."""
    line: bytes = client.file.readline(LARGEST + 2)
    if len(line) > LARGEST or not line:
        raise poplib.error_proto("line too long" if line else "-ERR EOF")
    return line.removesuffix(b"\n").removesuffix(b"\r"), len(line)


def _said(error: Exception) -> str:
    """What the server said, on one line."""
    first = error.args[0] if isinstance(error, poplib.error_proto) and error.args else error
    words = first.decode("ascii", "replace") if isinstance(first, bytes) else str(first)
    return "".join(letter for letter in words if letter.isprintable())[:200]
