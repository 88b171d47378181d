"""`fob-mail unknown`: deliveries of which nobody knows whether they arrived."""

from typing import TYPE_CHECKING

import click

from fob_mail.cli import completing
from fob_mail.cli.groups import NearGroup
from fob_mail.cli.installation import Installation
from fob_mail.cli.output import confirm, emit, json_option, yes_option
from fob_mail.plurals import counted

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from fob_mail.models import Campaign


@click.group("unknown", cls=NearGroup)
def command() -> None:
    """Deliveries whose final dot was sent and whose reply was never read: perhaps they arrived.

    They are never sent again by themselves. Look in the relay's log for their address, then resend or settle them.

    \b
    Example:
      fob-mail unknown ls bolivia-april
    """  # noqa: D301 click's \b keeps the lines of an example


@command.command("ls")
@click.argument("name", shell_complete=completing.campaigns)
@json_option
@click.pass_obj
def ls(installation: Installation, name: str, as_json: bool) -> None:
    """List them, with what is known.

    \b
    Example:
      fob-mail unknown ls bolivia-april
    """  # noqa: D301
    from fob_mail import balance, campaigns  # noqa: PLC0415 imported late, so that --help is quick
    from fob_mail.audience.cells import one_line  # noqa: PLC0415

    with installation.database.read() as session:
        campaign = campaigns.find(session, name)
        doubts = balance.doubts(session, campaign.id)
    if as_json:
        rows = [{"address": d.address, "why": d.why, "since": d.since.isoformat() if d.since else None} for d in doubts]
        emit({"campaign": name, "unknown": rows})
        return
    for doubt in doubts:
        click.echo(f"{doubt.address}  {one_line(doubt.why)}")
    click.echo(f"{len(doubts)} unknown." if doubts else "Nothing is unknown.")


@command.command("resend")
@click.argument("name", shell_complete=completing.campaigns)
@click.argument("addresses", nargs=-1)
@json_option
@yes_option
@click.pass_obj
def resend(installation: Installation, name: str, addresses: tuple[str, ...], as_json: bool, yes: bool) -> None:
    """Owe them once more, all or the ADDRESSES given; they go with the next send. Some people may get the mail twice.

    \b
    Example:
      fob-mail unknown resend bolivia-april ana@example.org
    """  # noqa: D301
    from fob_mail import ledger  # noqa: PLC0415
    from fob_mail.errors import ConflictError  # noqa: PLC0415
    from fob_mail.models import CampaignState  # noqa: PLC0415

    with installation.database.read() as session:
        campaign, positions = _chosen(session, name, addresses)
    if campaign.state is CampaignState.CANCELLED:
        remedy = f"If the relay's log says that they arrived, write that down: fob-mail unknown settle {name}"
        raise ConflictError(f"{name} was cancelled, and is not sent any more.", remedy)
    if positions:
        question = f"Send {name} again to {counted(len(positions), 'person', 'people')} who may have it already?"
        confirm(question, yes=yes, refusal="Nothing was changed")
    with installation.database.begin() as session:
        again = ledger.owe_again(session, campaign.id, positions)
    if as_json:
        emit({"campaign": name, "owed_again": again})
    elif again:
        click.echo(f"{counted(again, 'delivery is', 'deliveries are')} owed again. Next: fob-mail send {name}")
    else:
        click.echo("Nothing is unknown, and nothing was changed.")


@command.command("settle")
@click.argument("name", shell_complete=completing.campaigns)
@click.argument("addresses", nargs=-1)
@json_option
@yes_option
@click.pass_obj
def settle(installation: Installation, name: str, addresses: tuple[str, ...], as_json: bool, yes: bool) -> None:
    """Count them as accepted, all or the ADDRESSES given, because the relay's log says so.

    \b
    Example:
      fob-mail unknown settle bolivia-april
    """  # noqa: D301
    from fob_mail import ledger  # noqa: PLC0415
    from fob_mail.database import clock  # noqa: PLC0415
    from fob_mail.models import DeliveryState  # noqa: PLC0415
    from fob_mail.outcomes import Outcome  # noqa: PLC0415

    with installation.database.read() as session:
        campaign, positions = _chosen(session, name, addresses)
    if positions:
        confirm(f"Count {len(positions)} unknown as accepted?", yes=yes, refusal="Nothing was changed")
    with installation.database.begin() as session:
        told = [Outcome(position, DeliveryState.ACCEPTED, None, "settled by an organiser") for position in positions]
        ledger.settle(session, campaign.id, told, clock(session))
    if as_json:
        emit({"campaign": name, "settled": len(positions)})
    elif positions:
        click.echo(f"{counted(len(positions), 'delivery is', 'deliveries are')} settled as accepted.")
    else:
        click.echo("Nothing is unknown, and nothing was changed.")


def _chosen(session: "Session", name: str, addresses: tuple[str, ...]) -> "tuple[Campaign, list[int]]":
    """The unknown deliveries that are meant: those of the addresses, or all."""
    from fob_mail import balance, campaigns  # noqa: PLC0415
    from fob_mail.errors import NotFoundError  # noqa: PLC0415

    campaign = campaigns.find(session, name)
    doubts = {doubt.address: doubt.position for doubt in balance.doubts(session, campaign.id)}
    wanted = {address.strip().lower() for address in addresses} or set(doubts)
    if strangers := wanted - doubts.keys():
        problem = f"Not unknown in {name}: {', '.join(sorted(strangers))}."
        raise NotFoundError(problem, f"See which are: fob-mail unknown ls {name}")
    return campaign, [doubts[address] for address in wanted]
