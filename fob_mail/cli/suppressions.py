"""`fob-mail suppressions`: addresses that are never mailed, and why."""

from dataclasses import asdict

import click

from fob_mail.cli.groups import NearGroup
from fob_mail.cli.installation import Installation
from fob_mail.cli.output import emit, json_option
from fob_mail.plurals import counted

UNKNOWN = "(known by its digest alone)"


@click.group("suppressions", cls=NearGroup)
def command() -> None:
    """Addresses that are never mailed, whatever list they are on: see them, add one, take one back.

    \b
    Example:
      fob-mail suppressions ls
    """  # noqa: D301 click's \b keeps the lines of an example


@command.command("ls")
@click.option("--lifted", is_flag=True, help="List those that were taken back instead: by whom, when and in which words.")
@json_option
@click.pass_obj
def ls(installation: Installation, lifted: bool, as_json: bool) -> None:
    """List them with the reason and its evidence; an address is shown only where it is a subscriber's still.

    \b
    Examples:
      fob-mail suppressions ls --json
      fob-mail suppressions ls --lifted
    """  # noqa: D301
    from fob_mail.audience import suppressions  # noqa: PLC0415 imported late, so that --help is quick

    with installation.database.read() as session:
        rows = [] if lifted else suppressions.all_of_them(session)
        back = suppressions.lifted(session) if lifted else []
    if as_json and lifted:
        emit({"lifted": [asdict(one) for one in back]})
    elif as_json:
        emit({"suppressions": [{"address": address, "why": why, "since": since, "note": note} for address, why, since, note in rows]})
    else:
        for address, why, since, note in rows:
            click.echo(f"{since:%Y-%m-%d}  {why:<10} {address or UNKNOWN}  {note}")
        for one in back:
            click.echo(
                f"{one.at:%Y-%m-%d}  {one.why:<10} {one.address or UNKNOWN}  {one.note}  taken back ({one.how}) {one.words}".rstrip()
            )
        click.echo(counted(len(rows) + len(back), "address", "addresses"))


@command.command("add")
@click.argument("address")
@click.option("--note", default="", metavar="TEXT", help="What shows that they are not to be mailed.")
@json_option
@click.pass_obj
def add(installation: Installation, address: str, note: str, as_json: bool) -> None:
    """Never mail ADDRESS again, and let no import bring it back.

    \b
    Example:
      fob-mail suppressions add rosa@example.org \\
        --note "asked by phone, 3 April"
    """  # noqa: D301
    from fob_mail.addresses import digest, normalise  # noqa: PLC0415
    from fob_mail.audience import suppressions  # noqa: PLC0415
    from fob_mail.audience.cells import one_line  # noqa: PLC0415
    from fob_mail.database import clock  # noqa: PLC0415
    from fob_mail.models import SuppressionReason  # noqa: PLC0415

    address = normalise(address)
    key = digest(address, installation.settings.digest_key.get_secret_value().encode())
    with installation.database.begin() as session:
        new = suppressions.suppress(session, key, SuppressionReason.ASKED, clock(session), one_line(note) or "by the organiser")
    if as_json:
        emit({"address": address, "new": new})
    else:
        click.echo(f"{address} is not mailed any more." if new else f"{address} was not mailed any more before.")


@command.command("remove")
@click.argument("address")
@click.option("--note", required=True, metavar="TEXT", help="Why it may be mailed again; kept with the person.")
@json_option
@click.pass_obj
def remove(installation: Installation, address: str, note: str, as_json: bool) -> None:
    """Let ADDRESS be mailed again: the bounce was a mistake, or they ask for it. A complaint is taken back only by the person.

    \b
    Example:
      fob-mail suppressions remove rosa@example.org \\
        --note "her provider was down that day"
    """  # noqa: D301
    from fob_mail.addresses import digest, normalise  # noqa: PLC0415
    from fob_mail.audience import suppressions  # noqa: PLC0415
    from fob_mail.audience.cells import one_line  # noqa: PLC0415
    from fob_mail.database import clock  # noqa: PLC0415
    from fob_mail.errors import ConflictError, InputError, NotFoundError  # noqa: PLC0415
    from fob_mail.models import SuppressionReason  # noqa: PLC0415

    if not one_line(note):
        raise InputError("The note says nothing.", 'Say why it may be mailed again: --note "her provider was down that day".')
    address = normalise(address)
    key = digest(address, installation.settings.digest_key.get_secret_value().encode())
    with installation.database.begin() as session:
        why = suppressions.reason(session, key)
        if why is None:
            raise NotFoundError(f"{address} is not suppressed.", "See which are: fob-mail suppressions ls")
        if why is SuppressionReason.COMPLAINT:
            problem = f"{address} complained: only they can take that back, by joining again themselves."
            raise ConflictError(problem, "Send them the address of the list's form.")
        left = suppressions.lift_by_organiser(session, key, clock(session), one_line(note))
    if as_json:
        emit({"address": address, "was": str(why), "note": note, "still": left})
    elif left:
        click.echo(
            f"{address} is not mailed all the same: that it was suppressed ({why}) is taken back, and behind it stood another: {left}."
        )
    else:
        click.echo(f"{address} may be mailed again (it was suppressed: {why}).")
