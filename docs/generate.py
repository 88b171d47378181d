"""Writes the pages of reference from what they tell of, the code itself: `python -m docs.generate`."""

import inspect
from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import cast, get_args

import click
from pydantic import BaseModel, SecretStr

from docs.modules import modules_page
from docs.source import GENERATED
from docs.tables import tables_page
from docs.variables import variables_page
from fob_mail.cli import COMMANDS, main
from fob_mail.settings import Settings

HERE = Path(__file__).parent


def commands_page() -> str:
    """Every command with its help, in the order of an organiser's journey."""
    lines = ["# Commands", "", GENERATED, "", "Every command takes `--help`. `fob-mail --config FILE …` works on another installation.", ""]
    context = click.Context(main, info_name="fob-mail")
    for name in COMMANDS:
        command = main.get_command(context, name)
        assert command is not None  # noqa: S101 it is in the table  # nosec B101
        lines += _command(click.Context(command, info_name=name, parent=context), command)
    return "\n".join(lines).rstrip() + "\n"


def settings_page() -> str:
    """Every setting: its name in the file and in the environment, its default, and what it is for."""
    lines = ["# Settings", "", GENERATED, ""]
    lines += [
        "Settings stand in `fob-mail.toml` in the working folder, or in the file that `--config` or `FOB_MAIL_CONFIG` names. Each can be",
        "given by the environment instead, which goes before the file. `fob-mail init` writes a file with all of them.",
        "",
        "| setting | environment | default | what it is |",
        "|---|---|---|---|",
    ]
    lines += [f"| `{name}` | {_variable(name)} | {default} | {text} |" for name, default, text in settings_rows()]
    return "\n".join(lines) + "\n"


def _variable(name: str) -> str:
    """How the environment names a setting; a section that may be there several times is given whole, as JSON; of a relay, by its name."""
    if name.startswith(("dkim.", "domains.")):
        return f"in `FOB_MAIL_{name.partition('.')[0].upper()}`"
    if name.startswith("relays."):
        return f"`FOB_MAIL_RELAYS__NAME__{name.removeprefix('relays.').upper()}`"
    return f"`FOB_MAIL_{name.upper().replace('.', '__')}`"


def settings_rows() -> Iterator[tuple[str, str, str]]:
    """Name, default and description of every setting."""
    yield from _rows(Settings, "")


def _rows(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, str, str]]:
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _rows(kind, f"{prefix}{name}.")
        else:
            default = "made by `init`" if field.is_required() else f"`{_plain(field.default)}`"
            yield prefix + name, default, str(field.description)
            for inner in get_args(kind):  # a list of sections
                if isinstance(inner, type) and issubclass(inner, BaseModel):
                    needed = {f"{prefix}{name}.{key}" for key, part in inner.model_fields.items() if part.is_required()}
                    rows = _rows(inner, f"{prefix}{name}.")
                    yield from ((row, "none" if row in needed else plain, text) for row, plain, text in rows)


def _plain(default: object) -> str:
    if isinstance(default, SecretStr):
        default = default.get_secret_value()
    if isinstance(default, StrEnum):
        default = default.value
    if isinstance(default, timedelta):
        default = int(default.total_seconds())
    return '""' if default is None or str(default) == "" else str(default)


def _command(context: click.Context, command: click.Command) -> list[str]:
    path = context.command_path
    depth = len(path.split())
    lines = [f"{'#' * depth} {path}", ""]
    help_text = inspect.cleandoc(command.help or "")
    for paragraph in help_text.split("\n\n"):
        if "\b" in paragraph:
            words = [line for line in paragraph.splitlines() if line.strip("\b ")]
            heading = words[0] if words and words[0].rstrip().endswith(":") else ""
            lines += [
                heading,
                "",
                "```console",
                *(line.removeprefix("  ") for line in words[bool(heading) :]),
                "```",
                "",
            ]
        else:
            lines += [paragraph, ""]
    options = [parameter for parameter in command.params if isinstance(parameter, click.Option)]
    records = [record for option in options if (record := option.get_help_record(context))]
    if records and not isinstance(command, click.Group):
        rows = [(names.replace("|", "/"), words.replace("  [", " [")) for names, words in records]
        lines += ["| option | what it does |", "|---|---|", *(f"| `{names}` | {words} |" for names, words in rows), ""]
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = cast("click.Command", command.get_command(context, name))
            lines += _command(click.Context(inner, info_name=name, parent=context), inner)
    return lines


PAGES = {"commands": commands_page, "settings": settings_page, "variables": variables_page, "tables": tables_page, "modules": modules_page}

if __name__ == "__main__":
    for page, written in PAGES.items():
        (HERE / f"{page}.md").write_text(written(), encoding="utf-8")
