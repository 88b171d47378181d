"""`fob-mail subscribers import`: a file of people comes onto a list, with the words of their consent."""

import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from fob_mail.cli import completing
from fob_mail.cli.installation import Installation
from fob_mail.cli.output import Json, emit, json_option
from fob_mail.errors import InputError
from fob_mail.plurals import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fob_mail.audience.importing import Report
    from fob_mail.audience.rejects import Reject, Rejects

STANDARD_INPUT = Path("standard-input.csv")
_NAMED = 5
_MEANINGS = {
    "imported": "new on the list",
    "confirmed": "were waiting to confirm, and are confirmed now",
    "already": "were on the list already",
    "duplicates": "the same address again in the file",
    "rejected": "not imported: see the reasons below",
    "left": "left the list, and are not brought back",
    "suppressed": "bounced, complained or left all lists, and are not brought back",
}


@click.command("import")
@click.argument("slug", metavar="LIST", shell_complete=completing.lists)
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True))
@click.option("--consent", required=True, metavar="TEXT", help="How and when these people asked for it; kept with each of them.")
@click.option("--update", "overwrite", is_flag=True, help="Let the file's names, languages and attributes replace those of known people.")
@click.option("--dry-run", is_flag=True, help="Tell what would happen, and change nothing.")
@click.option(
    "--rejects",
    "rejects_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where rows that are not imported go; else people.rejects.csv beside people.csv. Never over a file that is there: then -2.",
)
@json_option
@click.pass_obj
def command(  # noqa: PLR0913, PLR0917 click hands each option over
    installation: Installation,
    slug: str,
    file: Path,
    consent: str,
    overwrite: bool,
    dry_run: bool,
    rejects_file: Path | None,
    as_json: bool,
) -> None:
    """Bring the people of a CSV file onto LIST; - reads standard input.

    The file may use comma, semicolon or tab, be UTF-8, UTF-16 or Windows-1252, and name its columns as people do: email or correo, name
    or first and last name, language. Other columns are kept as attributes. Rows that cannot be used go to a rejects file; the
    rest is imported, all of it or, if something breaks, none. Importing a file twice changes nothing.

    Nobody is put on LIST against what the file says: a row whose column Status, Unsubscribed, Opt-out or the like says that this
    person left, bounced or never asked is left out with the rest.

    People known already keep their name, language and attributes, and get a name or language only where they have none, unless
    --update is given. Nobody who left, bounced or complained is ever brought back.

    \b
    Examples:
      fob-mail subscribers import supporters people.csv \\
        --consent "signed up at the April stall"
      fob-mail subscribers import supporters people.csv --consent "…" \\
        --dry-run
    """  # noqa: D301 click's \b keeps the lines of an example
    from fob_mail.audience.cells import one_line  # noqa: PLC0415 imported late, so that --help is quick
    from fob_mail.audience.rejects import Rejects, rejects_path  # noqa: PLC0415

    words = one_line(consent)
    if not words:
        raise InputError("There are no words of consent.", 'Say how they asked for it: --consent "signed up at the April stall".')
    started = time.monotonic()
    source = STANDARD_INPUT if str(file) == "-" else file
    called = "standard input" if str(file) == "-" else str(file)
    place = None if dry_run else rejects_file or rejects_path(source)
    how = (f"{called if str(file) == '-' else one_line(source.name)}: {words}", overwrite, dry_run)
    with _opened(file) as opened, Rejects(place) as rejects:
        report = _import(installation, slug, opened, rejects, how)
    seconds = time.monotonic() - started
    if as_json:
        told = {"list": slug, "file": str(file), "dry_run": dry_run, **_told(report)}
        emit({**told, "rejects": str(rejects.path) if rejects.path else None, "seconds": round(seconds, 3)})
    else:
        _show(report, called, rejects.path, seconds, dry_run=dry_run)


def _import(installation: Installation, slug: str, file: BinaryIO, rejects: "Rejects", how: tuple[str, bool, bool]) -> "Report":
    from fob_mail.audience import importing, lists  # noqa: PLC0415
    from fob_mail.audience.settling import Terms  # noqa: PLC0415
    from fob_mail.database import clock  # noqa: PLC0415

    evidence, overwrite, dry_run = how
    with installation.database.read() as session:
        list_id, now = lists.find(session, slug).id, clock(session)
    key = installation.settings.digest_key.get_secret_value().encode()
    with _progress(file) as progress, installation.database.begin_bulk() as session:
        report = importing.import_people(session, file, Terms(list_id, evidence, now, key, overwrite), rejects, progress)
        if dry_run:
            session.rollback()
    return report


@contextmanager
def _opened(file: Path) -> Iterator[BinaryIO]:
    """The file; or standard input, copied to where it can be read again."""
    if str(file) != "-":
        with file.open("rb") as opened:
            yield opened
        return
    with tempfile.TemporaryFile() as copy:
        shutil.copyfileobj(sys.stdin.buffer, copy)
        copy.seek(0)
        yield copy


@contextmanager
def _progress(file: BinaryIO) -> Iterator[Callable[[int], None]]:
    """A bar by bytes read, on a terminal; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn  # noqa: PLC0415

    size = file.seek(0, 2)
    file.seek(0)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Reading", total=size)
        yield lambda done: bar.update(task, completed=done, description="Reading" if done < size else "Writing")


def _told(report: "Report") -> Json:
    return {
        **{name: getattr(report, name) for name in ("rows", *_MEANINGS, "declined")},
        "rejected_rows": _rows(report.unusable),
        "kept_out": _rows(report.kept_out),
        "encoding": report.table.encoding,
        "delimiter": report.table.delimiter,
        "assumed": list(report.table.columns.assumed),
    }


def _rows(rejects: "Sequence[Reject]") -> list[Json]:
    return [{"line": reject.line, "address": reject.what, "reason": reject.reason} for reject in rejects]


def _show(report: "Report", name: str, rejects: Path | None, seconds: float, *, dry_run: bool) -> None:
    from fob_mail.audience.cells import one_line  # noqa: PLC0415

    would = "This would happen" if dry_run else "Done"
    click.secho(f"{name}: {counted(report.rows, 'row')}. {would}:", bold=True)
    for count, meaning in _MEANINGS.items():
        number: int = getattr(report, count)
        if number or count == "imported":
            click.echo(f"  {number:>9,} {count:<10} {meaning}")
    for sentence in report.table.columns.assumed:
        click.echo(sentence)
    if report.declined:
        asked = ", ".join(one_line(wish.name) for wish in report.table.columns.wishes)
        number_of_them = counted(report.declined, "person", "people")
        click.secho(f"The file says of {number_of_them} that they are not to be mailed ({asked}): not put on the list.", fg="yellow")
    _show_some(report.unusable, report.rejected)
    _show_some(report.kept_out, report.left + report.suppressed)
    if rejects:
        click.echo(f"The rows that were not imported, each with its reason: {rejects}")
    click.echo(f"{seconds:.1f} seconds" + (", nothing was changed." if dry_run else "."))


def _show_some(some: "Sequence[Reject]", number: int) -> None:
    from fob_mail.audience.cells import one_line  # noqa: PLC0415

    for reject in some[:_NAMED]:
        click.echo(f"  line {reject.line}: {one_line(reject.what)}{' ' if reject.what else ''}({one_line(reject.reason)})")
    if number > _NAMED:
        click.echo(f"  and {number - _NAMED:,} more")
