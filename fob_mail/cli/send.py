"""`fob-mail send`: a campaign to everyone on its list, once."""

from typing import TYPE_CHECKING

import click

from fob_mail.cli import completing
from fob_mail.cli.installation import Installation
from fob_mail.cli.output import confirm, emit, json_option, yes_option
from fob_mail.plurals import are, counted

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from fob_mail.models import Campaign
    from fob_mail.sending.run import Ended
    from fob_mail.settings import Relay, Settings

NOT_FINISHED = 3
INTERRUPTED = 130


@click.command("send")
@click.argument("name", shell_complete=completing.campaigns)
@click.option(
    "--wait/--no-wait", default=True, help="Whether to wait for deferred messages to be tried again; a relay's limits are waited for."
)
@click.option("--at", metavar="MOMENT", help="Not now but then, by a worker: 2027-04-12 09:00 Europe/London.")
@json_option
@yes_option
@click.pass_obj
def command(  # noqa: PLR0913, PLR0917 click hands each option over
    installation: Installation, name: str, wait: bool, at: str | None, as_json: bool, yes: bool
) -> None:
    """Send campaign NAME to everyone confirmed on its list: once, whatever happens.

    Says first what goes to how many, from whom and through which relay, and asks. Interrupted or killed, the same
    command goes on where it was; run twice at the same time, the two share the work.

    Exit codes: 0 finished, 1 an error that you can mend, 3 something is owed still or somebody cancelled it, 130 stopped by Ctrl-C.

    \b
    Examples:
      fob-mail send bolivia-april
      fob-mail send bolivia-april --at "2027-04-12 09:00 Europe/London"
      fob-mail send bolivia-april --yes --json --no-wait
    """  # noqa: D301 click's \b keeps the lines of an example
    from fob_mail.cli.progress import watching  # noqa: PLC0415 imported late, so that --help is quick
    from fob_mail.cli.status import report_of  # noqa: PLC0415
    from fob_mail.cli.stopping import interrupts  # noqa: PLC0415
    from fob_mail.sending import run as shell  # noqa: PLC0415

    settings, database = installation.settings, installation.database
    installation.begin_logs(to_standard_error=False)
    with database.read() as session:
        moment = None if at is None else _moment(session, at, settings)
        fresh = _announce(session, name, settings)
    if moment:
        _schedule(installation, name, moment, as_json=as_json, yes=yes)
        return
    if fresh:
        confirm(f"Send it to {counted(fresh, 'person', 'people')} now?", yes=yes, refusal="Nothing was sent")
    campaign_id, before = shell.freeze(database, name, settings)
    if before.leased:
        with database.read() as session:
            _tell_of_others(session, campaign_id, before.leased)
    with watching(before) as report, interrupts() as stopper:
        ended = shell.run(database, name, settings, installation.links, shell.Controls(stopper.hand, report, wait))
    with database.read() as session:
        told = report_of(_find(session, name), ended.counts)
    if as_json:
        emit({**told, "ended": ended.how, "problem": ended.problem.problem if ended.problem else None})
    explain(name, ended, as_json=as_json)
    if ended.how is not shell.Ending.FINISHED:
        click.get_current_context().exit(INTERRUPTED if stopper.asked.is_set() else NOT_FINISHED)


def _find(session: "Session", name: str) -> "Campaign":
    from fob_mail import campaigns  # noqa: PLC0415

    return campaigns.find(session, name)


def _announce(session: "Session", name: str, settings: "Settings") -> int:
    """Say on standard error what is about to go; refuse what must not. Gives the audience if it is still to be frozen."""
    from fob_mail import balance, campaigns, freezing  # noqa: PLC0415
    from fob_mail.cli.checking import audience_problems_of, problems_of, show  # noqa: PLC0415
    from fob_mail.database import clock  # noqa: PLC0415
    from fob_mail.errors import InputError  # noqa: PLC0415
    from fob_mail.personalising import shown  # noqa: PLC0415
    from fob_mail.preflight import errors, in_order  # noqa: PLC0415

    campaign = _find(session, name)
    campaigns.refuse_cancelled(campaign)
    if campaign.state not in campaigns.UNFROZEN:
        owed = balance.counts(session, campaign.id).owed
        since = f" since {campaign.frozen_at:%d %B %Y}" if campaign.frozen_at else ""
        words = f"{are(owed)} still to go" if owed else "everyone has been dealt with, and nothing is sent again"
        click.echo(f"{name} has been going out{since}; {words}.", err=True)
        return 0
    to, reach = campaigns.list_of(session, campaign), freezing.reach(session, campaigns.list_of(session, campaign), campaign.reminder_of)
    paused = f", {reach.paused:,} who made a pause" if reach.paused else ""
    for label, words in (
        ("Campaign", name),
        *(("Subject", shown(part.subject)) for part in campaigns.parts(session, campaign).values()),
        ("To", f"{counted(reach.audience, 'person', 'people')} on {to.slug} ({to.name})"),
        ("Not to", f"{reach.left:,} who left, {reach.pending:,} not confirmed, {reach.suppressed:,} suppressed{paused}"),
        ("From", to.sender),
        *(("Through", _way(relay)) for relay in settings.relays_in_use()),
    ):
        click.echo(f"{label:<10}{words}", err=True)
    problems = in_order([*problems_of(session, campaign, settings, clock(session)), *audience_problems_of(session, campaign, settings)])
    show(problems)
    if wrong := errors(problems):
        raise InputError(f"{name} was not sent: {counted(len(wrong), 'thing')} must be put right first.", wrong[0].remedy)
    if not reach.audience:
        raise freezing.nobody_to_mail(campaign, to)
    return reach.audience


