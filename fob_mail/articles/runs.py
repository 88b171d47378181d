"""Runs of words made tidy: one space where there is white space, one run where the look is one, and addresses as links.

No-break spaces, quotes, dashes and names stay as they are. What is tidy stays as it is when it is tidied again.
"""

import re
from collections.abc import Iterable
from dataclasses import replace

from fob_mail.articles.article import Block, BlockKind, Span
from fob_mail.articles.plain import spans as linked

_SPACE = re.compile(r"[\t\n\v\f\r\x1c-\x1f\x85\u2028\u2029 ]+")
_NO_CHARACTERS = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\ufeff]")
_LAST_IN_PLANE = (0xFFFE, 0xFFFF)


def tidy_words(words: str) -> str:
    """Words on one line; no-break spaces stay."""
    return _tidy(words).strip(" ")


def tidy_blocks(blocks: Iterable[Block]) -> list[Block]:
    """The blocks with tidy runs, and without those that say nothing."""
    found = []
    for block in blocks:
        as_they_are = block.image or block.kind is BlockKind.TABLE  # cells were tidied one by one, and may be empty
        items = block.items if as_they_are else tuple(filter(None, map(tidy_run, block.items)))
        if block.kind in {BlockKind.PARAGRAPH, BlockKind.QUOTE, BlockKind.HEADING}:
            found += [replace(block, items=(item,)) for item in items]
        elif items:
            found.append(replace(block, items=items))
    return found


def tidy_run(run: Iterable[Span]) -> tuple[Span, ...]:
    """One run: spaces are not at its ends nor two in a row, and have no look where the words beside them have none."""
    merged: list[Span] = []
    for span in run:
        text = _tidy(span.text)
        if merged and merged[-1].text.endswith(" "):
            text = text.lstrip(" ")
        _append(merged, replace(span, text=text if merged else text.lstrip(" ")))
    while merged and not merged[-1].text.rstrip(" "):
        merged.pop()
    if merged:
        merged[-1] = replace(merged[-1], text=merged[-1].text.rstrip(" "))
    found: list[Span] = []
    for span in _spaced(merged):
        for part in linked(span.text) if _plain(span) else (span,):
            _append(found, part)
    return tuple(found)


def _spaced(run: list[Span]) -> Iterable[Span]:
    """The run with its spaces outside of what looks otherwise: `a **b **c` is `a **b** c`."""
    for span in run:
        inner = span.text.strip(" ")
        if _plain(span) or inner == span.text:
            yield span
        elif inner:
            before, _, after = span.text.partition(inner)
            yield from (part for part in (Span(before), replace(span, text=inner), Span(after)) if part.text)
        else:
            yield Span(" ")


def _append(run: list[Span], span: Span) -> None:
    if run and run[-1] == replace(span, text=run[-1].text):
        run[-1] = replace(span, text=run[-1].text + span.text)
    elif span.text:
        run.append(span)


def _plain(span: Span) -> bool:
    return not (span.href or span.strong or span.emphasis)


def _tidy(text: str) -> str:
    text = "".join(letter for letter in _NO_CHARACTERS.sub("", text) if ord(letter) & 0xFFFF not in _LAST_IN_PLANE)
    return _SPACE.sub(" ", text)
