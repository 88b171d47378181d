"""Write the man pages, one a command, from the commands' own help: python -m docs.man build/man, or make man."""

import re
import sys
from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path

import click

from fob_mail import __version__
from fob_mail.cli import COMMANDS
from fob_mail.cli import main as commands


def write(folder: Path) -> list[Path]:
    """The pages, written into a folder: fob-mail.1, fob-mail-send.1, fob-mail-list-create.1 …"""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for context in _contexts(commands, "fob-mail", None):
        page = folder / f"{_named(context)}.1"
        page.write_text(page_of(context), encoding="utf-8")
        written.append(page)
    return written


def page_of(context: click.Context) -> str:
    """A command's page in the language of man (man(7))."""
    command, name = context.command, _named(context)
    lines = [f'.TH "{name.upper()}" 1 "" "fob-mail {__version__}"', ".SH NAME", rf"{_roff(name)} \- {_roff(_short(context))}"]
    lines += [".SH SYNOPSIS", rf".B {_roff(context.command_path)}", _roff(" ".join(command.collect_usage_pieces(context)))]
    lines += [".SH DESCRIPTION", *_paragraphs(cleandoc(command.help or ""))]
    if options := [
        record for param in command.get_params(context) if isinstance(param, click.Option) and (record := param.get_help_record(context))
    ]:
        lines.append(".SH OPTIONS")
        for option, what in options:
            lines += [".TP", rf"\fB{_roff(option)}\fR", _roff(what)]
    if isinstance(command, click.Group):
        lines.append(".SH COMMANDS")
        for below in _below(context):
            lines += [".TP", rf"\fB{_roff(_named(below))}\fR(1)", _roff(_short(below))]
    return "\n".join(lines) + "\n"


def _contexts(command: click.Command, name: str, above: click.Context | None) -> Iterator[click.Context]:
    context = click.Context(command, info_name=name, parent=above)
    yield context
    for below in _below(context):
        yield from _contexts(below.command, str(below.info_name), context)


def _below(context: click.Context) -> Iterator[click.Context]:
    group = context.command
    if isinstance(group, click.Group):
        for name in group.list_commands(context):
            if found := group.get_command(context, name):
                yield click.Context(found, info_name=name, parent=context)


def _named(context: click.Context) -> str:
    return context.command_path.replace(" ", "-")


def _short(context: click.Context) -> str:
    """A command's line, as the list of commands has it."""
    if context.parent and context.parent.parent is None and context.info_name in COMMANDS:
        return COMMANDS[context.info_name][1]
    return context.command.get_short_help_str(200)


def _paragraphs(text: str) -> Iterator[str]:
    r"""Paragraphs are filled; after click's \b, lines stay as they are."""
    for paragraph in re.split(r"\n\s*\n", text):
        yield ".PP"
        if paragraph.startswith("\b"):
            yield from (".nf", *[_roff(line) for line in paragraph.splitlines()[1:]], ".fi")
        else:
            yield from map(_roff, paragraph.splitlines())


def _roff(text: str) -> str:
    """Text that roff takes for text: no backslash, hyphen, or line that begins with a dot or a quote is a command."""
    escaped = " ".join(text.split("\n")).replace("\\", r"\e").replace("-", r"\-")
    return rf"\&{escaped}" if escaped[:1] in {".", "'"} else escaped


if __name__ == "__main__":
    print(f"{len(write(Path(sys.argv[1])))} pages in {sys.argv[1]}")  # noqa: T201 what a script says
