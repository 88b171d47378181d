"""What comes back, read from a Maildir. A mail is marked as seen only after the database has committed what follows from it."""

import logging
from collections.abc import Callable
from pathlib import Path

from fob_mail.errors import InputError

log = logging.getLogger("fob_mail.feedback")

LARGEST = 60_000_000
"""Octets of a mail; what is larger is left where it is, and told."""


def read_maildir(folder: Path, take: Callable[[bytes], object]) -> int:
    """Take each mail in `new`, and move it to `cur`, seen; gives how many. One that was taken and not moved counts once all the same."""
    new, seen = folder / "new", folder / "cur"
    if not new.is_dir() or not seen.is_dir():
        raise InputError(f"{folder} is no Maildir: it lacks new and cur.", "Set feedback.maildir to the mailbox's folder.")
    number = 0
    for file in sorted(new.iterdir()):
        try:
            if file.stat().st_size > LARGEST:
                log.warning("mail too large", extra={"file": file.name})
                continue
            content = file.read_bytes()
        except FileNotFoundError:
            continue  # another program has moved it meanwhile
        take(content)
        file.rename(seen / f"{file.name}:2,S")
        number += 1
    return number