def _way(relay: "Relay") -> str:
    """A relay for people: where it is, how it is reached, and its share if there are others."""
    from fob_mail.settings.relays import THE_ONE  # noqa: PLC0415

    share = "" if relay.name == THE_ONE else f", {relay.name}: {'reserve' if not relay.weight else f'weight {relay.weight}'}"
    return f"{relay.host}:{relay.port} ({relay.security}{', as ' + relay.username if relay.username else ''}{share})"


def _moment(session: "Session", at: str, settings: "Settings") -> "datetime":
    from fob_mail.cli.scheduling import moment_of  # noqa: PLC0415
    from fob_mail.database import clock  # noqa: PLC0415

    return moment_of(at, settings.organisation.timezone, clock(session))


def _schedule(installation: Installation, name: str, moment: "datetime", *, as_json: bool, yes: bool) -> None:
    from fob_mail import campaigns  # noqa: PLC0415
    from fob_mail.balance import Counts  # noqa: PLC0415
    from fob_mail.cli.status import report_of  # noqa: PLC0415

    when = f"{moment:%A} {moment.day} {moment:%B %Y, %H:%M} ({moment.tzinfo})"
    confirm(f"Send it on {when}, to whoever is on the list then?", yes=yes, refusal="Nothing was scheduled")
    with installation.database.begin() as session:
        campaign = campaigns.find(session, name)
        campaigns.schedule(session, campaign, moment)
        told = report_of(campaign, Counts())
    if as_json:
        emit(told)
    else:
        click.echo(f"{name} goes out on {when}, if a worker is running then: fob-mail worker")
        click.echo(f"To take that back: fob-mail cancel {name}")


def _tell_of_others(session: "Session", campaign_id: int, leased: int) -> None:
    """That another worker has some of it: if that one was killed on another machine or without its journal, its lease has to end first."""
    from fob_mail import balance  # noqa: PLC0415

    until = balance.leased_until(session, campaign_id)
    if until:
        words = f"{are(leased)} with another worker. If it was killed, this part is free after {until.astimezone():%H:%M:%S}; not before."
        click.echo(words, err=True)


def explain(name: str, ended: "Ended", *, as_json: bool) -> None:
    """The end in words: the counts, and what to do next."""
    from fob_mail.cli.status import show_counts, show_ways  # noqa: PLC0415
    from fob_mail.sending.run import Ending  # noqa: PLC0415

    go_on = f"Run the same command again to go on: fob-mail send {name}"
    if not as_json:
        show_counts(ended.counts)
        show_ways(name, ended.counts)
    if ended.how is Ending.TURNED_AWAY and ended.problem:
        click.secho(f"Paused. {ended.problem.problem}", fg="red", bold=True, err=True)
        click.echo(f"{ended.problem.remedy}\n{are(ended.counts.owed)} still to go.", err=True)
    elif ended.how is Ending.OWED:
        when = f", the first at {ended.next_due.astimezone():%H:%M}" if ended.next_due else ""
        click.echo(f"{counted(ended.counts.owed, 'was', 'were')} deferred and will be tried again{when}. {go_on}", err=True)
    elif ended.how is Ending.PAUSED:
        click.echo(f"Paused; nothing is lost, and {are(ended.counts.owed)} still to go. To go on: fob-mail send {name}", err=True)
    elif ended.how is Ending.CANCELLED:
        click.echo("Cancelled: nobody else gets it.", err=True)
    elif ended.how is Ending.STOPPED:
        click.echo(f"Stopped; nothing is lost, and {are(ended.counts.owed)} still to go. {go_on}", err=True)
    if ended.counts.unknown:
        click.echo(f"{are(ended.counts.unknown)} unknown: perhaps sent. See fob-mail unknown ls {name}", err=True)
