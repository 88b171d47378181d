"""`python -m bench NAME`: one command a bench, each in a module of its own that names it `command`."""

from importlib import import_module

import click

BENCHES = {
    "import": "bench.importing",
    "sending": "bench.sending",
    "leaving": "bench.leaving",
    "signing": "bench.signing",
    "faults": "bench.faults",
    "composing": "bench.composing",
    "inbound": "bench.inbound",
}


class _Benches(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 click's signature
        return list(BENCHES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in BENCHES:
            return None
        command = import_module(BENCHES[cmd_name]).command
        return command if isinstance(command, click.Command) else None


@click.group(cls=_Benches)
def main() -> None:
    """Measure fob-mail on this machine, beside a peer in the same run."""


if __name__ == "__main__":
    main()
