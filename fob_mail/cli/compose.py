"""fob-mail compose: an article becomes a campaign's mail, as a draft that can be composed again until it is sent."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from fob_mail.cli.installation import Installation
from fob_mail.cli.output import emit, json_option
from fob_mail.errors import InputError

if TYPE_CHECKING:
    from fob_mail.articles.article import Article
    from fob_mail.composing.composed import Composed
    from fob_mail.preflight import Problem


@dataclass(frozen=True, slots=True)
class Draft:
    """What was composed: of what, how it came out, and what is wrong with it."""

    slug: str
    to: str
    article: "Article"
    composed: "Composed"
    problems: "list[Problem]"


@click.command("compose")
@click.argument("article", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@click.option("--list", "list_slug", required=True, help="The list that it goes to.")
@click.option("--name", "slug", required=True, help="The campaign's name: lower-case letters, digits and hyphens.")
@click.option("--subject", default="", help="The subject, where the event's name and date will not do.")
@click.option("--preheader", default="", help="The line that inboxes show beside the subject, where the article's own will not do.")
@click.option("--link", "links", multiple=True, metavar="KIND=URL", help="Give a lost link back: register, share, retweet, follow.")
@click.option(
    "--language", default=None, help="The language of the frame around the article, such as en or es; else the article's or list's."
)
@click.option(
    "--template", default="invite", metavar="NAME", help="The kind of mail: invite, newsletter, letter, reminder, or one of your own."
)
@json_option
@click.pass_obj
def command(  # noqa: PLR0913, PLR0917 one parameter an option
    installation: Installation,
    article: Path,
    list_slug: str,
    slug: str,
    subject: str,
    preheader: str,
    links: tuple[str, ...],
    language: str | None,
    template: str,
    as_json: bool,
) -> None:
    """Turn ARTICLE (.txt or .md; - for standard input) into the mail of a campaign, and say how it was understood.

    Composing again under the same name replaces the draft, until it is sent.

    \b
    Example:
      fob-mail compose article.txt --list supporters --name bolivia-april \\
        --link register=https://events.example.org/bolivia
    """  # noqa: D301 click's \b keeps the lines of an example
    name, source = _read(article)
    draft = _compose(installation, (name, source), (list_slug, slug), (subject, preheader, language, template), _links(links))
    if as_json:
        emit(_report(draft))
    else:
        _show(draft)


def _compose(
    installation: Installation,
    written: tuple[str, str],
    target: tuple[str, str],
    wishes: tuple[str, str, str | None, str],
    links: dict[str, str],
) -> Draft:
    from fob_mail import campaigns  # noqa: PLC0415 imported late, so that --help is quick
    from fob_mail.articles.front_matter import with_links  # noqa: PLC0415
    from fob_mail.articles.reading import read  # noqa: PLC0415
    from fob_mail.audience import attributes, lists  # noqa: PLC0415
    from fob_mail.cli.checking import masthead_of, problems_of  # noqa: PLC0415
    from fob_mail.composing.kinds import kind_of  # noqa: PLC0415
    from fob_mail.composing.merging import Vocabulary  # noqa: PLC0415
    from fob_mail.composing.writing import Wishes, compose  # noqa: PLC0415
    from fob_mail.database import clock  # noqa: PLC0415

    (name, source), (list_slug, slug), (subject, preheader, language, template) = written, target, wishes
    settings = installation.settings
    kind = kind_of(template, settings.templates_folder)
    source = with_links(source, links)
    with installation.database.begin() as session:
        to = lists.find(session, list_slug)
        now = clock(session)
        zone = ZoneInfo(settings.organisation.timezone)
        article = read(source, name, zone, now.astimezone(zone).date())
        asks = "attribute" in f"{source}{subject}{preheader}"
        wanted = Wishes(subject, preheader, kind, Vocabulary(attributes.names(session, to.id) if asks else ()))
        composed = compose(article, masthead_of(settings, to), language or article.language or to.language, wanted)
        campaign = campaigns.save_draft(session, slug, to, name, source, [composed], now)
        return Draft(campaign.slug, to.slug, article, composed, problems_of(session, campaign, settings, now))


def _read(file: Path) -> tuple[str, str]:
    """The article's name and text; a name of its own for what comes from standard input."""
    from fob_mail.articles.reading import LARGEST, decode  # noqa: PLC0415

    try:
        with click.open_file(str(file), "rb") as opened:
            raw = opened.read(LARGEST + 1)  # decode() says so if that is too much
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}.", "Check the file's name and who may read it.") from None
    return ("article.txt" if str(file) == "-" else file.name), decode(raw)


def _links(given: tuple[str, ...]) -> dict[str, str]:
    """The --link options as kind and address; each is checked before anything is composed."""
    from fob_mail.articles.front_matter import KINDS  # noqa: PLC0415
    from fob_mail.composing.calling import usable  # noqa: PLC0415

    kinds = [kind.value for kind in KINDS]
    links: dict[str, str] = {}
    for pair in given:
        kind, _, url = (part.strip() for part in pair.partition("="))
        if kind not in kinds:
            raise InputError(f"--link {pair}: {kind!r} is no kind of link.", f"Write one of {', '.join(kinds)}: --link register=https://…")
        if not usable(url):
            raise InputError(f"--link {pair}: that is not a whole web address.", f"Begin it with https://: --link {kind}=https://…")
        links[kind] = url
    return links


def _show(draft: Draft) -> None:
    from fob_mail.articles.summary import summary  # noqa: PLC0415
    from fob_mail.cli.checking import show  # noqa: PLC0415
    from fob_mail.personalising import shown  # noqa: PLC0415

    composed = draft.composed
    click.echo(summary(draft.article))
    click.echo()
    click.echo(f"Subject    {shown(composed.subject)}")
    click.echo(f"First line {shown(composed.preheader)}")
    click.echo(f"Size       HTML {_size(composed.html)}, text {_size(composed.text)}")
    click.echo()
    show(draft.problems)
    click.secho(f"Composed {draft.slug} for the list {draft.to}.", fg="green", bold=True)
    click.echo(f"Look at it: fob-mail preview {draft.slug} --out preview/")


def _size(content: str) -> str:
    size = len(content.encode())
    return f"{size / 1000:.0f} kB" if size >= 1000 else f"{size} bytes"  # noqa: PLR2004 a kilobyte


def _report(draft: Draft) -> dict[str, object]:
    from fob_mail.cli.checking import as_json  # noqa: PLC0415
    from fob_mail.personalising import shown  # noqa: PLC0415

    composed = draft.composed
    return {
        "campaign": draft.slug,
        "list": draft.to,
        "language": composed.language,
        "subject": shown(composed.subject),
        "preheader": shown(composed.preheader),
        "html_bytes": len(composed.html.encode()),
        "text_bytes": len(composed.text.encode()),
        "title": draft.article.title,
        "event": _event(draft.article),
        "problems": as_json(draft.problems),
    }


def _event(article: "Article") -> dict[str, object] | None:
    event = article.event
    if event is None:
        return None
    speakers = [person.name for billing in event.billings for person in billing.people]
    return {"name": event.name, "starts": event.when and event.when.starts.isoformat(), "place": event.place, "speakers": speakers}
