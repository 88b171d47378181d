"""Bringing a database to this version, by Alembic, and looking whether it is there."""

from collections.abc import Sequence
from typing import cast

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from fob_mail.assets import folder
from fob_mail.database import Database
from fob_mail.models import Base

KINDS = {"fk": "foreign key"}


def upgrade(database: Database) -> None:
    """Run every migration that this database lacks, in one transaction: all or none."""
    with database.engine.begin() as connection:
        command.upgrade(_config(connection), "head")


def differences(database: Database) -> list[str]:
    """What distinguishes the database's tables from the models, a line each; empty when nothing does."""
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": False})
        return sorted(_sentence(found) for found in compare_metadata(context, Base.metadata))


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder("alembic")).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _sentence(found: Sequence[object]) -> str:
    """One difference in words. Alembic gives ("add_index", the index), ("remove_column", schema, table, the column), or a list of
    ("modify_…", schema, table, column, …) for one column.
    """
    if not isinstance(found[0], str):
        (_, _, table, column, *_) = cast("tuple[str, ...]", found[0])
        return f"The column {table}.{column} is of another kind."
    change, kind = found[0].split("_")
    table = f"{found[2]}." if kind == "column" else ""
    name = getattr(found[-1], "name", None) or found[-1]
    return f"The {KINDS.get(kind, kind)} {table}{name} {'is missing' if change == 'add' else 'should not be there'}."
