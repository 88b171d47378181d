"""A file of people comes onto a list: a million rows in flat memory, all of them or none, and nobody who left is brought back."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from fob_mail.audience import beside, csv_rows, settling, staging
from fob_mail.audience.arriving import Arrivals
from fob_mail.audience.chunks import Chunk
from fob_mail.audience.rejects import FIRST, Reject, Rejects
from fob_mail.audience.settling import Terms
from fob_mail.audience.staging import Stage
from fob_mail.audience.tables import PeopleTable, opened_table
from fob_mail.models import SubscriptionState


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

    def count(self, chunk: Chunk) -> None:
        self.usable += chunk.usable
        self.rejected += len(chunk.refused)
        self.declined += chunk.declined


def import_people(session: Session, file: BinaryIO, terms: Terms, rejects: Rejects, progress: Callable[[int], None]) -> Report:
    """Bring the people of an open file, which must be seekable, onto a list. `progress` is told the bytes read so far."""
    tally = _Tally()
    with csv_rows.value_limit(), opened_table(file) as table:
        rejects.header = table.columns.header
        with closing(beside.read(table, terms.digest_key)) as chunks, staging.staged(session) as stage:
            arrivals = Arrivals(session, stage, terms)
            for chunk in chunks:
                tally.count(chunk)
                for line, what, why, cells in chunk.refused:
                    rejects.add(Reject(line, what, why), cells)
                progress(chunk.position)
                arrivals.take(chunk)
            arrivals.forget_repeated()
            unusable = tuple(rejects.first)
            settled = settling.settle(session, stage, terms)
            kept_out = _keep_out(session, stage, table, rejects)
    imported = arrivals.added + settled.imported
    counted = imported + settled.confirmed + settled.already + settled.left + settled.suppressed
    return Report(
        rows=tally.usable + tally.rejected,
        imported=imported,
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
