"""`fob-mail test`: one real copy of a campaign to an address of one's own."""

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from fob_mail.cli import completing
from fob_mail.cli.installation import Installation
from fob_mail.cli.output import emit, json_option

if TYPE_CHECKING:
    from fob_mail.envelopes import Envelope
    from fob_mail.personalising import Personaliser
    from fob_mail.settings import Settings


@click.command("test")
@click.argument("name", shell_complete=completing.campaigns)
@click.argument("addresses", nargs=-1, required=True)
@click.option("--language", default="", help="Which of the campaign's languages, where it has several; else the list's.")
@json_option
@click.pass_obj
def command(installation: Installation, name: str, addresses: tuple[str, ...], language: str, as_json: bool) -> None:
    """Send one real copy of campaign NAME to ADDRESSES, its subject marked [Test].

    It is not written into the ledger, and its unsubscribe link unsubscribes nobody.

    \b
    Examples:
      fob-mail test bolivia-april me@example.org
      fob-mail test bolivia-april me@example.org --language es
    """  # noqa: D301 click's \b keeps the lines of an example
    from fob_mail import campaigns  # noqa: PLC0415 imported late, so that --help is quick
    from fob_mail.addresses import normalise  # noqa: PLC0415
    from fob_mail.cli.checking import problems_of, show  # noqa: PLC0415
    from fob_mail.database import clock  # noqa: PLC0415
    from fob_mail.errors import InputError  # noqa: PLC0415
    from fob_mail.sending.run import heading_of, personaliser_of  # noqa: PLC0415

    settings = installation.settings
    with installation.database.read() as session:
        campaign = campaigns.find(session, name)
        to = campaigns.list_of(session, campaign)
        marked = {key: replace(c, subject=f"[Test] {c.subject}") for key, c in campaigns.parts(session, campaign).items()}
        problems = problems_of(session, campaign, settings, clock(session))
    if language and language not in marked:
        raise InputError(f"{name} is not in the language {language!r}.", f"It is in {', '.join(marked)}.")
    personaliser = personaliser_of(campaign, to, marked, settings, installation.links)
    sent = []
    for address in dict.fromkeys(map(normalise, addresses)):
        reply = _submit(settings, _copy(personaliser, address, language, heading_of(to).domain))
        sent.append({"address": address, "reply": reply})
        click.echo(f"Sent to {address}: the relay said {reply}", err=as_json)
    if as_json:
        emit({"campaign": name, "sent": sent})
    else:
        show(problems)


def _copy(personaliser: "Personaliser", address: str, language: str, domain: str) -> "Envelope":
    """A copy as nobody's subscriber gets it: its links change nothing."""
    from datetime import UTC, datetime  # noqa: PLC0415
    from email.utils import make_msgid  # noqa: PLC0415

    from fob_mail.addresses import international_form  # noqa: PLC0415
    from fob_mail.encoding import date_header  # noqa: PLC0415
    from fob_mail.envelopes import Recipient  # noqa: PLC0415
    from fob_mail.errors import InputError  # noqa: PLC0415

    wire = international_form(address)
    if wire is None:
        raise InputError(f"{address} cannot be written in an SMTP command.", "Use an address in plain letters.")
    nobody = Recipient(0, 0, 0, address, "", language or None)
    return personaliser.envelope(nobody, wire, date_header(datetime.now(UTC)), make_msgid("test", domain))


def _submit(settings: "Settings", envelope: "Envelope") -> str:
    """Give it to the first relay; what that says, unless it refuses."""
    from fob_mail.errors import RelayError  # noqa: PLC0415
    from fob_mail.sending.run import wires_of  # noqa: PLC0415
    from fob_mail.sending.transmission import NOT_INTERNATIONAL  # noqa: PLC0415
    from fob_mail.smtp.single import deliver  # noqa: PLC0415

    address = envelope.of.address
    try:
        opened = wires_of(settings)[0].open()
    except RelayError as error:
        remedy = "Check smtp.host, smtp.port and smtp.security in the settings, or try again when the relay answers."
        raise RelayError(error.problem, f"This mail was not sent. {remedy}") from None
    if not envelope.address.isascii() and not opened.international:
        opened.socket.close()
        raise RelayError(f"{address}: {NOT_INTERNATIONAL}.", "Use an address in plain letters, or a relay that offers it.")
    reply = deliver(opened, envelope).reply
    if not reply.positive:
        raise RelayError(f"The relay refused the mail to {address}: {reply}", "Nothing was sent to anybody else.")
    return str(reply)
