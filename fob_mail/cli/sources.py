"""Where an article comes from: a file, an address of the web, or standard input; its bytes become a source that can be read."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fob_mail.errors import InputError

if TYPE_CHECKING:
    from fob_mail.articles.opening import Source

MOST = 30_000_001
"""Bytes that are read of a file: one more than any kind of article may have."""


def source_of(given: str, *, mend: bool) -> "Source":
    """The source of an article that was given on the command line. Raises InputError."""
    from fob_mail.articles.opening import opened  # noqa: PLC0415 imported late, so that --help is quick

    if given.lower().startswith(("http://", "https://")):
        from fob_mail.fetching import fetch  # noqa: PLC0415

        page = fetch(given)
        return opened(page.raw, "page.txt", base=page.url, charset=page.charset, mend=mend)
    try:
        with click.open_file(given, "rb") as file:
            raw = file.read(MOST)
    except OSError as error:
        raise InputError(f"{given} cannot be read: {error.strerror}.", "Check the file's name and who may read it.") from None
    return opened(raw, "article.txt" if given == "-" else Path(given).name, mend=mend)
