"""`fob-mail init`: settings, keys and a database in this folder."""

import os
import secrets
import stat
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from fob_mail.cli.installation import Installation
from fob_mail.cli.output import emit, json_option
from fob_mail.errors import SettingsError

if TYPE_CHECKING:
    from pydantic import BaseModel

    from fob_mail.settings import Settings

OPTIONS = {
    "organisation.name": "--organisation",
    "organisation.postal_address": "--postal-address",
    "base_url": "--base-url",
    "smtp.host": "--smtp-host",
    "smtp.port": "--smtp-port",
}
"""Which option gives which setting."""

HEAD = """\
# The settings of this installation of fob-mail. Each can be given by the environment too, in capitals, with FOB_MAIL_
# before it and two underscores for a dot: FOB_MAIL_DATABASE_URL, FOB_MAIL_SMTP__HOST. Texts stand in double quotes.
# This file holds secrets: keep it to yourself.
"""


@click.command("init")
@click.option("--organisation", default="", metavar="NAME", help="The group's name.")
@click.option("--postal-address", default="", metavar="ADDRESS", help="Its postal address, for the foot of each mail.")
@click.option("--base-url", default="", metavar="URL", help="Where readers will reach fob-mail serve.")
@click.option("--smtp-host", default="", metavar="HOST", help="The relay's host name.")
@click.option("--smtp-port", default=0, metavar="PORT", help="The relay's port.")
@json_option
@click.pass_obj
def command(  # noqa: PLR0913, PLR0917 one parameter an option
    installation: Installation, organisation: str, postal_address: str, base_url: str, smtp_host: str, smtp_port: int, as_json: bool
) -> None:
    """Make fob-mail.toml with two secret keys, and the database, in this folder. Says what to edit.

    What is there already is kept: run it again, and nothing changes.

    \b
    Examples:
      fob-mail init
      fob-mail init --organisation "Friends of Bolivia" \\
        --smtp-host smtp.example.org --smtp-port 587
    """  # noqa: D301 click's \b keeps the lines of an example
    from fob_mail import migrations  # noqa: PLC0415 imported late, so that --help is quick

    file = installation.settings_file
    values: dict[str, str | int] = {
        "organisation.name": organisation,
        "organisation.postal_address": postal_address,
        "base_url": base_url,
        "smtp.host": smtp_host,
        "smtp.port": smtp_port,
    }
    given = {name: value for name, value in values.items() if value}
    written = not file.exists() and _write_new(file, _checked_text(given))
    ignored = [] if written else [OPTIONS[name] for name in given]
    settings = installation.settings
    migrations.upgrade(installation.any_database)
    place = installation.any_database.place
    if ignored:
        click.secho(f"{file} was there and is kept: {', '.join(ignored)} changed nothing. Change it there.", fg="yellow", err=True)
    if as_json:
        emit({"settings_file": str(file), "settings_written": written, "ignored": ignored, "database": place})
        return
    click.echo(f"Wrote {file} (only you can read it)." if written else f"Kept {file}.")
    click.echo(f"The database is ready: {place}")
    missing = _missing(settings)
    if missing:
        click.echo("\n".join([f"\nNow edit {file}:", *(f"  {line}" for line in missing)]))
    click.echo('\nNext: fob-mail list create supporters --name "Your group" --from "Your group <news@example.org>"')


def _missing(settings: "Settings") -> list[str]:
    """What to edit before the first mail to others, a line each."""
    organisation = [name for name in ("name", "postal_address") if not getattr(settings.organisation, name)]
    lines = [", ".join(f"organisation.{name}" for name in organisation)] if organisation else []
    if settings.relays_in_use()[0].host == "localhost":
        lines.append("smtp.host, smtp.port, smtp.security and the user name: your relay (the password best as FOB_MAIL_SMTP__PASSWORD)")
    if settings.base_url.startswith("http://localhost"):
        lines.append("base_url: the https address at which readers reach fob-mail serve, before you send to others")
    return lines


def _checked_text(given: "dict[str, str | int]") -> str:
    """The new file's text; raises SettingsError by the options' names before anything is written."""
    from fob_mail.settings import complaints  # noqa: PLC0415

    text = settings_text(given)
    wrong = complaints(text, {tuple(name.split(".")): option for name, option in OPTIONS.items()})
    if wrong:
        raise SettingsError("\n".join(["These are wrong, and nothing was written:", *wrong]), "Correct them, and run it again.")
    return text


def settings_text(given: "dict[str, str | int]") -> str:
    """A settings file with every setting, each with what it is for and its default; `given` by dotted name."""
    from fob_mail.settings import Settings  # noqa: PLC0415

    values: dict[str, str | int] = {"secret_key": secrets.token_urlsafe(48), "digest_key": secrets.token_urlsafe(48), **given}
    return HEAD + "".join(_section(Settings, "", values))


def _section(model: "type[BaseModel]", prefix: str, values: "dict[str, str | int]") -> list[str]:
    """A model's lines: its plain settings first, then each nested one under its heading, as TOML wants it."""
    import tomli_w  # noqa: PLC0415
    from pydantic import BaseModel  # noqa: PLC0415

    lines: list[str] = []
    nested: list[str] = []
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            nested += [f"\n[{name}]\n", *_section(kind, f"{name}.", values)]
            continue
        if sections := [inner for inner in get_args(kind) if isinstance(inner, type) and issubclass(inner, BaseModel)]:
            nested += [f"\n# {field.description}\n# [[{name}]]\n", *_shown(sections[0])]
            continue
        value = values.get(prefix + name, _plain(field.get_default(call_default_factory=False)))
        lines.append(f"\n# {field.description}\n{tomli_w.dumps({name: value})}")
    return lines + nested


def _shown(model: "type[BaseModel]") -> list[str]:
    """The settings of a section that is not there by default, as comments."""
    import tomli_w  # noqa: PLC0415

    defaults = {name: "" if field.is_required() else _plain(field.default) for name, field in model.model_fields.items()}
    return [f"# {model.model_fields[name].description}\n# {tomli_w.dumps({name: value})}" for name, value in defaults.items()]


def _plain(default: object) -> object:
    """A default as TOML has it: seconds for spans of time, words for paths, choices and secrets, none at all for nothing."""
    from datetime import timedelta  # noqa: PLC0415

    from pydantic import SecretStr  # noqa: PLC0415

    if isinstance(default, timedelta):
        return int(default.total_seconds())
    if isinstance(default, SecretStr):
        return default.get_secret_value()
    return str(default or "") if isinstance(default, Path | str | None) else default


def _write_new(file: Path, text: str) -> bool:
    """Write the file for its owner alone; whether it was written, False if one is there."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, stat.S_IRUSR | stat.S_IWUSR)
    except FileExistsError:
        return False
    except OSError as error:
        raise SettingsError(f"{file} cannot be written: {error.strerror}.", "Run it in a folder that is yours.") from None
    with os.fdopen(handle, "w", encoding="utf-8") as opened:
        opened.write(text)
    return True
