"""A file of people comes onto a list: a million rows in flat memory, all of them or none, and nobody who left is brought back."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from fob_mail import addresses
from fob_mail.audience import csv_rows, settling, staging
from fob_mail.audience.csv_rows import Row
from fob_mail.audience.people import Alike, DeclinedError, PersonReader
from fob_mail.audience.rejects import FIRST, Reject, Rejects
from fob_mail.audience.settling import Terms
from fob_mail.audience.staging import Stage, Waiting
from fob_mail.audience.tables import PeopleTable, open_table
from fob_mail.errors import InputError
from fob_mail.models import SubscriptionState

_BATCH = 128  # rows looked at together: some that are out of the ordinary cost their neighbours little
_SHORTEST_RUN = 8


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a file's rows; `imported` to `suppressed` add up to it, but for `declined`."""

    rows: int  # that are not blank
    imported: int  # new on the list
    confirmed: int  # were waiting to confirm, and now need not
    already: int  # on the list before, and still
    duplicates: int  # the same address again, further down in the file
    rejected: int
    declined: int  # of those rejected: the file itself says that they are not to be mailed
    left: int
    suppressed: int
    unusable: tuple[Reject, ...]  # the first of those rejected
    kept_out: tuple[Reject, ...]  # the first of those who left or are suppressed
    table: PeopleTable


@dataclass(slots=True)
class _Tally:
    usable: int = 0
    rejected: int = 0
    declined: int = 0


def import_people(session: Session, file: BinaryIO, terms: Terms, rejects: Rejects, progress: Callable[[int], None]) -> Report:
    """Bring the people of an open file, which must be seekable, onto a list. `progress` is told the bytes read so far."""
    with csv_rows.value_limit():
        table = open_table(file)
        rejects.header = table.columns.header
        tally = _Tally()
        with staging.staged(session) as stage:
            staging.fill(session, _people(table, terms.digest_key, rejects, tally, progress))
            unusable = tuple(rejects.first)
            settled = settling.settle(session, stage, terms)
            kept_out = _keep_out(session, stage, table, rejects)
    counted = settled.imported + settled.confirmed + settled.already + settled.left + settled.suppressed
    return Report(
        rows=tally.usable + tally.rejected,
        imported=settled.imported,
        confirmed=settled.confirmed,
        already=settled.already,
        duplicates=tally.usable - counted,
        rejected=tally.rejected,
        declined=tally.declined,
        left=settled.left,
        suppressed=settled.suppressed,
        unusable=unusable,
        kept_out=kept_out,
        table=table,
    )


def _people(table: PeopleTable, key: bytes, rejects: Rejects, tally: _Tally, progress: Callable[[int], None]) -> Iterator[Waiting]:
    """Every row that can be used, as it is to wait; the others go to the rejects."""
    reader, source = PersonReader(table.columns), table.rows()
    while batch := list(islice(source, _BATCH)):
        for part, people in _alike(reader, batch):
            if people is not None:
                tally.usable += len(part)
                lines, digests = (row[0] for row in part), addresses.digests(people[0], key)
                yield from zip(lines, people[0], digests, *people[1:], strict=True)
                continue
            for row in part:
                try:
                    person = reader.read(row)
                except InputError as error:
                    tally.rejected += 1
                    tally.declined += isinstance(error, DeclinedError)
                    rejects.add(Reject(row[0], _shown(table, row[1]), error.problem), row[1])
                else:
                    if person is not None:
                        tally.usable += 1
                        address, name, language, attributes = person
                        yield row[0], address, addresses.digest(address, key), name, language, attributes
        progress(table.file.tell())


def _alike(reader: PersonReader, rows: list[Row]) -> Iterator[tuple[list[Row], Alike | None]]:
    """The rows in runs: long ones of which nothing is out of the ordinary, with their people, and short ones without."""
    people = reader.read_alike(rows)
    if people is not None or len(rows) <= _SHORTEST_RUN:
        yield rows, people
        return
    half = len(rows) // 2
    yield from _alike(reader, rows[:half])
    yield from _alike(reader, rows[half:])


def _keep_out(session: Session, stage: Stage, table: PeopleTable, rejects: Rejects) -> tuple[Reject, ...]:
    """Those who are not to be mailed, into the rejects with their own rows: the file is read again beside them."""
    kept = stage.kept_out.c
    found = session.execute(
        select(kept.line, kept.address, kept.why, kept.since).order_by(kept.line), execution_options={"yield_per": 1000}
    )
    first: list[Reject] = []
    rows = table.rows()
    for line, address, why, since in found:
        reason = f"left on {since:%Y-%m-%d}" if why == SubscriptionState.LEFT else f"suppressed: {why}"
        reject = Reject(line, address, reason)
        if len(first) < FIRST:
            first.append(reject)
        if rejects.writes:
            rejects.add(reject, next(cells for at, cells, _ in rows if at == line))
    return tuple(first)


def _shown(table: PeopleTable, cells: list[str]) -> str:
    """What stands where the address should be."""
    return cells[table.columns.address].strip()[:80] if len(cells) > table.columns.address else ""
