"""fob-mail preview: a campaign's mail as files, to look at before anyone else does."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

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
                (folder / name).write_bytes(content)
        except OSError as error:
            raise InputError(f"{folder} cannot be written: {error.strerror}.", "Give another folder with --out.") from None
        return [folder / name for name in self.contents]


@click.command("preview")
@click.argument("name", shell_complete=completing.campaigns)
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="The folder to write to.")
@click.option(
    "--as", "address", default="", metavar="ADDRESS", help="As this subscriber gets it, with their real way out. Else as nobody does."
)
@json_option
@click.pass_obj
def command(installation: Installation, name: str, out: Path, address: str, as_json: bool) -> None:
    """Write the mail of campaign NAME as message.html, message.txt and message.eml.

    The way out in a preview belongs to nobody and takes nobody off, unless you ask for a subscriber's with --as.

    \b
    Example:
      fob-mail preview bolivia-april --out preview/
    """  # noqa: D301 click's \b keeps the lines of an example
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
    return Files({"message.html": copy.html.encode(), "message.txt": copy.text.encode(), "message.eml": copy.raw})
