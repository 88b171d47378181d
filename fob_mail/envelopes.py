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
    address: str
    name: str = ""
    language: str | None = None
    attributes: Mapping[str, str] = NONE


class Envelope(NamedTuple):
    """A message as SMTP takes it: whose it is, return path and address without brackets, content with CRLF, no final dot."""

    of: Recipient
    return_path: str
    address: str
    content: bytes
