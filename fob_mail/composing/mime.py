"""What was composed, as a MIME message with slots (RFC 5322, 2045, 2046): made once a campaign and language.

    headers                 Content-Type: multipart/alternative
    ├── text/plain          first, for those who like it plain (RFC 2046 §5.1.4)
    └── text/html

Everything is quoted-printable, 7 bit, in lines of at most 76 characters, so that no relay has a reason to re-encode it
and break a signature.
"""

import hashlib
from dataclasses import dataclass

from fob_mail.addresses import wire_form
from fob_mail.composing.composed import Composed
from fob_mail.errors import InputError
from fob_mail.personalising import MARK, MessageTemplate, Slot, Where, clean, encoded_words, mailbox, phrase, quoted_printable

_SHORT = 65  # a subject that fits on the header's first line


@dataclass(frozen=True, slots=True)
class Heading:
    """What the headers say of sender and list: mailboxes as name and address, the list's slug and name."""

    sender_name: str
    sender_address: str
    reply_to: tuple[str, str] | None
    list_slug: str
    list_name: str

    @property
    def domain(self) -> str:
        """The sender's own domain as A-labels: where Message-ID and List-Id belong."""
        return _ascii(self.sender_address).rpartition("@")[2]


def message_template(composed: Composed, heading: Heading) -> MessageTemplate:
    """The message of a campaign in one language, each value that readers differ in a slot of its own."""
    boundary = "=_fob_" + hashlib.sha256((composed.text + composed.html).encode()).hexdigest()[:32]
    stream: list[bytes | Slot] = [
        *_headers(composed, heading),
        b'Content-Type: multipart/alternative;\r\n boundary="%b"\r\n\r\n' % boundary.encode(),
    ]
    for kind, content in ((Where.TEXT, composed.text), (Where.HTML, composed.html)):
        subtype = b"plain" if kind is Where.TEXT else b"html"
        stream.append(b"--%b\r\nContent-Type: text/%b; charset=utf-8\r\n" % (boundary.encode(), subtype))
        stream.append(b"Content-Transfer-Encoding: quoted-printable\r\n\r\n")
        stream += encoded(content, kind)
    stream.append(b"--%b--\r\n" % boundary.encode())
    return _joined(stream)


def encoded(content: str, where: Where) -> list[bytes | Slot]:
    """Lines of text as quoted-printable with CRLF; each marked slot stands between soft line breaks of its own."""
    stream: list[bytes | Slot] = []
    for line in content.rstrip("\n").splitlines():
        pieces = MARK.split(line)
        for at in range(0, len(pieces), 3):
            literal, slot = pieces[at], pieces[at + 1 : at + 3]
            if literal:
                stream.append(quoted_printable(literal.encode()) + (b"=\r\n" if slot else b""))
            if slot:
                more = any(pieces[at + 3 :])
                stream += [Slot(slot[0], where, bytes.fromhex(slot[1]).decode()), b"=\r\n" if more else b""]
        stream.append(b"\r\n")
    return stream


def _headers(composed: Composed, heading: Heading) -> list[bytes | Slot]:
    domain = heading.domain
    fixed = [
        ("From", mailbox(heading.sender_name, _ascii(heading.sender_address))),
        ("Subject", _unstructured(composed.subject)),
        ("List-Id", f"{phrase(heading.list_name)} <{heading.list_slug}.{domain}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("List-Post", "NO"),
        ("MIME-Version", "1.0"),
    ]
    if heading.reply_to:
        name, address = heading.reply_to
        fixed.append(("Reply-To", mailbox(name, _ascii(address))))
    stream: list[bytes | Slot] = [f"{name}: {value}\r\n".encode("ascii") for name, value in fixed]
    for header, slot in (("To", "to"), ("Date", "date"), ("Message-ID", "message_id"), ("List-Unsubscribe", "list_unsubscribe")):
        stream += [f"{header}: ".encode(), Slot(slot, Where.HEADER), b"\r\n"]
    return stream


def _unstructured(words: str) -> str:
    """Unstructured text for a header: as it is if that is short and plain, else in folded encoded-words."""
    words = clean(words)
    return words if words.isascii() and len(words) <= _SHORT and "=?" not in words else encoded_words(words)


def _ascii(address: str) -> str:
    wire = wire_form(address)
    if wire is None:
        raise InputError(f"{address} cannot be a sender's address: its local part is not ASCII.", "Use an address in plain letters.")
    return wire


def _joined(stream: list[bytes | Slot]) -> MessageTemplate:
    pieces: list[bytes] = [b""]
    slots: list[Slot] = []
    for part in stream:
        if isinstance(part, Slot):
            slots.append(part)
            pieces.append(b"")
        else:
            pieces[-1] += part
    return MessageTemplate(tuple(pieces), tuple(slots))
