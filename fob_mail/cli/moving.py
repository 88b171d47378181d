"""`fob-mail subscribers move`: people come over from another program, and those who left there have left here."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fob_mail.cli import completing
from fob_mail.cli.installation import Installation
from fob_mail.cli.output import emit, json_option
from fob_mail.errors import InputError
from fob_mail.plurals import counted

if TYPE_CHECKING:
    from fob_mail.audience.importing import Report
    from fob_mail.audience.moving import Departed

PROGRAMS = ("mailchimp", "listmonk", "mailman")


@click.command("move")
@click.argument("slug", metavar="LIST", shell_complete=completing.lists)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--from", "program", required=True, type=click.Choice(PROGRAMS), help="The program that exported the files.")
@click.option(
    "--consent", default="", metavar="TEXT", help="How these people asked for it, if you know more than that they were on that list."
)
@click.option("--dry-run", is_flag=True, help="Tell what would happen, and change nothing.")
@json_option
@click.pass_obj
def command(  # noqa: PLR0913, PLR0917 click hands each option over
    installation: Installation, slug: str, files: tuple[Path, ...], program: str, consent: str, dry_run: bool, as_json: bool
) -> None:
    """Bring the people of FILES, exported from another program, onto LIST.

    Members come onto the list as by import. Those who unsubscribed there have left here; those whose mail bounced, or who wanted no mail at
    all, are never mailed: no later import brings them back. Name all files of an export, or Mailchimp's zip, in one go.

    \b
    Examples:
      fob-mail subscribers move supporters audience_export.zip \\
        --from mailchimp
      fob-mail subscribers move supporters subscribers.csv --from listmonk \\
        --dry-run
      fob-mail subscribers move supporters members.txt --from mailman
    """  # noqa: D301 click's \b keeps the lines of an example
    from fob_mail.audience import importing, lists, moving  # noqa: PLC0415 imported late, so that --help is quick
    from fob_mail.audience.cells import one_line  # noqa: PLC0415
    from fob_mail.audience.rejects import Rejects, rejects_path  # noqa: PLC0415
    from fob_mail.audience.settling import Terms  # noqa: PLC0415
    from fob_mail.database import clock  # noqa: PLC0415

    key = installation.settings.digest_key.get_secret_value().encode()
    evidence = one_line(f"moved from {program} ({', '.join(file.name for file in files)}){': ' if consent else ''}{consent}")
    with tempfile.TemporaryFile() as canonical, installation.database.begin_bulk() as session:
        members, others = moving.write_members(files, moving.Program(program), canonical)
        if not members and not others:
            raise InputError("There is nobody in these files.", f"Name the files that {program} exported.")
        to = lists.find(session, slug)
        terms = Terms(to.id, evidence, clock(session), key)
        departed = moving.note_departed(session, to, others, evidence, key, terms.now)
        canonical.seek(0)
        with Rejects(None if dry_run else rejects_path(files[0])) as rejects:
            report = importing.import_people(session, canonical, terms, rejects, lambda _: None) if members else None
        if dry_run:
            session.rollback()
    _tell(report, departed, slug, as_json=as_json, dry_run=dry_run)


def _tell(report: "Report | None", departed: "Departed", slug: str, *, as_json: bool, dry_run: bool) -> None:
    numbers = {
        "imported": report.imported if report else 0,
        "already": report.already if report else 0,
        "rejected": (report.rejected if report else 0) + departed.unreadable,
        "kept_out": report.left + report.suppressed if report else 0,
        "left": departed.left,
        "bounced": departed.bounced,
        "blocked": departed.blocked,
        "here_already": departed.here_already,
    }
    if as_json:
        emit({"list": slug, "dry_run": dry_run, **numbers})
        return
    click.secho("This would happen:" if dry_run else "Done:", bold=True)
    meanings = {
        "imported": "new on the list",
        "already": "were on the list already",
        "rejected": "not imported: no address",
        "kept_out": "left, bounced or complained here before, and are not brought back",
        "left": "unsubscribed there: have left here too",
        "bounced": "bounced there: are never mailed",
        "blocked": "wanted no mail at all: are never mailed",
        "here_already": "unsubscribed there, and joined here since: stay",
    }
    for name, meaning in meanings.items():
        if numbers[name] or name == "imported":
            click.echo(f"  {numbers[name]:>9,} {name:<12} {meaning}")
    if not dry_run:
        click.echo(f"See them: fob-mail list show {slug}. {counted(numbers['imported'], 'person', 'people')} can be mailed now.")
