"""`fob-mail db`: the database itself."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fob_mail.cli.groups import NearGroup
from fob_mail.cli.installation import Installation
from fob_mail.cli.output import emit, json_option

if TYPE_CHECKING:
    from fob_mail.restoring import Restored


@click.group("db", cls=NearGroup)
def command() -> None:
    """Bring the database up to date, check it, keep a copy of it, put a copy back.

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


@command.command("restore")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--one-host/--several-hosts", default=None, help="Whether mail was sent from this machine alone. SQLite: one; PostgreSQL: several."
)
@click.option("-y", "--yes", is_flag=True, help="Do not ask for confirmation.")
@json_option
@click.pass_obj
def restore(installation: Installation, file: Path, one_host: bool | None, yes: bool, as_json: bool) -> None:
    """Put the copy in FILE in the database's place, also while a campaign is being sent; nobody gets anything twice for it.

    Campaigns are paused first. The database that is replaced is kept beside FILE. What was sent after the copy was made is taken from the
    journals of this machine; of what they cannot tell, nobody is mailed again unless you ask for it: it is unknown. Those who left
    since are taken off again, if the replaced database can still be read. People who joined since are lost: import them again.
    A campaign that was sent since and that the copy lacks, or has as a draft, is not sent again: its name stays taken.

    \b
    Example:
      fob-mail db restore monday.db
    """  # noqa: D301
    from fob_mail.restoring import Proof, put_back  # noqa: PLC0415

    settings, database = installation.settings, installation.any_database
    if not yes:
        click.confirm(f"Put {file} in the place of {database.place}?", abort=True)
    one = database.is_sqlite if one_host is None else one_host
    key = settings.digest_key.get_secret_value().encode()
    done = put_back(database, file, Proof(settings.sending.journal_folder, settings.sending.keep_journals, one, key))
    if as_json:
        emit(
            {
                "file": str(file),
                "made_after": done.made.isoformat() if done.made else None,
                "kept_as": str(done.kept_as) if done.kept_as else None,
                "settled": done.settled,
                "unknown": done.unknown,
                "left": done.left,
                "suppressed": done.suppressed,
                "paused": list(done.paused),
                "sent_since": list(done.not_in_copy),
            }
        )
        return
    _tell_restored(done, file)


def _tell_restored(done: "Restored", file: Path) -> None:
    """What putting a copy back came to, and what is to be done now."""
    from fob_mail.lost import refusal  # noqa: PLC0415

    click.echo(f"{file} is in place." + (f" The database before it is kept as {done.kept_as}." if done.kept_as else ""))
    click.echo(f"{done.settled:>7,} deliveries sent after the copy was made, by the journals")
    click.echo(f"{done.unknown:>7,} unknown: nobody can tell whether they were sent")
    click.echo(f"{done.left:>7,} people who left since, and {done.suppressed:,} suppressed since, taken off again")
    if not done.readable:
        warning = "The database that was replaced could not be read: those who left since the copy was made are on their lists again."
        click.secho(warning, fg="yellow", err=True)
        click.echo("Look for them in the mailbox and the web server's log, and take them off: fob-mail subscribers remove", err=True)
    for slug in done.not_in_copy:
        click.secho(str(refusal(slug)), fg="yellow", err=True)
    for slug in done.paused:
        click.echo(f"{slug} is paused. Look at it, then let it go on: fob-mail send {slug}")
