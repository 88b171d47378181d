"""Who a list's mail is from: `Friends of Bolivia <news@example.org>`, checked so that nothing in it can end a header early."""

import re
from dataclasses import dataclass
from unicodedata import category

from fob_mail.addresses import normalise, wire_form
from fob_mail.audience.cells import one_line
from fob_mail.errors import InputError

LONGEST_NAME = 200
_MAILBOX = re.compile(r"\s*+(?:(?P<name>[^<>]*)<(?P<address>[^<>]+)>|(?P<bare>[^<>\s]+))\s*")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ATOMS = re.compile(r"[^()<>\[\]:;@\\,.\"]*")
_REMEDY = 'Write it as "Friends of Bolivia <news@example.org>".'


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A display name, which may be empty, and an address as plain SMTP takes it (its domain in A-labels)."""

    name: str
    address: str

    def __str__(self) -> str:
        """The mailbox as RFC 5322 §3.4 writes it, the name quoted where it must be; a name in Unicode is encoded by who sends it."""
        if not self.name:
            return self.address
        name = self.name if _ATOMS.fullmatch(self.name) else '"' + re.sub(r'(["\\])', r"\\\1", self.name) + '"'
        return f"{name} <{self.address}>"


def parse(written: str) -> Mailbox:
    """The mailbox that is written. Raises InputError with the remedy; line ends and other control characters above all."""
    if any(category(c) in {"Cc", "Cs", "Zl", "Zp"} for c in written):
        raise InputError("The sender holds a line end or another control character.", _REMEDY)
    found = _MAILBOX.fullmatch(written)
    if not found:
        raise InputError(f"{written[:80]!r} is not a sender.", _REMEDY)
    name = one_line(found["name"] or "")
    quoted = _QUOTED.fullmatch(name)
    if quoted:
        name = one_line(re.sub(r"\\(.)", r"\1", quoted[1]))
    if len(name) > LONGEST_NAME:
        raise InputError(f"The sender's name is longer than {LONGEST_NAME} characters.", "Choose a shorter one.")
    return Mailbox(name, _address(found["address"] or found["bare"]))


def _address(written: str) -> str:
    try:
        address = wire_form(normalise(written))
    except InputError as error:
        raise InputError(error.problem, _REMEDY) from None
    if address is None:
        raise InputError(f"{written[:80]!r} is not an address that every relay takes.", "Use plain letters before the @.")
    return address
