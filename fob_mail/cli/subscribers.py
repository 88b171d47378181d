"""`fob-mail subscribers`: people on a list, one by one or all together."""

import json
import os
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fob_mail.cli import completing
from fob_mail.cli.groups import NearGroup
from fob_mail.cli.importing import command as import_command
from fob_mail.cli.installation import Installation
from fob_mail.cli.moving import command as move_command
from fob_mail.cli.output import Json, confirm, emit, json_option, yes_option
from fob_mail.cli.privacy import erase as erase_command
from fob_mail.errors import InputError

if TYPE_CHECKING:
    from fob_mail.audience.subscribers import Profile

_CAME = {
    "added": "is on the list {} now.",
    "confirmed": "had not confirmed yet, and is confirmed on the list {} now.",
    "returned": "is back on the list {}.",
    "already": "was on the list {} already; no consent was written.",
}


@click.group("subscribers", cls=NearGroup)
def command() -> None:
    """People on a list: import, move, add, show, remove, export, erase.

    \b
    Example:
      fob-mail subscribers import supporters people.csv \\
        --consent "signed up at the April stall"
    """  # noqa: D301 click's \b keeps the lines of an example


command.add_command(import_command)
command.add_command(move_command)
command.add_command(erase_command)


@command.command("add")
@click.argument("slug", metavar="LIST", shell_complete=completing.lists)
@click.argument("address")
@click.option("--consent", required=True, metavar="TEXT", help="How and when this person asked for it.")
@click.option("--name", default="", help="Their name.")
@click.option("--language", metavar="CODE", help="The language they read, if not the list's: es, es-BO.")
@click.option("--again", is_flag=True, help="They left, and have asked to come back.")
@json_option
@click.pass_obj
def add(  # noqa: PLR0913, PLR0917 click hands each option over
    installation: Installation, slug: str, address: str, consent: str, name: str, language: str | None, again: bool, as_json: bool
) -> None:
    """Put one person on LIST, at their word.

    \b
    Example:
      fob-mail subscribers add supporters rosa@example.org \\
        --name "Rosa Mamani" --consent "asked by phone, 3 April"
    """  # noqa: D301 click's \b
    from fob_mail.audience import lists, subscribers  # noqa: PLC0415 imported late, so that --help is quick
    from fob_mail.database import clock  # noqa: PLC0415

    who = subscribers.Newcomer(address, consent, name, language, again)
    with installation.database.begin() as session:
        came = subscribers.add(session, lists.find(session, slug), who, _digest_key(installation), clock(session))
    if as_json:
        emit({"list": slug, "address": address, "result": came.value})
    else:
        click.echo(f"{address} {_CAME[came.value].format(slug)}")


@command.command("show")
@click.argument("address")
@json_option
@click.pass_obj
def show(installation: Installation, address: str, as_json: bool) -> None:
    """Show all that is known of ADDRESS: lists, consents, whether it is never mailed.

    \b
    Example:
      fob-mail subscribers show rosa@example.org
    """  # noqa: D301 click's \b
    from fob_mail.audience import subscribers  # noqa: PLC0415

    with installation.database.read() as session:
        profile = subscribers.profile(session, address, _digest_key(installation))
    if as_json:
        emit(_told(profile))
    else:
        _show(profile)


@command.command("remove")
@click.argument("slug", metavar="LIST", shell_complete=completing.lists)
@click.argument("address")
@click.option("--reason", default="taken off by the organiser", metavar="TEXT", help="Why, for the diary of consents.")
@yes_option
@json_option
@click.pass_obj
def remove(  # noqa: PLR0913, PLR0917 click hands each option over
    installation: Installation, slug: str, address: str, reason: str, yes: bool, as_json: bool
) -> None:
    """Take one person off LIST; no import brings them back, and the links in mail they have still work.

    \b
    Example:
      fob-mail subscribers remove supporters rosa@example.org \\
        --reason "asked by phone, 3 April"
    """  # noqa: D301 click's \b
    from fob_mail.audience import lists, subscribers  # noqa: PLC0415
    from fob_mail.database import clock  # noqa: PLC0415

    with installation.database.read() as session:
        lists.find(session, slug)
    confirm(f"Take {address} off the list {slug}?", yes=yes, refusal="Nobody was taken off")
    with installation.database.begin() as session:
        removed = subscribers.remove(session, lists.find(session, slug), address, reason, clock(session))
    if as_json:
        emit({"list": slug, "address": address, "removed": removed})
    else:
        click.echo(f"{address} is off the list {slug}." if removed else f"{address} had left the list {slug} before.")


