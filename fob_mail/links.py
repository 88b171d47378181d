"""Signed links and return paths, both ways: what is in every mail, and what is believed when it comes back.

A token is its payload and a keyed BLAKE2b over purpose and payload; without the key none can be made, and one made
for a purpose is worth nothing for another. Tokens do not expire: RFC 8058 §5 and a reader with an old mail want that.
"""

import base64
import binascii
import hashlib
import hmac
import struct
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

_LINK = struct.Struct(">QLL")
_PATH = struct.Struct(">LL")
_MESSAGE = struct.Struct(">LQ")
_LINK_MAC = 16
_PATH_MAC = 10
_MESSAGE_MAC = 16
_FOR_URLS = bytes.maketrans(b"+/", b"-_")
TOKEN_LENGTH = 43
"""Characters of an unsubscribe token: 32 bytes in unpadded base64url."""


class Subscribed(NamedTuple):
    """What an unsubscribe link stands for. Subscriber 0 is nobody: the link of a test mail."""

    subscriber_id: int
    list_id: int
    campaign_id: int


class Purpose(StrEnum):
    """What a token of Asked is good for; made for one, it is worth nothing for another."""

    FORM = "form"  # shows that a form was fetched, and when: what is filled in faster than people type is no person's
    CONFIRM = "confirm"  # this subscriber wants to be on this list
    MOVE = "move"  # this subscriber's address is to be that of this note
    MINE = "mine"  # all that is known of this subscriber


class Asked(NamedTuple):
    """What a link stands for that was asked for, when (seconds of Unix time): whoever reads it decides for how long it is good."""

    subject_id: int
    other_id: int
    at: int


class Place(NamedTuple):
    """What a return path stands for: one delivery of one campaign."""

    campaign_id: int
    position: int


