"""fob-mail check: everything that can be known to be wrong with a campaign before it goes."""

from typing import TYPE_CHECKING

import click

from fob_mail.cli import completing
from fob_mail.cli.installation import Installation
from fob_mail.cli.output import emit, json_option
from fob_mail.plurals import counted

if TYPE_CHECKING:
    from fob_mail.preflight import Problem


@click.command("check")
@click.argument("name", shell_complete=completing.campaigns)
@click.option("--online", is_flag=True, help="Ask the sites that it links to, the DNS, and the relay, too.")
@json_option
@click.pass_obj
def command(installation: Installation, name: str, online: bool, as_json: bool) -> None:
    """Look for whatever is wrong with campaign NAME before it goes; each with what to do about it.

    Looks at links, words, pictures, colours, size, subject, event, sender and audience, and asks SpamAssassin if it is
    installed. With --online it also asks whether links are dead, what the DNS says of SPF, DKIM and DMARC, and whether the
    relay lets you in. Nothing is sent.

    Exit codes: 0 fine, or warnings alone; 1 errors, with which send refuses.

    \b
    Examples:
      fob-mail check bolivia-april
      fob-mail check bolivia-april --online --json
    """  # noqa: D301 click's \b keeps the lines of an example
    from fob_mail.cli import checking  # noqa: PLC0415 imported late, so that --help is quick
    from fob_mail.preflight import errors  # noqa: PLC0415

    problems = _problems(installation, name, online=online)
    wrong = errors(problems)
    if as_json:
        emit({"campaign": name, "online": online, "errors": len(wrong), "problems": checking.as_json(problems)})
    else:
        checking.show(problems)
        _sum_up(name, len(wrong), len(problems) - len(wrong), online=online)
    if wrong:
        click.get_current_context().exit(1)


def _problems(installation: Installation, name: str, *, online: bool) -> "list[Problem]":
    """Errors first. The database is let go before anybody outside is asked."""
    from fob_mail import campaigns  # noqa: PLC0415
    from fob_mail.cli import asking, checking  # noqa: PLC0415
    from fob_mail.database import clock  # noqa: PLC0415
    from fob_mail.preflight import in_order  # noqa: PLC0415
    from fob_mail.sending.run import heading_of  # noqa: PLC0415

    settings = installation.settings
    with installation.database.read() as session:
        campaign = campaigns.find(session, name)
        parts = campaigns.parts(session, campaign)
        domain = heading_of(campaigns.list_of(session, campaign)).domain
        found = [*checking.problems_of(session, campaign, settings, clock(session))]
        found += checking.audience_problems_of(session, campaign, settings)
    found += _spam(installation, name)
    if online:
        found += [*asking.link_problems(parts.values()), *asking.dns_problems(domain, settings), *asking.relay_problems(settings)]
    return in_order(found)


def _spam(installation: Installation, name: str) -> "list[Problem]":
    from fob_mail import campaigns  # noqa: PLC0415
    from fob_mail.cli import copies  # noqa: PLC0415
    from fob_mail.preflight.spam import check_verdict  # noqa: PLC0415
    from fob_mail.spam_assassin import verdict  # noqa: PLC0415

    with installation.database.read() as session:
        raw = copies.copy_of(session, installation, campaigns.find(session, name), copies.recipient_of(session, "")).raw
    said = verdict(raw)
    return list(check_verdict(said)) if said else []


def _sum_up(name: str, wrong: int, to_weigh: int, *, online: bool) -> None:
    words = f"{counted(wrong, 'error')} and {counted(to_weigh, 'warning')}"
    if wrong:
        click.secho(f"{name}: {words}; it cannot be sent like this.", fg="red", bold=True)
    else:
        click.secho(f"{name} can go: no errors, {counted(to_weigh, 'warning')}.", fg="green", bold=True)
    if not online:
        click.echo(f"Nobody was asked about its links, the DNS and the relay: fob-mail check {name} --online")
