"""Where mail that comes back is read from. A mail is marked as read only after the database has committed what follows from it."""

import logging
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from fob_mail.errors import InputError

if TYPE_CHECKING:
    from imapclient import IMAPClient

log = logging.getLogger("fob_mail.feedback")

Take = Callable[[bytes], object]
LARGEST = 60_000_000
"""Octets of a mail; what is larger is left where it is, and told."""


class ImapSettings(Protocol):
    """What must be known of a mailbox; settings.Imap is one."""

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
        """For LOGIN."""

    @property
    def folder(self) -> str:
        """What is read."""

    @property
    def done(self) -> str:
        """Where it is moved to."""

    @property
    def ca_file(self) -> Path | None:
        """Certificates to trust besides the system's."""


def read_maildir(folder: Path, take: Take) -> int:
    """Take each mail in `new`, and move it to `cur`, seen; gives how many. One that was taken and not moved counts once all the same."""
    new, seen = folder / "new", folder / "cur"
    if not new.is_dir() or not seen.is_dir():
        raise InputError(f"{folder} is no Maildir: it lacks new and cur.", "Set feedback.maildir to the mailbox's folder.")
    number = 0
    for file in sorted(new.iterdir()):
        if file.stat().st_size > LARGEST:
            log.warning("mail too large", extra={"file": file.name})
            continue
        take(file.read_bytes())
        file.rename(seen / f"{file.name}:2,S")
        number += 1
    return number


def read_imap(settings: ImapSettings, password: str, take: Take) -> int:
    """Take each mail of the folder, and move it to the folder of those that are done; gives how many. Raises InputError."""
    from imapclient import IMAPClient  # noqa: PLC0415
    from imapclient.exceptions import IMAPClientError  # noqa: PLC0415

    tls = settings.security == "tls"
    try:
        trust = ssl.create_default_context(cafile=str(settings.ca_file) if settings.ca_file else None)
        with IMAPClient(settings.host, settings.port, ssl=tls, ssl_context=trust if tls else None, timeout=60) as client:
            if settings.security == "starttls":
                client.starttls(trust)
            client.login(settings.username, password)
            if not client.folder_exists(settings.done):
                client.create_folder(settings.done)
            client.select_folder(settings.folder)
            return sum(_take_one(client, number, settings.done, take) for number in client.search("ALL"))
    except (IMAPClientError, OSError) as error:
        problem = f"The mailbox {settings.username} at {settings.host}:{settings.port} cannot be read: {error}."
        remedy = (
            "Check feedback.imap and the password (FOB_MAIL_FEEDBACK__IMAP__PASSWORD); nothing is lost, what was not taken is there still."
        )
        raise InputError(problem, remedy) from None


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
        client.expunge([number])
    return True
