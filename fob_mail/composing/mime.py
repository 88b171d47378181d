"""What was composed, as a MIME message with slots (RFC 5322, 2045, 2046): made once a campaign and language.

    multipart/mixed              if there is an event to put into calendars
    ├── multipart/alternative
    │   ├── text/plain           first, for those who like it plain (RFC 2046 §5.1.4)
    │   └── multipart/related    if pictures travel in the mail itself
    │       ├── text/html
    │       └── image/…
    └── text/calendar            attached

Text is quoted-printable and pictures are base64: 7 bit, in lines of at most 76 characters, so that no relay has a reason to re-encode it
and break a signature.
"""

import hashlib
from base64 import encodebytes
from dataclasses import dataclass
from itertools import zip_longest

from fob_mail.addresses import wire_form
from fob_mail.composing.composed import Composed, Picture
from fob_mail.encoding import mailbox, phrase, quoted_printable, unstructured
from fob_mail.errors import InputError
from fob_mail.personalising import STUFFED
from fob_mail.slots import BRANCHES, MARK, MessageTemplate, Slot, Where, joined, mark, parts

_Stream = list[bytes | Slot]
_QP = b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Heading:
    """What the headers say of sender and list: mailboxes as name and address, the list's slug and name."""

    sender_name: str
    sender_address: str
    reply_to: tuple[str, str] | None
    list_slug: str
    list_name: str
    automatic: bool = False  # written by a program on its own account (RFC 3834 §5), not by an organiser
    listed: bool = True  # mail of the list, with its name and the way out in the headers
    echoes: tuple[str, ...] = ()  # headers that vendors give back with each event, {} where the reader's token goes

    @property
    def domain(self) -> str:
        """The sender's own domain as A-labels: where Message-ID and List-Id belong."""
        return _ascii(self.sender_address).rpartition("@")[2]


def message_template(composed: Composed, heading: Heading) -> MessageTemplate:
    """The message of a campaign in one language, each value that readers differ in a slot of its own."""
    seed = hashlib.sha256((composed.text + composed.html + composed.calendar).encode("utf-8", "replace")).hexdigest()[:32]
    html: _Stream = [b"Content-Type: text/html; charset=utf-8\r\n", _QP, *encoded(composed.html, Where.HTML)]
    if composed.pictures:
        html = _multipart("related", f"=_rel_{seed}", [html, *map(_picture, composed.pictures)])
    text: _Stream = [b"Content-Type: text/plain; charset=utf-8; format=flowed\r\n", _QP, *encoded(composed.text, Where.TEXT)]
    body = _multipart("alternative", f"=_fob_{seed}", [text, html])
    if composed.calendar:
        body = _multipart("mixed", f"=_all_{seed}", [body, _calendar(composed.calendar)])
    return joined([*_headers(composed, heading), *body])


def _multipart(kind: str, boundary: str, parts_of_it: list[_Stream]) -> _Stream:
    stream: _Stream = [f'Content-Type: multipart/{kind};\r\n boundary="{boundary}"\r\n\r\n'.encode()]
    for part in parts_of_it:
        stream += [f"--{boundary}\r\n".encode(), *part]
        if isinstance(part[0], bytes) and part[0].startswith(b"Content-Type: multipart/"):
            stream.append(b"\r\n")
    return [*stream, f"--{boundary}--\r\n".encode()]


def _calendar(file: str) -> _Stream:
    """Attached and not inline: some programs show nothing but the calendar where it is inline."""
    method = "REQUEST" if "\r\nMETHOD:REQUEST\r\n" in file else "PUBLISH"
    if method == "REQUEST":
        file = file.replace("\r\nEND:VEVENT\r\n", f"\r\n{mark('attendee')}\r\nEND:VEVENT\r\n")
    return [
        f'Content-Type: text/calendar; charset=utf-8; method={method};\r\n name="invite.ics"\r\n'.encode(),
        b'Content-Disposition: attachment; filename="invite.ics"\r\n',
        _QP,
        *encoded(file.replace("\r\n", "\n"), Where.CALENDAR),
        b"\r\n",  # the one before it belongs to the boundary (RFC 2046 §5.1.1)
    ]


