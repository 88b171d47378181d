"""`fob-mail dkim`: keys that sign mail, and what the DNS must say of them."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fob_mail.cli.groups import NearGroup
from fob_mail.cli.installation import Installation
from fob_mail.cli.output import emit, json_option

if TYPE_CHECKING:
    from fob_mail.settings import Dkim


@click.group("dkim", cls=NearGroup)
def command() -> None:
    """Sign mail in your domain's name, where the relay does not do it.

    \b
    Example:
      fob-mail dkim keygen example.org april2027
    """  # noqa: D301 click's \b keeps the lines of an example


@command.command("keygen")
@click.argument("domain")
@click.argument("selector")
@click.option("--kind", type=click.Choice(["rsa", "ed25519"]), default="rsa", show_default=True, help="What the key is to be.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="The file; else SELECTOR.DOMAIN.pem beside the settings.")
@json_option
@click.pass_obj
def keygen(  # noqa: PLR0913, PLR0917 one parameter an option
    installation: Installation, domain: str, selector: str, kind: str, out: Path | None, as_json: bool
) -> None:
    """Make a key that signs for DOMAIN, and say what to put into the DNS and into the settings.

    Only you can read the key's file, and one that is there is never written over. Every mail reader understands rsa;
    ed25519 is shorter and many times as fast, and is best used beside rsa.

    \b
    Examples:
      fob-mail dkim keygen example.org april2027
      fob-mail dkim keygen example.org april2027e --kind ed25519
    """  # noqa: D301
    from fob_mail.signing.keys import Kind, new_key, txt_record, write_key, zone_line  # noqa: PLC0415 imported late, so that --help is quick

    signer = _checked(domain, selector, out or installation.settings_file.parent / f"{selector}.{domain}.pem")
    key = new_key(Kind(kind))
    write_key(signer.key_file, key)
    name, record = f"{signer.selector}._domainkey.{signer.domain}", txt_record(key)
    section = _section(signer.domain, signer.selector, signer.key_file.resolve(), installation.settings_file.resolve().parent)
    if as_json:
        emit({"key_file": str(signer.key_file), "name": name, "type": "TXT", "value": record, "settings": section})
        return
    click.echo(f"Wrote {signer.key_file} (only you can read it).\n")
    click.echo(f"1. Put a TXT record into the DNS, of the name\n\n{name}\n\nand the value, on one line\n\n{record}\n")
    click.echo(f"In a zone file:\n\n{zone_line(signer.domain, signer.selector, record)}\n")
    click.echo(f"2. When it can be seen there, add these lines at the end of {installation.settings_file}\n\n{section}")
    click.echo("3. Send yourself a copy with fob-mail test, and look for dkim=pass in its source.")


def _checked(domain: str, selector: str, file: Path) -> "Dkim":
    """What was given, as the settings would have it; raises InputError."""
    from pydantic import ValidationError  # noqa: PLC0415

    from fob_mail.errors import InputError  # noqa: PLC0415
    from fob_mail.settings import Dkim  # noqa: PLC0415

    try:
        return Dkim(domain=domain, selector=selector, key_file=file)
    except ValidationError as error:
        wrong = error.errors(include_input=False)[0]
        problem = f"{str(wrong['loc'][0]).upper()} {wrong['msg'].removeprefix('Value error, ')}."
        raise InputError(problem, "Nothing was written: give it again.") from None


def _section(domain: str, selector: str, file: Path, folder: Path) -> str:
    """The lines of the settings; the file by its name alone if it is beside them."""
    import tomli_w  # noqa: PLC0415

    place = file.relative_to(folder) if file.is_relative_to(folder) else file
    return "[[dkim]]\n" + tomli_w.dumps({"domain": domain, "selector": selector, "key_file": str(place)})
