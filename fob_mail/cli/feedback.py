"""`fob-mail feedback`: what comes back is read and followed."""

import sys
from collections import Counter
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fob_mail.cli.groups import NearGroup
from fob_mail.cli.installation import Installation
from fob_mail.cli.output import counted, emit, json_option

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fob_mail.cli.stopping import Stopper
    from fob_mail.feedback.taking import Taken

TRY_AGAIN = 75
"""EX_TEMPFAIL of sysexits: a mail server that pipes a mail here keeps it, and tries again."""


@click.group("feedback", cls=NearGroup)
def command() -> None:
    """Bounces, complaints and mails that ask to leave: read them, and do what they ask for.

    \b
    Example:
      fob-mail feedback run
    """  # noqa: D301 click's \b keeps the lines of an example


@command.command("read")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True))
@json_option
@click.pass_obj
def read(installation: Installation, file: Path, as_json: bool) -> None:
    """Take one mail from FILE, or from standard input (-), as a mail server's pipe gives it.

    Read from a pipe, trouble ends with exit code 75, on which mail servers keep the mail and try again.

    \b
    Examples:
      fob-mail feedback read bounce.eml
      bounces: "|fob-mail --config /srv/fob-mail.toml feedback read -"      (in /etc/aliases)
    """  # noqa: D301
    piped = str(file) == "-"
    try:
        taken = _take(installation, sys.stdin.buffer.read() if piped else file.read_bytes())
    except Exception as error:
        if not piped:
            raise
        click.echo(getattr(error, "problem", None) or type(error).__name__, err=True)
        click.get_current_context().exit(TRY_AGAIN)
    if as_json:
        emit(asdict(taken))
    else:
        click.echo(f"{taken.kind}: {taken.reason} {taken.followed[:1].upper()}{taken.followed[1:]}.")


@command.command("run")
@click.option("--once", is_flag=True, help="Read what is there now, and end.")
@json_option
@click.pass_obj
def run(installation: Installation, once: bool, as_json: bool) -> None:
    """Read the mailboxes of the settings (feedback.maildir, imap, pop3), each by itself, again and again, until Ctrl-C or SIGTERM.

    \b
    Examples:
      fob-mail feedback run
      fob-mail feedback run --once --json
    """  # noqa: D301
    from fob_mail.cli.stopping import interrupts  # noqa: PLC0415 imported late, so that --help is quick
    from fob_mail.errors import FobMailError, InputError  # noqa: PLC0415

    feedback = installation.settings.feedback
    if not (feedback.maildir or installation.settings.imap.host or installation.settings.pop3.host):
        raise InputError("No mailbox is set from which to read.", "Set imap.host, pop3.host or feedback.maildir in the settings.")
    installation.begin_logs(to_standard_error=not once and not sys.stderr.isatty())
    kinds: Counter[str] = Counter()
    with interrupts() as stopper:
        while True:
            troubles: list[FobMailError] = []
            for read_one in _readers(installation, kinds, stopper):
                try:
                    read_one()
                except FobMailError as error:  # one that is away does not keep the others waiting
                    troubles.append(error)
                    click.echo(f"{error.problem} {error.remedy}", err=True)
            if once and troubles:
                raise troubles[0]
            if once or stopper.asked.wait(feedback.every.total_seconds()):
                break
    if as_json:
        emit({"taken": sum(kinds.values()), "kinds": dict(kinds)})
    else:
        click.echo(f"{counted(sum(kinds.values()), 'mail')} taken" + "".join(f", {number} {kind}" for kind, number in kinds.items()))


def _readers(installation: Installation, kinds: "Counter[str]", stopper: "Stopper") -> "Iterator[Callable[[], int]]":
    """What reads each mailbox of the settings once."""
    from fob_mail.feedback import pop3, sources  # noqa: PLC0415

    def take(raw: bytes) -> None:
        if stopper.asked.is_set():
            raise KeyboardInterrupt
        kinds[str(_take(installation, raw).kind)] += 1

    feedback, imap, pop = installation.settings.feedback, installation.settings.imap, installation.settings.pop3
    if feedback.maildir:
        yield partial(sources.read_maildir, installation.settings_file.parent / feedback.maildir, take)
    if imap.host:
        yield partial(sources.read_imap, imap, imap.password.get_secret_value(), take)
    if pop.host:
        yield partial(pop3.read_pop3, pop, pop.password.get_secret_value(), take)


def _take(installation: Installation, raw: bytes) -> "Taken":
    from fob_mail.feedback.taking import Terms, take  # noqa: PLC0415

    feedback = installation.settings.feedback
    terms = Terms(feedback.soft_bounces, feedback.soft_within, installation.settings_file.parent / feedback.kept)
    return take(installation.database, raw, installation.links, terms)
