"""What --help says reads well in a narrow window, and shows by an example how it is done."""

from collections.abc import Iterator

import click
import pytest

from fob_mail.cli import main

NARROW = 60
WIDEST_EXAMPLE = 80
"""Columns of an example's line, which is to be copied whole."""


def commands(command: click.Command, context: click.Context) -> Iterator[tuple[str, click.Context]]:
    """Each command with its words, those of groups among them."""
    yield context.command_path, context
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below
            yield from commands(below, click.Context(below, info_name=name, parent=context, terminal_width=NARROW))


ALL = dict(commands(main, click.Context(main, info_name="fob-mail", terminal_width=NARROW)))


@pytest.mark.parametrize("words", ALL)
def test_help_fits_a_narrow_window_and_has_an_example(words: str) -> None:
    command, said = ALL[words].command, ALL[words].command.get_help(ALL[words])

    assert "Example" in said or isinstance(command, click.Group)
    prose, _, examples = said.partition("Example")
    examples, options, rest = examples.partition("\nOptions:")
    assert max(map(len, (prose + options + rest).splitlines())) <= NARROW
    assert max(map(len, examples.splitlines()), default=0) <= WIDEST_EXAMPLE
