"""The Markdown source of an article: what is written here is read as the very same article again.

Only what Markdown would take for a mark is escaped, so that people can correct it.
"""

import re
import string
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from itertools import groupby

import yaml

from fob_mail.articles import programme
from fob_mail.articles.article import Article, Block, BlockKind, CallToAction, Image, Span


class _Piece(Enum):
    """What a piece of a line is."""

    WORDS = "words"
    OPENS = "a mark that opens"
    CLOSES = "a mark that closes"


_MARKS = re.compile(r"[\\`*_\[\]<]|&(?=#?\w{1,40};)")
_FIRST = re.compile(r"(?:[#>+=|~-]|(?P<number>\d{1,9})(?=[.)]))")
_ADDRESS_MARKS = re.compile(r"[\\<>&]")


def source_of(article: Article) -> str:
    """The whole article: what was understood stands in the front matter, where it can be corrected, and only the body below."""
    matter = {
        "understood": True,
        "title": article.title,
        "standfirst": article.standfirst,
        "byline": article.byline,
        "language": article.language,
        "events": programme.told(article.events),
        "calls": [_call(call) for call in article.calls],
        "notes": list(article.footnotes),
    }
    return front_matter_of(matter) + markdown_of(article.body)


def front_matter_of(matter: Mapping[str, object]) -> str:
    """Front matter of what is said, and a blank line; what is empty is not mentioned."""
    said = {key: value for key, value in matter.items() if value}
    if not said:
        return ""
    head = yaml.safe_dump(said, allow_unicode=True, sort_keys=False, width=float("inf"))
    return f"---\n{head}---\n\n"


def _call(call: CallToAction) -> dict[str, str]:
    return {"kind": call.kind.value, "label": call.label, "url": call.url}


def markdown_of(blocks: Sequence[Block]) -> str:
    """The blocks as Markdown, a blank line between them."""
    written: list[str] = []
    lists = 0  # those that follow each other have different marks, or they would be one
    for before, block in zip([None, *blocks], blocks, strict=False):
        lists = lists + 1 if before and before.kind is block.kind else 0
        written.append(_block(block, lists % 2))
    return "\n\n".join(written) + "\n"


def _block(block: Block, other: int) -> str:
    match block.kind:
        case BlockKind.HEADING:
            return f"{'#' * block.level} {_run(block.items[0]).replace('#', chr(92) + '#')}"
        case BlockKind.QUOTE:
            return f"> {_line(block.items[0])}"
        case BlockKind.BULLETS:
            return "\n".join(f"{'-*'[other]} {_line(item)}" for item in block.items)
        case BlockKind.NUMBERS:
            return "\n".join(f"{number}{'.)'[other]} {_line(item)}" for number, item in enumerate(block.items, 1))
        case BlockKind.TABLE:
            return _table(block)
        case _:
            return _picture(block.image) if block.image else _line(block.items[0])


def _table(block: Block) -> str:
    """A table with its head, which Markdown asks for; a bar in a cell is escaped."""
    head, *rows = [" | ".join(_run(cell).replace("|", "\\|") if cell else "" for cell in row) for row in block.rows]
    return "\n".join((f"| {head} |", "|---" * block.columns + "|", *(f"| {row} |" for row in rows)))


def _picture(image: Image) -> str:
    return f"![{_escaped(image.alt)}](<{_ADDRESS_MARKS.sub(_backslash, image.src)}>)"


def _line(run: Iterable[Span]) -> str:
    """A run at the beginning of a line, where signs and numbers would open a heading, a quote or a list."""
    line = _run(run)
    opening = _FIRST.match(line)
    if not opening:
        return line
    at = opening.end() if opening["number"] else 0
    return f"{line[:at]}\\{line[at:]}"


def _run(run: Iterable[Span]) -> str:
    """Strong words stand in `__`, emphasised ones within them in `*`, so that marks beside each other are never one."""
    pieces: list[tuple[_Piece, str]] = []
    for strong, spans in groupby(run, key=lambda span: span.strong):
        pieces += [(_Piece.OPENS, "__")] * strong
        for emphasis, inner in groupby(spans, key=lambda span: span.emphasis):
            pieces += [(_Piece.OPENS, "*")] * emphasis
            pieces += [(_Piece.WORDS, _words(span)) for span in inner]
            pieces += [(_Piece.CLOSES, "*")] * emphasis
        pieces += [(_Piece.CLOSES, "__")] * strong
    return _edged(pieces)


def _words(span: Span) -> str:
    if not span.href:
        return _escaped(span.text)
    return f"[{_escaped(span.text)}](<{_ADDRESS_MARKS.sub(_backslash, span.href)}>)"


def _edged(pieces: list[tuple[_Piece, str]]) -> str:
    """Marks open and close only beside the right letters (CommonMark 0.31, section 6.2); others are written as entities.

    White space within a mark would undo it, and so would a letter outside, where the mark is `__` or a sign is within.
    """
    written = [words for _, words in pieces]
    for at, (piece, mark) in enumerate(pieces):
        if piece is _Piece.WORDS:
            continue
        opens = piece is _Piece.OPENS
        inside, outside = (at + 1, at - 1) if opens else (at - 1, at + 1)
        letter = written[inside][0 if opens else -1]
        if letter.isspace():
            written[inside] = _entity(written[inside], first=opens)
        if 0 <= outside < len(pieces) and (mark == "__" or not letter.isalnum()) and _joins(written[outside][-1 if opens else 0]):
            written[outside] = _entity(written[outside], first=not opens)
    for at, first in ((0, True), (-1, False)):
        if written[at][0 if first else -1].isspace():
            written[at] = _entity(written[at], first=first)
    for at, following in enumerate(written[1:]):
        if written[at].endswith("!") and following.startswith("["):  # or the link would be a picture
            written[at] = f"{written[at][:-1]}\\!"
    return "".join(written)


def _joins(letter: str) -> bool:
    return not letter.isspace() and letter not in string.punctuation


def _entity(words: str, *, first: bool) -> str:
    """The words with their first letter, or their last, as an entity."""
    return f"&#{ord(words[0])};{words[1:]}" if first else f"{words[:-1]}&#{ord(words[-1])};"


def _escaped(text: str) -> str:
    return _MARKS.sub(_backslash, text)


def _backslash(match: re.Match[str]) -> str:
    return f"\\{match[0]}"
