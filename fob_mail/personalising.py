"""From a message with slots and a recipient to the bytes on the wire, in microseconds.

A slot stands where readers differ. Composing marks it in HTML and text with mark(); composing.mime encodes everything
around the marks once and puts each slot on a soft-broken line of its own; a Personaliser fills them in. No line of the
result begins with a dot, so that SMTP's dot-stuffing (RFC 5321 §4.5.2) has nothing to do.
"""

import html
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from enum import StrEnum
from typing import NamedTuple

from fob_mail.envelopes import Envelope, Recipient
from fob_mail.links import TOKEN_LENGTH, Links, Place, Subscribed, unsubscribe_mailto
from fob_mail.signing.seal import Seal, Signer

FIELDS = frozenset({"unsubscribe_url", "name", "address"})
"""What composing may mark in HTML and text."""

MARK = re.compile(r"_FOB\.([a-z_]+)\.([0-9a-f]*)\.BOF_")

LONGEST_NAME = 200
_LINE = 75
_FOLD = "\r\n "
_NOT_ITSELF = re.compile(rb"[^ -<>-~]")
_ORDINARY = re.compile(r"[A-Za-z0-9/:_@+-](?:[A-Za-z0-9./:_@+ -]{0,73}[A-Za-z0-9/:_@+-])?")
"""Values that stand in HTML and in quoted-printable as they are, on one line; most are."""
_PLAIN_NAME = re.compile(r"[A-Za-z0-9]+(?: [A-Za-z0-9]+){0,4}")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_ENCODED_BYTES = 45  # in base64 with =?utf-8?b?…?= around it: 72 characters; RFC 2047 §2 allows 75, and 76 a line
_FIRST_BYTES = 36  # of the first, which shares its line with the header's name


class Where(StrEnum):
    """Where a slot stands, and so how its value is made safe."""

    HTML = "html"  # escaped, then quoted-printable
    TEXT = "text"  # quoted-printable
    HEADER = "header"  # made whole by the Personaliser


class Slot(NamedTuple):
    """A place in a message that is filled for each recipient; `default` is shown where the field is empty."""

    field: str
    where: Where
    default: str = ""


@dataclass(frozen=True, slots=True)
class MessageTemplate:
    """A message in one language: `pieces[0] slot[0] pieces[1] slot[1] … pieces[-1]`, all of it CRLF and 7 bit."""

    pieces: tuple[bytes, ...]
    slots: tuple[Slot, ...]


def date_header(now: datetime) -> str:
    """An aware moment as the Date header has it (RFC 5322 §3.3), in UTC: `Mon, 19 Apr 2021 17:30:00 +0000`."""
    return format_datetime(now.astimezone(UTC))


def mark(name: str, default: str = "") -> str:
    """The text that stands for a field until it is personalised: letters, digits, dots and underscores only.

    Neither HTML, nor a URL, nor premailer changes it. The default is shown to readers for whom the field is empty.
    """
    return f"_FOB.{name}.{default.encode().hex()}.BOF_"


def quoted_printable(content: bytes) -> bytes:
    r"""Bytes of one line, as quoted-printable of lines of at most 76 characters (RFC 2045 §6.7), without a line end.

    A dot or space at a line's edge is encoded too: `.` → `=2E`; so no line of it needs dot-stuffing or is trimmed.
    """
    short = _NOT_ITSELF.sub(_escaped, content)
    if len(short) <= _LINE and short[:1] != b"." and not short[-1:].isspace():
        return short
    lines: list[bytes] = []
    line = bytearray()
    for byte in content:
        token = _QP[byte]
        if len(line) + len(token) > _LINE:
            lines.append(bytes(line))
            line.clear()
        line += b"=2E" if not line and byte == _DOT else token
    if line[-1:].isspace():
        line[-1:] = b"=%02X" % line[-1]
    lines.append(bytes(line))
    return b"=\r\n".join(lines)


def _escaped(found: re.Match[bytes]) -> bytes:
    return _QP[found[0][0]]


def clean(value: str) -> str:
    """A value on one line: control characters, line separators and lone surrogates become a space."""
    return _UNPRINTABLE.sub(" ", value).strip()


def phrase(words: str) -> str:
    r"""A display name for a header (RFC 5322 §3.2.5): as it is, quoted, or in encoded-words folded onto lines (RFC 2047 §5)."""
    words = clean(words)[:LONGEST_NAME].rstrip()
    if not words or _PLAIN_NAME.fullmatch(words):
        return words
    if words.isascii() and len(words) <= _LINE - 10 and "=?" not in words:
        quoted = words.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}"'
    return encoded_words(words)


def mailbox(name: str, address: str) -> str:
    """`Name <address>` for a header (RFC 5322 §3.4), folded where it is long; the bare address where there is no name."""
    if not name:
        return address
    words = name if _PLAIN_NAME.fullmatch(name) and len(name) <= LONGEST_NAME else phrase(name)
    if not words:
        return address
    return f"{words}{' ' if len(words) + len(address) <= _LINE - 10 else _FOLD}<{address}>"


