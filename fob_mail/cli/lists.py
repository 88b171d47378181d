"""`fob-mail list`: mailing lists, made, shown and changed."""

from typing import TYPE_CHECKING

import click

from fob_mail.cli import completing
from fob_mail.cli.groups import NearGroup
from fob_mail.cli.installation import Installation
from fob_mail.cli.output import Json, emit, json_option

if TYPE_CHECKING:
    from collections.abc import Callable

    from fob_mail.audience.counting import Counts
    from fob_mail.audience.lists import Wishes
    from fob_mail.models import MailingList


@click.group("list", cls=NearGroup)
def command() -> None:
    """Mailing lists: what people ask to be on.

    \b
    Example:
      fob-mail list create supporters --name "Friends of Bolivia" \\
        --from "Friends of Bolivia <news@example.org>"
    """  # noqa: D301 click's \b keeps the lines of an example


def _wishes(decorated: "Callable[..., None]") -> "Callable[..., None]":
    """The options that create and edit share."""
    for option in reversed(
        (
            click.option("--reply-to", metavar="MAILBOX", help="Where answers go, if not to the sender; empty takes it away."),
            click.option("--language", metavar="CODE", help="Language of its mail, such as en or es-BO."),
            click.option("--description", metavar="TEXT", help="What it is about, for the sign-up page."),
            click.option(
                "--opt-in", type=click.Choice(["single", "double"]), help="Whether the sign-up form is enough, or a mail asks first."
            ),
            click.option("--public/--private", default=None, help="Whether the list is shown on the public pages."),
            click.option(
                "--count/--no-count",
                "counts",
                default=None,
                help="Whether its mails count how often they are opened and their links followed, without names, and say so. Off at first.",
            ),
            json_option,
        )
    ):
        decorated = option(decorated)
    return decorated


@command.command("create")
@click.argument("slug")
@click.option("--name", required=True, help="What readers know it by.")
@click.option("--from", "sender", required=True, metavar="MAILBOX", help='Who writes: "Friends of Bolivia <news@example.org>".')
@_wishes
@click.pass_obj
def create(installation: Installation, /, slug: str, name: str, sender: str, as_json: bool, **wished: str | bool | None) -> None:
    """Make a list; SLUG is its short name: lower-case letters, digits and hyphens.

    \b
    Example:
      fob-mail list create supporters --name "Friends of Bolivia" \\
        --from "Friends of Bolivia <news@example.org>" \\
        --reply-to office@example.org --language en
    """  # noqa: D301 click's \b
    from fob_mail.audience import lists  # noqa: PLC0415 imported late, so that --help is quick
    from fob_mail.database import clock  # noqa: PLC0415

    with installation.database.begin() as session:
        made = lists.create(session, slug, name, sender, now=clock(session), wishes=_wishes_of(wished))
    if as_json:
        emit(_told(made))
        return
    click.echo(f"The list {made.slug} is there: {made.name}, from {made.sender}.")
    click.echo(f'Next, its people: fob-mail subscribers import {made.slug} people.csv --consent "where and when they signed up"')


@command.command("edit")
@click.argument("slug", shell_complete=completing.lists)
@click.option("--name", help="What readers know it by.")
@click.option("--from", "sender", metavar="MAILBOX", help="Who writes.")
@_wishes
@click.pass_obj
def edit(installation: Installation, /, slug: str, as_json: bool, **wished: str | bool | None) -> None:
    """Change what is given of list SLUG, and nothing else.

    \b
    Example:
      fob-mail list edit supporters --reply-to office@example.org
    """  # noqa: D301 click's \b
    from fob_mail.audience import lists  # noqa: PLC0415

    with installation.database.begin() as session:
        changed = lists.edit(session, slug, _wishes_of(wished))
    if as_json:
        emit(_told(changed))
    else:
        _show(changed)


@command.command("show")
@click.argument("slug", shell_complete=completing.lists)
@json_option
@click.pass_obj
def show(installation: Installation, slug: str, as_json: bool) -> None:
    """Show list SLUG, and how many people are on it.

    \b
    Example:
      fob-mail list show supporters
    """  # noqa: D301 click's \b
    from fob_mail.audience import lists  # noqa: PLC0415
    from fob_mail.audience.counting import counts  # noqa: PLC0415

    with installation.database.read() as session:
        found = lists.find(session, slug)
        numbers = counts(session, found.id)
    if as_json:
        emit(_told(found, numbers))
    else:
        _show(found, numbers)


