"""A mail of the corpus, and what it is: the format is a real server's, the texts and the people are made up."""

from base64 import b64encode
from dataclasses import dataclass
from email.header import Header
from zlib import crc32

from fob_mail.inbound.incoming import Kind

READER = "ruth@example.net"
"""Whom most of the corpus is about."""

DATE = "Thu, 6 May 2027 19:00:00 +0000"
RETURNED = (
    "Return-Path: <bounces@lists.example.org>\nFrom: Friends of the Valley <news@example.org>\nTo: {rcpt}\nSubject: Water is not for sale\n"
    "Date: Thu, 6 May 2027 18:59:00 +0000\nMessage-ID: <c0ffee@example.org>\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
)


@dataclass(frozen=True, slots=True)
class Sample:
    """One mail. `status` and `recipient` are empty where the mail tells none."""

    name: str
    raw: bytes
    kind: Kind
    recipient: str = ""
    status: str = ""


def returned(rcpt: str = READER) -> str:
    """The headers of what we sent, as servers return them."""
    return RETURNED.format(rcpt=rcpt)


def mail(
    subject: str,
    body: str,
    *,
    sender: str,
    more: str = "",
    to: str = "bounces@lists.example.org",
    kind: str = "text/plain",
    charset: str = "utf-8",
    packed: bool = False,
) -> bytes:
    """A mail of one part; `more` are header lines; `packed`: in base64."""
    octets = body.encode(charset, "replace")
    encoding, octets = ("base64", b64encode(octets) + b"\n") if packed else ("8bit", octets)
    return (
        f"{_head(subject, sender, to, more)}Content-Type: {kind}; charset={charset}\nContent-Transfer-Encoding: {encoding}\n\n".encode()
        + octets
    )


def multipart(
    subject: str, parts: list[tuple[str, str]], *, sender: str, more: str = "", kind: str = "report; report-type=delivery-status"
) -> bytes:
    """A mail of several parts: a Content-Type and a text each; a type may carry further header lines."""
    inner = "".join(f"--=_part\nContent-Type: {about}\n\n{text}\n" for about, text in parts)
    head = _head(subject, sender, "bounces@lists.example.org", more)
    return f'{head}Content-Type: multipart/{kind}; boundary="=_part"\n\nThis is MIME.\n{inner}--=_part--\n'.encode()


def _head(subject: str, sender: str, to: str, more: str) -> str:
    name, bracket, address = sender.rpartition(" <")
    sender = f"{_encoded(name)} <{address}" if bracket else sender
    head = f"From: {sender}\nTo: {to}\nSubject: {_encoded(subject)}\nDate: {DATE}\nMessage-ID: <{crc32((subject + sender).encode()):x}@example.net>\nMIME-Version: 1.0\n"
    return f"{more.strip()}\n{head}" if more.strip() else head


def _encoded(text: str) -> str:
    return text if text.isascii() else Header(text, "utf-8", maxlinelen=200).encode()
