"""From text to rows, as people's CSV files are: whatever delimiter, quoted line ends, quotation marks that never close.

A row that cannot be understood costs itself alone: reading starts again at the very next line.
"""

import csv
import io
from collections import deque
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from itertools import count, islice, repeat
from typing import TextIO

from fob_mail.audience.cells import LONGEST_VALUE

DELIMITERS = (",", ";", "\t")
LONGEST_LINE = 1_000_000
MOST_LINES = 1_000  # of one row
_BLOCK = 65_536  # characters
_COMPARED = 20  # rows, to find the delimiter
_TOO_LONG = f"a value is longer than {LONGEST_VALUE:,} characters"
_UNCLOSED = "a quotation mark opens here that is never closed"


Row = tuple[int, list[str], str]
"""One row: the line where it begins (from 1), its cells, and why it cannot be read, if so. A plain tuple, for speed."""


class _LineTooLongError(Exception):
    """A line so long that it is no line of a table."""


def rows(text: TextIO, delimiter: str) -> Iterator[Row]:
    """Every row of the text, blank ones as no cells. Memory is bounded by LONGEST_LINE, whatever the text holds."""
    line = 1
    while lines := _block(text):
        if "\0" not in "".join(lines) and len(lines[-1]) < LONGEST_LINE:
            taken = yield from _together(lines, line, delimiter)
            line += taken
            del lines[:taken]
        if lines:
            line = yield from _singly(text, deque(lines), line, delimiter)


def _together(lines: list[str], line: int, delimiter: str) -> Generator[Row, None, int]:
    """The rows of many lines, at a third of the price, up to the first that cannot be read or is not whole; how many lines they had."""
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
    taken = 0
    try:
        if any('"' in one for one in lines):
            for cells in reader:
                if reader.line_num - taken > MOST_LINES:
                    break
                yield line + taken, cells, ""
                taken = reader.line_num
        else:
            yield from zip(count(line), list(reader), repeat(""), strict=False)
            taken = len(lines)
    except csv.Error:
        pass
    return taken


def _singly(text: TextIO, again: deque[str], line: int, delimiter: str) -> Generator[Row, None, int]:
    """The rows of these lines, and of further ones of the text where the last row wants them; the number of the next line."""
    held: list[str] = []  # the lines of the row under way
    while again:
        try:
            for cells in csv.reader(_lines(text, held, again), delimiter=delimiter, skipinitialspace=True, strict=True):
                yield line, cells, ""
                line += len(held)
                held.clear()
                if not again:
                    break
        except csv.Error:
            first, *rest = held
            again.extendleft(reversed(rest))
            yield _alone(line, first, delimiter)
            line += 1
        except _LineTooLongError:
            yield line, [], f"the line is longer than {LONGEST_LINE:,} characters"
            line += 1
        held.clear()
    return line


def _block(text: TextIO) -> list[str]:
    """Some lines of the text, the last one whole unless it is too long; none at the end."""
    block = text.read(_BLOCK)
    if block and block[-1] != "\n":
        block += text.readline(LONGEST_LINE)
    return list(io.StringIO(block, newline=""))


@contextmanager
def value_limit() -> Iterator[None]:
    """Let csv refuse values over LONGEST_VALUE while rows() is read; the limit is the whole interpreter's, so it is put back."""
    before = csv.field_size_limit(LONGEST_VALUE)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def delimiters(head: str) -> list[str]:
    """The delimiters that this text may use, likeliest first: those that give the same number of cells, and more of them."""
    said = head.partition("\n")[0].rstrip("\r").strip('"').lower()
    if said.startswith("sep=") and said[4:] in DELIMITERS:
        return [said[4:]]

    def likeness(delimiter: str) -> tuple[float, int]:
        widths = [len(cells) for _, cells, _ in islice(rows_of(head, delimiter), _COMPARED) if cells]
        if not widths or widths[0] == 1:
            return (0.0, 0)
        return (sum(width == widths[0] for width in widths) / len(widths), widths[0])

    return sorted(DELIMITERS, key=likeness, reverse=True)


def is_separator_line(cells: list[str]) -> bool:
    """Whether this is the line `sep=;` with which Excel is told the delimiter."""
    return bool(cells) and cells[0].lower().startswith("sep=") and not any(cells[1:])


def rows_of(head: str, delimiter: str) -> Iterator[Row]:
    """The rows of a text at hand."""
    return rows(io.StringIO(head, newline=""), delimiter)


def _lines(text: TextIO, held: list[str], again: deque[str]) -> Iterator[str]:
    read = text.readline
    while line := again.popleft() if again else read(LONGEST_LINE):
        if len(line) > LONGEST_LINE or (len(line) == LONGEST_LINE and line[-1] not in "\r\n"):
            while line[-1] not in "\r\n" and (more := read(LONGEST_LINE)) and more[-1] not in "\r\n":
                pass
            raise _LineTooLongError
        if "\0" in line:
            line = line.replace("\0", "")  # no cell has a use for it, and PostgreSQL has no place for it
        held.append(line)
        if len(held) > MOST_LINES:
            raise csv.Error(_UNCLOSED)
        yield line


def _alone(line: int, text: str, delimiter: str) -> Row:
    """A line that begins a row which came to nothing: leniently read, unless it opens a quotation without end."""
    if text.count('"') % 2:
        return line, [text.rstrip("\r\n")], _UNCLOSED
    try:
        return line, next(csv.reader([text], delimiter=delimiter, skipinitialspace=True), []), ""
    except csv.Error:
        return line, [text[:LONGEST_VALUE]], _TOO_LONG
