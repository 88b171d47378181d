"""How commands ask and answer: --json, --yes, and lines for people."""

import json
import sys
from collections.abc import Callable, Mapping
from typing import TypeVar

import click

from fob_mail.errors import InputError

Command = TypeVar("Command", bound=Callable[..., object])

Json = Mapping[str, object]


def json_option(command: Command) -> Command:
    """`--json`: one JSON object on standard output, everything else on standard error."""
    return click.option("--json", "as_json", is_flag=True, help="Report as one JSON object on standard output.")(command)


def yes_option(command: Command) -> Command:
    """`--yes`: do not ask."""
    return click.option("--yes", "-y", is_flag=True, help="Do not ask for confirmation.")(command)


_MOVES = dict.fromkeys((*range(9), *range(11, 32), *range(127, 160)), "\N{REPLACEMENT CHARACTER}")
"""Control characters, but for tabs and line ends."""


def harmless(text: str) -> str:
    """Words that a server or a file may have said, without what would move the cursor, rename the window or hide other lines."""
    return text.translate(_MOVES)


_ESCAPED = {
    code: f"\\u{code:04x}" for code in (*range(127, 160), 0x61C, *range(0x200E, 0x2010), *range(0x2028, 0x202F), *range(0x2066, 0x206A))
}
"""What JSON lets stand in a string and a terminal obeys, or shows the other way round."""


def emit(report: Json) -> None:
    """Print one JSON object to standard output; moments as ISO 8601, enums as their values."""
    click.echo(json.dumps(report, ensure_ascii=False, default=str).translate(_ESCAPED))


def confirm(question: str, *, yes: bool, refusal: str) -> None:
    """Ask unless --yes; no terminal and no --yes is an error with its remedy, and no means that nothing was done."""
    if yes:
        return
    if not sys.stdin.isatty():
        problem = f"{refusal}: this asks for confirmation, and there is no terminal to ask at."
        raise InputError(problem, "Add --yes if you mean it.")
    if not click.confirm(question, err=True):
        click.echo(f"{refusal}.", err=True)
        click.get_current_context().exit(1)
