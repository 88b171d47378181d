"""The command line: one file a noun; each command parses, calls one function, and prints.

Command modules are imported when their command is called, and what they import heavily they import in their functions:
`fob-mail --help` answers in a quarter of a second.
"""

import logging
import os
import sys
from importlib import import_module
from pathlib import Path

import click

from fob_mail import __version__
from fob_mail.cli.groups import NearGroup
from fob_mail.cli.installation import Installation
from fob_mail.cli.output import harmless
from fob_mail.errors import FobMailError

COMMANDS = {
    "init": ("fob_mail.cli.init", "Make a settings file, keys and a database in this folder."),
    "list": ("fob_mail.cli.lists", "Mailing lists: create, ls, show, edit, snippet."),
    "subscribers": ("fob_mail.cli.subscribers", "People on a list: import, move, add, show, remove, export, erase."),
    "consents": ("fob_mail.cli.privacy:consents", "What a person agreed to or withdrew, when and how."),
    "retention": ("fob_mail.cli.privacy:retention", "Let lapse what is kept longer than it may be."),
    "article": ("fob_mail.cli.article", "Articles: see what is understood of one, and correct it."),
    "compose": ("fob_mail.cli.compose", "Turn an article into a campaign's mail, as a draft."),
    "preview": ("fob_mail.cli.preview", "Look at a campaign's mail in your browser, or write it to files."),
    "check": ("fob_mail.cli.check", "Look for whatever is wrong with a campaign before it goes."),
    "test": ("fob_mail.cli.test", "Send one real copy of a campaign to an address of yours."),
    "send": ("fob_mail.cli.send", "Send a campaign to everyone on its list, once."),
    "worker": ("fob_mail.cli.worker", "Send whatever is to be sent, for as long as it runs; on any number of hosts."),
    "pause": ("fob_mail.cli.holding:pause", "Hold a campaign: nobody begins another message."),
    "resume": ("fob_mail.cli.holding:resume", "Let a paused campaign go on."),
    "cancel": ("fob_mail.cli.holding:cancel", "End a campaign, or take back that it was scheduled."),
    "status": ("fob_mail.cli.status", "What has become of a campaign: counts that add up."),
    "report": ("fob_mail.cli.report", "What a campaign came to: bounces, complaints, leaving, speed; as a page with plots."),
    "unknown": ("fob_mail.cli.unknown", "Deliveries of which nobody knows whether they arrived."),
    "feedback": ("fob_mail.cli.feedback", "Read bounces, complaints and mails that ask to leave, and do what they ask for."),
    "suppressions": ("fob_mail.cli.suppressions", "Addresses that are never mailed: ls, add, remove."),
    "serve": ("fob_mail.cli.serve", "Serve the public pages, unsubscribing among them."),
    "dkim": ("fob_mail.cli.dkim", "Sign mail in your domain's name: make a key."),
    "doctor": ("fob_mail.cli.doctor", "Is everything fit to send? Settings, database, relays, DNS, pages, one by one."),
    "db": ("fob_mail.cli.db", "The database: upgrade, check, backup, restore."),
    "completion": ("fob_mail.cli.completing", "Have your shell complete commands, campaigns and lists."),
    "catch": ("fob_mail.cli.catch", "A relay for practice: keeps every mail in a folder, delivers none."),
    "demo": ("fob_mail.cli.demo", "See all of it work, in a minute, without a mail server."),
}
"""Every command in the order of the journey: its module, which names it `command` or as said, and its line in the help."""


class LazyGroup(NearGroup):
    """A group that knows its commands' names and lines without importing them, and shows our errors as two lines."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 click's signature
        """The commands in the order of an organiser's journey."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import one command's module and take the command from it."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command = getattr(import_module(module), name or "command")
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The commands' lines, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; a FobMailError becomes its problem, its remedy and exit code 1, and so does trouble with the database."""
        try:
            return super().invoke(ctx)
        except FobMailError as error:
            problem, remedy = error.problem, error.remedy
        except Exception as error:
            told = _database_trouble(error)
            if told is None:
                raise
            problem, remedy = told
        click.secho(harmless(problem), fg="red", bold=True, err=True)
        click.echo(harmless(remedy), err=True)
        return ctx.exit(1)


def _database_trouble(error: Exception) -> tuple[str, str] | None:
    """Problem and remedy, if the error is that of a database locked, full, gone or damaged; SQLAlchemy is not imported for it."""
    exceptions = sys.modules.get("sqlalchemy.exc")
    if exceptions is None or not isinstance(error, exceptions.DatabaseError):
        return None
    said = str(error.orig).strip().partition("\n")[0]
    if isinstance(error, exceptions.OperationalError):
        return f"The database does not answer: {said}", "Nothing is lost. Check database_url, and that the database can be reached."
    if type(error) is exceptions.DatabaseError:  # SQLite says so of a file that is damaged, or none of its own
        return f"The database is damaged: {said}", "Check database_url; or put back a copy that fob-mail db backup made."
    return None


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="fob-mail")
@click.option(
    "--config", type=click.Path(path_type=Path, dir_okay=False), help="Settings file; else FOB_MAIL_CONFIG, else fob-mail.toml here."
)
@click.pass_context
def main(ctx: click.Context, config: Path | None) -> None:
    """Turn an article into an invitation in every inbox, once, with one click out of it.

    \b
    Example, from nothing to sent:
      fob-mail init
      fob-mail list create supporters --name "Friends of Bolivia" \\
        --from "Friends of Bolivia <news@example.org>"
      fob-mail subscribers import supporters people.csv \\
        --consent "signed up at the April stall"
      fob-mail compose article.txt --list supporters --name bolivia-april
      fob-mail preview bolivia-april
      fob-mail check bolivia-april
      fob-mail send bolivia-april

    \b
    See it work first, without a mail server:  fob-mail demo
    """  # noqa: D301 click's \b keeps the lines of an example
    if not logging.getLogger().handlers:  # else Python would write warnings for the log, without their values, among a command's lines
        logging.getLogger().addHandler(logging.NullHandler())
    if os.environ.get("NO_COLOR"):  # https://no-color.org
        ctx.color = False
    ctx.obj = ctx.with_resource(Installation(config))
