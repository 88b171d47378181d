"""`fob-mail worker`: sends whatever is to be sent, for as long as it runs; on as many hosts as share a database."""

import sys
import time
from typing import TYPE_CHECKING

import click

from fob_mail.cli.figures import address_and_port, tell_figures
from fob_mail.cli.installation import Installation

if TYPE_CHECKING:
    from fob_mail.cli.stopping import Stopper
    from fob_mail.models import Campaign
    from fob_mail.sending.figures import WorkerFigures

LOOK_EVERY = 1.0
"""Seconds between two looks for something to send."""


@click.command("worker")
@click.option("--once", is_flag=True, help="Send what can be sent now, and end; a relay's limits are waited for.")
@click.option(
    "--metrics",
    "figures_at",
    callback=address_and_port,
    default="",
    metavar="[ADDRESS:]PORT",
    help="Tell Prometheus there what this worker does; for your eyes only.",
)
@click.pass_obj
def command(installation: Installation, once: bool, figures_at: str) -> None:
    """Send campaigns that are going out or whose time has come, until Ctrl-C or SIGTERM.

    Any number of workers, on any number of hosts, share the work over one PostgreSQL; a worker that dies is replaced by
    the others. Campaigns begin by fob-mail send, at once or with --at; a worker takes them up, deferred mail too.

    \b
    Examples:
      fob-mail worker
      fob-mail worker --once
      fob-mail worker --metrics 9465
    """  # noqa: D301 click's \b keeps the lines of an example
    from fob_mail import workers  # noqa: PLC0415 imported late, so that --help is quick
    from fob_mail.cli.stopping import interrupts  # noqa: PLC0415
    from fob_mail.database import clock  # noqa: PLC0415
    from fob_mail.sending.figures import WorkerFigures  # noqa: PLC0415
    from fob_mail.sending.posting import Post  # noqa: PLC0415

    database, beat_at = installation.database, 0.0
    post = Post(database, installation.settings, installation.links, workers.own_name())
    figures = WorkerFigures()
    installation.begin_logs(to_standard_error=not sys.stderr.isatty())
    if figures_at:
        tell_figures(figures_at, "Say another --metrics.", figures)
    click.echo(f"Worker {workers.own_name()} waits for campaigns.", err=True)
    with interrupts() as stopper:
        while not stopper.asked.is_set():
            sent = _round(installation, stopper, figures)
            noted = 0 if sent else post.round()
            figures.looked(noted)
            sent = sent or bool(noted)
            if once and not sent:
                break
            if time.monotonic() >= beat_at:
                beat_at = time.monotonic() + workers.BEAT_EVERY.total_seconds()
                with database.begin() as session:
                    workers.beat(session, workers.own_name(), None, clock(session))
            if not sent:
                stopper.asked.wait(LOOK_EVERY)
    with database.begin() as session:
        workers.leave(session, workers.own_name())
    click.echo("Stopped.", err=True)


def _round(installation: Installation, stopper: "Stopper", figures: "WorkerFigures") -> bool:
    """Send each campaign of which something can be sent now; whether there was any."""
    from fob_mail import campaigns  # noqa: PLC0415
    from fob_mail.database import clock  # noqa: PLC0415
    from fob_mail.sending.run import recover_dead  # noqa: PLC0415

    recover_dead(installation.database, installation.settings)
    with installation.database.read() as session:
        chosen = campaigns.to_send(session, clock(session))
    for campaign in chosen:
        if not stopper.asked.is_set():
            _send(installation, campaign, stopper, figures)
    return bool(chosen)


def _send(installation: Installation, campaign: "Campaign", stopper: "Stopper", figures: "WorkerFigures") -> None:
    from fob_mail.cli.progress import watching  # noqa: PLC0415
    from fob_mail.errors import ConflictError  # noqa: PLC0415
    from fob_mail.models import CampaignState  # noqa: PLC0415
    from fob_mail.sending import run as shell  # noqa: PLC0415

    database, settings, name = installation.database, installation.settings, campaign.slug
    try:
        if campaign.state is CampaignState.SCHEDULED:
            shell.freeze(database, name, settings)
        with watching(shell.counts_of(database, campaign.id)) as report, figures.run(name, report) as both:
            ended = shell.run(database, name, settings, installation.links, shell.Controls(stopper.hand, both, wait=False))
    except ConflictError as error:  # somebody cancelled it, or took everyone off the list
        click.echo(f"{name}: {error.problem} {error.remedy}", err=True)
        stopper.asked.wait(LOOK_EVERY)
        return
    said = f": {ended.problem.problem}" if ended.problem else ""
    click.echo(f"{name}: {ended.how}{said}; {ended.counts.accepted:,} of {ended.counts.audience:,} accepted", err=True)
