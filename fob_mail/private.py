"""Files for their owner's eyes alone: mails with somebody's way out in them, above all."""

import os
from pathlib import Path

_NO_LINK = getattr(os, "O_NOFOLLOW", 0)


def write(file: Path, content: bytes) -> None:
    """Write a file that nobody else can read, over a former one, but through no symbolic link: that may be another's, and lead anywhere."""
    handle = os.open(file, os.O_CREAT | os.O_WRONLY | os.O_TRUNC | _NO_LINK, 0o600)
    with os.fdopen(handle, "wb") as opened:
        if hasattr(os, "fchmod"):
            os.fchmod(opened.fileno(), 0o600)  # it may have been there
        opened.write(content)


def is_anothers(owner: int, folder_owner: int, me: int) -> bool:
    """Whether a file that is found where one happens to be could have been put there by somebody else: in /tmp, say.

    Root's are trusted, and those of whom the folder belongs to: into a person's own folder one goes on purpose.
    """
    return owner not in {me, 0, folder_owner}
