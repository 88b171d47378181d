"""Is this an e-mail address, what is its one spelling, and how is it remembered without being kept?"""

import hashlib
import re
from collections.abc import Sequence
from functools import lru_cache

from fob_mail.errors import InputError

PLAIN = re.compile(
    r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z])?"
)
"""Addresses so ordinary that email-validator is not asked (a test holds that both agree); everything else is."""

_PLAIN_LINES = re.compile(rf"(?>{PLAIN.pattern}\n)*+")
SPECIAL = (".test", ".local", ".localhost", ".invalid", ".onion", ".arpa")
_ON_THE_WIRE = re.compile(r"[!-;=?-~]+@[A-Za-z0-9.\[\]:-]+")
"""Printable ASCII without space or angle brackets: nothing that could end an SMTP command or a header early."""

_INTERNATIONAL_LOCAL = re.compile(r"[^\s\x00-\x20\x7f-\x9f()<>@,;:\\\"\[\]]+")
"""A dot-atom of RFC 6531 §3.3: printable, without what could end an SMTP command or a header early."""

LONGEST_LOCAL = 64
"""Octets before the @ (RFC 5321 §4.5.3.1.1)."""
LONGEST = 254


def normalise(text: str) -> str:
    """The one spelling of an address: trimmed, domain in lower case, local part as given. Raises InputError with the reason.

    Two spellings that differ in the local part's case are two mailboxes by RFC 5321 §2.4 and one at every provider of
    note, so the local part is folded too.
    """
    text = text.strip()
    if PLAIN.fullmatch(text) and len(text) <= LONGEST and text.index("@") <= LONGEST_LOCAL and "--" not in text:
        folded = text.lower()
        if not folded.endswith(SPECIAL):
            return folded
    return _normalise_unusual(text)


def normalise_plain(texts: Sequence[str]) -> list[str] | None:
    """As normalise() of each, at a third of the price, if all of them are ordinary; else None."""
    lines = "\n".join(texts) + "\n"
    if max(map(len, texts), default=0) > LONGEST_LOCAL or "--" in lines or not _PLAIN_LINES.fullmatch(lines):
        return None
    lines = lines.lower()
    return None if any(f"{ending}\n" in lines for ending in SPECIAL) else lines.split()


def digest(address: str, key: bytes) -> bytes:
    """16 bytes that stand for a normalised address and, without the key, reveal nothing of it (keyed BLAKE2b, RFC 7693)."""
    keyed = _keyed(key).copy()
    keyed.update(address.encode())
    return keyed.digest()


def digests(addresses: Sequence[str], key: bytes) -> list[bytes]:
    """As digest() of each."""
    copy, made = _keyed(key).copy, []
    for address in addresses:
        keyed = copy()
        keyed.update(address.encode())
        made.append(keyed.digest())
    return made


def mask(address: str) -> str:
    """An address as it may be shown to whoever holds a link: `r•••@example.org`."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}•••@{domain}"


def wire_form(address: str) -> str | None:
    """The address as plain SMTP takes it: the domain as A-labels (RFC 5891); None if the local part needs SMTPUTF8 (RFC 6531),
    or if it is no address that could be on the wire at all.
    """
    if _ON_THE_WIRE.fullmatch(address):
        return address
    local, _, domain = address.rpartition("@")
    if not _ON_THE_WIRE.fullmatch(f"{local}@example"):
        return None
    import idna  # noqa: PLC0415 large tables, for few addresses

    try:
        whole = f"{local}@{idna.encode(domain, uts46=True).decode()}"
    except idna.IDNAError:
        return None
    return whole if _ON_THE_WIRE.fullmatch(whole) else None


def international_form(address: str) -> str | None:
    """The address as SMTP with SMTPUTF8 takes it (RFC 6531 §3.3): the local part in UTF-8, the domain as A-labels; None if it cannot."""
    plain = wire_form(address)
    if plain is not None:
        return plain
    local, _, domain = address.rpartition("@")
    ascii_domain = wire_form(f"x@{domain}")
    if ascii_domain is None or not _INTERNATIONAL_LOCAL.fullmatch(local) or not local.isprintable() or len(local.encode()) > LONGEST_LOCAL:
        return None
    return f"{local}@{ascii_domain.partition('@')[2]}"


@lru_cache(maxsize=4)
def _keyed(key: bytes) -> "hashlib.blake2b":
    """The hash with its key taken in already: a copy of it costs half of a new one."""
    return hashlib.blake2b(digest_size=16, key=key[:64], person=b"fob-mail addr")


@lru_cache(maxsize=1024)
def _normalise_unusual(text: str) -> str:
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 slow to import, and most runs never need it

    try:
        checked = validate_email(text, check_deliverability=False, test_environment=True, strict=True)
    except EmailNotValidError as error:
        problem = f"{text[:80]!r} is not an e-mail address: {str(error).rstrip('.')}."
        raise InputError(problem, "Correct the address, or leave this person out.") from None
    return checked.normalized.lower()