@command.command("export")
@click.argument("slug", metavar="LIST|ADDRESS", shell_complete=completing.lists)
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Write to a new file, readable by you alone; else to standard output."
)
@click.option("--all", "everyone", is_flag=True, help="Also those who left, are waiting or suppressed, with how they stand and since when.")
@click.pass_obj
def export(installation: Installation, slug: str, out: Path | None, everyone: bool) -> None:
    """Write the people of LIST as a CSV, guarded against spreadsheet formulas; or all that is known of one ADDRESS, as JSON.

    \b
    Examples:
      fob-mail subscribers export supporters --out supporters.csv
      fob-mail subscribers export rosa@example.org
    """  # noqa: D301 click's \b
    from fob_mail.audience import exporting, lists  # noqa: PLC0415

    if "@" in slug:
        _export_one(installation, slug, out)
        return
    with installation.database.read() as session:
        rows = exporting.rows(session, lists.find(session, slug).id, everyone=everyone)
        if out is None:
            if isinstance(sys.stdout, TextIOWrapper):
                sys.stdout.reconfigure(newline="", encoding="utf-8")  # csv ends its lines itself
            exporting.write(rows, sys.stdout)
            return
        with os.fdopen(_new_file(out), "w", encoding="utf-8-sig", newline="") as file:
            number = exporting.write(rows, file)
    click.echo(f"{number:,} {'person is' if number == 1 else 'people are'} in {out}.", err=True)


def _export_one(installation: Installation, address: str, out: Path | None) -> None:
    from fob_mail.addresses import normalise  # noqa: PLC0415
    from fob_mail.audience import forgetting, subscribers  # noqa: PLC0415

    with installation.database.read() as session:
        known = forgetting.everything(session, subscribers.find(session, normalise(address)).id)
    whole = json.dumps(known, ensure_ascii=False, indent=2)
    if out is None:
        click.echo(whole)
        return
    with os.fdopen(_new_file(out), "w", encoding="utf-8") as file:
        file.write(f"{whole}\n")
    click.echo(f"All that is known of {address} is in {out}.", err=True)


def _new_file(out: Path) -> int:
    """A new file that its owner alone can read."""
    try:
        return os.open(out, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except OSError as error:
        raise InputError(f"{out} cannot be written: {error.strerror}.", "Name a file that is not there yet.") from None


def _digest_key(installation: Installation) -> bytes:
    return installation.settings.digest_key.get_secret_value().encode()


def _told(profile: "Profile") -> Json:
    person, barred = profile.subscriber, profile.suppression
    return {
        "address": profile.address,
        "name": person.name if person else None,
        "language": person.language if person else None,
        "attributes": person.attributes if person else {},
        "since": person.created_at.isoformat() if person else None,
        "lists": [{"list": p.slug, "name": p.name, "state": p.state.value, "since": p.since.isoformat()} for p in profile.places],
        "consents": [
            {"list": w.slug, "what": w.what, "how": w.how, "evidence": w.evidence, "given_at": w.given_at.isoformat()}
            for w in profile.words
        ],
        "suppressed": {"why": barred.why.value, "since": barred.since.isoformat(), "note": barred.note} if barred else None,
    }


def _show(profile: "Profile") -> None:
    person, barred = profile.subscriber, profile.suppression
    click.secho(profile.address, bold=True, nl=False)
    click.echo(f"  {person.name}" if person and person.name else "")
    if barred:
        click.secho(f"  never mailed: {barred.why.value}, {barred.since:%Y-%m-%d}", fg="red")
    if person:
        for label, value in (("language", person.language or "the list's"), *person.attributes.items()):
            click.echo(f"  {label}: {value}")
    for place in profile.places:
        click.echo(f"  {place.state.value:<9} {place.slug}, since {place.since:%Y-%m-%d}")
    for word in profile.words:
        click.echo(f"  {word.given_at:%Y-%m-%d %H:%M} {word.what} {word.slug} ({word.how}): {word.evidence}")
