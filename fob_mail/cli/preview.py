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
    from sqlalchemy.orm import Session

    from fob_mail.envelopes import Recipient
    from fob_mail.models import Campaign

NOBODY = "reader@example.org"


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
    from fob_mail.cli import checking  # noqa: PLC0415
    from fob_mail.database import clock  # noqa: PLC0415

    with installation.database.read() as session:
        campaign = campaigns.find(session, name)
        files = _files(session, campaign, installation, _recipient(session, campaign, address))
        problems = checking.problems_of(session, campaign, installation.settings, clock(session))
    written = files.write(out)
    if as_json:
        emit({"campaign": name, "as": address or None, "files": [str(path) for path in written], "problems": checking.as_json(problems)})
        return
    for path in written:
        click.echo(f"{path}")
    checking.show(problems)
    click.echo(f"Open {written[0]} in a browser. Next, one real mail: fob-mail test {name} YOU@EXAMPLE.ORG")


def _recipient(session: "Session", campaign: "Campaign", address: str) -> "Recipient":
    """Nobody in particular, or the subscriber of that address."""
    from fob_mail.addresses import normalise  # noqa: PLC0415
    from fob_mail.audience import subscribers  # noqa: PLC0415
    from fob_mail.envelopes import Recipient  # noqa: PLC0415

    del campaign
    if not address:
        return Recipient(0, 0, 0, NOBODY)
    person = subscribers.find(session, normalise(address))
    return Recipient(0, 0, person.id, person.address, person.name, person.language, person.attributes)


def _files(session: "Session", campaign: "Campaign", installation: Installation, recipient: "Recipient") -> Files:
    import email  # noqa: PLC0415
    import email.policy  # noqa: PLC0415
    from email.utils import format_datetime  # noqa: PLC0415

    from fob_mail import campaigns  # noqa: PLC0415
    from fob_mail.addresses import international_form  # noqa: PLC0415
    from fob_mail.database import clock  # noqa: PLC0415
    from fob_mail.sending.run import personaliser_of  # noqa: PLC0415

    to, parts = campaigns.list_of(session, campaign), campaigns.parts(session, campaign)
    personaliser = personaliser_of(campaign, to, parts, installation.settings, installation.links)
    raw = personaliser.envelope(recipient, international_form(recipient.address) or NOBODY, format_datetime(clock(session))).content
    message = email.message_from_bytes(raw, policy=email.policy.default)
    html, text = (message.get_body((kind,)) for kind in ("html", "plain"))
    return Files(
        {
            "message.html": str(html.get_content()).encode() if html else b"",
            "message.txt": str(text.get_content()).encode() if text else b"",
            "message.eml": raw,
        }
    )
