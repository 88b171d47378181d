"""Upgrades without a break: tables only ever grow, and what an older version says to its database the newest tables understand."""

import base64
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from psycopg.types.json import Json
from sqlalchemy import Inspector, inspect, text

from fob_mail import migrations
from fob_mail.database import Database, connect

RECORDED = sorted(Path(__file__).parent.glob("queries_of_*.json"))
FIRST = "0003"
"""The first version that had users; before it tables could still change freely."""


@pytest.mark.parametrize("file", RECORDED, ids=lambda file: str(file.stem))
def test_an_older_versions_statements_do_the_same_on_the_newest_tables(database: Database, file: Path) -> None:
    """Recorded by tests/record_queries.py when that version was the newest: a whole small campaign."""
    statements = json.loads(file.read_text(encoding="utf-8"))[database.engine.dialect.name]

    with database.engine.begin() as connection:
        for statement, parameters, many in statements:
            told = [_restored(one) for one in parameters] if many else _restored(parameters)
            connection.exec_driver_sql(statement, told or None)
        rows = connection.execute(text("SELECT state, count(*) FROM deliveries GROUP BY state"))
        states = {row.state: row[1] for row in rows}

    assert states == {"accepted": 8, "refused": 1, "unknown": 1, "deferred": 1, "skipped": 1}


def _restored(parameters: Any) -> Any:  # noqa: ANN401 what drivers take
    if isinstance(parameters, dict):
        return {name: _value(value) for name, value in parameters.items()}
    return tuple(_value(value) for value in parameters)


def _value(value: Any) -> Any:  # noqa: ANN401 whatever stands in a parameter
    if not isinstance(value, dict):
        return value
    (kind, told), *_ = value.items()
    known: dict[str, Callable[[Any], object]] = {"bytes": base64.b64decode, "datetime": datetime.fromisoformat, "json": Json}
    return known[kind](told)


@pytest.fixture
def empty(sqlite_url: str, tmp_path: Path) -> Iterator[Database]:
    """A database without tables."""
    del sqlite_url
    connected = connect(f"sqlite:///{tmp_path / 'empty.db'}")
    yield connected
    connected.close()


def test_each_migration_only_adds(empty: Database) -> None:
    """Expand, then contract: a worker of the version before neither misses a column nor has to fill one that it does not know."""
    with empty.engine.begin() as connection:
        config = migrations._config(connection)  # noqa: SLF001 the same that upgrade() uses
        revisions = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()][::-1]
    broken: list[str] = []
    before: dict[str, dict[str, Any]] = {}

    for revision in revisions:
        with empty.engine.begin() as connection:
            command.upgrade(migrations._config(connection), revision)  # noqa: SLF001
            after = _columns(inspect(connection))
        if revision > FIRST:
            broken += [f"{revision}: {what}" for what in _breaks(before, after)]
        before = after

    assert not broken


def _columns(inspector: Inspector) -> dict[str, dict[str, Any]]:
    return {table: {column["name"]: column for column in inspector.get_columns(table)} for table in inspector.get_table_names()}


def _breaks(before: dict[str, dict[str, Any]], after: dict[str, dict[str, Any]]) -> list[str]:
    """What a program that knows only the tables of before would stumble over."""
    found = [f"{table} is gone" for table in before.keys() - after.keys()]
    for table in before.keys() & after.keys():
        found += [f"{table}.{name} is gone" for name in before[table].keys() - after[table].keys()]
        found += [
            f"{table}.{name} has to be filled"
            for name in after[table].keys() - before[table].keys()
            if not after[table][name]["nullable"] and after[table][name]["default"] is None
        ]
        found += [
            f"{table}.{name} is of another kind"
            for name in before[table].keys() & after[table].keys()
            if str(before[table][name]["type"]) != str(after[table][name]["type"])
        ]
    return found
