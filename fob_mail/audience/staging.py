"""Where a file's people wait while they are compared with those we know: temporary tables, gone with the transaction.

Rows go in past SQLAlchemy, by executemany (SQLite) and COPY (PostgreSQL): what else there is costs ten times as much.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice

import psycopg
from sqlalchemy import JSON, Column, Integer, LargeBinary, MetaData, String, Table, Text, text
from sqlalchemy.orm import Session

from fob_mail.models import BigId, UtcDateTime

_SQLITE_CACHE_KIB = 16_384  # for the one transaction: indices are written in address order and stay within it
_COLUMNS = "line, address, digest, name, language, attributes"
_ROWS_A_STATEMENT = 32  # on SQLite: a third cheaper than one
_SQLITE_USUAL_CACHE_KIB = 2_000


Waiting = tuple[int, str, bytes, str, str | None, str]
"""A readable row as it waits: line, address, digest, name, language, and attributes as JSON. A plain tuple, for speed."""


@dataclass(frozen=True, slots=True)
class Stage:
    """The temporary tables of one import."""

    rows: Table  # every readable row of the file
    known: Table  # those who are subscribers already: their first line, and their state on this list if they have one
    kept_out: Table  # those who are not to be mailed: their first line, why, and since when


@contextmanager
def staged(session: Session) -> Iterator[Stage]:
    """The temporary tables, empty, for one import; a failure takes them away by rolling back."""
    connection = session.connection()
    sqlite = connection.dialect.name == "sqlite"
    metadata = MetaData()
    stage = _tables(metadata, sqlite=sqlite)
    metadata.create_all(connection, checkfirst=False)
    if sqlite:
        connection.exec_driver_sql(f"PRAGMA cache_size = -{_SQLITE_CACHE_KIB}")
    yield stage
    metadata.drop_all(connection, checkfirst=False)
    if sqlite:
        connection.exec_driver_sql(f"PRAGMA cache_size = -{_SQLITE_USUAL_CACHE_KIB}")


def fill(session: Session, people: Iterable[Waiting]) -> None:
    """Write every person into the table of rows. The iterable is drawn from once, as fast as the database takes it."""
    driver = session.connection().connection.driver_connection
    if isinstance(driver, sqlite3.Connection):
        source = iter(people)
        while together := list(islice(source, _ROWS_A_STATEMENT)):
            places = ", ".join(["(?, ?, ?, ?, ?, ?)"] * len(together))
            driver.execute(f"INSERT INTO import_rows ({_COLUMNS}) VALUES {places}", list(chain.from_iterable(together)))  # noqa: S608 question marks
    elif isinstance(driver, psycopg.Connection):
        with driver.cursor() as cursor, cursor.copy(f"COPY import_rows ({_COLUMNS}) FROM STDIN") as copy:
            for person in people:
                copy.write_row(person)
        session.execute(text("ANALYZE import_rows"))
    else:
        raise TypeError(driver)


def _tables(metadata: MetaData, *, sqlite: bool) -> Stage:
    def temporary(name: str, *columns: Column[object]) -> Table:
        return Table(name, metadata, *columns, prefixes=["TEMPORARY"], postgresql_on_commit="DROP")

    return Stage(
        rows=temporary(
            "import_rows",
            Column("line", Integer, primary_key=sqlite, autoincrement=False),  # SQLite's own row number: an index for nothing
            Column("address", String, nullable=False),
            Column("digest", LargeBinary, nullable=False),
            Column("name", Text, nullable=False),
            Column("language", String),
            Column("attributes", JSON, nullable=False),
        ),
        known=temporary(
            "import_known",
            Column("subscriber_id", BigId, primary_key=True, autoincrement=False),
            Column("line", Integer, nullable=False),
            Column("state", String),
        ),
        kept_out=temporary(
            "import_kept_out",
            Column("line", Integer, primary_key=True, autoincrement=False),
            Column("address", String, nullable=False),
            Column("why", String, nullable=False),
            Column("since", UtcDateTime, nullable=False),
        ),
    )
