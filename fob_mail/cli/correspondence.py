"""`fob-mail feedback ls` and `show`: what came back, for people to read. All its words are others', and command no terminal."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fob_mail.cli import completing
from fob_mail.cli.installation import Installation
from fob_mail.cli.output import confirm, emit, json_option, yes_option
from fob_mail.errors import InputError, NotFoundError
from fob_mail.inbound.incoming import Kind
from fob_mail.plurals import counted

if TYPE_CHECKING:
    from fob_mail.correspondence import Letter

LAST = (1 << 63) - 1
KINDS = tuple(map(str, Kind))
FORWARDS = ("queued", "sending", "accepted", "refused", "skipped", "unknown")
_TEXT = "  | "
"""Before each line of a mail's text, so that none of it looks as if it were said here."""


@click.command("ls")
@click.option("--kind", type=click.Choice(KINDS), metavar="KIND", help=f"Only what is of this kind: {', '.join(KINDS)}.")
@click.option("--campaign", metavar="NAME", shell_complete=completing.campaigns, help="Only what is about this campaign.")
@click.option("--kept", is_flag=True, help="Only what a person has to read, and is kept for that.")
@click.option(
    "--forward",
    type=click.Choice(FORWARDS),
    metavar="STATE",
    help=f"Only what was to be forwarded and stands so: {', '.join(FORWARDS)} (perhaps sent).",
)
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True, help="How many at the most.")
@json_option
@click.pass_obj
def ls(  # noqa: PLR0913, PLR0917 an option each
    installation: Installation, kind: str | None, campaign: str | None, kept: bool, forward: str | None, limit: int, as_json: bool
) -> None:
    """List what came back, the newest first: what it was, whom it is about, and what followed.

    \b
    Examples:
      fob-mail feedback ls --kept
      fob-mail feedback ls --campaign bolivia-april --kind hard --json
    """  # noqa: D301 click's \b keeps the lines of an example
    from fob_mail import campaigns, correspondence  # noqa: PLC0415 imported late, so that --help is quick

    with installation.database.read() as session:
        campaign_id = campaigns.find(session, campaign).id if campaign else None
        wanted = correspondence.Wanted(kind or "", campaign_id, kept, forward or "", limit + 1)
        letters = correspondence.newest(session, wanted)
    more, letters = len(letters) > limit, letters[:limit]
    if as_json:
        emit({"feedback": [asdict(letter) for letter in letters], "more": more})
        return
    for letter in letters:
        click.echo(_in_short(letter))
    click.echo(f"The newest {limit:,}; more: --limit {10 * limit}" if more else counted(len(letters), "event"))


@click.command("show")
@click.argument("number", type=click.IntRange(1, LAST))
@click.option("--raw", is_flag=True, help="Write the kept mail itself to standard output, byte by byte.")
@json_option
@click.pass_obj
def show(installation: Installation, number: int, raw: bool, as_json: bool) -> None:
    """Show all that is known of event NUMBER, and the text of its mail if that is kept.

    \b
    Examples:
      fob-mail feedback show 12
      fob-mail feedback show 12 --raw > answer.eml
    """  # noqa: D301
    from fob_mail import correspondence  # noqa: PLC0415
    from fob_mail.feedback import keeping  # noqa: PLC0415

    if raw and as_json:
        raise InputError("A mail's bytes are no JSON.", "Give --raw or --json, not both.")
    with installation.database.read() as session:
        letter = correspondence.find(session, number)
    if letter is None:
        raise NotFoundError(f"There is no event {number}.", "See which there are: fob-mail feedback ls")
    folder = installation.settings_file.parent / installation.settings.feedback.kept
    file = keeping.find(folder, letter.kept) if letter.kept else None
    if raw:
        _write_raw(letter, file, folder)
    elif as_json:
        emit({**asdict(letter), "file": str(file) if file else None, "text": "\n".join(_text(file)) if file else None})
    else:
        _show(letter, file, folder)


