"""`fob-mail db`: the database itself."""

from pathlib import Path

import click

from fob_mail.cli.installation import Installation
from fob_mail.cli.output import emit, json_option


@click.group("db")
def command() -> None:
    """Bring the database up to date, check it, keep a copy of it.

    \b
    Example:
      fob-mail db backup monday.db
    """  # noqa: D301 click's \b keeps the lines of an example


@command.command("upgrade")
@json_option
@click.pass_obj
def upgrade(installation: Installation, as_json: bool) -> None:
    """Make the tables that are missing, and change those of an older version; all or nothing.

    \b
    Example:
      fob-mail db upgrade
    """  # noqa: D301
    from fob_mail import migrations  # noqa: PLC0415 imported late, so that --help is quick
    from fob_mail.models import SCHEMA_REVISION  # noqa: PLC0415

    migrations.upgrade(installation.any_database)
    if as_json:
        emit({"version": SCHEMA_REVISION})
    else:
        click.echo(f"The database is of version {SCHEMA_REVISION}.")


@command.command("check")
@json_option
@click.pass_obj
def check(installation: Installation, as_json: bool) -> None:
    """Look whether the database is whole and of this version; exit code 1 if not.

    \b
    Example:
      fob-mail db check --json
    """  # noqa: D301
    from fob_mail import migrations  # noqa: PLC0415
    from fob_mail.database import damages, sizes  # noqa: PLC0415
    from fob_mail.models import SCHEMA_REVISION  # noqa: PLC0415

    database = installation.database
    wrong = damages(database) + migrations.differences(database)
    with database.read() as session:
        rows = sizes(session)
    if as_json:
        emit({"sound": not wrong, "version": SCHEMA_REVISION, "problems": wrong, "rows": rows})
    else:
        for table, number in rows.items():
            click.echo(f"{number:>12,}  {table}")
        for problem in wrong:
            click.secho(problem, fg="red", err=True)
        click.echo("Not sound." if wrong else f"Sound, and of this version ({SCHEMA_REVISION}).")
    if wrong:
        click.get_current_context().exit(1)


@command.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--force", is_flag=True, help="Write over FILE if it is there.")
@json_option
@click.pass_obj
def backup(installation: Installation, file: Path, force: bool, as_json: bool) -> None:
    """Copy the database into FILE, also while a campaign is being sent. Only you can read it.

    SQLite is copied as a database of its own; PostgreSQL is dumped by pg_dump, for pg_restore.

    \b
    Example:
      fob-mail db backup monday.db
    """  # noqa: D301
    from fob_mail.backups import back_up  # noqa: PLC0415

    size = back_up(installation.database, file, force=force)
    if as_json:
        emit({"file": str(file), "bytes": size})
    else:
        click.echo(f"Copied to {file} ({size:,} bytes).")
