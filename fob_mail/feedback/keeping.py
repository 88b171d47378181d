"""The organiser's Maildir: what a person has to read is kept there as it came, for its owner alone."""

import mailbox
import os
from pathlib import Path

from fob_mail.errors import InputError


def keep(raw: bytes, folder: Path) -> str:
    """Put a mail there; gives its name."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        kept = mailbox.Maildir(folder, create=True)
        folder.chmod(0o700)
        return kept.add(raw)
    except OSError as error:
        raise InputError(
            f"Mail for the organiser cannot be kept in {folder}: {error.strerror}.", "Set feedback.kept to a folder of yours."
        ) from None


def find(folder: Path, name: str) -> Path | None:
    """The mail of that name, also when a mail program has moved it and marked it; None if it is there no more."""
    for part in ("new", "cur"):
        try:
            names = os.listdir(folder / part)  # noqa: PTH208 names are enough
        except FileNotFoundError:
            continue
        found = next((one for one in names if one.partition(":")[0] == name), None)
        if found:
            return folder / part / found
    return None


def content(file: Path) -> bytes:
    """A mail, as it came."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}.", "See who it belongs to.") from None