@click.command("forward")
@click.argument("number", type=click.IntRange(1, LAST))
@yes_option
@json_option
@click.pass_obj
def forward(installation: Installation, number: int, yes: bool, as_json: bool) -> None:
    """Forward the kept mail of event NUMBER to feedback.forward_to, once more if it was before; it goes with feedback run.

    \b
    Example:
      fob-mail feedback forward 12
    """  # noqa: D301
    from fob_mail import correspondence, forwards  # noqa: PLC0415

    to = installation.settings.feedback.forward_to
    if not to:
        raise InputError("There is nobody to forward it to.", "Set feedback.forward_to to an address.")
    with installation.database.begin() as session:
        letter = correspondence.find(session, number)
        if letter is None or not letter.kept:
            raise NotFoundError(f"No mail is kept of event {number}.", "See which are: fob-mail feedback ls --kept")
        if letter.forward in {"accepted", "unknown"}:
            confirm(f"Forward it again to {to}, who may have it already?", yes=yes, refusal="Nothing was changed")
        owed = forwards.owe(session, number)
    if as_json:
        emit({"number": number, "to": to, "owed": owed})
    else:
        click.echo(f"It goes to {to} with fob-mail feedback run." if owed else "It is on its way already, and nothing was changed.")


def _in_short(letter: "Letter") -> str:
    """An event on one line."""
    from fob_mail.audience.cells import one_line  # noqa: PLC0415

    what = f"{letter.kind} ({letter.cause})" if letter.cause else letter.kind
    who = one_line(letter.reader or letter.recipient or letter.sender)
    moved = f" → {one_line(letter.new_address)}" if letter.new_address else ""
    told = f"“{letter.subject}”" if letter.kept and letter.subject else ""
    words = " · ".join(one_line(word) for word in (letter.campaign, told, letter.followed, _forward(letter)) if word)
    return f"{letter.number:>6}  {letter.at.astimezone():%Y-%m-%d %H:%M}  {what:<12} {who}{moved}  {words}"


def _forward(letter: "Letter") -> str:
    return f"forward {letter.forward}" if letter.forward else ""


def _show(letter: "Letter", file: Path | None, folder: Path) -> None:
    from fob_mail.audience.cells import one_line  # noqa: PLC0415

    kept = str(file) if file else f"no more in {folder}: it was moved or deleted there" if letter.kept else ""
    when = f"{letter.forwarded_at.astimezone():%Y-%m-%d %H:%M}" if letter.forwarded_at else ""
    known = (
        ("what", " ".join(filter(None, (letter.kind, letter.cause and f"({letter.cause})", letter.status)))),
        ("when", f"{letter.at.astimezone():%Y-%m-%d %H:%M %Z}"),
        ("why", letter.reason),
        ("campaign", letter.campaign),
        ("reader", letter.reader),
        ("about", letter.recipient if letter.recipient != letter.reader else ""),
        ("from", letter.sender),
        ("subject", letter.subject),
        ("now at", letter.new_address),
        ("followed", letter.followed),
        ("kept", kept),
        ("forward", " ".join(filter(None, (letter.forward, when, letter.forward_reply)))),
    )
    click.secho(f"Event {letter.number}", bold=True)
    for label, value in known:
        if value:
            click.echo(f"  {label:<9} {one_line(value)}")
    if file:
        click.echo()
        for line in _text(file):
            click.echo(f"{_TEXT}{line}")


def _text(file: Path) -> list[str]:
    """What a kept mail says, and which parts there are beside that."""
    from fob_mail.audience.cells import lines_of, one_line  # noqa: PLC0415
    from fob_mail.feedback import keeping  # noqa: PLC0415
    from fob_mail.inbound.mail import mail_of  # noqa: PLC0415

    mail = mail_of(keeping.content(file))
    parts = "".join(f"\n[{one_line(part.kind)}]" for part in mail.parts if part.level == 0 and not part.kind.startswith("text/"))
    return lines_of(f"{mail.text.rstrip()}\n{parts}")


def _write_raw(letter: "Letter", file: Path | None, folder: Path) -> None:
    from fob_mail.feedback import keeping  # noqa: PLC0415

    if not letter.kept:
        problem = f"No mail is kept of event {letter.number}: only what a person has to read is."
        raise InputError(problem, "See which are: fob-mail feedback ls --kept")
    if file is None:
        problem = f"The mail of event {letter.number} is no more in {folder}."
        raise NotFoundError(problem, "Whoever reads that Maildir has moved or deleted it; fob-mail never does.")
    if sys.stdout.isatty():
        problem = "A mail's bytes could command this terminal."
        raise InputError(problem, f"Write them to a file: fob-mail feedback show {letter.number} --raw > mail.eml")
    sys.stdout.buffer.write(keeping.content(file))
