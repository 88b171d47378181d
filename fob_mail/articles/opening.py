"""From whatever the organiser has to a source that can be read: text, Markdown, Word and HTML by their bytes, not by their names."""

import re
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from fob_mail.articles.article import Notice
from fob_mail.articles.encoding import mojibake
from fob_mail.articles.reading import LARGEST, PAGE, decode
from fob_mail.articles.source import front_matter_of, markdown_of
from fob_mail.errors import InputError

if TYPE_CHECKING:
    from fob_mail.articles.assembly import Assembled

_WORD = b"PK\x03\x04"
_LARGEST_WORD = 30_000_000
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*+=\s*+(?:[\"']\s*+)?([A-Za-z0-9_-]{2,30})", re.IGNORECASE)
_NO_NAME = re.compile(r"[^\w.-]+")
_MARKDOWN = {".md", ".markdown"}


@dataclass(frozen=True, slots=True)
class Source:
    """A text to read as an article, under the name by which `read` knows what it is; what was noticed on the way, and its pictures."""

    name: str
    text: str
    notices: tuple[Notice, ...] = ()
    pictures: dict[str, bytes] = field(default_factory=dict)


def opened(raw: bytes, name: str, *, base: str = "", charset: str = "", mend: bool = False) -> Source:
    """The source that some bytes are. Text comes through as it is; `mend` puts right what was decoded wrongly before it came here."""
    if raw.startswith(_WORD):
        return _mended(_word(raw, name), mend=mend)
    if PurePath(name).suffix.lower() not in _MARKDOWN and (page := _page(raw, charset)):
        return _mended(_web(page, name, base), mend=mend)
    return _mended(Source(name, decode(raw)), mend=mend)


def _page(raw: bytes, charset: str) -> str:
    """The text of a web page; empty if it is none."""
    if len(raw) > LARGEST:
        raise InputError(f"The article has over {LARGEST:,} bytes.", "Copy the article's text into a file, and give that.")
    declared = _CHARSET.search(raw[:4096])
    for name in (charset, declared[1].decode() if declared else "", "utf-8", "cp1252"):
        try:
            text = raw.decode(name) if name else ""
        except (LookupError, UnicodeError):
            continue
        if text:
            return text if PAGE.match(text.lstrip("\ufeff")) else ""
    return ""


def _word(raw: bytes, name: str) -> Source:
    from fob_mail.articles import hypertext, word  # noqa: PLC0415 only who has such a file waits for them

    if len(raw) > _LARGEST_WORD:
        raise InputError(f"The Word file has over {_LARGEST_WORD:,} bytes.", "Take its pictures out, or make them smaller.")
    read = word.read(raw, f"{_NO_NAME.sub('-', PurePath(name).stem) or 'article'}-pictures")
    if not read.html.strip():
        raise InputError("The Word file has no words.", "Write some, or give another file.")
    found = hypertext.read(hypertext.parsed(read.html))
    return _source(name, found, {"title": found.title}, read.pictures)


def _web(page: str, name: str, base: str) -> Source:
    from fob_mail.articles import webpage  # noqa: PLC0415

    found, said = webpage.read(page, base)
    return _source(name, found, said, {})


def _source(name: str, found: "Assembled", said: dict[str, str], pictures: dict[str, bytes]) -> Source:
    """The Markdown source of what was read; what is known of it stands in its front matter."""
    if not found.blocks:
        raise InputError("The article has no words.", "Write some, or give another file; or copy the text into a .txt file.")
    known = said | ({"notes": found.notes} if found.notes else {})
    return Source(
        f"{PurePath(name).stem or 'article'}.md", front_matter_of(known) + markdown_of(found.blocks), tuple(found.notices), pictures
    )


def _mended(source: Source, *, mend: bool) -> Source:
    """The source with what was decoded wrongly put right, if that is wished; else it is told."""
    found = mojibake(source.text)
    if not found:
        return source
    if mend:
        return replace(source, text=found.mended)
    problem = f"Some letters were decoded wrongly before they came here: {found.examples}."
    remedy = "Look at them; if what stands behind the arrows is meant, give the command again with --mend."
    return replace(source, notices=(*source.notices, Notice("mojibake", problem, remedy)))
