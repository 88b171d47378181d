"""`fob-mail status`: what has become of a campaign."""

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import click

from fob_mail.cli import completing
from fob_mail.cli.installation import Installation
from fob_mail.cli.output import Json, emit, json_option
from fob_mail.cli.relays import relays_of, show_relays
from fob_mail.errors import InputError

if TYPE_CHECKING:
    from datetime import tzinfo

    from sqlalchemy.orm import Session

    from fob_mail.balance import Counts
    from fob_mail.cli.relays import RelayStatus
    from fob_mail.feedback.advice import Advice
    from fob_mail.models import Campaign
    from fob_mail.workers import Alive

MEANINGS = {
    "accepted": "taken by the relay",
    "queued": "still to go",
    "leased": "under way",
    "deferred": "refused for now, tried again later",
    "refused": "refused for good",
    "skipped": "left, suppressed, paused or cancelled since it was frozen: not mailed",
    "unknown": "perhaps sent: see fob-mail unknown ls",
}


@click.command("status")
@click.argument("name", required=False, shell_complete=completing.campaigns)
@click.option("--refused", "listed", flag_value="refused", help="List whom the relay refused for good, and its words.")
@click.option("--skipped", "listed", flag_value="skipped", help="List who was not mailed, and why.")
@click.option("--deferred", "listed", flag_value="deferred", help="List who was refused for now, and the relay's words.")
@click.option("--watch", "watched", is_flag=True, help="Look again and again, until it is over or you press Ctrl-C; sending goes on.")
@json_option
@click.pass_obj
def command(installation: Installation, name: str | None, listed: str | None, watched: bool, as_json: bool) -> None:
    """Show what has become of campaign NAME, or of all campaigns: counts that add up to the audience.

    With --watch, how they go out now: how fast, how long still, by which workers and relays, and who refuses.

    \b
    Examples:
      fob-mail status bolivia-april
      fob-mail status bolivia-april --watch
      fob-mail status bolivia-april --refused
      fob-mail status --json
    """  # noqa: D301 click's \b keeps the lines of an example
    if watched:
        _watch(installation, name, alone=not (listed or as_json))
        return
    if listed:
        if name is None:
            raise InputError(f"--{listed} lists the people of one campaign.", f"Name it: fob-mail status NAME --{listed}")
        _list(installation, name, listed, as_json=as_json)
        return
    shown, at_work = _looked_at(installation, name)
    if as_json:
        told = [_json_of(one, at_work) for one in shown]
        emit(told[0] if name else {"campaigns": told, "workers": _workers_json(at_work)})
        return
    for one in shown:
        _show(one, at_work)
    if not name:
        _show_workers([worker for worker in at_work if worker.campaign_id is None])
    if not shown:
        click.echo("There is no campaign yet. Compose one: fob-mail compose ARTICLE --list LIST --name NAME")


@dataclass(frozen=True, slots=True)
class _Look:
    """What there is to say of one campaign."""

    campaign: "Campaign"
    counts: "Counts"
    words: str
    relays: "list[RelayStatus]"
    advice: "list[Advice]"


def _looked_at(installation: Installation, name: str | None) -> "tuple[list[_Look], list[Alive]]":
    """The campaigns and workers, as of one moment."""
    from zoneinfo import ZoneInfo  # noqa: PLC0415 imported late, so that --help is quick

    from fob_mail import balance, campaigns, correspondence, workers  # noqa: PLC0415
    from fob_mail.database import clock  # noqa: PLC0415
    from fob_mail.feedback.advice import advise  # noqa: PLC0415

    zone = ZoneInfo(installation.settings.organisation.timezone)
    with installation.database.read() as session:
        now = clock(session)
        at_work = workers.alive(session, now)
        shown = [
            _Look(
                campaign,
                balance.counts(session, campaign.id),
                parting(session, campaign, zone),
                relays_of(session, campaign.id, at_work, now),
                advise(correspondence.blocked(session, campaign.id)),
            )
            for campaign in ([campaigns.find(session, name)] if name else campaigns.all_campaigns(session))
        ]
        return shown, at_work


def _json_of(one: _Look, at_work: "list[Alive]") -> Json:
    return {
        **report_of(one.campaign, one.counts),
        "workers": _workers_json(at_work, one.campaign.id),
        "relays": [asdict(relay) for relay in one.relays],
        "blocked": [asdict(advice) for advice in one.advice],
    }


def _show(one: _Look, at_work: "list[Alive]") -> None:
    from fob_mail.feedback.advice import in_words  # noqa: PLC0415

    campaign, counts = one.campaign, one.counts
    click.secho(f"{campaign.slug}  {campaign.state}", bold=True, nl=False)
    click.echo(f"  {one.words}")
    if campaign.frozen_at:
        show_counts(counts)
        show_ways(campaign.slug, counts)
        for line in in_words(one.advice, f"fob-mail feedback ls --campaign {campaign.slug} --kind blocked"):
            click.secho(f"  {line}", fg="yellow")
        _show_workers([worker for worker in at_work if worker.campaign_id == campaign.id and counts.owed])
        show_relays(one.relays)


