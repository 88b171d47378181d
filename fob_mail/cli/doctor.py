"""`fob-mail doctor`: is this installation fit to send?"""

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from fob_mail.cli.installation import Installation
from fob_mail.cli.output import emit, json_option
from fob_mail.plurals import counted

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from fob_mail.database import Database
    from fob_mail.doctor.finding import Finding
    from fob_mail.doctor.senders import Sender
    from fob_mail.settings import Settings

SIGNS = {"fine": ("✓", "green"), "unknown": ("?", "cyan"), "warning": ("!", "yellow"), "wrong": ("✗", "red")}


def _dns_server(ctx: click.Context, parameter: click.Parameter, value: str) -> tuple[str, int]:  # noqa: ARG001 click's signature
    """Address and port: `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1` or `[2001:db8::1]:5353`; no address is the system's."""
    from ipaddress import ip_address  # noqa: PLC0415

    host, _, port = value.rpartition(":") if value.count(":") == 1 or "]:" in value else (value, "", "53")
    host = host.removeprefix("[").removesuffix("]")
    try:
        return (str(ip_address(host)) if host else "", _port(port))
    except ValueError:
        message = f"{value!r} is no address of a DNS server; write one such as 192.0.2.1, 192.0.2.1:5353 or [2001:db8::1]:5353"
        raise click.BadParameter(message) from None


def _port(value: str) -> int:
    number = int(value)
    if not 0 < number < 2**16:
        raise ValueError(value)
    return number


@click.command("doctor")
@click.option("--offline", is_flag=True, help="Look at this machine and the database alone: no relay, DNS, mailbox or page.")
@click.option(
    "--nameserver", default="", metavar="ADDRESS[:PORT]", callback=_dns_server, help="Ask this DNS server instead of the system's."
)
@json_option
@click.pass_obj
def command(installation: Installation, offline: bool, nameserver: tuple[str, int], as_json: bool) -> None:
    """Look whether everything is fit to send: settings, database, relays, DNS, mailboxes, public pages, and what large providers ask.

    Nothing is sent and nothing is changed. Each line says what was seen and, where something is amiss, what to do.

    Exit codes, for monitoring: 0 all is well, 1 warnings, 2 something is wrong.

    \b
    Examples:
      fob-mail doctor
      fob-mail doctor --offline --json
    """  # noqa: D301 click's \b keeps the lines of an example
    from fob_mail.doctor.finding import exit_code  # noqa: PLC0415 imported late, so that --help is quick
    from fob_mail.doctor.rules import check_rules  # noqa: PLC0415

    found: list[Finding] = []
    area = ""
    for finding in _findings(installation, nameserver, offline=offline):
        found.append(finding)
        area = _show(finding, area, quiet=as_json)
    if not offline:
        checklist = list(check_rules(found))
        found += checklist
        for finding in checklist:
            area = _show(finding, area, quiet=as_json)
    code = exit_code(found)
    if as_json:
        emit({"verdict": code.name.lower(), "findings": [asdict(finding) for finding in found]})
    else:
        numbers = {state: sum(one.state == state for one in found) for state in SIGNS}
        numbers_said = [counted(number, state) if state == "warning" else f"{number} {state}" for state, number in numbers.items()]
        click.echo("\n" + ", ".join(numbers_said))
    click.get_current_context().exit(code)


