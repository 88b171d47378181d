"""From a message with slots and a recipient to the bytes on the wire, in microseconds.

A slot stands where readers differ. Composing marks it in subject, HTML and text with mark(); composing.mime encodes
everything around the marks once and puts each slot on a soft-broken line of its own; personalise() fills them in.
"""

import re
from dataclasses import dataclass, field

FIELDS = frozenset({"unsubscribe_url", "name", "address"})
"""What composing may mark in subject, HTML and text."""

MARK = re.compile(r"_FOB\.([a-z_]+)\.([0-9a-f]*)\.BOF_")


def mark(name: str, default: str = "") -> str:
    """The text that stands for a field until it is personalised: letters, digits, dots and underscores only, so that
    neither HTML, nor a URL, nor premailer changes it. The default is shown to readers for whom the field is empty.
    """
    return f"_FOB.{name}.{default.encode().hex()}.BOF_"


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person of a campaign's audience, as the ledger leases them."""

    position: int
    subscriber_id: int
    address: str
    name: str = ""
    language: str | None = None
    attributes: dict[str, str] = field(default_factory=dict)
