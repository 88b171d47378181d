"""Bringing a database to this version, by Alembic, and looking whether it is there."""

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from fob_mail.assets import folder
from fob_mail.database import Database
from fob_mail.models import Base


def upgrade(database: Database) -> None:
    """Run every migration that this database lacks, in one transaction: all or none."""
    with database.engine.begin() as connection:
        command.upgrade(_config(connection), "head")


def differences(database: Database) -> list[str]:
    """What distinguishes the database's tables from the models, a line each; empty when nothing does."""
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": False})
        return [repr(difference) for difference in compare_metadata(context, Base.metadata)]


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder("alembic")).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
