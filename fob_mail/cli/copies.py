"""A campaign's mail as one reader gets it: what preview shows and check has judged, without sending it."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from email.message import EmailMessage

    from sqlalchemy.orm import Session

    from fob_mail.cli.installation import Installation
    from fob_mail.envelopes import Recipient
    from fob_mail.models import Campaign

NOBODY = "reader@example.org"


@dataclass(frozen=True, slots=True)
class Copy:
    """One reader's mail: whole as it goes over the wire, and its two parts as text."""

    raw: bytes
    message: "EmailMessage"
    served: dict[str, tuple[str, bytes]]  # the pictures that are not in it, as below

    @property
    def html(self) -> str:
        """The HTML part."""
        return self._part("html")

    @property
    def text(self) -> str:
        """The text part."""
        return self._part("plain")

    @property
    def headers(self) -> list[tuple[str, str]]:
        """Name and value of each header, decoded, in their order."""
        return [(name, str(value)) for name, value in self.message.items()]

    @property
    def pictures(self) -> dict[str, tuple[str, bytes]]:
        """Our own pictures, whether the mail carries them or `serve` has them: by the address in its HTML, a file's name and the bytes."""
        carried = (part for part in self.message.walk() if part.get_content_maintype() == "image" and part["Content-ID"])
        return self.served | {
            f"cid:{str(part['Content-ID']).strip('<> ')}": (part.get_filename() or "picture", bytes(part.get_payload(decode=True)))
            for part in carried
        }

    def _part(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return str(part.get_content()) if part else ""


def recipient_of(session: "Session", address: str) -> "Recipient":
    """Nobody in particular, or the subscriber of that address; raises NotFoundError if there is none."""
    from fob_mail.addresses import normalise  # noqa: PLC0415 imported late, so that --help is quick
    from fob_mail.audience import subscribers  # noqa: PLC0415
    from fob_mail.envelopes import Recipient  # noqa: PLC0415

    if not address:
        return Recipient(0, 0, 0, NOBODY)
    person = subscribers.find(session, normalise(address))
    return Recipient(0, 0, person.id, person.address, person.name, person.language, person.attributes)


def copy_of(session: "Session", installation: "Installation", campaign: "Campaign", recipient: "Recipient", language: str = "") -> Copy:
    """What a recipient gets, in the language given or their own. Nobody's way out takes nobody off."""
    import email  # noqa: PLC0415
    import email.policy  # noqa: PLC0415
    from email.utils import format_datetime  # noqa: PLC0415

    from fob_mail import campaigns  # noqa: PLC0415
    from fob_mail.addresses import international_form  # noqa: PLC0415
    from fob_mail.database import clock  # noqa: PLC0415
    from fob_mail.sending.run import personaliser_of  # noqa: PLC0415

    to, parts = campaigns.list_of(session, campaign), campaigns.parts(session, campaign)
    if language in parts:
        parts = {language: parts[language]}
    personaliser = personaliser_of(campaign, to, parts, installation.settings, installation.links)
    raw = personaliser.envelope(recipient, international_form(recipient.address) or NOBODY, format_datetime(clock(session))).content
    html = "".join(part.html for part in parts.values())
    return Copy(raw, email.message_from_bytes(raw, policy=email.policy.default), _served(session, installation, html))


def _served(session: "Session", installation: "Installation", html: str) -> dict[str, tuple[str, bytes]]:
    from fob_mail import campaigns  # noqa: PLC0415

    addresses = re.finditer(rf"{re.escape(installation.links.url('/i/'))}(?P<name>[0-9a-f]{{32}})\.[a-z]{{3,4}}", html)
    found = {address[0]: campaigns.picture(session, address["name"]) for address in addresses}
    return {address: (address.rpartition("/")[2], picture.content) for address, picture in found.items() if picture}
