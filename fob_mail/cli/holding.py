"""`fob-mail pause`, `resume` and `cancel`: a campaign is held, goes on, or ends; on every host, within a second."""

import click

from fob_mail.cli import completing
from fob_mail.cli.installation import Installation
from fob_mail.cli.output import confirm, emit, json_option, yes_option
from fob_mail.plurals import counted


@click.command("pause")
@click.argument("name", shell_complete=completing.campaigns)
@click.option("--reason", default="", metavar="TEXT", help="Why; shown by status. One that is paused gets the new reason.")
@json_option
@click.pass_obj
def pause(installation: Installation, name: str, reason: str, as_json: bool) -> None:
    """Hold campaign NAME: within a second nobody begins another message, whatever host sends it. Nothing is lost.

    \b
    Example:
      fob-mail pause bolivia-april --reason "the date is wrong"
    """  # noqa: D301 click's \b keeps the lines of an example
    from fob_mail import campaigns  # noqa: PLC0415 imported late, so that --help is quick
    from fob_mail.audience.cells import one_line  # noqa: PLC0415
    from fob_mail.errors import ConflictError  # noqa: PLC0415
    from fob_mail.models import CampaignState  # noqa: PLC0415

    with installation.database.begin() as session:
        campaign = campaigns.find(session, name)
        if campaign.state not in {CampaignState.SENDING, CampaignState.PAUSED}:
            see = (
                f"To take it back: fob-mail cancel {name}" if campaign.state is CampaignState.SCHEDULED else f"See: fob-mail status {name}"
            )
            raise ConflictError(f"{name} is {campaign.state}: there is nothing to pause.", see)
        if campaign.state is CampaignState.PAUSED and reason:
            campaign.pause_reason = one_line(reason)
        campaigns.pause(session, campaign.id, one_line(reason) or "paused by an organiser")
    _tell(installation, name, f"{name} is paused. To go on: fob-mail resume {name}; to end it: fob-mail cancel {name}", as_json=as_json)


@click.command("resume")
@click.argument("name", shell_complete=completing.campaigns)
@json_option
@click.pass_obj
def resume(installation: Installation, name: str, as_json: bool) -> None:
    """Let paused campaign NAME go on, where a worker runs; fob-mail send NAME does it and sends.

    \b
    Example:
      fob-mail resume bolivia-april
    """  # noqa: D301
    from fob_mail import campaigns  # noqa: PLC0415
    from fob_mail.errors import ConflictError  # noqa: PLC0415
    from fob_mail.models import CampaignState  # noqa: PLC0415

    with installation.database.begin() as session:
        campaign = campaigns.find(session, name)
        if campaign.state is not CampaignState.PAUSED:
            raise ConflictError(f"{name} is {campaign.state}, not paused.", f"See: fob-mail status {name}")
        campaigns.resume(session, campaign)
    _tell(installation, name, f"{name} may go on: a worker takes it up; or send it from here: fob-mail send {name}", as_json=as_json)


@click.command("cancel")
@click.argument("name", shell_complete=completing.campaigns)
@json_option
@yes_option
@click.pass_obj
def cancel(installation: Installation, name: str, as_json: bool, yes: bool) -> None:
    """End campaign NAME: who has not got it does not get it, for good. A scheduled one becomes a draft again.

    \b
    Example:
      fob-mail cancel bolivia-april
    """  # noqa: D301
    from fob_mail import balance, campaigns  # noqa: PLC0415
    from fob_mail.database import clock  # noqa: PLC0415
    from fob_mail.models import CampaignState  # noqa: PLC0415

    with installation.database.read() as session:
        campaign = campaigns.find(session, name)
        owed, going = balance.counts(session, campaign.id).owed, campaign.state in {CampaignState.SENDING, CampaignState.PAUSED}
    if going:
        question = f"End {name}? {counted(owed, 'person', 'people')} will not get it, and it cannot be taken up again."
        confirm(question, yes=yes, refusal="Nothing was changed")
    with installation.database.begin() as session:
        campaigns.cancel(session, campaigns.find(session, name), clock(session))
    words = f"{name} is cancelled. See: fob-mail status {name}" if going else f"{name} is not scheduled any more; it is a draft again."
    _tell(installation, name, words, as_json=as_json)


def _tell(installation: Installation, name: str, words: str, *, as_json: bool) -> None:
    from fob_mail import balance, campaigns  # noqa: PLC0415
    from fob_mail.cli.status import report_of  # noqa: PLC0415

    if not as_json:
        click.echo(words)
        return
    with installation.database.read() as session:
        campaign = campaigns.find(session, name)
        emit(report_of(campaign, balance.counts(session, campaign.id)))
