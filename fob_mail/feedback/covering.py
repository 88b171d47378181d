"""The mail by which the organiser gets what a person wrote: a short one, in which the other is attached as it came."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fob_mail.audience.cells import lines_of, one_line
from fob_mail.encoding import date_header, mailbox, quoted_printable, unstructured
from fob_mail.inbound.mail import mail_of
from fob_mail.signing.seal import Seal, Signer

LONGEST_LINE = 998
"""Octets without CRLF (RFC 5322 §2.1.1)."""

LONGEST_QUOTED = 4000
"""Characters of what was written that stand in the mail itself."""

LONGEST_SUBJECT = 200
_LINE_END = re.compile(rb"\r?\n")
_NOT_ON_THE_WIRE = re.compile(rb"[\x00\x80-\xff]|\r(?!\n)|[^\r\n]{%d}" % (LONGEST_LINE + 1))
"""What cannot stand in a message as it is, where the relay may take seven bits only."""


@dataclass(frozen=True, slots=True)
class Cover:
    """What the short mail says: from whom and to whom it is, which event, who wrote, how, and of which campaign."""

    sender: tuple[str, str]  # name and address
    to: str  # as it is on the wire
    message_id: str
    number: int
    person: str  # their address, if it can stand in a header; else empty
    subject: str
    asks_to_leave: bool
    campaign: str


def covered(cover: Cover, raw: bytes, now: datetime, boundary: str, signers: Sequence[Signer] = ()) -> bytes:
    """The whole message, ready for SMTP: signed, dot-stuffed, lines ended by CRLF. `boundary` is one that nobody can guess."""
    head = [
        b"From: " + mailbox(*cover.sender).encode("ascii"),
        *([b"Reply-To: " + cover.person.encode("ascii")] if cover.person else ()),
        b"To: " + cover.to.encode(),
        b"Subject: " + unstructured(_subject(cover)).encode("ascii"),
        b"Date: " + date_header(now).encode("ascii"),
        b"Message-ID: " + cover.message_id.encode("ascii"),
        b"Auto-Submitted: auto-generated",
        b"X-Auto-Response-Suppress: All",
        b"MIME-Version: 1.0",
        b'Content-Type: multipart/mixed; boundary="%b"' % boundary.encode("ascii"),
    ]
    fence = b"--" + boundary.encode("ascii")
    text = [quoted_printable(line.encode()) for line in _text(cover, raw)]
    about = [b"Content-Type: text/plain; charset=utf-8", b"Content-Transfer-Encoding: quoted-printable"]
    message = b"\r\n".join([*head, b"", fence, *about, b"", *text, fence, *_attached(raw, cover.number), fence + b"--", b""])
    if signers:
        message = Seal(signers, [message]).fields([message]) + message
    return re.sub(rb"(?m)^\.", b"..", message)  # RFC 5321 §4.5.2: the attached lines are whatever they are


def _subject(cover: Cover) -> str:
    what = "Asks to leave" if cover.asks_to_leave else "Answer"
    return f"{what}: {one_line(cover.person or 'somebody')}: {one_line(cover.subject)}"[:LONGEST_SUBJECT]


def _text(cover: Cover, raw: bytes) -> list[str]:
    """What happened, and what was written, as a quotation."""
    who = cover.person or "Somebody"
    about = f" to {cover.campaign}" if cover.campaign else ""
    asks = f"{who} asks to be taken off the list. Nothing in the mail shows whose it is, so nobody was: please see to it."
    said = mail_of(raw).text.strip()
    words = [f"> {line}".rstrip() for line in lines_of(said[:LONGEST_QUOTED])] if said else []
    more = ["> […]"] if len(said) > LONGEST_QUOTED else []
    last = f"The mail itself is attached as it came. Seen from the server: fob-mail feedback show {cover.number}"
    return [asks if cover.asks_to_leave else f"{who} wrote back{about}:", "", *words, *more, "", last, ""]


def _attached(raw: bytes, number: int) -> list[bytes]:
    """The mail as message/rfc822, which RFC 2046 §5.2.1 lets nobody encode; where it cannot go so, as a file of the same bytes."""
    name = b'Content-Disposition: attachment; filename="mail-%d.eml"' % number
    if _NOT_ON_THE_WIRE.search(raw):
        import base64  # noqa: PLC0415 for few

        lines = base64.encodebytes(raw).rstrip(b"\n").replace(b"\n", b"\r\n")
        return [
            b'Content-Type: application/octet-stream; name="mail-%d.eml"' % number,
            name,
            b"Content-Transfer-Encoding: base64",
            b"",
            lines,
        ]
    return [b"Content-Type: message/rfc822", name, b"", _LINE_END.sub(b"\r\n", raw)]
