"""Where those people of a file wait who may be known, or are not to be mailed: temporary tables, gone with the transaction."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice

import psycopg
from sqlalchemy import JSON, Column, Connection, Integer, LargeBinary, MetaData, String, Table, Text
from sqlalchemy.orm import Session

from fob_mail.audience.chunks import Chunk
from fob_mail.database import SQLITE_CACHE_KIB
from fob_mail.models import BigId, UtcDateTime

_SQLITE_CACHE_KIB = 65_536  # for the one transaction: the index of addresses stays within it, see arriving.ROOM
_COLUMNS = "line, address, digest, name, language, attributes"
_ROWS_A_STATEMENT = 32  # on SQLite: a third cheaper than one


@dataclass(frozen=True, slots=True)
class Stage:
    """The temporary tables of one import."""

    chunk: Table  # people just arriving, on PostgreSQL
    rows: Table  # those who wait
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
        connection.exec_driver_sql(f"PRAGMA cache_size = -{SQLITE_CACHE_KIB}")


def put(connection: Connection, chunk: Chunk, numbers: Sequence[int]) -> None:
    """Write those people of the chunk, by their numbers in it, into the table of rows."""
    driver = connection.connection.driver_connection
    people = ((chunk.lines[number], *chunk.person(number)) for number in numbers)
    if isinstance(driver, sqlite3.Connection):
        while together := list(islice(people, _ROWS_A_STATEMENT)):
            places = ", ".join(["(?, ?, ?, ?, ?, ?)"] * len(together))
            driver.execute(f"INSERT INTO import_rows ({_COLUMNS}) VALUES {places}", list(chain.from_iterable(together)))  # noqa: S608 question marks  # nosec
    elif isinstance(driver, psycopg.Connection):
        with driver.cursor() as cursor, cursor.copy(f"COPY import_rows ({_COLUMNS}) FROM STDIN") as copy:
            for person in people:
                copy.write_row(person)
    else:
        raise TypeError(driver)


def _tables(metadata: MetaData, *, sqlite: bool) -> Stage:
    def temporary(name: str, *columns: Column[object]) -> Table:
        return Table(name, metadata, *columns, prefixes=["TEMPORARY"], postgresql_on_commit="DROP")

    return Stage(
        chunk=temporary("import_chunk", *_person()),
        rows=temporary(
            "import_rows",
            Column("line", Integer, primary_key=sqlite, autoincrement=False),  # SQLite's own row number: an index for nothing
            *_person(),
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


def _person() -> Iterator[Column[object]]:
    """What a file tells of a person, and the digest of the address."""
    yield Column("address", String, nullable=False)
    yield Column("digest", LargeBinary, nullable=False)
    yield Column("name", Text, nullable=False)
    yield Column("language", String)
    yield Column("attributes", JSON, nullable=False)
