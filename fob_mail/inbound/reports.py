"""What a delivery report says (RFC 3464, 6533): one Told for each recipient of it."""

import re
from typing import NamedTuple

from fob_mail.inbound.incoming import Known
from fob_mail.inbound.mail import LONGEST_TEXT, Headers, Mail, headers_in

STATUS_PARTS = ("message/delivery-status", "message/global-delivery-status", "message/delivery-report")
MOST_RECIPIENTS = 200

_FINAL = ("final-recipient", "x-actual-recipient")
_GROUPS = re.compile(r"\n[ \t]*\n")
_MARK = re.compile(r"^(?:final|original)-recipient[ \t]*:", re.IGNORECASE | re.MULTILINE)
_REJECTED = re.compile(r"\(rejected\)|rejected mail|(?:message|mail) rejected", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"<([^<>\s]{1,320})>")
_BARE = re.compile(r"[^\s<>()\[\],;:\"']{1,64}@[^\s<>()\[\],;:\"'@]{1,255}")
_X400 = re.compile(r"(?:rfc-?822|smtp)[=:]([^;,\s]{3,320})", re.IGNORECASE)
_ESCAPED = re.compile(r"\\x\{([0-9A-Fa-f]{2,6})\}")
_XTEXT = re.compile(r"\+([0-9A-F]{2})")


class Told(NamedTuple):
    """What a report tells of one recipient, as it stands there."""

    recipient: str
    known: Known
    action: str = ""
    status: str = ""
    diagnostic: str = ""


def told_by(mail: Mail, level: int = 0) -> list[Told]:
    """Each recipient of the delivery report that this mail is, or wraps (`level` 1); none if there is none."""
    parts = mail.of_kind(*STATUS_PARTS, level=level)
    words = [part for part in mail.parts if part.level == level and part.kind.startswith("text/")]
    texts = [part.text for part in parts] or [part.text for part in words if _MARK.search(part.text)]
    told = [one for text in texts for one in _told(text)]
    return told[:MOST_RECIPIENTS]


def refusal_in(mail: Mail) -> Told | None:
    """Sieve's reject (RFC 5429 §2.1.2) and Dovecot on a full mailbox say their no in a receipt (RFC 8098); None of a true receipt."""
    headers = mail.headers
    if not _REJECTED.search(f"{headers.get('auto-submitted')} {headers.get('subject')}"):
        return None
    fields = [headers_in(part.text) for part in mail.of_kind("message/disposition-notification")]
    told = [_one(one) for one in fields]
    return told[0]._replace(diagnostic=mail.text) if told and told[0] else None


def _told(text: str) -> list[Told]:
    found = _MARK.search(text)
    if not found:
        return []
    groups = _GROUPS.split(text.replace("\r\n", "\n")[:LONGEST_TEXT])
    fields = [headers_in(group) for group in groups[: 4 * MOST_RECIPIENTS] if _MARK.search(group)]
    return [one for one in map(_one, fields) if one]


def _one(fields: Headers) -> Told | None:
    """Original-Recipient is whom we wrote to; Final-Recipient may be where that address was forwarded to."""
    addresses = [address_of(value) for value in fields.all("original-recipient", *_FINAL)]
    recipient = next((address for address in addresses if "@" in address), next(filter(None, addresses), ""))
    if not recipient:
        return None
    diagnostic = " ".join(fields.all("diagnostic-code")) or " ".join(fields.all("x-display-diagnostic", "x-supplementary-info", "remarks"))
    return Told(
        recipient,
        Known.REPORT,
        fields.get("action").partition(" ")[0].strip(" ;.()").lower(),
        fields.get("status"),
        re.sub(r"^[ \t]*(?:x-)?[a-z][a-z0-9-]{1,20}[ \t]*;[ \t]*", "", diagnostic, flags=re.IGNORECASE),
    )


def address_of(value: str) -> str:
    """The address of a field such as `rfc822; person@example.org`, whatever is around it; empty if there is none."""
    form, semicolon, rest = value.partition(";")
    value = (rest if semicolon else value).strip()
    if "x400" in form.lower() or "/" in value[:1]:
        found = _X400.search(value.replace("(a)", "@"))
        value = found[1] if found else value
    if "utf-8" in form.lower():
        value = _ESCAPED.sub(lambda found: _character(found[1]), value)
    elif "@" not in value and "+40" in value:
        value = _XTEXT.sub(lambda found: chr(int(found[1], 16)), value)
    found = _IN_BRACKETS.search(value) or _BARE.search(value)
    address = (found[1] if found and found.re is _IN_BRACKETS else found[0] if found else value.split(" ")[0]).strip(" <>\"'.,;")
    return address.removeprefix("mailto:") if len(address) <= LONGEST_ADDRESS and address.isprintable() else ""


LONGEST_ADDRESS = 320
"""Characters: 64 of a local part, 255 of a domain, and the sign between."""


def _character(digits: str) -> str:
    number = int(digits, 16)
    return chr(number) if number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF else ""  # noqa: PLR2004 Unicode's bounds
