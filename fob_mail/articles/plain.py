"""Plain text, as it was copied off a page, into blocks: paragraphs, labelled lines, lists."""

import re
from itertools import pairwise

from fob_mail.articles.article import Block, BlockKind, Span
from fob_mail.articles.calls import URL, address_in, checked_url
from fob_mail.articles.people import labelled

WRAPPED = 120
"""A text whose lines are all as short as this is wrapped by hand."""
WIDEST = 200
"""Nobody wraps to longer lines than this."""

_BULLET = re.compile(r"\s*+[-*\u2022]\s++(?P<item>\S.*)")
_NUMBER = re.compile(r"\s*+\d{1,2}[.)]\s++(?P<item>\S.*)")


def blocks(text: str) -> list[Block]:
    """The blocks of a text, in its order. Nothing of it is left out."""
    lines = [line.strip(" \t\r\f\v") for line in text.splitlines()]
    whole_lines = not _is_wrapped(lines)
    found: list[Block] = []
    group: list[str] = []
    for line in [*lines, ""]:
        if line:
            group.append(line)
        elif group:
            found += _group(group, whole_lines=whole_lines)
            group = []
    return found


def spans(words: str) -> tuple[Span, ...]:
    """Words, with the addresses in them as links."""
    found: list[Span] = []
    at = 0
    for match in URL.finditer(words):
        url = address_in(match[0])
        if checked_url(url):  # `https://` alone, say
            continue
        found += [Span(words[at : match.start()]), Span(url, href=url)]
        at = match.start() + len(url)
    return tuple(span for span in (*found, Span(words[at:])) if span.text)


def _is_wrapped(lines: list[str]) -> bool:
    """Whether lines were broken to a width, so that most were full: the next word would not have fitted on them."""
    widest = max(map(len, lines), default=0)
    pairs = [(line, following) for line, following in pairwise(lines) if line and following]
    full = [1 for line, following in pairs if len(line) + 1 + len(following.split(" ")[0]) > widest]
    return widest <= WRAPPED or (widest <= WIDEST and 2 * len(full) > len(pairs))


def _goes_on(line: str, following: str) -> bool:
    """Whether a sentence runs over the end of a line, whatever the width."""
    return line[-1] not in '.!?:\u2026\u201d\u00bb"' and (following[0].islower() or following[0] == "(")


def _group(lines: list[str], *, whole_lines: bool) -> list[Block]:
    """The lines between two blank ones: a list, paragraphs of a line each, or one paragraph that was wrapped."""
    for kind, pattern in ((BlockKind.BULLETS, _BULLET), (BlockKind.NUMBERS, _NUMBER)):
        items = [match["item"] for line in lines if (match := pattern.fullmatch(line))]
        if len(items) == len(lines) and (kind is BlockKind.BULLETS or len(items) > 1):
            return [Block(kind, tuple(map(spans, items)))]
    paragraphs: list[str] = []
    for line in lines:
        if paragraphs and not labelled(line) and (not whole_lines or _goes_on(paragraphs[-1], line)):
            paragraphs[-1] += f" {line}"
        else:
            paragraphs.append(line)
    return [Block(BlockKind.PARAGRAPH, (spans(paragraph),)) for paragraph in paragraphs]
