"""Markdown (CommonMark, without raw HTML) into blocks: headings, quotes, lists, emphasis, links."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token

from fob_mail.articles.article import Block, BlockKind, Notice, Span
from fob_mail.articles.front_matter import checked_url
from fob_mail.articles.people import labelled
from fob_mail.articles.plain import spans as linked

LOWEST = 3
"""The smallest heading of a mail; the largest in the body is 2, since the title is 1."""


@dataclass(slots=True)
class _Reading:
    """What has been read so far."""

    title: str = ""
    blocks: list[Block] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    row: list[tuple[Span, ...]] | None = None  # the cells of the row of a table that is being read


def blocks(text: str) -> tuple[str, list[Block], list[Notice]]:
    """The first heading of level 1, all other blocks, and what had to be dropped. HTML is shown as text."""
    reading = _Reading()
    _read(MarkdownIt("commonmark", {"html": False}).enable("table").parse(text), reading)
    return reading.title, reading.blocks, reading.notices


def _read(tokens: Sequence[Token], reading: _Reading) -> None:
    """Go through the flat list of tokens; lists and quotes hold their paragraphs between an opening and a closing one."""
    open_lists: list[BlockKind] = []
    quotes = 0
    for token in tokens:
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                open_lists.append(BlockKind.BULLETS if token.type[0] == "b" else BlockKind.NUMBERS)
                if len(open_lists) == 1:
                    reading.blocks.append(Block(open_lists[0], ()))
            case "bullet_list_close" | "ordered_list_close":
                open_lists.pop()
            case "table_open" | "tr_open" | "tr_close":
                _table(token.type, reading)
            case "blockquote_open" | "blockquote_close":
                quotes += token.nesting
            case "heading_open":
                level = int(token.tag[1])
                reading.blocks.append(Block(BlockKind.HEADING, (), level))
            case "inline":
                _inline(reading, tuple(_spans(token.children or [], reading.notices)), in_list=bool(open_lists), quoted=quotes > 0)
            case "fence" | "code_block" | "html_block":
                lines = (line.strip() for line in token.content.splitlines())
                reading.blocks += [Block(BlockKind.PARAGRAPH, ((Span(line),),)) for line in lines if line]
            case _:
                pass


def _inline(reading: _Reading, spans: tuple[Span, ...], *, in_list: bool, quoted: bool) -> None:
    """Words: of the heading or the list that was just opened, else a paragraph or a quote of their own."""
    last = reading.blocks[-1] if reading.blocks else None
    if reading.row is not None:
        reading.row.append(spans)
    elif last and last.kind is BlockKind.HEADING and not last.items:
        reading.blocks.pop()
        if last.level == 1 and not reading.title:
            reading.title = "".join(span.text for span in spans).strip()
        else:
            reading.blocks.append(Block(BlockKind.HEADING, (spans,), min(max(last.level, 2), LOWEST)))
    elif in_list and last:
        reading.blocks[-1] = Block(last.kind, (*last.items, spans), last.level)
    elif quoted:
        reading.blocks.append(Block(BlockKind.QUOTE, (spans,)))
    else:
        reading.blocks += [Block(BlockKind.PARAGRAPH, (line,)) for line in _lines(spans)]


def _table(step: str, reading: _Reading) -> None:
    """A table is told of; each row of it is a paragraph, its cells on a line."""
    if step == "table_open":
        remedy = "Look at the preview; a list may serve readers better, on a telephone above all."
        reading.notices.append(Notice("table", "A table is shown as lines of text, its cells divided by \u00b7.", remedy))
        return
    if step == "tr_open":
        reading.row = []
        return
    line: list[Span] = []
    for cell in filter(None, reading.row or []):
        line += [Span(" \u00b7 "), *cell] if line else cell
    if line:
        reading.blocks.append(Block(BlockKind.PARAGRAPH, (tuple(line),)))
    reading.row = None


def _lines(spans: tuple[Span, ...]) -> list[tuple[Span, ...]]:
    """The lines of a paragraph that begin with labels (`With: …`) are paragraphs of their own; others run on."""
    lines: list[list[Span]] = [[]]
    for span in spans:
        if span.text == "\n":
            lines.append([])
        else:
            lines[-1].append(span)
    joined: list[tuple[Span, ...]] = []
    for line in filter(None, lines):
        if joined and not labelled("".join(span.text for span in line)):
            joined[-1] = (*joined[-1], Span(" "), *line)
        else:
            joined.append(tuple(line))
    return joined


def _spans(tokens: Sequence[Token], notices: list[Notice]) -> list[Span]:
    """Inline tokens as runs of words; a link that is neither http, https nor mailto is dropped, and said to be."""
    found: list[Span] = []
    href, strong, emphasis = "", 0, 0
    for token in tokens:
        match token.type:
            case "strong_open" | "strong_close":
                strong += token.nesting
            case "em_open" | "em_close":
                emphasis += token.nesting
            case "link_open":
                href = _href(str(token.attrGet("href") or ""), notices)
            case "link_close":
                href = ""
            case "image":
                problem = f"The picture \u201c{token.content[:60]}\u201d is left out: mails carry no pictures yet; its words stay."
                notices.append(Notice("picture-left-out", problem, "Take it out of the article, or put a link to it in its place."))
                found.append(Span(token.content, href, strong > 0, emphasis > 0))
            case "softbreak" | "hardbreak":
                found.append(Span("\n"))
            case _:
                text = token.content.replace("\n", " ")
                look = {"href": href, "strong": strong > 0, "emphasis": emphasis > 0}
                plain = not any(look.values())
                found += linked(text) if plain and text else [Span(text, href, strong > 0, emphasis > 0)] if text else []
    return found


def _href(url: str, notices: list[Notice]) -> str:
    problem = checked_url(url)
    if problem:
        notices.append(Notice("bad-link", f"A link was left out: {problem}.", "Write a whole address in the article."))
    return "" if problem else url
