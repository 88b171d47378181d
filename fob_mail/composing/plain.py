"""The body for those who read plain text: wrapped at 72 columns, its links numbered and listed at the end."""

import re
import textwrap

from fob_mail.articles.article import Block, BlockKind, Span
from fob_mail.composing.tables import as_text, of_numbers
from fob_mail.slots import BRANCHES, MARK, Where, is_branch, parts

WIDTH = 72
INDENT = "    "

_USUAL = 8  # letters of a name
_BEGINS, _GOES_ON = "\ue000", "\ue001"
"""What stands for a mark while lines are made, as wide as what most readers have there: private characters, of which texts have none."""
_STAND_IN = re.compile(f"{_BEGINS}{_GOES_ON}*")
_PRIVATE = re.compile("[\ue000-\uf8ff]")


def wrap(text: str, first: str = "", rest: str = "") -> str:
    """Text in lines of at most 72 columns; a word or address that is longer has a line of its own, unbroken.

    A line that goes on ends with a blank, by which mail readers know that they may wrap it anew (format=flowed, RFC 3676 §4.1);
    what is indented stays as it is.
    """
    marks = [found[0] for found in MARK.finditer(text)]
    whole = MARK.sub(lambda found: _BEGINS + _GOES_ON * (width(found[0]) - 1), _PRIVATE.sub("", text))
    columns = WIDTH if rest else WIDTH - 1
    lines = textwrap.wrap(whole, columns, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False)
    remaining = iter(marks)
    return _STAND_IN.sub(lambda _: next(remaining), ("\n" if rest else " \n").join(lines))


def width(text: str) -> int:
    """How wide a text is for most readers: a field counts as its default, or as a short name; a branch as nothing."""
    seen = 0
    for part in parts(text, Where.TEXT):
        if isinstance(part, str):
            seen += len(part)
        elif part.field not in BRANCHES:
            seen += len(part.default) or _USUAL
    return seen


def plain(blocks: tuple[Block, ...], links: dict[str, int]) -> tuple[str, ...]:
    """The body as plain text, block by block; addresses that are new to `links` get the next number there."""
    done: list[str] = []
    for block in blocks:
        if done and is_branch(block.text):
            done[-1] += block.text.strip()  # so that the blank line belongs to what comes after it
        else:
            done.append(_block(block, links))
    return tuple(done)


def _block(block: Block, links: dict[str, int]) -> str:
    items = [_run(item, links) for item in block.items]
    if block.kind is BlockKind.TABLE:
        across = max(block.columns, 1)
        cells = [_PRIVATE.sub("", item) for item in (*items, *[""] * (-len(items) % across))]
        return as_text([cells[at : at + across] for at in range(0, len(cells), across)], of_numbers(block), WIDTH, width)
    if block.kind is BlockKind.HEADING:
        text = wrap(items[0])
        return f"{text}\n{'~' * max(len(line) for line in text.splitlines())}" if text else ""
    if block.kind is BlockKind.QUOTE:
        return "\n\n".join(wrap(item, INDENT, INDENT) for item in items)
    if block.kind is BlockKind.BULLETS:
        return "\n".join(wrap(item, "  - ", INDENT) for item in items)
    if block.kind is BlockKind.NUMBERS:
        return "\n".join(wrap(item, f"{number:3}. ", " " * 5) for number, item in enumerate(items, 1))
    return "\n\n".join(wrap(item) for item in items)


def _run(spans: tuple[Span, ...], links: dict[str, int]) -> str:
    return "".join(span.text + _number(span, links) for span in spans)


def _number(span: Span, links: dict[str, int]) -> str:
    if not span.href or span.href.removeprefix("mailto:") in {span.text, f"https://{span.text}"}:
        return ""
    return f" [{links.setdefault(span.href, len(links) + 1)}]"
