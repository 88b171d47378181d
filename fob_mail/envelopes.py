"""A recipient, and the message that goes to them: what the ledger hands over, and what SMTP takes."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

NONE: Mapping[str, str] = MappingProxyType({})


class Recipient(NamedTuple):
    """One person of a campaign's audience, as the ledger leases them."""

    batch_id: int
    position: int
    subscriber_id: int
    address: str  # the address that the mail goes to
    name: str = ""  # the reader's name
    language: str | None = None  # the reader's language; none: the mail's
    attributes: Mapping[str, str] = NONE  # a column of the file that people were imported from


class Envelope(NamedTuple):
    """A message as SMTP takes it: whose it is, return path and address without brackets, content with CRLF, no final dot."""

    of: Recipient
    return_path: str
    address: str
    content: bytes
