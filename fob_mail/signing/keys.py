"""The keys that sign: read from files and judged, made anew, and what the DNS must say of them."""

import os
import stat
from base64 import b64encode
from collections.abc import Iterable
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from fob_mail.errors import ConflictError, InputError, SettingsError
from fob_mail.signing.seal import ENOUGH_BITS, Signer

PrivateKey = RSAPrivateKey | Ed25519PrivateKey

FEWEST_BITS = 1024
"""Verifiers take no signature of a shorter RSA key (RFC 8301 §3.2)."""

MAKE_ONE = "Make one: fob-mail dkim keygen DOMAIN SELECTOR"
_STRING = 255  # octets that one string of a TXT record holds (RFC 1035 §3.3)


class Kind(StrEnum):
    """What a key is."""

    RSA = "rsa"  # understood by every verifier
    ED25519 = "ed25519"  # many times as fast, and short; not every verifier knows it, so that an RSA signature goes beside it


class Named(Protocol):
    """A key as the settings name it; settings.Dkim is one."""

    @property
    def domain(self) -> str:
        """Whose."""

    @property
    def selector(self) -> str:
        """Its name in the DNS."""

    @property
    def key_file(self) -> Path:
        """Where it is."""


def new_key(kind: Kind) -> PrivateKey:
    """A key that nobody else has."""
    return Ed25519PrivateKey.generate() if kind is Kind.ED25519 else generate_private_key(65537, ENOUGH_BITS)


def read_signers(named: Iterable[Named]) -> list[Signer]:
    """Who signs, by the settings. Raises SettingsError for the first key that cannot be used, or that everyone can read."""
    return [signer_of(one.domain, one.selector, read_key(one.key_file)) for one in named]


def signer_of(domain: str, selector: str, key: PrivateKey) -> Signer:
    """Who signs with a key: by rsa-sha256 (RFC 6376 §3.3.1) or ed25519-sha256, which signs the hash (RFC 8463 §3)."""
    if isinstance(key, Ed25519PrivateKey):
        return Signer(domain, selector, "ed25519-sha256", 256, lambda hashed: key.sign(sha256(hashed).digest()))
    padding, algorithm = PKCS1v15(), SHA256()
    return Signer(domain, selector, "rsa-sha256", key.key_size, lambda hashed: key.sign(hashed, padding, algorithm))


def read_key(file: Path) -> PrivateKey:
    """The private key of a PEM file. Raises SettingsError if it cannot be used, or everyone can read it."""
    try:
        with file.open("rb") as opened:
            mode = os.fstat(opened.fileno()).st_mode
            pem = opened.read()
    except FileNotFoundError:
        raise SettingsError(f"The DKIM key {file} is not there.", f"Correct dkim.key_file. {MAKE_ONE}") from None
    except OSError as error:
        remedy = "Make it readable for the user that runs fob-mail, and for nobody else."
        raise SettingsError(f"The DKIM key {file} cannot be read: {error.strerror}.", remedy) from None
    if os.name == "posix" and mode & stat.S_IROTH:
        raise SettingsError(f"Everyone on this machine can read {file}, and sign in your name with it.", f"Run: chmod 600 {file}")
    return _parsed(pem, file)


def _parsed(pem: bytes, file: Path) -> PrivateKey:
    if b"PRIVATE KEY-----" not in pem:
        what = "a public key" if b"PUBLIC KEY-----" in pem else "no private key"
        raise SettingsError(f"{file} holds {what}; DKIM signs with a private key in PEM form.", f"Correct dkim.key_file. {MAKE_ONE}")
    try:
        key = load_pem_private_key(pem, None)
    except TypeError:
        remedy = f"Take the pass phrase off: openssl pkey -in {file} -out KEY.pem"
        raise SettingsError(f"The DKIM key {file} is locked by a pass phrase.", remedy) from None
    except (ValueError, UnsupportedAlgorithm):
        raise SettingsError(f"The DKIM key {file} is damaged.", f"Put back a copy. {MAKE_ONE}") from None
    if not isinstance(key, RSAPrivateKey | Ed25519PrivateKey):
        raise SettingsError(f"{file} is no key for DKIM, which knows RSA and Ed25519 alone.", MAKE_ONE)
    if isinstance(key, RSAPrivateKey) and key.key_size < FEWEST_BITS:
        raise SettingsError(f"The RSA key {file} has {key.key_size} bits; verifiers take none below {FEWEST_BITS:,}.", MAKE_ONE)
    return key


def write_key(file: Path, key: PrivateKey) -> None:
    """Write a key for its owner alone. A file that is there is never written over."""
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        handle = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, stat.S_IRUSR | stat.S_IWUSR)
    except FileExistsError:
        raise ConflictError(f"{file} is there, and a key is never written over.", "Take another selector, or --out.") from None
    except OSError as error:
        raise InputError(f"{file} cannot be written: {error.strerror}.", "Give another file with --out.") from None
    with os.fdopen(handle, "wb") as opened:
        opened.write(pem)


def txt_record(key: PrivateKey) -> str:
    """What the TXT record `selector._domainkey.domain` says (RFC 6376 §3.6.1, 8463 §4)."""
    public = key.public_key()
    if isinstance(key, Ed25519PrivateKey):
        return f"v=DKIM1; k=ed25519; p={b64encode(public.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()}"
    return f"v=DKIM1; k=rsa; p={b64encode(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()}"


def zone_line(domain: str, selector: str, record: str) -> str:
    """The record as a line of a zone file, in strings of the length that the DNS allows."""
    strings = " ".join(f'"{record[at : at + _STRING]}"' for at in range(0, len(record), _STRING))
    return f"{selector}._domainkey.{domain}. IN TXT ( {strings} )"