class Links:
    """Makes and reads the links of one installation: keys newest first, base_url without a slash at its end."""

    def __init__(self, keys: list[bytes], base_url: str) -> None:
        self._keys = [hashlib.blake2b(key, digest_size=32, person=b"fob-mail link").digest() for key in keys]
        self._base = base_url
        self._unsubscribe = f"{base_url}/u/"
        self._leave = _keyed(self._keys[0], b"leave", _LINK_MAC)
        self._bounce = _keyed(self._keys[0], b"bounce", _PATH_MAC)
        self._message = _keyed(self._keys[-1], b"message", _MESSAGE_MAC)

    def unsubscribe_token(self, who: tuple[int, int, int]) -> str:
        """43 characters, safe in URLs, that name who would leave which list by which campaign's mail, in Subscribed's order."""
        return _token(self._leave, who)

    def unsubscribe_url(self, who: Subscribed) -> str:
        """The one https URI of List-Unsubscribe, and the page's address: the same by RFC 8058 §3.1."""
        return self.page_of(self.unsubscribe_token(who))

    def page_of(self, token: str) -> str:
        """The address of the page that a token opens."""
        return self._unsubscribe + token

    def read_unsubscribe_token(self, token: str) -> Subscribed | None:
        """What the token stands for, or None if it was not made here for this purpose, to the letter."""
        numbers = self._read(b"leave", token)
        return Subscribed(*numbers) if numbers else None

    def token(self, purpose: Purpose, asked: Asked) -> str:
        """43 characters, safe in URLs, that are good for one purpose."""
        return self._signed(purpose.encode(), asked)

    def read_token(self, purpose: Purpose, token: str) -> Asked | None:
        """What a token of that purpose stands for, however old; None if it was not made here for it, to the letter."""
        numbers = self._read(purpose.encode(), token)
        return Asked(*numbers) if numbers else None

    def url(self, page: str, token: str = "") -> str:  # no password, but none  # nosec B107
        """The address of a page: `/c/` with its token, `/join/` with a list's slug."""
        return f"{self._base}{page}{token}"

    def view_url(self, campaign_id: int, language: str = "") -> str:
        """Where everybody who has the link can read a campaign; without it nobody guesses it, and it tells nothing of who got it."""
        token = self._signed(b"view", (campaign_id, 0, 0))
        return f"{self._base}/v/{token}/{language}" if language else f"{self._base}/v/{token}"

    def read_view_token(self, token: str) -> int | None:
        """The campaign that a token of view_url opens, or None."""
        numbers = self._read(b"view", token)
        return numbers[0] if numbers else None

    def look_url(self, campaign_id: int, link: int) -> str:
        """The address that counts that a link of a campaign was followed, and leads there; the same in every reader's copy."""
        return f"{self._base}/l/{self._signed(b'look', (campaign_id, link, 0))}"

    def read_look_token(self, token: str) -> tuple[int, int] | None:
        """The campaign and the number of the link that a token of look_url counts, or None."""
        numbers = self._read(b"look", token)
        return (numbers[0], numbers[1]) if numbers else None

    def _signed(self, purpose: bytes, numbers: tuple[int, int, int]) -> str:
        return _token(_keyed(self._keys[0], purpose, _LINK_MAC), numbers)

    def _read(self, purpose: bytes, token: str) -> tuple[int, int, int] | None:
        if len(token) != TOKEN_LENGTH or not token.isascii():
            return None
        try:
            raw = base64.b64decode(token + "=", altchars=b"-_", validate=True)
        except binascii.Error:
            return None
        if base64.urlsafe_b64encode(raw).decode()[:TOKEN_LENGTH] != token:
            return None  # another spelling of the same bytes: base64 leaves two bits free
        payload, mac = raw[:-_LINK_MAC], raw[-_LINK_MAC:]
        if not self._made(purpose, payload, mac):
            return None
        first, second, third = _LINK.unpack(payload)
        return first, second, third

    def return_path(self, mailbox: str, place: Place) -> str:
        """VERP: `bounces+TOKEN@example.org` for the mailbox bounces@example.org; at most 64 octets of local part wanted."""
        token = _base32(_marked(self._bounce, _PATH.pack(*place)))
        local, _, domain = mailbox.rpartition("@")
        return f"{local}+{token}@{domain}"

    def read_return_path(self, address: str) -> Place | None:
        """The delivery that a return path belongs to, or None if the path was not made here. Case does not matter."""
        token = address.rpartition("@")[0].rpartition("+")[2].upper()
        try:
            raw = base64.b32decode(token + "=" * (-len(token) % 8))
        except (binascii.Error, ValueError):
            return None
        payload, mac = raw[:-_PATH_MAC], raw[-_PATH_MAC:]
        if len(payload) != _PATH.size or _base32(raw) != token.lower():
            return None  # base32 leaves a bit free
        return Place(*_PATH.unpack(payload)) if self._made(b"bounce", payload, mac) else None

    def _made(self, purpose: bytes, payload: bytes, mac: bytes) -> bool:
        """Whether one of our keys made it; all are tried, and each in constant time, so that time tells of none."""
        made = False
        for key in self._keys:
            made |= hmac.compare_digest(_mac(key, purpose, payload, len(mac)), mac)
        return made

    def message_id(self, campaign_id: int, subscriber_id: int, domain: str) -> str:
        """`<opaque@domain>`, the same for the same person and campaign for ever (RFC 5322 §3.6.4)."""
        keyed = self._message.copy()
        keyed.update(_MESSAGE.pack(campaign_id, subscriber_id))
        return f"<{keyed.hexdigest()}@{domain}>"


def unsubscribe_mailto(mailbox: str, token: str) -> str:
    """The mailto URI of List-Unsubscribe (RFC 2369 §3.2, RFC 6068): a mail to this mailbox with this subject."""
    return f"mailto:{quote(mailbox, safe='@+')}?subject=unsubscribe%20{token}"


_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = [first + second for first in _BASE32 for second in _BASE32]


def _base32(raw: bytes) -> str:
    """RFC 4648 §6 in small letters and without padding, by pairs of letters: the standard library takes more than twice as long."""
    bits = 8 * len(raw)
    whole = bits + -bits % 10
    number = int.from_bytes(raw) << (whole - bits)
    return "".join([_PAIRS[number >> shift & 1023] for shift in range(whole - 10, -1, -10)])[: (bits + 4) // 5]


def _token(keyed: "hashlib.blake2b", numbers: tuple[int, int, int]) -> str:
    return binascii.b2a_base64(_marked(keyed, _LINK.pack(*numbers))).translate(_FOR_URLS)[:TOKEN_LENGTH].decode("ascii")


def _marked(keyed: "hashlib.blake2b", payload: bytes) -> bytes:
    """The payload, and after it what only the key's holder can have made of it."""
    keyed = keyed.copy()
    keyed.update(payload)
    return payload + keyed.digest()


def _mac(key: bytes, purpose: bytes, payload: bytes, size: int) -> bytes:
    return _marked(_keyed(key, purpose, size), payload)[len(payload) :]


@lru_cache(maxsize=64)
def _keyed(key: bytes, purpose: bytes, size: int) -> "hashlib.blake2b":
    """The hash with its key taken in already: a copy of it costs half of a new one."""
    return hashlib.blake2b(digest_size=size, key=key, person=purpose)
