"""Blocks as they are put together from a document's marks, whatever its format: headings, lists, quotes, rows of tables, pictures."""

from dataclasses import dataclass, field

from fob_mail.articles.article import Block, BlockKind, Image, Notice, Span, picture
from fob_mail.articles.people import labelled
from fob_mail.articles.runs import tidy_run, tidy_words

LOWEST = 3
"""The smallest heading of a mail; the largest in the body is 2, since the title is 1."""


@dataclass(slots=True)
class Assembly:
    """What has been put together so far, and what is open."""

    title: str = ""
    blocks: list[Block] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    quotes: int = 0
    lists: list[BlockKind] = field(default_factory=list)
    row: list[tuple[Span, ...]] | None = None  # the cells of the row of a table that is being read
    pictures: list[Image] = field(default_factory=list)  # of the block that is being read; they come after it

    def open_list(self, kind: BlockKind) -> None:
        """A list begins; one within another gives its items to the outermost."""
        self.lists.append(kind)
        if len(self.lists) == 1:
            self.blocks.append(Block(kind, ()))

    def heading(self, run: tuple[Span, ...], level: int) -> None:
        """A heading; the first of level 1 is the title."""
        if level == 1 and not self.title and self.row is None:
            self.title = tidy_words("".join(span.text for span in run))
        elif self.row is not None or self.lists or self.quotes:
            self.words(run)
        else:
            self.blocks.append(Block(BlockKind.HEADING, (run,), min(max(level, 2), LOWEST)))

    def words(self, run: tuple[Span, ...]) -> None:
        """Words: of the cell or the list that is open, else a paragraph or a quote of their own."""
        if self.row is not None:
            self.row.append(run)
        elif self.lists:
            self.blocks[-1] = Block(self.blocks[-1].kind, (*self.blocks[-1].items, run))
        elif self.quotes:
            self.blocks.append(Block(BlockKind.QUOTE, (run,)))
        else:
            self.blocks += [Block(BlockKind.PARAGRAPH, (line,)) for line in parted(run)]

    def open_table(self) -> None:
        """A table begins; that is told."""
        remedy = "Look at the preview; a list may serve readers better, on a telephone above all."
        self.notices.append(Notice("table", "A table is shown as lines of text, its cells divided by \u00b7.", remedy))

    def close_row(self) -> None:
        """The cells of a row are words on one line."""
        line: list[Span] = []
        for cell in filter(None, map(tidy_run, self.row or [])):
            line += [Span(" \u00b7 "), *cell] if line else cell
        self.row = None
        if line:
            self.words(tuple(line))

    def place_pictures(self) -> None:
        """The outermost block has ended: its pictures come after it."""
        self.blocks += map(picture, self.pictures)
        self.pictures = []


def parted(run: tuple[Span, ...]) -> list[tuple[Span, ...]]:
    """The lines of a paragraph that begin with labels (`With: \u2026`) are paragraphs of their own; others run on."""
    lines: list[list[Span]] = [[]]
    for span in run:
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
