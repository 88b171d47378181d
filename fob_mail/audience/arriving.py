"""New people of a file go straight onto the list, a chunk at a time; who may be known, or is suppressed, waits on the stage.

Rows go in past SQLAlchemy, which costs ten times as much: by long statements on SQLite, by COPY on PostgreSQL.
"""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from itertools import islice

import psycopg
from sqlalchemy import Connection, String, delete, func, literal, select
from sqlalchemy.orm import Session

from fob_mail.audience import settling, staging
from fob_mail.audience.chunks import WIDTH, Chunk
from fob_mail.audience.settling import Terms
from fob_mail.audience.staging import Stage
from fob_mail.models import Subscriber, SubscriptionState, Suppression, UtcDateTime

ROOM = 1_200_000
"""Subscribers for whom SQLite's cache has room for the index of addresses, so that chunks may be written into all of it one by one."""

_ROWS_A_STATEMENT = 32  # on SQLite: a third cheaper than one
_PARAMETERS = 30_000  # of a statement, on SQLite
_NEW = """WITH new AS (
    INSERT INTO subscribers (address, digest, name, language, attributes, created_at)
    SELECT address, digest, name, language, attributes, %(now)s FROM import_chunk
    WHERE NOT EXISTS (SELECT FROM subscribers WHERE subscribers.address = import_chunk.address)
    AND NOT EXISTS (SELECT FROM suppressions WHERE suppressions.digest = import_chunk.digest)
    RETURNING id
), subscribed AS (
    INSERT INTO subscriptions (subscriber_id, list_id, state, since) SELECT id, %(list)s, %(state)s, %(now)s FROM new
)
INSERT INTO consents (subscriber_id, list_id, what, how, evidence, given_at)
SELECT id, %(list)s, 'joined', 'import', %(evidence)s, %(now)s FROM new"""


class Arrivals:
    """The new people of one import. Nobody else adds subscribers meanwhile, so that all above the newest of before are its own."""

    def __init__(self, session: Session, stage: Stage, terms: Terms) -> None:
        self._connection = session.connection()
        self._stage = stage
        self._terms = terms
        self._before: int | None = None  # the newest subscriber who was there before
        self.added = 0

    def take(self, chunk: Chunk) -> None:
        """Put a chunk's new people onto the list, and its others onto the stage."""
        if self._before is None:
            settling.hold(self._connection, self._terms.list_id)
            self._before = self._newest()
        newest = self._newest()
        added = self._add(chunk, newest)
        self.added += added
        staging.put(self._connection, chunk, self._not_added(chunk, newest, added))

    def forget_repeated(self) -> None:
        """Take off the stage whom this very file brought before: their rows are duplicates."""
        if self.added:
            rows = self._stage.rows.c
            ours = select(rows.line).join(Subscriber, Subscriber.address == rows.address).where(Subscriber.id > self._before)
            self._connection.execute(delete(self._stage.rows).where(rows.line.in_(ours)))

    def _newest(self) -> int:
        return self._connection.scalar(select(func.coalesce(func.max(Subscriber.id), 0))) or 0

    def _add(self, chunk: Chunk, newest: int) -> int:
        """How many of the chunk were put onto the list as new."""
        driver = self._connection.connection.driver_connection
        if isinstance(driver, psycopg.Connection):
            with settling.references_known_to_hold(self._connection):
                return _add_by_copy(driver, chunk, self._terms)
        if not isinstance(driver, sqlite3.Connection):
            raise TypeError(driver)
        if newest >= ROOM:
            return 0
        added = _insert_by_rows(driver, self._allowed(chunk), _as_written(self._terms.now, self._connection))
        if added:
            settling.subscribe(self._connection, self._terms, newest)
        return added

    def _not_added(self, chunk: Chunk, newest: int, number: int) -> Sequence[int]:
        """The places in the chunk of those of whom no subscriber was made, where one was made of that number."""
        if number == len(chunk.lines):
            return ()
        if number == 0:
            return range(len(chunk.lines))
        added = set(self._connection.scalars(select(Subscriber.address).where(Subscriber.id > newest)))
        return [place for place, address in enumerate(chunk.values[::WIDTH]) if address not in added]

    def _allowed(self, chunk: Chunk) -> list[str | bytes | None]:
        """The values of those who are not suppressed."""
        if self._connection.execute(select(Suppression.digest).limit(1)).first() is None:
            return chunk.values
        digests, barred = iter(chunk.values[1::WIDTH]), set[object]()
        while some := list(islice(digests, _PARAMETERS)):
            barred |= set(self._connection.scalars(select(Suppression.digest).where(Suppression.digest.in_(some))))
        people = map(chunk.person, range(len(chunk.lines)))
        return [value for person in people if person[1] not in barred for value in person] if barred else chunk.values


def _insert_by_rows(driver: sqlite3.Connection, values: list[str | bytes | None], moment: str) -> int:
    """How many of these people were not subscribers, and are now."""
    before, step = driver.total_changes, WIDTH * _ROWS_A_STATEMENT
    for at in range(0, len(values), step):
        some = values[at : at + step]
        rows = ", ".join([f"(?, ?, ?, ?, ?, '{moment}')"] * (len(some) // WIDTH))
        into = "INTO subscribers (address, digest, name, language, attributes, created_at)"
        driver.execute(f"INSERT {into} VALUES {rows} ON CONFLICT (address) DO NOTHING", some)  # noqa: S608 question marks, and a moment of ours
    return driver.total_changes - before


def _add_by_copy(driver: psycopg.Connection[object], chunk: Chunk, terms: Terms) -> int:
    """How many of the chunk were put onto the list as new: one statement for the three tables, a third cheaper than three."""
    said = {"now": terms.now, "list": terms.list_id, "state": str(SubscriptionState.CONFIRMED), "evidence": terms.evidence}
    with driver.cursor() as cursor:
        with cursor.copy("COPY import_chunk (address, digest, name, language, attributes) FROM STDIN") as copy:
            for number in range(len(chunk.lines)):
                copy.write_row(chunk.person(number))
        added = cursor.execute(_NEW, said).rowcount
        cursor.execute("TRUNCATE import_chunk")
    return added


def _as_written(moment: datetime, connection: Connection) -> str:
    """A moment as SQLite's columns have it."""
    return str(connection.scalar(select(func.trim(literal(moment, UtcDateTime()), type_=String))))
