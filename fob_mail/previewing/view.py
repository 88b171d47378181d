"""What is shown of one reader's mail, and the mail as a browser may show it: in a scheme, with pictures or without."""

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from mimetypes import guess_type
from typing import Protocol

_SCHEME = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(dark|light)\s*\)")


@dataclass(frozen=True, slots=True)
class View:
    """One reader's mail in one language, and what preflight says of it."""

    subject: str
    preheader: str
    language: str
    languages: tuple[str, ...]
    people: tuple[str, ...]
    headers: tuple[tuple[str, str], ...]
    text: str
    html: str
    pictures: Mapping[str, tuple[str, bytes]]  # our own: by the address in its HTML, a file's name and the bytes
    raw: str
    problems: tuple[dict[str, str], ...]
    watched: str


class Draft(Protocol):
    """A campaign that is being written."""

    def version(self) -> str:
        """Another word whenever a file was saved; composes again first."""

    def trouble(self) -> str:
        """Why it could not be composed again; empty if it could."""

    def view(self, address: str, language: str) -> View:
        """As the subscriber of that address gets it, or nobody; raises NotFoundError if there is none."""


def shown(html: str, pictures: Mapping[str, tuple[str, bytes]], scheme: str) -> str:
    """The HTML of a mail for a frame: in light or dark whatever the browser prefers, our pictures in it, links in tabs of their own."""
    asked = _SCHEME.sub(lambda found: "(min-width: 0)" if found[1] == scheme else "(max-width: 0)", html)
    for address, (name, content) in pictures.items():
        asked = asked.replace(address, f"data:{guess_type(name)[0]};base64,{b64encode(content).decode()}")
    return re.sub(r"<head[^<>]*>", r'\g<0><base target="_blank">', asked, count=1)
