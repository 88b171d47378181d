"""fob-mail compose: an article becomes a campaign's mail, as a draft that can be composed again until it is sent."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fob_mail.cli.installation import Installation
from fob_mail.cli.output import emit, json_option
from fob_mail.cli.sources import source_of
from fob_mail.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fob_mail.articles.article import Article
    from fob_mail.articles.opening import Source
    from fob_mail.composing.composed import Composed
    from fob_mail.drafting import Draft, Order
    from fob_mail.preflight import Problem


@click.command("compose")
@click.argument("articles", nargs=-1, type=click.Path(dir_okay=False, allow_dash=True))
@click.option("--list", "list_slug", default="", help="The list that it goes to.")
@click.option("--name", "slug", required=True, help="The campaign's name: lower-case letters, digits and hyphens.")
@click.option("--subject", default="", help="The subject, where the event's name and date will not do.")
@click.option("--preheader", default="", help="The line that inboxes show beside the subject, where the article's own will not do.")
@click.option("--link", "links", multiple=True, metavar="KIND=URL", help="Give a lost link back: register, share, retweet, follow.")
@click.option("--language", default="", help="The language, such as en or es; else that of the file's name, the article or the list.")
@click.option(
    "--template", default="", metavar="NAME", help="The kind of mail: invite (default), newsletter, letter, reminder, or your own."
)
@click.option("--reminder-of", default="", metavar="CAMPAIGN", help="Remind those who got CAMPAIGN and are still on its list.")
@click.option("--mend", is_flag=True, help="Put right letters that were decoded wrongly before they came here.")
@click.option(
    "--corrects", default="", metavar="CAMPAIGN", help="The campaign whose events these are: readers' calendars change their entries."
)
@json_option
@click.pass_obj
def command(  # noqa: PLR0913, PLR0917 one parameter an option
    installation: Installation,
    articles: tuple[str, ...],
    list_slug: str,
    slug: str,
    subject: str,
    preheader: str,
    links: tuple[str, ...],
    language: str,
    template: str,
    reminder_of: str,
    corrects: str,
    mend: bool,
    as_json: bool,
) -> None:
    """Turn ARTICLES into the mail of a campaign, and say how they were understood.

    An article is a text, Markdown, Word or HTML file, a web address, or - for standard input; fob-mail article read says more of
    how it is understood, and writes it down to correct.

    Several articles are one campaign in several languages (article.en.md, article.es.md), of which each reader gets their own; or a
    newsletter. A reminder needs no article: it takes those of the campaign. Composing again under the same name replaces the draft,
    until it is sent.

    \b
    Examples:
      fob-mail compose article.txt --list supporters --name bolivia-april \\
        --link register=https://events.example.org/bolivia
      fob-mail compose article.en.md article.es.md --list supporters \\
        --name bolivia-april
      fob-mail compose one.md two.md --list supporters --name may-news \\
        --template newsletter
      fob-mail compose --reminder-of bolivia-april --name bolivia-reminder
    """  # noqa: D301 click's \b keeps the lines of an example
    from fob_mail import campaigns  # noqa: PLC0415 imported late, so that --help is quick
    from fob_mail.cli.checking import problems_of  # noqa: PLC0415
    from fob_mail.database import clock  # noqa: PLC0415
    from fob_mail.drafting import Order, draft  # noqa: PLC0415

    if not articles and not reminder_of:
        raise click.UsageError("Missing argument 'ARTICLES...': name a file, or --reminder-of a campaign.")
    given = tuple(source_of(article, mend=mend) for article in articles)
    files = tuple(campaigns.Written(source.name, source.text) for source in given)
    said = (template, language, subject, preheader, _links(links), reminder_of, corrects, _folders(articles), _carried(given))
    order = Order(slug, list_slug, files, *said)
    with installation.database.begin() as session:
        now = clock(session)
        made = draft(session, order, installation.settings, now)
        campaigns.remember_options(session, made.campaign, _options(articles, order, links, mend=mend))
        problems = [*_noticed(given), *problems_of(session, made.campaign, installation.settings, now)]
        if as_json:
            emit(_report(made, problems))
        else:
            _show(made, problems)


def _options(articles: tuple[str, ...], order: "Order", links: tuple[str, ...], *, mend: bool) -> dict[str, object] | None:
    """What ordered() makes the same order of; none if an article came from standard input, which is over."""
    if "-" in articles:
        return None
    said = {name: getattr(order, name) for name in ("list_slug", "template", "language", "subject", "preheader", "reminder_of", "corrects")}
    return {
        "articles": [article if "://" in article else str(Path(article).resolve()) for article in articles],
        "links": list(links),
        "mend": mend,
        **said,
    }


def ordered(slug: str, options: "Mapping[str, object]") -> "Order":
    """The order that a draft was composed by, with its articles as they are now; raises InputError if one cannot be read."""
    from fob_mail import campaigns  # noqa: PLC0415
    from fob_mail.drafting import Order  # noqa: PLC0415

    lists = {name: [str(one) for one in said] for name, said in options.items() if isinstance(said, list)}
    said = {name: str(value) for name, value in options.items() if isinstance(value, str)}
    given = [source_of(article, mend=bool(options.get("mend"))) for article in lists["articles"]]
    files = tuple(campaigns.Written(source.name, source.text) for source in given)
    links, folders = _links(tuple(lists["links"])), _folders(lists["articles"])
    return Order(slug, files=files, links=links, folders=folders, carried=_carried(given), **said)


def _folders(articles: "Iterable[str]") -> tuple[Path, ...]:
    """Where the articles that are files lie."""
    return tuple(dict.fromkeys(Path(article).resolve().parent for article in articles if article != "-" and "://" not in article))


def _carried(given: "Iterable[Source]") -> dict[str, bytes]:
    """The pictures that are within the files themselves."""
    return {name: raw for source in given for name, raw in source.pictures.items()}


def _noticed(given: "tuple[Source, ...]") -> "list[Problem]":
    """What was noticed while a Word file, a page or wrongly decoded text became a source; the database does not keep it."""
    from fob_mail.preflight.problem import Problem, Severity  # noqa: PLC0415

    return [Problem(Severity.WARNING, n.about, "article", n.problem, n.remedy) for source in given for n in source.notices]


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


def _show(made: "Draft", problems: "list[Problem]") -> None:
    from fob_mail.articles.summary import summary  # noqa: PLC0415
    from fob_mail.cli.checking import show  # noqa: PLC0415
    from fob_mail.personalising import shown  # noqa: PLC0415

    for composed in made.composed:
        if len(made.composed) > 1:
            click.secho(f"In the language {composed.language}", bold=True)
        for article in made.articles[composed.language]:
            click.echo(f"{summary(article)}\n")
        click.echo(f"Subject    {shown(composed.subject)}")
        click.echo(f"First line {shown(composed.preheader)}")
        click.echo(f"Size       HTML {_size(composed.html)}, text {_size(composed.text)}\n")
    show(problems)
    click.secho(f"Composed {made.campaign.slug} for the list {made.to.slug}.", fg="green", bold=True)
    click.echo(f"Look at it: fob-mail preview {made.campaign.slug}")


def _size(content: str) -> str:
    size = len(content.encode())
    return f"{size / 1000:.0f} kB" if size >= 1000 else f"{size} bytes"  # noqa: PLR2004 a kilobyte


def _report(made: "Draft", problems: "list[Problem]") -> dict[str, object]:
    """The draft for --json; what is said of the first language stands at the top, and each language below."""
    from fob_mail.cli.checking import as_json  # noqa: PLC0415

    languages = [_report_of(composed, made.articles[composed.language]) for composed in made.composed]
    first = _report_of(made.composed[0], made.articles[made.composed[0].language])
    return {"campaign": made.campaign.slug, "list": made.to.slug, **first, "languages": languages, "problems": as_json(problems)}


def _report_of(composed: "Composed", articles: "tuple[Article, ...]") -> dict[str, object]:
    from fob_mail.personalising import shown  # noqa: PLC0415

    return {
        "language": composed.language,
        "subject": shown(composed.subject),
        "preheader": shown(composed.preheader),
        "html_bytes": len(composed.html.encode()),
        "text_bytes": len(composed.text.encode()),
        "title": articles[0].title,
        "event": _event(articles[0]),
    }


def _event(article: "Article") -> dict[str, object] | None:
    event = article.event
    if event is None:
        return None
    speakers = [person.name for billing in event.billings for person in billing.people]
    return {"name": event.name, "starts": event.when and event.when.starts.isoformat(), "place": event.place, "speakers": speakers}
