"""`fob-mail consents`, `retention` and `subscribers erase`: what is known of a person and by what right, what lapses, who is forgotten."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from fob_mail.cli.installation import Installation
from fob_mail.cli.output import confirm, emit, json_option, yes_option
from fob_mail.plurals import counted

if TYPE_CHECKING:
    from fob_mail.audience.retention import Terms
    from fob_mail.settings import Settings


@click.command("consents")
@click.argument("address")
@json_option
@click.pass_obj
def consents(installation: Installation, address: str, as_json: bool) -> None:
    """Show what ADDRESS agreed to or withdrew, when and how; also of somebody who was forgotten, as far as proof is kept.

    \b
    Example:
      fob-mail consents rosa@example.org
    """  # noqa: D301 click's \b keeps the lines of an example
    from fob_mail.addresses import digest, normalise  # noqa: PLC0415 imported late, so that --help is quick
    from fob_mail.audience import forgetting, subscribers, suppressions  # noqa: PLC0415
    from fob_mail.errors import NotFoundError  # noqa: PLC0415

    key = installation.settings.digest_key.get_secret_value().encode()
    with installation.database.read() as session:
        kept = forgetting.proof(session, normalise(address), key)
        lifted = suppressions.lifted(session, digest(normalise(address), key))
        try:
            words = subscribers.profile(session, address, key).words
        except NotFoundError:
            if not (kept or lifted):
                raise
            words = ()
    lines = [(w.slug, w.what, w.how, w.given_at, w.evidence) for w in words]
    lines = [*((slug, what, how, at, "") for slug, what, how, at in kept), *lines]
    if as_json:
        names = ("list", "what", "how", "given_at", "evidence")
        again = [{name: value for name, value in asdict(one).items() if name != "address"} for one in lifted]
        told = [dict(zip(names, line, strict=True)) for line in lines]
        emit({"address": address, "forgotten": bool(kept), "consents": told, "mailed_again": again})
        return
    for slug, what, how, at, evidence in lines:
        click.echo(f"{at:%Y-%m-%d %H:%M} {what} {slug} ({how}){': ' + evidence if evidence else ''}")
    for one in lifted:
        was = f"{one.why} of {one.since:%Y-%m-%d}{' (' + one.note + ')' if one.note else ''}"
        click.echo(f"{one.at:%Y-%m-%d %H:%M} may be mailed again after {was} ({one.how}){': ' + one.words if one.words else ''}")
    if not (lines or lifted):
        click.echo(f"{address} never agreed to anything, nor withdrew it.")


@click.command("erase")
@click.argument("address")
@yes_option
@json_option
@click.pass_obj
def erase(installation: Installation, address: str, yes: bool, as_json: bool) -> None:
    """Forget ADDRESS: name, address and all else. Counts still add up, old links get a kind page, and no import brings it back.

    Kept are what was agreed to and when, without words, and a keyed digest of the address. It cannot be undone.

    \b
    Example:
      fob-mail subscribers erase rosa@example.org
    """  # noqa: D301 click's \b
    from fob_mail.addresses import normalise  # noqa: PLC0415
    from fob_mail.audience import forgetting, subscribers  # noqa: PLC0415
    from fob_mail.database import clock  # noqa: PLC0415

    with installation.database.read() as session:
        subscribers.find(session, normalise(address))
    confirm(f"Forget {address} for good?", yes=yes, refusal="Nobody was forgotten")
    key = installation.settings.digest_key.get_secret_value().encode()
    with installation.database.begin() as session:
        forgetting.erase(session, subscribers.find(session, normalise(address)).id, key, "organiser", clock(session))
    if as_json:
        emit({"address": address, "erased": True})
    else:
        click.echo(
            f"{address} is forgotten. Copies of the database that you made before still know it; run fob-mail retention after a restore."
        )


@click.command("retention")
@click.option("--dry-run", is_flag=True, help="Only say what would lapse.")
@json_option
@click.pass_obj
def retention(installation: Installation, dry_run: bool, as_json: bool) -> None:
    """Let lapse what is kept longer than the settings say: wishes that nobody confirmed, notes, proof of consents, counts.

    Run it once a day, by cron or a timer. Whom a restored copy of the database brought back is forgotten again.

    \b
    Examples:
      fob-mail retention --dry-run
      fob-mail retention
    """  # noqa: D301 click's \b
    from fob_mail.audience import retention as terms  # noqa: PLC0415
    from fob_mail.database import clock  # noqa: PLC0415

    settings = installation.settings
    with installation.database.begin() as session:
        key = settings.digest_key.get_secret_value().encode()
        lapsed = terms.lapse(session, _terms(settings), key, clock(session))
        if dry_run:
            session.rollback()
    if as_json:
        emit({"dry_run": dry_run, **asdict(lapsed)})
        return
    click.echo("This would lapse:" if dry_run else "This has lapsed:")
    joining, kept = settings.joining.confirm_within.days, settings.retention
    for number, what in (
        (counted(lapsed.pending, "wish", "wishes"), f"to be on a list, not confirmed within {joining} days"),
        (counted(lapsed.strangers, "person", "people"), "of whom nothing but that was known"),
        (counted(lapsed.notes, "note"), f"written more than {kept.notes.days} days ago"),
        (counted(lapsed.proofs, "line"), f"of proof of people who were forgotten more than {kept.proof.days} days ago"),
        (counted(lapsed.knocks, "count"), "of who asked how often, more than 2 days old"),
        (counted(lapsed.brought_back, "person", "people"), "who had been forgotten, and whom a copy of the database brought back"),
    ):
        click.echo(f"  {number:>12} {what}")


def _terms(settings: "Settings") -> "Terms":
    from fob_mail.audience.retention import Terms  # noqa: PLC0415

    return Terms(settings.joining.confirm_within, settings.retention.notes, settings.retention.proof)