def encoded_words(text: str) -> str:
    """Text in encoded-words of at most 75 characters, none of which splits a character, joined by folds (RFC 2047 §2, §5)."""
    whole = text.encode("utf-8", "replace")
    if len(whole) <= _FIRST_BYTES:
        return f"=?utf-8?b?{b64encode(whole).decode()}?="
    chunks: list[bytes] = [b""]
    for character in text:
        encoded = character.encode("utf-8", "replace")
        if len(chunks[-1]) + len(encoded) > (_FIRST_BYTES if len(chunks) == 1 else _ENCODED_BYTES):
            chunks.append(b"")
        chunks[-1] += encoded
    return "\r\n ".join(f"=?utf-8?b?{b64encode(chunk).decode()}?=" for chunk in chunks)


@dataclass(frozen=True, slots=True)
class Sender:
    """What all messages of a campaign share on the envelope and in the headers that name a recipient."""

    campaign_id: int
    list_id: int
    return_path: str
    verp: bool
    unsubscribe_mailbox: str
    message_id_domain: str


class Personaliser:
    """Makes each recipient's message of one campaign from the templates of its languages, signed by whoever signs."""

    def __init__(
        self,
        templates: Mapping[str, MessageTemplate],
        default_language: str,
        sender: Sender,
        links: Links,
        signers: Sequence[Signer] = (),
    ) -> None:
        self._page = links.page_of("")
        self._mailto = unsubscribe_mailto(sender.unsubscribe_mailbox, "")
        self._frames = {language: _frame(template, self._page, self._mailto, signers) for language, template in templates.items()}
        self._default = self._frames[default_language]
        self._sender = sender
        self._links = links

    def envelope(self, recipient: Recipient, wire_address: str, date: str, message_id: str = "") -> Envelope:
        """The message of one recipient; `wire_address` is safe on the wire (see addresses), `date` as RFC 5322 §3.3 has it.

        The Message-ID is a function of campaign and subscriber, unless one is given, as for test mails.
        """
        sender, links = self._sender, self._links
        frame = self._frames.get(recipient.language or "", self._default)
        own = (
            links.unsubscribe_token(Subscribed(recipient.subscriber_id, sender.list_id, sender.campaign_id)),
            message_id or links.message_id(sender.campaign_id, recipient.subscriber_id, sender.message_id_domain),
            date,
            mailbox(recipient.name, wire_address),
        )
        pieces = frame.pieces.copy()
        for which, gaps in frame.own:
            encoded = own[which].encode()  # ASCII, but for the address of those who need SMTPUTF8
            for gap in gaps:
                pieces[gap] = encoded
        for slot, gaps in frame.others:
            value = recipient.name if slot.field == "name" else recipient.address
            encoded = value.encode("ascii") if _ORDINARY.fullmatch(value) else _unusual(value or slot.default, slot)
            for gap in gaps:
                pieces[gap] = encoded
        if frame.seal:
            pieces[0] = frame.seal.fields(pieces) + pieces[0]
        path = sender.return_path
        if sender.verp:
            path = links.return_path(path, Place(sender.campaign_id, recipient.position))
        return Envelope(recipient, path, wire_address, b"".join(pieces))


class _Frame(NamedTuple):
    """A template laid out for filling: its pieces with gaps between them (at odd places), and which gaps each value fills.

    `own` are safe wherever they stand, by their place in _OWN; `others` are whatever people are called.
    """

    pieces: list[bytes]
    own: list[tuple[int, list[int]]]
    others: list[tuple[Slot, list[int]]]
    seal: Seal | None


_OWN = ("token", "message_id", "date", "to")


def _frame(template: MessageTemplate, page: str, mailto: str, signers: Sequence[Signer]) -> _Frame:
    """The frame of a template. Of links, the token alone is left open."""
    pieces: list[bytes] = [template.pieces[0]]
    gaps: dict[Slot | str, list[int]] = {}

    def gap(which: Slot | str, after: bytes) -> None:
        gaps.setdefault(which, []).append(len(pieces))
        pieces.extend((b"", after))

    for slot, piece in zip(template.slots, template.pieces[1:], strict=True):
        if slot.field == "unsubscribe_url":
            pieces[-1] += _link_head(page, slot.where)
            gap("token", piece)
        elif slot.field == "list_unsubscribe":
            pieces[-1] += f"<{page}".encode("ascii")
            gap("token", f">,\r\n <{mailto}".encode("ascii"))
            gap("token", b">" + piece)
        else:
            gap(slot.field if slot.where is Where.HEADER else slot, piece)
    own = [(_OWN.index(which), places) for which, places in gaps.items() if isinstance(which, str)]
    others = [(which, places) for which, places in gaps.items() if isinstance(which, Slot)]
    return _Frame(pieces, own, others, Seal(signers, pieces) if signers else None)


def _link_head(page: str, where: Where) -> bytes:
    """A link up to its token, which is the same in HTML and in quoted-printable; it has a line of its own where it must."""
    head = (html.escape(page) if where is Where.HTML else page).encode("ascii")
    whole = quoted_printable(head + b"x" * TOKEN_LENGTH)
    return quoted_printable(head) + b"=\r\n" if b"=\r\n" in whole else whole[:-TOKEN_LENGTH]


def _unusual(value: str, slot: Slot) -> bytes:
    """A value that is not the same in HTML, in text and in quoted-printable; what is empty but for blanks is the default."""
    value = clean(value) or slot.default
    escaped = html.escape(value) if slot.where is Where.HTML else value
    return quoted_printable(escaped.encode("utf-8", "replace"))


_DOT = ord(".")
_QP = [bytes([b]) if (33 <= b <= 126 and b != ord("=")) or b == 32 else b"=%02X" % b for b in range(256)]  # noqa: PLR2004 RFC 2045 §6.7 (2)
