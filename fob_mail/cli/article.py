"""`fob-mail article`: what is understood of an article, before anything is made of it."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from fob_mail.cli.groups import NearGroup
from fob_mail.cli.installation import Installation
from fob_mail.cli.output import Json, emit, json_option
from fob_mail.errors import InputError
from fob_mail.plurals import counted

if TYPE_CHECKING:
    from fob_mail.articles.article import Article, Notice
    from fob_mail.articles.opening import Source
    from fob_mail.events import Event


@click.group("article", cls=NearGroup)
def command() -> None:
    """Articles: see what is understood of one, and correct it.

    \b
    Example:
      fob-mail article read preview.docx --out article.md
    """  # noqa: D301 click's \b keeps the lines of an example


@command.command("read")
@click.argument("article", type=click.Path(dir_okay=False, allow_dash=True))
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write a Markdown source there, to correct and to compose.")
@click.option("--force", is_flag=True, help="Write over the file of --out.")
@click.option("--mend", is_flag=True, help="Put right letters that were decoded wrongly before they came here.")
@json_option
@click.pass_obj
def read(  # noqa: PLR0913, PLR0917 one parameter an option
    installation: Installation, article: str, out: Path | None, force: bool, mend: bool, as_json: bool
) -> None:
    """Say what is understood of ARTICLE: a text, Markdown, Word or HTML file, a web address, or - for standard input.

    With --out, everything that was understood is written as Markdown: what is between the lines of --- can be corrected there, and
    composing that file gives the same article. Dates are in the time zone of the settings (organisation.timezone).

    \b
    Examples:
      fob-mail article read preview.docx --out article.md
      fob-mail article read https://example.org/news/preview --out article.md
    """  # noqa: D301
    from fob_mail.articles.reading import read as understand  # noqa: PLC0415 imported late, so that --help is quick
    from fob_mail.articles.source import source_of as markdown  # noqa: PLC0415
    from fob_mail.cli.sources import source_of  # noqa: PLC0415

    source = source_of(article, mend=mend)
    zone = ZoneInfo(installation.settings.organisation.timezone)
    understood = understand(source.text, source.name, zone, datetime.now(zone).date())
    notices = [*source.notices, *understood.notices]
    written = _write(out, markdown(understood), source, force=force) if out else []
    if as_json:
        emit(_report(understood, notices, written))
    else:
        _show(understood, notices, written)


def _write(out: Path, text: str, source: "Source", *, force: bool) -> list[str]:
    """Write the Markdown source and its pictures; nothing that is there is written over, unless that is wished."""
    files = {out: text.encode(), **{out.parent / name: content for name, content in source.pictures.items()}}
    there = [str(file) for file in files if file.exists()]
    if there and not force:
        raise InputError(f"{there[0]} is there already.", "Give another name, or --force to write over it.")
    try:
        for file, content in files.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
    except OSError as error:
        raise InputError(f"{out} cannot be written: {error.strerror}.", "Check the folder, and who may write in it.") from None
    return [str(file) for file in files]


def _show(article: "Article", notices: "list[Notice]", written: list[str]) -> None:
    from fob_mail.articles.summary import summary  # noqa: PLC0415

    click.echo(summary(article))
    for notice in notices:
        click.echo(err=True)
        click.secho("Notice   ", fg="yellow", bold=True, nl=False, err=True)
        click.echo(notice.problem, err=True)
        click.echo(f"         {notice.remedy}", err=True)
    if written:
        more = f", with {counted(len(written) - 1, 'picture')} beside it" if len(written) > 1 else ""
        click.secho(f"\nWrote {written[0]}{more}. Correct it, and compose it.", fg="green", bold=True)


def _report(article: "Article", notices: "list[Notice]", written: list[str]) -> Json:
    return {
        "title": article.title,
        "standfirst": article.standfirst,
        "byline": article.byline,
        "language": article.language,
        "blocks": [{"kind": block.kind.value, "text": block.text} for block in article.body],
        "events": [_event(event) for event in article.events],
        "calls": [{"kind": call.kind.value, "label": call.label, "url": call.url} for call in article.calls],
        "notes": list(article.footnotes),
        "notices": [{"about": n.about, "problem": n.problem, "remedy": n.remedy} for n in notices],
        "written": written,
    }


def _event(event: "Event") -> Json:
    when = event.when
    return {
        "name": event.name,
        "starts": when and when.starts.isoformat(),
        "ends": when and when.ends and when.ends.isoformat(),
        "year_said": when and when.year_said,
        "place": event.place,
        "attendance": event.attendance and event.attendance.value,
        "speakers": [person.name for billing in event.billings for person in billing.people],
    }
