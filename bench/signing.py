"""How near does signing messages come to what one core can sign at all? Personalised and signed, beside the bare operation of the key.

In each round, in turn: the key signs the head of a message and nothing else; it does so, and the body is hashed; messages
are personalised; messages are personalised and signed; dkimpy, the peer, signs some. Told are medians of rates, and of the
ratios within a round.
"""

import os
import platform
import statistics
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

import click
import dkim
from cryptography.hazmat.backends.openssl import backend
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from fob_mail.composing.composed import Composed
from fob_mail.composing.mime import Heading, message_template
from fob_mail.encoding import date_header
from fob_mail.envelopes import Recipient
from fob_mail.links import Links
from fob_mail.personalising import Personaliser, Sender
from fob_mail.signing.keys import Kind, PrivateKey, new_key, signer_of
from fob_mail.slots import mark

HEADING = Heading("Friends of the Valley", "news@example.org", None, "supporters", "Friends of the Valley")
LINKS = Links([b"b" * 40], "https://mail.example.org")


@dataclass(frozen=True, slots=True)
class Round:
    """Seconds that one of each takes."""

    bare: float  # the key signs a hash or a head
    hashed: float  # and the body is hashed, which no signature can do without
    unsigned: float  # a message is personalised
    signed: float  # personalised and signed
    peer: float  # signed by dkimpy

    @property
    def signing(self) -> float:
        """What signing adds to a message."""
        return self.signed - self.unsigned


@click.command("signing")
@click.option("--rounds", default=25, show_default=True, help="How many rounds; medians are told.")
@click.option("--seconds", default=0.1, show_default=True, help="How long each is measured in a round.")
@click.option("--size", "sizes", multiple=True, default=(8, 40), show_default=True, help="KB of a message; may be given more than once.")
def command(rounds: int, seconds: float, sizes: tuple[int, ...]) -> None:
    """Sign made-up messages by an RSA key of 2,048 bits and an Ed25519 key, on one core.

    \b
    Example:
      python -m bench signing --rounds 3
    """  # noqa: D301 click's \b keeps the lines of an example
    print(f"Python {platform.python_version()}, {backend.openssl_version_text()}, {os.cpu_count()} cores, {rounds} rounds\n")
    print("| key | KB | bare/s | and hash/s | signed mail/s | signing, µs | of bare | of bare and hash | dkimpy/s |")
    print("|---|---|---|---|---|---|---|---|---|")
    for kind in Kind:
        key = new_key(kind)
        for size in sizes:
            print(_row(kind, size, [_round(key, size, seconds) for _ in range(rounds)]), flush=True)


def _row(kind: Kind, size: int, rounds: list[Round]) -> str:
    def rate(of: Callable[[Round], float]) -> str:
        return f"{1 / statistics.median(map(of, rounds)):,.0f}"

    def ratio(of: Callable[[Round], float]) -> str:
        return f"{statistics.median(map(of, rounds)):.2f}"

    signing = statistics.median(one.signing for one in rounds) * 1e6
    rates = f"{rate(lambda r: r.bare)} | {rate(lambda r: r.hashed)} | {rate(lambda r: r.signed)} | {signing:.0f}"
    ratios = " | ".join(map(ratio, (lambda r: r.bare / r.signing, lambda r: r.hashed / r.signing)))
    return f"| {kind} | {size} | {rates} | {ratios} | {rate(lambda r: r.peer)} |"


def _round(key: PrivateKey, size: int, seconds: float) -> Round:
    signer = signer_of("example.org", "bench", key)
    message = next(_messages(_personaliser(size, key, signed=False)))
    head, _, body = message.partition(b"\r\n\r\n")
    return Round(
        bare=_taken(lambda: signer.sign(head), seconds),
        hashed=_taken(lambda: (sha256(body).digest(), signer.sign(head)), seconds),
        unsigned=_taken(_messages(_personaliser(size, key, signed=False)).__next__, seconds),
        signed=_taken(_messages(_personaliser(size, key, signed=True)).__next__, seconds),
        peer=_taken(_dkimpy(message, key), seconds / 4),
    )


def _taken(once: Callable[[], object], seconds: float) -> float:
    """Seconds of this core that one takes."""
    done, began = 0, time.process_time()
    while (spent := time.process_time() - began) < seconds:
        for _ in range(20):
            once()
        done += 20
    return spent / done


def _personaliser(size: int, key: PrivateKey, *, signed: bool) -> Personaliser:
    sender = Sender(1, 1, "bounces@example.org", verp=True, unsubscribe_mailbox="leave@example.org", message_id_domain="example.org")
    signers = [signer_of("example.org", "bench", key)] if signed else []
    return Personaliser({"en": message_template(_composed(size), HEADING)}, "en", sender, LINKS, signers)


def _messages(personaliser: Personaliser) -> Iterator[bytes]:
    """One person's message after another's."""
    date, number = date_header(datetime.now(UTC)), 0
    while True:
        number += 1
        address = f"p{number}@example.org"
        yield personaliser.envelope(Recipient(1, number, number, address, "Ana Flores"), address, date).content


def _composed(size: int) -> Composed:
    """A message of about that many KB, two thirds of it HTML, with the slots of an invitation."""
    words = "All of this has been said before, and will be said again. " * 6
    foot = f'<a href="{mark("unsubscribe_url")}">Leave</a> {mark("address")}\n'
    count = (size * 1000 - 2500) // (len(words) * 3)
    html = f"<p>Hello {mark('name', 'friend')},</p>\n" + f"  <p>{words}</p>\n" * (2 * count) + foot
    return Composed("en", "An evening", "", html, f"Hello {mark('name', 'friend')},\n" + f"{words}\n" * count + mark("unsubscribe_url"))


def _dkimpy(message: bytes, key: PrivateKey) -> Callable[[], bytes]:
    """The peer, as its users call it."""
    if isinstance(key, Ed25519PrivateKey):
        secret, algorithm = b64encode(key.private_bytes_raw()), b"ed25519-sha256"
    else:
        secret, algorithm = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()), b"rsa-sha256"
    relaxed = (b"relaxed", b"relaxed")
    return lambda: bytes(dkim.sign(message, b"bench", b"example.org", secret, canonicalize=relaxed, signature_algorithm=algorithm))
