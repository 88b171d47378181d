"""One database, two ways in: begin() to change it, read() for a snapshot.

SQLite takes its write lock at the start of begin(), so that no transaction fails half-way for want of it, and
synchronises at each commit: a lease that was committed before the first byte is there after a power cut too.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, create_engine, event, func, inspect, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.exc import DatabaseError as DriverDatabaseError
from sqlalchemy.orm import Session

from fob_mail.errors import DatabaseError
from fob_mail.models import SCHEMA_REVISION, Base

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite
    from sqlalchemy.pool import ConnectionPoolEntry

LOCK_SECONDS = 30.0
"""How long a SQLite transaction waits for another's write lock."""

SQLITE_CACHE_KIB = 512
"""What a connection keeps of the file: a batch and its readers. The system's cache has the rest, for all of them."""


class Database:
    """An engine, and the only place where transactions begin and end."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._readers = engine.execution_options(fob_mail_readonly=True)

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the file-based kind."""
        return self.engine.dialect.name == "sqlite"

    @property
    def place(self) -> str:
        """Where it is, for people: a file, or an address without what may hold a password."""
        url = self.engine.url
        return str(url.database) if self.is_sqlite else url.set(drivername="postgresql", query={}).render_as_string()

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """A session in a transaction that may write; committed at the end, rolled back by any exception."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def begin_bulk(self, *, locked: bool = False) -> Iterator[Session]:
        """As begin(), for many rows at once, whose references their writer knows to hold: SQLite does not look them up.

        Unless it is `locked` from the beginning, SQLite's write lock waits for the first statement on a lasting table, which must be one
        that writes.
        """
        with (self.engine if locked else self._readers).connect() as connection:
            driver = connection.connection.driver_connection
            _check_references(driver, wanted=False)
            try:
                with Session(connection, expire_on_commit=False) as session, session.begin():
                    yield session
            finally:
                connection.rollback()
                _check_references(driver, wanted=True)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one moment of the database and holds no lock against writers."""
        with Session(self._readers, expire_on_commit=False) as session, session.begin():
            yield session

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()


def connect(url: str, patience: float | None = None, *, create: bool = True) -> Database:
    """The database at a SQLAlchemy URL: `sqlite:////folder/file.db` or `postgresql://user:password@host/name`.

    A SQLite file is created if it is not there, readable by its owner alone; or, without `create`, it has to be there. No connection
    is tried yet.
    With `patience`, in seconds, waiting for a lock (or for PostgreSQL's first answer) ends in an OperationalError after it.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        problem = "database_url is not a database address."
        raise DatabaseError(problem, "Write sqlite:///fob-mail.db or postgresql://user:password@host/name.") from None
    if parsed.get_backend_name() == "sqlite":
        _check_file(parsed, create=create)
        waits = {"timeout": LOCK_SECONDS if patience is None else patience, "check_same_thread": False}
        engine = create_engine(parsed, connect_args=waits, hide_parameters=True)
        _teach_sqlite(engine)
    elif parsed.get_backend_name() == "postgresql":
        waiting = {} if patience is None else {"connect_timeout": ceil(patience)}
        engine = _postgresql(parsed, waiting)
        if patience is not None:
            _limit_lock_waits(engine, patience)
    else:
        problem = f"database_url names {parsed.get_backend_name()}, which fob-mail does not speak."
        raise DatabaseError(problem, "Use SQLite (sqlite:///fob-mail.db) or PostgreSQL (postgresql://…).")
    return Database(engine)


def require_current(database: Database) -> None:
    """Raise DatabaseError with the remedy unless the schema is of exactly this version."""
    try:
        with database.read() as session:
            connection = session.connection()
            known = inspect(connection).has_table("alembic_version")
            revision = session.scalar(text("SELECT version_num FROM alembic_version")) if known else None
    except OperationalError as error:
        problem = f"The database {database.place} does not answer: {first_line(error)}"
        remedy = "that the database server is running"
        if database.is_sqlite:
            remedy = "that you may write to the file, and to its folder, where SQLite keeps files beside it"
        raise DatabaseError(problem, f"Check database_url, and {remedy}.") from None
    except DriverDatabaseError as error:  # SQLite says so of a file that is damaged, or none of its own
        problem = f"The database is damaged: {first_line(error)}"
        raise DatabaseError(problem, "Check database_url; or put back a copy that fob-mail db backup made.") from None
    if revision is None:
        raise DatabaseError("The database has no tables yet.", "Make them: fob-mail db upgrade")
    if revision != SCHEMA_REVISION:
        problem = f"The database is of version {revision}; this fob-mail works with version {SCHEMA_REVISION}."
        raise DatabaseError(problem, "Bring it up to date: fob-mail db upgrade (and upgrade fob-mail if it is the older one)")


def clock(session: Session) -> datetime:
    """The database's own time, aware, in UTC: the one clock that all workers share."""
    if session.get_bind().dialect.name == "sqlite":
        return datetime.now(UTC)
    moment: datetime = session.scalars(text("SELECT clock_timestamp()")).one()
    return moment.astimezone(UTC)


