"""A copy of the whole database, taken while others work on it; and a copy put in the database's place."""

import os
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

from sqlalchemy.engine import URL

from fob_mail.database import Database
from fob_mail.errors import ConflictError, DatabaseError, InputError

BEGINNINGS = (b"SQLite format 3\0", b"PGDMP")
"""How a copy begins, by which a former one is known."""


def back_up(database: Database, file: Path, *, force: bool) -> int:
    """Copy the database into a file that only its owner can read; gives its size in bytes. Only a former copy is
    written over, and only if forced.
    """
    _refuse_what_is_no_copy(database, file, force=force)
    part = file.with_name(f".{file.name}.part")
    try:
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        if database.is_sqlite:
            _copy_sqlite(database, part)
        else:
            _dump_postgresql(database, part)
        part.replace(file)
    except OSError as error:
        raise InputError(f"{file} cannot be written: {error.strerror}.", "Name a file in a folder that is yours.") from None
    finally:
        part.unlink(missing_ok=True)
    return file.stat().st_size


def check_copy(database: Database, file: Path) -> None:
    """See that a file is a copy of a database of this kind, and whole; raises InputError that says what is wrong with it."""
    try:
        with file.open("rb") as opened:
            beginning = opened.read(16)
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}.", "Name a copy that fob-mail db backup made.") from None
    wanted = BEGINNINGS[0] if database.is_sqlite else BEGINNINGS[1]
    if not beginning.startswith(wanted):
        kind = "SQLite" if database.is_sqlite else "PostgreSQL"
        raise InputError(f"{file} is no copy of a {kind} database.", "Name a copy that fob-mail db backup made of this one.")
    if database.is_sqlite:
        if file.samefile(str(database.engine.url.database)):
            raise ConflictError(f"{file} is the database itself.", "Name a copy of it.")
        _check_sqlite(file)
    else:
        _run_postgresql(["pg_restore", "--list", str(file)], database)


def _check_sqlite(file: Path) -> None:
    problem = "it is damaged"
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as copy:
            sound = copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            ours = copy.execute("SELECT 1 FROM sqlite_master WHERE name = 'deliveries'").fetchone()
        if sound and ours:
            return
        problem = "it is damaged" if not sound else "it has none of fob-mail's tables"
    except sqlite3.Error as error:
        problem = str(error)
    raise InputError(f"{file} cannot be put back: {problem}.", "Name another copy.")


def set_aside(database: Database, folder: Path) -> Path | None:
    """Copy the database that is to be replaced into a folder; None if it is too damaged to be copied."""
    name = Path(str(database.engine.url.database))
    file = folder / f"{name.stem}-replaced-{time.strftime('%Y%m%d-%H%M%S')}{name.suffix or '.dump'}"
    try:
        back_up(database, file, force=True)
    except (DatabaseError, sqlite3.Error):
        return None
    return file


def overwrite(database: Database, copy: Path) -> None:
    """Put a copy in the database's place, for all who have it open too. A SQLite file that is damaged is moved aside."""
    if not database.is_sqlite:
        url = _without_password(database)
        _run_postgresql(
            ["pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction", f"--dbname={url}", str(copy)], database
        )
        database.engine.dispose()
        return
    file = str(database.engine.url.database)
    database.engine.dispose()
    try:
        _copy_into(copy, file)
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise
        moment = time.strftime("%Y%m%d-%H%M%S")
        for end in ("", "-wal", "-shm"):
            if Path(file + end).exists():
                Path(file + end).rename(f"{file}-damaged-{moment}{end}")
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        _copy_into(copy, file)


def _copy_into(copy: Path, file: str) -> None:
    with closing(sqlite3.connect(f"{copy.absolute().as_uri()}?mode=ro", uri=True)) as source, closing(sqlite3.connect(file)) as target:
        target.execute("PRAGMA user_version").fetchone()  # damage shows before anything is written
        source.backup(target)


def _refuse_what_is_no_copy(database: Database, file: Path, *, force: bool) -> None:
    """A copy may take the place of a former one; never that of the database itself, or of anything else."""
    try:
        if not file.exists():
            return
        own = database.is_sqlite and file.samefile(str(database.engine.url.database))
        with file.open("rb") as opened:
            beginning = opened.read(len(max(BEGINNINGS, key=len)))
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}.", "Name another file.") from None
    if own:
        raise ConflictError(f"{file} is the database itself.", "Name another file.")
    if not force:
        raise ConflictError(f"{file} is there already.", "Name another file, or add --force.")
    if beginning and not beginning.startswith(BEGINNINGS):
        raise ConflictError(f"{file} is no copy of a database, and is kept.", "Name another file.")


def _copy_sqlite(database: Database, part: Path) -> None:
    """SQLite's online backup: one moment of the database, while writers go on."""
    source = sqlite3.connect(str(database.engine.url.database))
    copy = sqlite3.connect(part)
    try:
        source.backup(copy)
    finally:
        copy.close()
        source.close()


def _dump_postgresql(database: Database, part: Path) -> None:
    """pg_dump's custom format."""
    with part.open("wb") as opened:
        _run_postgresql(["pg_dump", "--format=custom", f"--dbname={_without_password(database)}"], database, opened)


def _without_password(database: Database) -> str:
    whole = database.engine.url
    query = {name: value for name, value in whole.query.items() if name != "password"}
    return URL.create("postgresql", whole.username, None, whole.host, whole.port, whole.database, query).render_as_string()


def _run_postgresql(command: list[str], database: Database, output: BinaryIO | None = None) -> None:
    """Run one of PostgreSQL's programs; the password goes by the environment: a command line can be read by all on the machine."""
    whole = database.engine.url
    password = whole.password or whole.query.get("password")
    environment = {**os.environ, "PGPASSWORD": str(password)} if password else None
    try:
        subprocess.run(command, check=True, env=environment, stdout=output or subprocess.DEVNULL, stderr=subprocess.PIPE)  # noqa: S603 no shell  # nosec B603
    except FileNotFoundError:
        problem = f"{command[0]} is not installed, and PostgreSQL is copied by it."
        raise DatabaseError(problem, "Install postgresql-client.") from None
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode("utf-8", "replace").strip().splitlines()
        problem = f"{command[0]} failed: {said[-1] if said else error.returncode}"
        raise DatabaseError(problem, f"Check database_url, and that {command[0]} is not older than the server.") from None
