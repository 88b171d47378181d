"""From an open file to its people in chunks: read, checked, sorted by address, ready for the database. No database is asked."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from fob_mail import addresses
from fob_mail.audience.csv_rows import Row
from fob_mail.audience.people import Alike, DeclinedError, PersonReader
from fob_mail.audience.tables import PeopleTable
from fob_mail.errors import InputError

CHUNK = 40_000
"""People in a chunk, about: what is sorted together goes into the database's index in its order."""

WIDTH = 5
"""Values of a person: address, digest, name, language, attributes as JSON."""

_BATCH = 128  # rows looked at together: some that are out of the ordinary cost their neighbours little
_SHORTEST_RUN = 8

Refused = tuple[int, str, str, list[str]]
"""A row that cannot be used: its line, what stands where the address should be, why, and its cells."""


class Chunk(NamedTuple):
    """Part of a file. People are sorted by address, each address once, with the first of its lines in this part."""

    lines: list[int]
    values: list[str | bytes | None]  # WIDTH of each person, one after the other: as statements take them
    usable: int  # rows, those with an address that was there before included
    refused: list[Refused]
    declined: int  # of those refused: the file itself says that they are not to be mailed
    position: int  # in the file, in bytes, up to which it has been read

    def person(self, number: int) -> tuple[str | bytes | None, ...]:
        """The values of one person."""
        return tuple(self.values[number * WIDTH : (number + 1) * WIDTH])


def chunks(table: PeopleTable, key: bytes) -> Generator[Chunk, None, None]:
    """The whole table, from its first row. `key` is that of addresses.digest(). Read it within csv_rows.value_limit()."""
    reader, source = PersonReader(table.columns), table.rows()
    part = _Part()
    while batch := list(islice(source, _BATCH)):
        for rows, people in _alike(reader, batch):
            if people is None:
                _read_each(reader, rows, table, key, part)
            else:
                part.add([row[0] for row in rows], addresses.digests(people[0], key), people)
        if len(part.lines) + len(part.refused) >= CHUNK:
            yield part.chunk(table.file.tell())
            part = _Part()
    yield part.chunk(table.file.tell())


@dataclass(slots=True)
class _Part:
    """What has been read of the chunk under way: columns, since that is the cheapest."""

    lines: list[int] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    digests: list[bytes] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    languages: list[str | None] = field(default_factory=list)
    attributes: list[str] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    declined: int = 0

    def add(self, lines: list[int], digests: list[bytes], people: Alike) -> None:
        self.lines += lines
        self.digests += digests
        addresses, names, languages, attributes = people
        self.addresses += addresses
        self.names += names
        self.languages += languages
        self.attributes += attributes

    def chunk(self, position: int) -> Chunk:
        order = sorted(range(len(self.addresses)), key=self.addresses.__getitem__)
        if len(set(self.addresses)) < len(order):  # the first line of an address counts; sorting has kept their order
            order = list({self.addresses[place]: place for place in reversed(order)}.values())[::-1]
        values: list[str | bytes | None] = [None] * (WIDTH * len(order))
        columns: Sequence[Sequence[str | bytes | None]] = (self.addresses, self.digests, self.names, self.languages, self.attributes)
        for number, column in enumerate(columns):
            values[number::WIDTH] = map(column.__getitem__, order)
        return Chunk([self.lines[place] for place in order], values, len(self.addresses), self.refused, self.declined, position)


def _read_each(reader: PersonReader, rows: list[Row], table: PeopleTable, key: bytes, part: _Part) -> None:
    """Rows of which something is out of the ordinary, one at a time."""
    for row in rows:
        try:
            person = reader.read(row)
        except InputError as error:
            part.declined += isinstance(error, DeclinedError)
            part.refused.append((row[0], _shown(table, row[1]), error.problem, row[1]))
        else:
            if person is not None:
                address, name, language, attributes = person
                part.add([row[0]], [addresses.digest(address, key)], ([address], [name], [language], [attributes]))


def _alike(reader: PersonReader, rows: list[Row]) -> Iterator[tuple[list[Row], Alike | None]]:
    """The rows in runs: long ones of which nothing is out of the ordinary, with their people, and short ones without."""
    people = reader.read_alike(rows)
    if people is not None or len(rows) <= _SHORTEST_RUN:
        yield rows, people
        return
    half = len(rows) // 2
    yield from _alike(reader, rows[:half])
    yield from _alike(reader, rows[half:])


def _shown(table: PeopleTable, cells: list[str]) -> str:
    """What stands where the address should be."""
    return cells[table.columns.address].strip()[:80] if len(cells) > table.columns.address else ""