def _picture(picture: Picture) -> _Stream:
    return [
        f'Content-Type: image/{picture.kind}; name="{picture.name}.{picture.kind}"\r\n'.encode(),
        f"Content-ID: <{content_id(picture.name)}>\r\n".encode(),
        f'Content-Disposition: inline; filename="{picture.name}.{picture.kind}"\r\n'.encode(),
        b"Content-Transfer-Encoding: base64\r\n\r\n",
        encodebytes(picture.content).replace(b"\n", b"\r\n"),
    ]


def content_id(name: str) -> str:
    """By what HTML calls a picture that travels with it: `cid:` and this (RFC 2392)."""
    return f"{name}@pictures.fob-mail"


def encoded(content: str, where: Where) -> list[bytes | Slot]:
    """Lines of text as quoted-printable with CRLF; each marked slot stands on a line of its own, between soft line breaks.

    So whatever a slot is filled with, and whichever branches are taken, each line is whole.
    """
    stream: list[bytes | Slot] = []
    for line in content.rstrip("\n").split("\n"):
        pieces = list(parts(_stuffed(line) if where is Where.TEXT else line, where))
        if where is Where.TEXT:
            pieces = _begun(pieces)
        for piece, following in zip_longest(pieces, pieces[1:]):
            if isinstance(piece, str):
                stream.append(quoted_printable(piece.encode("utf-8", "replace")) + (b"=\r\n" if following else b""))
            else:
                filled = piece.field not in BRANCHES
                stream += [piece, b"=\r\n" if filled and following else b""]
        stream.append(b"\r\n")
    return stream


def _stuffed(line: str) -> str:
    """A line of format=flowed (RFC 3676 §4.4): a blank before what would be taken for a quotation, a stuffing or mbox's From."""
    mark = MARK.match(line)
    begins = line[mark.end() :] if mark and mark[1] in BRANCHES else line
    return f" {line}" if begins.startswith(STUFFED) else line


def _begun(pieces: list[str | Slot]) -> list[str | Slot]:
    """The pieces of a line of text, of which a field that it begins with knows that it does."""
    for at, piece in enumerate(pieces):
        if isinstance(piece, str):
            break
        if piece.field not in BRANCHES:
            return [*pieces[:at], piece._replace(where=Where.LINE), *pieces[at + 1 :]]
    return pieces


def _headers(composed: Composed, heading: Heading) -> list[bytes | Slot]:
    domain = heading.domain
    fixed = [
        ("From", mailbox(heading.sender_name, _ascii(heading.sender_address))),
        ("MIME-Version", "1.0"),
    ]
    if heading.listed:
        fixed += [
            ("List-Id", f"{phrase(heading.list_name)} <{heading.list_slug}.{domain}>"),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
            ("List-Post", "NO"),
        ]
    if heading.automatic:
        fixed.append(("Auto-Submitted", "auto-generated"))
    if heading.reply_to:
        name, address = heading.reply_to
        fixed.append(("Reply-To", mailbox(name, _ascii(address))))
    stream: list[bytes | Slot] = [f"{name}: {value}\r\n".encode("ascii") for name, value in fixed]
    personal = MARK.search(composed.subject)
    subject = Slot("subject", Where.HEADER, composed.subject) if personal else unstructured(composed.subject).encode("ascii")
    stream += [b"Subject: ", subject, b"\r\n"]
    own = [("To", "to"), ("Date", "date"), ("Message-ID", "message_id")]
    for header, slot in [*own, ("List-Unsubscribe", "list_unsubscribe")] if heading.listed else own:
        stream += [f"{header}: ".encode(), Slot(slot, Where.HEADER), b"\r\n"]
    for echo in heading.echoes:
        before, after = echo.split("{}")
        stream += [before.encode("ascii"), Slot("token", Where.HEADER), f"{after}\r\n".encode("ascii")]
    return stream


def _ascii(address: str) -> str:
    wire = wire_form(address)
    if wire is None:
        raise InputError(f"{address} cannot be a sender's address: its local part is not ASCII.", "Use an address in plain letters.")
    return wire
