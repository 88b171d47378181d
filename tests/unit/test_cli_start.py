"""The command line starts at once, and every command's help shows how it is used."""

import json
import subprocess
import sys
from collections.abc import Iterator

import click
import pytest

from fob_mail.cli import COMMANDS, main

HEAVY = {"sqlalchemy", "pydantic", "jinja2", "lxml", "rich", "flask", "premailer", "waitress", "psycopg", "alembic", "cryptography"}
ASK_FOR_HELP = """
import json, sys
from click.testing import CliRunner
from fob_mail.cli import main
for words in json.loads(sys.argv[1]):
    result = CliRunner().invoke(main, [*words, "--help"])
    assert result.exit_code == 0, (words, result.output, result.exception)
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def commands(group: click.Group, *above: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command under a group, with the words that call it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*above, name), command
        if isinstance(command, click.Group):
            yield from commands(command, *above, name)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_there(name: str) -> None:
    assert isinstance(main.get_command(click.Context(main), name), click.Command)


def test_the_help_of_every_command_imports_nothing_heavy() -> None:
    words = json.dumps([[], *([name] for name in COMMANDS), *(path for path, _ in commands(main))])

    asked = subprocess.run([sys.executable, "-c", ASK_FOR_HELP, words], check=False, capture_output=True, text=True)

    assert asked.returncode == 0, asked.stderr
    assert not HEAVY & set(json.loads(asked.stdout))


def test_every_command_shows_an_example() -> None:
    bare = [" ".join(path) for path, command in commands(main) if "xample" not in (command.help or "")]

    assert not bare
