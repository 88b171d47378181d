"""An open file of people: its encoding, delimiter and columns found out, its rows to be read as often as need be."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO, TextIO

from fob_mail.audience import csv_rows
from fob_mail.audience.columns import Columns, columns_of, has_address
from fob_mail.audience.csv_rows import Row
from fob_mail.audience.decoding import HEAD, open_text

_SAMPLED = 20  # rows


@dataclass(frozen=True, slots=True)
class PeopleTable:
    """A table of people in an open file. Read it within csv_rows.value_limit()."""

    file: BinaryIO
    text: TextIO
    encoding: str
    delimiter: str
    columns: Columns

    def rows(self) -> Iterator[Row]:
        """Every row but the header, from the first; one reading at a time."""
        self.text.seek(0)
        source = csv_rows.rows(self.text, self.delimiter)
        for row in source:
            if not _is_content(row):
                if row[2]:  # its problem
                    yield row
            elif self.columns.has_header:
                break
            else:
                yield row
                break
        yield from source


@contextmanager
def opened_table(file: BinaryIO) -> Iterator[PeopleTable]:
    """The table of a file, which is at its start and can be sought in; it stays open. Raises InputError where it cannot be told."""
    text, encoding = open_text(file)
    try:
        yield _table(file, text, encoding)
    finally:
        text.detach()  # or it would close the file, when nobody looks


def _table(file: BinaryIO, text: TextIO, encoding: str) -> PeopleTable:
    head = text.read(HEAD)
    if len(head) == HEAD:
        head = head[: head.rfind("\n") + 1] or head
    candidates = csv_rows.delimiters(head)
    samples = {delimiter: _sample(head, delimiter) for delimiter in candidates}
    named = [delimiter for delimiter in candidates if samples[delimiter] and has_address(samples[delimiter][0])]
    delimiter = (named or candidates)[0]
    return PeopleTable(file, text, encoding, delimiter, columns_of(samples[delimiter]))


def _sample(head: str, delimiter: str) -> list[list[str]]:
    return list(islice((row[1] for row in csv_rows.rows_of(head, delimiter) if _is_content(row)), _SAMPLED))


def _is_content(row: Row) -> bool:
    """Whether the row is neither blank, nor unreadable, nor Excel's line `sep=;`."""
    _, cells, problem = row
    return not problem and any(cell.strip() for cell in cells) and not csv_rows.is_separator_line(cells)