def _findings(installation: Installation, nameserver: tuple[str, int], *, offline: bool) -> "Iterator[Finding]":
    from datetime import UTC, datetime  # noqa: PLC0415

    from fob_mail.database import connect  # noqa: PLC0415
    from fob_mail.doctor import books, handovers, here  # noqa: PLC0415
    from fob_mail.doctor.finding import Finding, State  # noqa: PLC0415
    from fob_mail.errors import DatabaseError, SettingsError  # noqa: PLC0415

    try:
        settings = installation.settings
    except SettingsError as error:
        first, *rest = error.problem.splitlines()
        yield Finding("here", "settings", State.WRONG, f"{first} {'; '.join(rest)}".strip(), error.remedy)
        return
    yield Finding("here", "settings", State.FINE, f"{installation.settings_file} holds what it may hold")
    try:
        database = connect(settings.database_url.get_secret_value(), patience=10.0, create=False)
    except DatabaseError as error:
        yield Finding("database", "version", State.WRONG, error.problem, error.remedy)
        return
    try:
        file = _file_of(database)
        yield from here.check_files(installation.settings_file, settings, file)
        yield here.check_journal(settings.sending.journal_folder)
        yield from here.check_room({"the journal": settings.sending.journal_folder} | ({"the database": file} if file else {}))
        yield here.clock_kept(here.kernel_clock())
        states = list(books.check_database(database))
        yield from states
        sound = states[0].state is State.FINE
        latest = _latest(database) if sound else None
        yield from handovers.check_handovers(settings, installation.settings_file.parent, latest, datetime.now(UTC))
        if not offline:
            yield from _outside(settings, installation, database if sound else None, nameserver)
    finally:
        database.close()


def _outside(
    settings: "Settings", installation: Installation, database: "Database | None", nameserver: tuple[str, int]
) -> "Iterator[Finding]":
    from datetime import UTC, datetime  # noqa: PLC0415

    from fob_mail import dns_records  # noqa: PLC0415
    from fob_mail.doctor import mailboxes, pages, relays, senders  # noqa: PLC0415

    asked = dns_records.resolver(*nameserver)
    writers = list(_senders(settings, database)) if database else []
    envelope = settings.sending.return_path or next((writer.address for writer in writers), "")
    for relay in settings.relays_in_use():
        yield from relays.check_relay(relay, envelope, datetime.now(UTC))
        yield from senders.check_reverse(asked, relay.name, relays.public_addresses(relay.host))
    for sender in dict.fromkeys(writer.sender for writer in writers):
        yield from senders.check_sender(asked, sender, settings)
    yield from mailboxes.check_mailboxes(settings, datetime.now(UTC))
    yield from pages.check_pages(settings.base_url, installation.links)


def _latest(database: "Database") -> "datetime | None":
    from fob_mail import returns  # noqa: PLC0415

    with database.read() as session:
        return returns.latest(session)


class _Writer:
    """A list's sender: the address, and its domains."""

    def __init__(self, address: str, sender: "Sender") -> None:
        self.address, self.sender = address, sender


def _senders(settings: "Settings", database: "Database") -> Iterator[_Writer]:
    from email.utils import parseaddr  # noqa: PLC0415

    from fob_mail.addresses import wire_form  # noqa: PLC0415
    from fob_mail.audience.lists import all_lists  # noqa: PLC0415
    from fob_mail.doctor.senders import Sender  # noqa: PLC0415

    with database.read() as session:
        addresses = [wire_form(parseaddr(one.sender)[1]) or "" for one in all_lists(session)]
    for address in filter(None, addresses):
        domain = address.rpartition("@")[2]
        yield _Writer(address, Sender(domain, settings.sending.return_path.rpartition("@")[2] or domain))


def _file_of(database: "Database") -> "Path | None":
    from pathlib import Path  # noqa: PLC0415

    return Path(str(database.engine.url.database)) if database.is_sqlite else None


def _show(finding: "Finding", area: str, *, quiet: bool) -> str:
    """Print a line, under a heading where its area begins; gives the area. Servers and records said some of the words."""
    from fob_mail.audience.cells import one_line  # noqa: PLC0415

    if quiet:
        return area
    if finding.area != area:
        click.secho(f"\n{finding.area[:1].upper()}{finding.area[1:]}", bold=True)
    sign, colour = SIGNS[finding.state]
    click.secho(f"  {sign} ", fg=colour, bold=True, nl=False)
    click.echo(one_line(f"{finding.name}: {finding.seen}"))
    if finding.remedy:
        click.echo(f"      {one_line(finding.remedy)}")
    return finding.area
