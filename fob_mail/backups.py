"""A copy of the whole database, taken while others work on it."""

import os
import sqlite3
import subprocess
from pathlib import Path

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
    """pg_dump's custom format; the password goes by the environment, never by the command line, which all on the machine can read."""
    whole = database.engine.url
    query = {name: value for name, value in whole.query.items() if name != "password"}
    url = URL.create("postgresql", whole.username, None, whole.host, whole.port, whole.database, query)
    password = whole.password or whole.query.get("password")
    environment = {**os.environ, "PGPASSWORD": str(password)} if password else None
    command = ["pg_dump", "--format=custom", f"--dbname={url.render_as_string()}"]
    try:
        with part.open("wb") as opened:
            subprocess.run(command, check=True, env=environment, stdout=opened, stderr=subprocess.PIPE)  # noqa: S603 no shell
    except FileNotFoundError:
        raise DatabaseError("pg_dump is not installed, and PostgreSQL is copied by it.", "Install postgresql-client.") from None
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode("utf-8", "replace").strip().splitlines()
        problem = f"pg_dump failed: {said[-1] if said else error.returncode}"
        raise DatabaseError(problem, "Check database_url, and that pg_dump is not older than the server.") from None
