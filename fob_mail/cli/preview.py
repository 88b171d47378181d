"""fob-mail preview: a campaign's mail in the browser, or as files, to look at before anyone else does."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fob_mail import private
from fob_mail.cli import completing
from fob_mail.cli.installation import Installation
from fob_mail.cli.output import emit, json_option
from fob_mail.errors import InputError

if TYPE_CHECKING:
    from fob_mail.cli.copies import Copy


@dataclass(frozen=True, slots=True)
class Files:
    """What a preview consists of, by file name."""

    contents: dict[str, bytes]

    def write(self, folder: Path) -> list[Path]:
        """Write all of them; the folder is made if it is not there."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name, content in self.contents.items():
                private.write(folder / name, content)
        except OSError as error:
            raise InputError(f"{folder} cannot be written: {error.strerror}.", "Give another folder with --out.") from None
        return [folder / name for name in self.contents]


@click.command("preview")
@click.argument("name", shell_complete=completing.campaigns)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Write files to this folder, and serve nothing.")
@click.option(
    "--as", "address", default="", metavar="ADDRESS", help="As this subscriber gets it, with their real way out. Else as nobody does."
)
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="The port of the page; 0, as it is by default, takes any free one.")
@click.option("--no-browser", is_flag=True, help="Say where the page is, and open no browser.")
@click.option(
    "--article",
    "articles",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="The file to watch, where it is another than the one that was composed.",
)
@json_option
@click.pass_obj
def command(  # noqa: PLR0913, PLR0917 one parameter an option
    installation: Installation,
    name: str,
    out: Path | None,
    address: str,
    port: int,
    no_browser: bool,
    articles: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Show the mail of campaign NAME in your browser, until Ctrl-C: as any subscriber gets it, on a phone and on a desk.

    Light and dark, without pictures, as text, its headers and its source, with all that preflight finds beside it. Save the
    article or a template, and the page shows it anew. Only this machine can see it. With --out it writes message.html,
    message.txt and message.eml instead.

    The way out in a preview belongs to nobody and takes nobody off, unless you ask for a subscriber's.

    \b
    Examples:
      fob-mail preview bolivia-april
      fob-mail preview bolivia-april --as rosa@example.org --port 8025 \\
        --no-browser
      fob-mail preview bolivia-april --out preview/
    """  # noqa: D301 click's \b keeps the lines of an example
    if out is None:
        _serve(installation, name, (address, articles), port, browser=not no_browser, as_json=as_json)
    else:
        _write(installation, name, out, address, as_json=as_json)


def _serve(  # noqa: PLR0913 what the command was told
    installation: Installation, name: str, shown: tuple[str, tuple[Path, ...]], port: int, *, browser: bool, as_json: bool
) -> None:
    from secrets import token_urlsafe  # noqa: PLC0415 imported late, so that --help is quick

    from fob_mail.cli.desk import Desk  # noqa: PLC0415
    from fob_mail.cli.serve import address_of, listen, stop_at_signals  # noqa: PLC0415
    from fob_mail.previewing.app import create_preview  # noqa: PLC0415

    address, articles = shown
    desk = Desk(installation, name, articles)
    desk.view(address, "")  # a wrong address is told here and not on the page
    secret, door = token_urlsafe(16), token_urlsafe(16)
    server = listen(create_preview(name, desk, secret, address, door), "127.0.0.1", port)
    stop_at_signals()
    here = address_of(server, "127.0.0.1")
    url = f"{here}/{secret}/"
    if as_json:
        emit({"campaign": name, "url": url})
    else:
        click.echo(f"{name} is at {url}")
    click.echo("Ctrl-C ends the preview.", err=True)
    if browser:
        click.launch(f"{here}/{door}")
    server.run()
    server.close()


def _write(installation: Installation, name: str, out: Path, address: str, *, as_json: bool) -> None:
    from fob_mail import campaigns  # noqa: PLC0415 imported late, so that --help is quick
    from fob_mail.cli import checking, copies  # noqa: PLC0415
    from fob_mail.database import clock  # noqa: PLC0415

    with installation.database.read() as session:
        campaign = campaigns.find(session, name)
        files = _files(copies.copy_of(session, installation, campaign, copies.recipient_of(session, address)))
        problems = checking.problems_of(session, campaign, installation.settings, clock(session))
    written = files.write(out)
    if as_json:
        emit({"campaign": name, "as": address or None, "files": [str(path) for path in written], "problems": checking.as_json(problems)})
        return
    for path in written:
        click.echo(f"{path}")
    checking.show(problems)
    click.echo(f"Open {written[0]} in a browser. Next, one real mail: fob-mail test {name} YOU@EXAMPLE.ORG")


def _files(copy: "Copy") -> Files:
    """Its parts as files; the HTML has its pictures beside it: a browser knows no mail that carries them, and `serve` may not run."""
    html, pictures = copy.html, copy.pictures
    for address, (name, _) in pictures.items():
        html = html.replace(address, name)
    return Files({"message.html": html.encode(), "message.txt": copy.text.encode(), "message.eml": copy.raw, **dict(pictures.values())})