@command.command("ls")
@json_option
@click.pass_obj
def ls(installation: Installation, as_json: bool) -> None:
    """Show all lists, and how many people a campaign would reach on each.

    \b
    Example:
      fob-mail list ls
    """  # noqa: D301 click's \b
    from fob_mail.audience import lists  # noqa: PLC0415
    from fob_mail.audience.counting import counts  # noqa: PLC0415

    with installation.database.read() as session:
        found = [(each, counts(session, each.id)) for each in lists.all_lists(session)]
    if as_json:
        emit({"lists": [_told(each, numbers) for each, numbers in found]})
        return
    width = max((len(each.slug) for each, _ in found), default=0)
    for each, numbers in found:
        click.echo(f"{each.slug:<{width}}  {numbers.confirmed:>9,}  {each.name}")
    if not found:
        click.echo('There is no list yet. Make one: fob-mail list create supporters --name "…" --from "… <…@…>"')


@command.command("snippet")
@click.argument("slug")
@click.pass_obj
def snippet(installation: Installation, slug: str) -> None:
    """Print a form for the list SLUG, in HTML, to put on a site of yours; it needs no script.

    The list must be public. Where it is sent, a page of fob-mail's answers, in the reader's language.

    \b
    Example:
      fob-mail list snippet supporters
    """  # noqa: D301 click's \b
    from fob_mail.audience import lists  # noqa: PLC0415
    from fob_mail.errors import ConflictError  # noqa: PLC0415
    from fob_mail.web.snippet import snippet_of  # noqa: PLC0415

    with installation.database.read() as session:
        found = lists.find(session, slug)
    if not found.public:
        raise ConflictError(f"The list {slug} is private: nobody may join it by a form.", f"Open it: fob-mail list edit {slug} --public")
    click.echo(snippet_of(found, installation.links, installation.settings.organisation.privacy_url))


def _wishes_of(wished: "dict[str, str | bool | None]") -> "Wishes":
    from fob_mail.audience.lists import Wishes  # noqa: PLC0415
    from fob_mail.models import OptIn  # noqa: PLC0415

    def words(key: str) -> str | None:
        value = wished.get(key)
        return value if isinstance(value, str) else None

    opt_in, public, counting = words("opt_in"), wished.get("public"), wished.get("counts")
    return Wishes(
        name=words("name"),
        sender=words("sender"),
        reply_to=words("reply_to"),
        description=words("description"),
        language=words("language"),
        opt_in=OptIn(opt_in) if opt_in else None,
        public=public if isinstance(public, bool) else None,
        counts=counting if isinstance(counting, bool) else None,
    )


def _told(of: "MailingList", numbers: "Counts | None" = None) -> Json:
    from dataclasses import asdict  # noqa: PLC0415

    return {
        "list": of.slug,
        "name": of.name,
        "from": of.sender,
        "reply_to": of.reply_to,
        "description": of.description,
        "language": of.language,
        "opt_in": of.opt_in.value,
        "public": of.public,
        "counts_looks": of.counts,
        **(asdict(numbers) if numbers else {}),
    }


def _show(of: "MailingList", numbers: "Counts | None" = None) -> None:
    click.secho(f"{of.slug}  {of.name}", bold=True)
    joining = "the form is enough" if of.opt_in.value == "single" else "a mail asks for confirmation"
    lines = [("from", of.sender), ("replies", of.reply_to or "to the sender"), ("language", of.language), ("about", of.description)]
    looks = "openings and links are counted, without names, and the mail says so" if of.counts else ""
    for label, value in [*lines, ("joining", joining), ("pages", "public" if of.public else "private"), ("counting", looks)]:
        if value:
            click.echo(f"  {label:<9} {value}")
    if numbers:
        click.echo(f"  {numbers.confirmed:>9,} confirmed: a campaign reaches them")
        if numbers.paused:
            click.echo(f"  {numbers.paused:>9,} paused: confirmed, and not mailed until a day that they chose")
        click.echo(f"  {numbers.pending:>9,} pending: have not confirmed yet")
        click.echo(f"  {numbers.left:>9,} left")
        click.echo(f"  {numbers.suppressed:>9,} suppressed: bounced, complained, or left all lists")