def _watch(installation: Installation, name: str | None, *, alone: bool) -> None:
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    from fob_mail.cli.watch import watch  # noqa: PLC0415

    if not alone:
        raise InputError("--watch is a screen for people.", "Say --watch alone; for programs: fob-mail status --json")
    watch(installation.database, name, ZoneInfo(installation.settings.organisation.timezone))


def worker_in_words(worker: "Alive") -> str:
    """What it does, or for how long it has not been heard of."""
    if worker.is_silent:
        return f"worker {worker.name} has been silent for {int(worker.silent.total_seconds()):,} seconds"
    return f"worker {worker.name} {'sends it' if worker.campaign_id else 'waits for campaigns'}"


def _show_workers(at_work: "list[Alive]") -> None:
    """Who sends it, or waits; and who was heard of and is silent, perhaps killed."""
    for worker in at_work:
        click.secho(f"  {worker_in_words(worker)}", fg="yellow" if worker.is_silent else None)


def _workers_json(at_work: "list[Alive]", campaign_id: int | None = None) -> list[Json]:
    chosen = [worker for worker in at_work if campaign_id is None or worker.campaign_id == campaign_id]
    return [{"name": w.name, "started_at": w.started_at.isoformat(), "silent_seconds": round(w.silent.total_seconds(), 1)} for w in chosen]


def _list(installation: Installation, name: str, listed: str, *, as_json: bool) -> None:
    """The people of one state, each with the reason; written as they are read, however many they are."""
    from fob_mail import balance, campaigns  # noqa: PLC0415
    from fob_mail.audience.cells import one_line  # noqa: PLC0415
    from fob_mail.models import DeliveryState  # noqa: PLC0415

    number = 0
    with installation.database.read() as session:
        campaign = campaigns.find(session, name)
        if as_json:
            click.echo(json.dumps({"campaign": name})[:-1] + f', "{listed}": [', nl=False)
        for settled in balance.settled_as(session, campaign.id, DeliveryState(listed)):
            if as_json:
                click.echo(
                    ", " * bool(number) + json.dumps({**asdict(settled), "at": settled.at}, ensure_ascii=False, default=str), nl=False
                )
            else:
                why = one_line(f"{settled.code or ''} {settled.reply}")  # the relay's words may hold what a terminal obeys
                click.echo(f"{settled.address}  {why}")
            number += 1
    click.echo("]}" if as_json else f"{number:,} {listed}." if number else f"Nobody is {listed}.")


def show_ways(name: str, counts: "Counts") -> None:
    """Where there is more to know of those who did not get it."""
    for listed in ("refused", "skipped"):
        if getattr(counts, listed):
            click.echo(f"  Who, and why: fob-mail status {name} --{listed}")


def report_of(campaign: "Campaign", counts: "Counts") -> Json:
    """One campaign for --json: its name, state and counts, and why it is paused if it is."""
    moments = {"scheduled_at": campaign.scheduled_at, "frozen_at": campaign.frozen_at, "finished_at": campaign.finished_at}
    told = {name: moment.isoformat() if moment else None for name, moment in moments.items()}
    return {"campaign": campaign.slug, "state": campaign.state.value, **asdict(counts), **told, "pause_reason": campaign.pause_reason}


def show_counts(counts: "Counts") -> None:
    """The counts for people; those that are 0 are left out, and the sum is said."""
    numbers = asdict(counts)
    for name, meaning in MEANINGS.items():
        if numbers[name]:
            click.echo(f"  {numbers[name]:>9,} {name:<9} {meaning}")
    click.echo(f"  {counts.audience:>9,} audience")


def parting(session: "Session", campaign: "Campaign", zone: "tzinfo") -> str:
    """What there is to say beside the state: why it is paused, when deferred mail is tried again, the subject; in the group's zone."""
    from fob_mail import campaigns, ledger  # noqa: PLC0415
    from fob_mail.personalising import shown  # noqa: PLC0415

    subject = next((shown(composed.subject) for composed in campaigns.parts(session, campaign).values()), "")
    due = ledger.next_due(session, campaign.id)
    at = campaign.scheduled_at if campaign.state == "scheduled" else None
    words = [
        subject,
        f"goes out at {at.astimezone(zone):%Y-%m-%d %H:%M %Z}, by a worker" if at else "",
        campaign.pause_reason,
        f"next try at {due.astimezone(zone):%H:%M %Z}" if due else "",
    ]
    return " · ".join(word for word in words if word)
