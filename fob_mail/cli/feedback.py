"""`fob-mail feedback`: what comes back is read and followed."""

import sys
from contextlib import nullcontext
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fob_mail.cli import correspondence
from fob_mail.cli.groups import NearGroup
from fob_mail.cli.installation import Installation
from fob_mail.cli.output import emit, json_option
from fob_mail.errors import FobMailError, InputError
from fob_mail.plurals import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fob_mail.feedback.forwarding import Forwarder
    from fob_mail.feedback.lmtp import Lmtp
    from fob_mail.feedback.running import Source, Tally
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


command.add_command(correspondence.ls)
command.add_command(correspondence.show)
command.add_command(correspondence.forward)


@command.command("read")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True))
@json_option
@click.pass_obj
def read(installation: Installation, file: Path, as_json: bool) -> None:
    """Take one mail from FILE, or from standard input (-), as a mail server's pipe gives it.

    Read from a pipe, trouble ends with exit code 75, on which mail servers keep the mail and try again.

    \b
    Examples, the second as a line of /etc/aliases:
      fob-mail feedback read bounce.eml
      bounces: "|fob-mail --config /srv/fob-mail.toml feedback read -"
    """  # noqa: D301
    from fob_mail.feedback.advice import advise  # noqa: PLC0415 imported late, so that --help is quick

    piped = str(file) == "-"
    try:
        taken = _taker(installation)(sys.stdin.buffer.read() if piped else file.read_bytes(), ())
    except Exception as error:
        if not piped:
            raise
        click.echo(getattr(error, "problem", None) or type(error).__name__, err=True)
        click.get_current_context().exit(TRY_AGAIN)
    if as_json:
        emit(asdict(taken))
    else:
        click.echo(f"{taken.kind}: {taken.reason} {taken.followed[:1].upper()}{taken.followed[1:]}.")
        for one in advise({taken.cause: 1} if taken.kind == "blocked" else {}):
            click.secho(one.what_to_do, fg="yellow")


@command.command("run")
@click.option("--once", is_flag=True, help="Read what is there now, and end.")
@json_option
@click.pass_obj
def run(installation: Installation, once: bool, as_json: bool) -> None:
    """Take what comes back, from all that the settings name (imap, pop3, feedback.maildir, lmtp), until Ctrl-C or SIGTERM.

    All are read at the same time, and one that is away is tried again. Where an IMAP server offers IDLE it tells of new mail.

    \b
    Examples:
      fob-mail feedback run
      fob-mail feedback run --once --json
    """  # noqa: D301
    from fob_mail.cli.stopping import interrupts  # noqa: PLC0415 imported late, so that --help is quick
    from fob_mail.feedback.advice import advise, in_words  # noqa: PLC0415
    from fob_mail.feedback.running import Source, Tally, read_once, read_until  # noqa: PLC0415

    installation.begin_logs(to_standard_error=not once and not sys.stderr.isatty())
    with interrupts() as stopper:
        tally = Tally(_taker(installation), stopper.asked)
        sources = list(_mailboxes(installation, tally))
        listen = installation.settings.lmtp.listen
        forwarder = _forwarder(installation)
        forwarding = [Source("forwarding", forwarder.read, forwarder.follow)] if forwarder else []
        if not (sources or forwarding) and (once or not listen):
            raise InputError("No mailbox is set from which to read.", "Set imap.host, pop3.host, feedback.maildir or lmtp.listen.")
        if once:
            troubles = read_once(sources) + read_once(forwarding)
            for trouble in troubles[1:]:
                _tell("", trouble)
            if troubles:
                raise troubles[0]
        else:
            with _listening(installation, tally) if listen else nullcontext():
                read_until([*sources, *forwarding], stopper.asked, installation.settings.feedback.every.total_seconds(), _tell)
    kinds, advice, forwarded = tally.kinds, advise(tally.blocked), forwarder.states if forwarder else {}
    if as_json:
        refused = [asdict(one) for one in advice]
        emit({"taken": sum(kinds.values()), "kinds": dict(kinds), "blocked": refused, "forwarded": dict(forwarded)})
        return
    click.echo(f"{counted(sum(kinds.values()), 'mail')} taken" + "".join(f", {number} {kind}" for kind, number in kinds.items()))
    if forwarded:
        click.echo("Forwarding: " + ", ".join(f"{number} {state}" for state, number in forwarded.items()))
    for line in in_words(advice, "fob-mail feedback ls --kind blocked"):
        click.secho(line, fg="yellow")


def _mailboxes(installation: Installation, take: "Tally") -> "Iterator[Source]":
    """What is read from, by the settings."""
    from fob_mail.feedback.imap import follow_imap, read_imap  # noqa: PLC0415
    from fob_mail.feedback.maildir import read_maildir  # noqa: PLC0415
    from fob_mail.feedback.pop3 import read_pop3  # noqa: PLC0415
    from fob_mail.feedback.running import Source  # noqa: PLC0415

    feedback, imap, pop = installation.settings.feedback, installation.settings.imap, installation.settings.pop3
    if feedback.maildir:
        yield Source("maildir", partial(read_maildir, installation.settings_file.parent / feedback.maildir, take))
    if imap.host:
        password = imap.password.get_secret_value()
        yield Source("imap", partial(read_imap, imap, password, take), partial(follow_imap, imap, password, take))
    if pop.host:
        yield Source("pop3", partial(read_pop3, pop, pop.password.get_secret_value(), take))


def _listening(installation: Installation, take: "Tally") -> "Lmtp":
    """The LMTP server of the settings, which has its socket or port; or InputError."""
    from fob_mail.feedback.lmtp import Lmtp, Where  # noqa: PLC0415

    settings = installation.settings.lmtp
    return Lmtp(Where.of(settings.listen, installation.settings_file.parent), take, settings.largest)


def _forwarder(installation: Installation) -> "Forwarder | None":
    """What forwards to the organiser, if the settings name one."""
    from fob_mail.feedback.forwarding import Forwarder, Way  # noqa: PLC0415
    from fob_mail.sending.route import open_first  # noqa: PLC0415
    from fob_mail.sending.run import signers_of, wires_of  # noqa: PLC0415

    settings = installation.settings
    if not settings.feedback.forward_to:
        return None
    kept = installation.settings_file.parent / settings.feedback.kept
    sending = settings.sending
    way = Way(settings.feedback.forward_to, kept, sending.return_path, sending.verp, sending.give_up_after)
    return Forwarder(installation.database, installation.links, way, partial(open_first, wires_of(settings)), signers_of(settings))


def _tell(name: str, error: Exception) -> None:
    """What is wrong with a source, in its own words."""
    problem = (
        f"{error.problem} {error.remedy}" if isinstance(error, FobMailError) else f"{type(error).__name__} at {name}; it is tried again."
    )
    click.echo(problem, err=True)


def _taker(installation: Installation) -> "Callable[[bytes, tuple[str, ...]], Taken]":
    from fob_mail.feedback.taking import Terms, take  # noqa: PLC0415

    feedback = installation.settings.feedback
    kept = installation.settings_file.parent / feedback.kept
    terms = Terms(feedback.soft_bounces, feedback.soft_within, kept, feedback.forward_to)
    database, links = installation.database, installation.links
    return lambda raw, envelope_to: take(database, raw, links, terms, envelope_to)
