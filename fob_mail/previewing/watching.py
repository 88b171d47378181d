"""Whether a file was saved since: an article, a template, the settings."""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

MOST_FILES = 1000
"""Of a folder that holds more than templates nobody waits for all."""


def fingerprint(places: Iterable[Path]) -> str:
    """Another one whenever any of the files, or of those in the folders, was saved, came, or went."""
    told = sha256()
    for place in places:
        files = sorted(place.rglob("*"))[:MOST_FILES] if place.is_dir() else [place]
        for file in files:
            told.update(f"{file}\0{_saved(file)}\0".encode("utf-8", "surrogateescape"))
    return told.hexdigest()[:16]


def _saved(file: Path) -> str:
    try:
        status = file.stat()
    except OSError:
        return "gone"
    return f"{status.st_mtime_ns} {status.st_size}"
