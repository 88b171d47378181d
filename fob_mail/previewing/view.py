"""What is shown of one reader's mail, and the mail as a browser may show it: in a scheme, with pictures or without."""

import re
from base64 import b64encode
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Protocol

_SCHEME = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(dark|light)\s*\)")
_CID = re.compile(r"cid:([^\"'\s)]+)")


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
    message: EmailMessage
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


def shown(html: str, message: EmailMessage, scheme: str) -> str:
    """The HTML of a mail for a frame: in light or dark whatever the browser prefers, its own pictures in it, links in tabs of their own."""
    asked = _SCHEME.sub(lambda found: "(min-width: 0)" if found[1] == scheme else "(max-width: 0)", html)
    pictures = {str(part["Content-ID"]).strip("<> "): part for part in message.walk() if part["Content-ID"]}
    whole = _CID.sub(lambda found: _inline(pictures[found[1]]) if found[1] in pictures else found[0], asked)
    return re.sub(r"<head[^>]*>", r'\g<0><base target="_blank">', whole, count=1)


def _inline(part: EmailMessage) -> str:
    payload = part.get_payload(decode=True)
    return f"data:{part.get_content_type()};base64,{b64encode(payload if isinstance(payload, bytes) else b'').decode()}"
