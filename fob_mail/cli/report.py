"""`fob-mail report`: what a campaign came to, in the terminal, for scripts, or as a page."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fob_mail.cli import completing
from fob_mail.cli.installation import Installation
from fob_mail.cli.output import Json, emit, harmless, json_option
from fob_mail.plurals import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fob_mail.reporting.report import Report
    from fob_mail.tallies import Bar

COLOURS = {"fine": "green", "watch": "yellow", "over": "red"}
SAID = {"fine": "well under the limit", "watch": "time to look", "over": "over the limit"}
BLOCKS = " ▁▂▃▄▅▆▇█"
WIDEST = 60


@click.command("report")
@click.argument("name", shell_complete=completing.campaigns)
@click.option("--html", "page", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write it as one page, with plots.")
@click.option("--force", is_flag=True, help="Write over the file of --html.")
@json_option
@click.pass_obj
def command(installation: Installation, name: str, page: Path | None, force: bool, as_json: bool) -> None:
    """Tell what campaign NAME came to: accepted, bounced, complained, left, how fast, beside the campaigns before.

    Who opened it or followed a link is not in it: that is never recorded. The page needs no network, and only you can read it.

    \b
    Examples:
      fob-mail report bolivia-april
      fob-mail report bolivia-april --html report.html
      fob-mail report bolivia-april --json
    """  # noqa: D301 click's \b keeps the lines of an example
    from fob_mail import campaigns  # noqa: PLC0415 imported late, so that --help is quick
    from fob_mail.errors import InputError  # noqa: PLC0415
    from fob_mail.reporting.report import report_of  # noqa: PLC0415

    if page and page.exists() and not force:
        raise InputError(f"{page} is there already.", "Give another name, or --force to write over it.")
    with installation.database.read() as session:
        report = report_of(session, campaigns.find(session, name), installation.settings.base_url)
    if page:
        _write(installation, report, page)
    if as_json:
        emit(_json(report, page))
    elif page:
        click.echo(f"Wrote {page}: open it in a browser.")
    else:
        _show(installation, report)


def _write(installation: Installation, report: "Report", page: Path) -> None:
    from datetime import UTC, datetime  # noqa: PLC0415
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    from fob_mail import private  # noqa: PLC0415
    from fob_mail.errors import InputError  # noqa: PLC0415
    from fob_mail.reporting.page import page_of  # noqa: PLC0415

    zone = ZoneInfo(installation.settings.organisation.timezone)
    try:
        private.write(page, page_of(report, zone, f"{datetime.now(UTC).astimezone(zone):%d %B %Y, %H:%M}").encode())
    except OSError as error:
        raise InputError(
            f"{page} cannot be written: {error.strerror}.", "Name a file in a folder of yours, and no symbolic link."
        ) from None


def _json(report: "Report", page: Path | None) -> Json:
    told = asdict(report)
    for name in ("sending", "leaving"):
        told[name] = [{"at": at.isoformat(), "number": number} for at, number in told[name]]
    return {
        **told,
        "seconds": report.seconds,
        "most_within_seconds": report.most_within,
        "fastest_per_second": report.fastest,
        "page": str(page) if page else None,
    }


def _show(installation: Installation, report: "Report") -> None:
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    from fob_mail.cli.status import show_counts  # noqa: PLC0415
    from fob_mail.reporting.page import lasted, percent  # noqa: PLC0415

    zone = ZoneInfo(installation.settings.organisation.timezone)
    click.secho(f"{report.campaign}  {report.state}", bold=True, nl=False)
    click.echo(f"  {harmless(report.subject)}")
    if report.first_accepted:
        began = report.first_accepted.astimezone(zone)
        fastest = f"{report.fastest:.3g}" if report.fastest < 100 else f"{report.fastest:,.0f}"  # noqa: PLR2004 three figures say enough
        took = f"most of it within {lasted(report.most_within)}, the last after {lasted(report.seconds)}"
        click.echo(f"Sent {began:%Y-%m-%d %H:%M %Z}: {took}; at most {fastest} a second  {_sparks(report.sending)}")
    show_counts(report.counts)
    click.echo()
    rates = report.rates
    for key, words, rate, people in (
        ("hard", "hard bounces", rates.hard_rate, rates.hard),
        ("complaints", "complaints", rates.complaint_rate, rates.complaints),
    ):
        weight = report.weights[key]
        click.echo(f"  {words:<13}{percent(rate):>8}  {counted(people, 'person', 'people')}, ", nl=False)
        click.secho(SAID[weight], fg=COLOURS[weight])
    left = counted(rates.left, "person", "people")
    click.echo(f"  {'left the list':<13}{percent(rates.left_rate):>8}  {left}  {_sparks(report.leaving)}".rstrip())
    _show_bounces(report)
    _show_domains(report)
    if report.earlier:
        click.secho("\nBeside earlier campaigns", bold=True)
        click.echo(f"  {'':<24}{'accepted':>10}{'hard':>9}{'complaints':>12}{'left':>9}")
        for name, of in ((report.campaign, rates), *((one.name, one.rates) for one in report.earlier)):
            click.echo(
                f"  {name[:24]:<24}{of.accepted:>10,}{percent(of.hard_rate):>9}{percent(of.complaint_rate):>12}{percent(of.left_rate):>9}"
            )
    _show_looks(report)
    click.echo(f"\nA page with plots: fob-mail report {report.campaign} --html report.html")


def _show_bounces(report: "Report") -> None:
    if report.bounces:
        click.secho("\nWhat bounced", bold=True, nl=False)
        click.echo(" (at once, and afterwards)")
    for one in report.bounces:
        click.echo(f"  {one.at_once:>7,}{one.afterwards:>9,}  {one.kind:<8} {one.words}")
    if report.other:
        click.echo("  What else came back: " + ", ".join(f"{people:,} {kind}" for kind, people in report.other.items()))


def _show_looks(report: "Report") -> None:
    if report.opened is None:
        click.echo("\nOpening and following links is not counted.")
        return
    click.secho("\nLooked at", bold=True, nl=False)
    click.echo(" (times, not people; mail programs and scanners that look by themselves are among them)")
    for times, what in ((report.opened, "opened"), *((times, url) for url, times in report.followed)):
        click.echo(f"  {times:>9,}  {harmless(what)}")


def _show_domains(report: "Report") -> None:
    from fob_mail.reporting.page import lasted  # noqa: PLC0415

    click.secho("\nBy domain", bold=True)
    click.echo(f"  {'':<28}{'people':>9}{'accepted':>10}{'refused':>9}{'bounced':>9}{'complaints':>12}")
    for one in report.domains:
        of = one.counts
        bounced = sum(one.bounced.values())
        click.echo(f"  {harmless(of.name)[:28]:<28}{of.audience:>9,}{of.accepted:>10,}{of.refused:>9,}{bounced:>9,}{one.complaints:>12,}")
    for wait in report.waits:
        tried = counted(wait.messages, "mail")
        click.echo(f"  {harmless(wait.name)} took {tried} later: by {lasted(wait.mean)} on average, {lasted(wait.longest)} at most")


def _sparks(bars: "Sequence[Bar]") -> str:
    """Bars in a line of text, stretches without any left out."""
    most = max((bar.number for bar in bars), default=0)
    return "".join(BLOCKS[1 + bar.number * 7 // most] for bar in bars[:WIDEST])
