"""Groups of commands: one that names the nearest command when there is none of that name."""

import click


class NearGroup(click.Group):
    """As click's, naming the nearest command when there is none of that name."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the first word names; a word that names none ends in a sentence."""
        known = self.list_commands(ctx)
        if args and args[0] not in known and not args[0].startswith("-") and not ctx.resilient_parsing:
            import difflib  # noqa: PLC0415 for those alone who mistype

            near = difflib.get_close_matches(args[0], known, n=1)
            ctx.fail(f"There is no command {args[0]!r}." + (f" Did you mean {near[0]!r}?" if near else f" See {ctx.command_path} --help."))
        return super().resolve_command(ctx, args)
