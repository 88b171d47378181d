"""Completing at the shell's prompt: commands and options by click, campaigns and lists by what is in the database."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from fob_mail.cli.installation import Installation

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

SHELLS = {
    "bash": 'eval "$(fob-mail completion bash)"    # in ~/.bashrc',
    "zsh": 'eval "$(fob-mail completion zsh)"    # in ~/.zshrc',
    "fish": "fob-mail completion fish > ~/.config/fish/completions/fob-mail.fish",
}


def campaigns(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """The campaigns whose names begin so, the newest first."""
    from fob_mail.campaigns import all_campaigns  # noqa: PLC0415

    return _beginning(ctx, incomplete, lambda session: [campaign.slug for campaign in all_campaigns(session)])


def lists(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """The lists whose names begin so."""
    from fob_mail.audience.lists import all_lists  # noqa: PLC0415

    return _beginning(ctx, incomplete, lambda session: [one.slug for one in all_lists(session)])


def _beginning(ctx: click.Context, incomplete: str, names: "Callable[[Session], list[str]]") -> list[str]:
    """Names from the database; none if it cannot be asked: a prompt is no place for an error."""
    try:
        with Installation(ctx.find_root().params.get("config")) as installation, installation.database.read() as session:
            return [name for name in names(session) if name.startswith(incomplete)]
    except Exception:  # noqa: BLE001 whatever is wrong, the command itself will say it
        return []


@click.command("completion")
@click.argument("shell", type=click.Choice(list(SHELLS)))
def command(shell: str) -> None:
    """Print what makes a shell complete commands, options, campaigns and lists.

    \b
    Examples:
      eval "$(fob-mail completion bash)"
      eval "$(fob-mail completion zsh)"
      fob-mail completion fish > ~/.config/fish/completions/fob-mail.fish
    """  # noqa: D301 click's \b keeps the lines of an example
    from click.shell_completion import get_completion_class  # noqa: PLC0415

    root = click.get_current_context().find_root()
    completer = get_completion_class(shell)
    if completer is None:
        raise click.UsageError(f"click does not complete {shell}.")
    click.echo(completer(root.command, {}, "fob-mail", "_FOB_MAIL_COMPLETE").source())
