"""The body for those who read plain text: wrapped at 72 columns, its links numbered and listed at the end."""

import textwrap

from fob_mail.articles.article import Block, BlockKind, Span

WIDTH = 72
INDENT = "    "


def wrap(text: str, first: str = "", rest: str = "") -> str:
    """Text in lines of at most 72 columns; a word or address that is longer has a line of its own, unbroken."""
    lines = textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines)


def plain(blocks: tuple[Block, ...], links: dict[str, int]) -> tuple[str, ...]:
    """The body as plain text, block by block; addresses that are new to `links` get the next number there."""
    return tuple(_block(block, links) for block in blocks)


def _block(block: Block, links: dict[str, int]) -> str:
    items = [_run(item, links) for item in block.items]
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
