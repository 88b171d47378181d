"""Blocks as they are put together from a document's marks, whatever its format: headings, lists, quotes, rows of tables, pictures."""

from dataclasses import dataclass, field

from fob_mail.articles.article import Block, BlockKind, Image, Notice, Span, picture
from fob_mail.articles.people import labelled
from fob_mail.articles.runs import tidy_blocks, tidy_run, tidy_words
from fob_mail.errors import InputError

LOWEST = 3
"""The smallest heading of a mail; the largest in the body is 2, since the title is 1."""
MOST_COLUMNS = 5
LONGEST_CELL = 160
"""A table that is wider than a telephone, or tells stories in its cells, is shown as lines of text."""
MOST_PIECES = 40_000
"""Runs of words of one look, and cells: a long article has some hundred. Putting more together would take minutes, and gigabytes."""


@dataclass(frozen=True, slots=True)
class Assembled:
    """What a document says; the notes stand at its foot and begin with their numbers."""

    title: str
    blocks: list[Block]
    notes: list[str]
    notices: list[Notice]


@dataclass(slots=True)
class Assembly:
    """What has been put together so far, and what is open."""

    title: str = ""
    blocks: list[Block] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    note: str = ""  # the number of the footnote that is being read
    quotes: int = 0
    lists: list[BlockKind] = field(default_factory=list)
    items: list[tuple[Span, ...]] = field(default_factory=list)  # of the outermost list that is being read
    rows: list[list[tuple[Span, ...]]] = field(default_factory=list)  # of the table that is being read
    row: list[tuple[Span, ...]] | None = None  # the cells of the row that is being read
    headed: bool = False  # whether the table's first row heads it
    pictures: list[Image] = field(default_factory=list)  # of the block that is being read; they come after it
    pieces: int = 0  # put together so far

    def _count(self, pieces: int) -> None:
        self.pieces += pieces
        if self.pieces > MOST_PIECES:
            raise InputError("That is too long for an article.", "Give the part of it that is the article.")

    def open_list(self, kind: BlockKind) -> None:
        """A list begins; one within another gives its items to the outermost."""
        self.lists.append(kind)

    def close_list(self) -> None:
        """The innermost list ends; with the outermost all of it is a block."""
        kind = self.lists.pop()
        if not self.lists:
            self.blocks.append(Block(kind, tuple(self.items)))
            self.items = []

    def heading(self, run: tuple[Span, ...], level: int) -> None:
        """A heading; the first of level 1 is the title."""
        self._count(len(run))
        if level == 1 and not self.title and self.row is None:
            self.title = tidy_words("".join(span.text for span in run))
        elif self.note or self.row is not None or self.lists or self.quotes:
            self.words(run)
        else:
            self.blocks.append(Block(BlockKind.HEADING, (run,), min(max(level, 2), LOWEST)))

    def words(self, run: tuple[Span, ...]) -> None:
        """Words: of the footnote, the cell or the list that is open, else a paragraph or a quote of their own."""
        self._count(len(run))
        if self.note:
            self._add_to_note(tidy_run(run))
        elif self.row is not None:
            before = self.row.pop() if self.row else ()
            self.row.append((*before, Span(" "), *run))
        elif self.lists:
            self.items.append(run)
        elif self.quotes:
            self.blocks.append(Block(BlockKind.QUOTE, (run,)))
        else:
            self.blocks += [Block(BlockKind.PARAGRAPH, (line,)) for line in parted(run)]

    def _add_to_note(self, run: tuple[Span, ...]) -> None:
        """A note is words alone: an address that its words do not show follows them."""
        shown = "".join(f"{span.text} ({span.href})" if span.href not in {"", span.text} else span.text for span in run)
        if shown and self.notes and self.notes[-1].startswith(f"{self.note}. "):
            self.notes[-1] += f" {shown}"
        elif shown:
            self.notes.append(f"{self.note}. {shown}")

    def open_table(self, *, headed: bool) -> None:
        """A table begins."""
        self.rows, self.headed = [], headed

    def open_cell(self, *, heads: bool, across: int = 1) -> None:
        """A cell begins, and those beside it that it covers; one that heads a column in the first row makes the row a head."""
        self._count(across)
        self.headed |= heads and not self.rows
        if self.row is not None:
            self.row += [()] * (across - 1)
            self.row.append(())

    def close_row(self) -> None:
        """The row ends."""
        self.rows.append([tidy_run(cell) for cell in self.row or []])
        self.row = None

    def close_table(self) -> None:
        """The table ends: it is a block, or lines of text where no telephone could show it; that is told."""
        rows, self.rows = self.rows, []
        head = rows.pop(0) if self.headed and rows else []
        rows = [row for row in rows if any(row)]
        across = max(map(len, (head, *rows)), default=0)
        cells = [cell for row in (head, *rows) for cell in row]
        longest = max((len("".join(span.text for span in cell)) for cell in cells), default=0)
        if rows and 1 < across <= MOST_COLUMNS and longest <= LONGEST_CELL and not self.lists and not self.quotes:
            whole = tuple(cell for row in (head, *rows) for cell in (*row, *[()] * (across - len(row))))
            self.blocks.append(Block(BlockKind.TABLE, whole, columns=across))
        elif any(cells):
            self._lines([row for row in (head, *rows) if any(row)])

    def _lines(self, rows: list[list[tuple[Span, ...]]]) -> None:
        for row in rows:
            line: list[Span] = []
            for cell in filter(None, row):
                line += [Span(" \u00b7 "), *cell] if line else cell
            self.words(tuple(line))
        if max(map(len, rows)) > 1:
            remedy = "Look at the preview; a list may serve readers better, on a telephone above all."
            self.notices.append(Notice("table", "A table is shown as lines of text, its cells divided by \u00b7.", remedy))

    def place_pictures(self) -> None:
        """The outermost block has ended: its pictures come after it."""
        self.blocks += map(picture, self.pictures)
        self.pictures = []

    def assembled(self) -> Assembled:
        """All of it, when the document has ended."""
        while self.lists:
            self.close_list()
        self.place_pictures()
        return Assembled(self.title, tidy_blocks(self.blocks), self.notes, self.notices)


def parted(run: tuple[Span, ...]) -> list[tuple[Span, ...]]:
    """The lines of a paragraph that begin with labels (`With: \u2026`) are paragraphs of their own; others run on."""
    lines: list[list[Span]] = [[]]
    for span in run:
        if span.text == "\n":
            lines.append([])
        else:
            lines[-1].append(span)
    joined: list[list[Span]] = []
    for line in filter(None, lines):
        if joined and not labelled("".join(span.text for span in line)):
            joined[-1] += [Span(" "), *line]
        else:
            joined.append(line)
    return [tuple(line) for line in joined]