def by_index(connection: Connection) -> None:
    """Until the transaction's end, have PostgreSQL look up the few rows that are named, whatever it believes of its tables' sizes."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off")


def moment_in(connection: Connection, moment: datetime) -> object:
    """A moment as a statement takes it that is text: SQLite keeps it so."""
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f") if connection.dialect.name == "sqlite" else moment


def insert_into(where: Session | Connection, table: type[Base]) -> "sqlite.Insert | postgresql.Insert":
    """An INSERT that can say ON CONFLICT, as this database has it. Its dialect alone is loaded: PostgreSQL's takes 2 MB."""
    connection = where.connection() if isinstance(where, Session) else where
    if connection.dialect.name == "sqlite":
        from sqlalchemy.dialects import sqlite  # noqa: PLC0415

        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415

    return postgresql.insert(table)


def damages(database: Database) -> list[str]:
    """What the database itself finds damaged, a line each. PostgreSQL keeps its own house; that it answers is enough."""
    if not database.is_sqlite:
        return []
    try:
        return _damages(database)
    except DriverDatabaseError as error:
        return [first_line(error)]


def _damages(database: Database) -> list[str]:
    with database.read() as session:
        connection = session.connection()
        integrity = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check")]
        strays = [f"{row[0]} row {row[1]} points to no row of {row[2]}" for row in connection.exec_driver_sql("PRAGMA foreign_key_check")]
    return [line for line in integrity if line != "ok"] + strays


def sizes(session: Session) -> dict[str, int]:
    """How many rows each table has."""
    return {name: session.scalar(select(func.count()).select_from(table)) or 0 for name, table in Base.metadata.tables.items()}


def first_line(error: DriverDatabaseError) -> str:
    """What the driver said, without SQLAlchemy's background links or the address's password."""
    return str(error.orig).strip().splitlines()[0]


def _check_file(url: URL, *, create: bool) -> None:
    """Make SQLite's file if it is wanted, or see that it is there; an address that can only be a mistake is told."""
    if url.query:
        said = ", ".join(url.query)
        raise DatabaseError(
            f"database_url has options ({said}), which a SQLite file does not take.", "Take out its question mark and the rest."
        )
    if not url.database or url.database == ":memory:":
        return
    if "\0" in url.database or "%" in url.database:
        problem = "database_url has a % in its file's name, which is taken for the beginning of a code."
        raise DatabaseError(problem, "Name the file in plain characters: sqlite:///fob-mail.db")
    if create:
        _create_private(Path(url.database))
    elif not Path(url.database).exists():
        problem = f"There is no database at {url.database}."
        raise DatabaseError(problem, "Correct database_url; or, if this is a new installation, make it: fob-mail db upgrade")


def _check_references(driver: object, *, wanted: bool) -> None:
    """Have SQLite look up what new rows refer to, or not; it takes no notice of this within a transaction."""
    if isinstance(driver, sqlite3.Connection):
        driver.execute(f"PRAGMA foreign_keys = {'ON' if wanted else 'OFF'}")


def _create_private(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        problem = f"The database file {path} cannot be opened: {error.strerror}."
        raise DatabaseError(problem, "Check database_url, and who may write in that folder.") from None


def _postgresql(url: URL, waiting: dict[str, int]) -> Engine:
    """An engine for PostgreSQL, if the driver knows all that stands after the address's question mark."""
    import psycopg  # noqa: PLC0415 what uses SQLite alone need not wait for it

    try:
        engine = create_engine(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True, connect_args=waiting, hide_parameters=True)
        psycopg.conninfo.make_conninfo(**{name: ",".join(values) for name, values in url.normalized_query.items()})
    except (ArgumentError, psycopg.ProgrammingError) as error:
        raise DatabaseError(f"database_url cannot be used: {str(error).strip()}.", "Correct what stands after its question mark.") from None
    return engine


def _limit_lock_waits(engine: Engine, seconds: float) -> None:
    """Have PostgreSQL give up waiting for a lock, as SQLite does by itself."""

    @event.listens_for(engine, "connect")
    def configure(connection: DBAPIConnection, _: "ConnectionPoolEntry") -> None:
        cursor = connection.cursor()
        cursor.execute(f"SET lock_timeout = {ceil(1000 * seconds)}")
        cursor.close()
        connection.commit()  # a rollback would take the setting back


def _teach_sqlite(engine: Engine) -> None:
    """Turn the driver's own transactions off and say BEGIN ourselves, as SQLAlchemy's documentation of pysqlite advises."""

    @event.listens_for(engine, "connect")
    def configure(connection: DBAPIConnection, _: "ConnectionPoolEntry") -> None:
        connection.isolation_level = None  # the driver then leaves transactions to us
        cursor = connection.cursor()
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", f"cache_size = -{SQLITE_CACHE_KIB}"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        readonly = connection.get_execution_options().get("fob_mail_readonly", False)
        connection.exec_driver_sql("BEGIN" if readonly else "BEGIN IMMEDIATE")
