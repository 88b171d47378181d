"""What is in a mail, whatever its state: headers and parts of raw bytes, in bounded time and memory.

The standard library's parser recurses and takes every line through every level of nesting; this one is given what
strangers send. It keeps reports in message/* as they are written, reads the first LONGEST octets, and stops at DEEPEST.
"""

import base64
import binascii
import email.header
import quopri
import re
from dataclasses import dataclass
from functools import cached_property
from html import unescape

LONGEST = 1 << 20
"""Octets that are read; reports stand before the message that they return."""

LONGEST_VALUE = 4000
"""Characters of a header that are read."""

LONGEST_TEXT = 64_000
"""Characters of a part that are read."""

LONGEST_OWN = 16_000
"""Characters of a report's own words that are read."""

DEEPEST = 12
MOST_PARTS = 60
MOST_HEADERS = 400

_EMPTY_LINE = re.compile(rb"\r?\n[ \t]*\r?\n")
_FIELD = re.compile(r"([!-9;-~]{1,80})[ \t]*:[ \t]*")
_PARAMETER = re.compile(r';\s{0,100}([a-zA-Z-]{1,30})\*?\s{0,10}=\s{0,10}(?:"([^"]{0,200})"|([^\s;"]{1,200}))')
_WORD = re.compile(r"=\?[!->@-~]{1,60}\?[bBqQ]\?[!->@-~]{0,600}\?=")
_TAG = re.compile(r"<[^<>]{0,2000}>")
_BREAK = re.compile(r"<(?:br|/?p|/?div|/?tr|/?td|/?h\d|/?li)\b[^<>]{0,500}>", re.IGNORECASE)
_UNSEEN = re.compile(r"<(/?)(?:style|script|head)\b[^<>]{0,2000}>?", re.IGNORECASE)
_NO_CHARSETS = frozenset({"punycode", "idna", "unicode_escape", "raw_unicode_escape", "unicode-escape", "raw-unicode-escape"})
_RETURNED = re.compile(
    r"^[ \t>]{0,4}(?:-{2,}[ \t]?(?:(?:start of )?(?:the )?(?:original|unsent|returned|undelivered|rejected|forwarded) (?:message|"
    r"mail|e-?mail)|message header|below this line|this is a copy|the (?:header|text) of|ursprüngliche|mensaje original|"
    r"message (?:d.origine|original)|enclosed is|copy of|return(?:ed)? (?:message|mail)|header|body)\b.{0,80}|"
    r"--- (?:the header of|below this line).{0,80}|message headers? follows?[.:]?|original message (?:headers|"
    r"follows)[:.]?.{0,20}|(?:the )?(?:text|header|copy|"
    r"first \d+ lines) of (?:the |your )?(?:original )?(?:message|mail|e-?mail).{0,60}|"
    r"en-t[êe]tes de message d.origine.{0,5}|ursprüngliche nachrichtenkopfzeilen.{0,5}|encabezados de mensajes? originales?.{0,5}|"
    r"元のメッセージ.{0,30}|"
    r"received: ?(?:from|by|\().{0,300}|\|-{3,} ?message (?:text|header)s? follow.{0,60})[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
"""Where a report's own words end and the message that it returns begins."""

_CHARSETS = {"iso-2022-jp": "iso2022_jp_2", "us-ascii": "latin-1", "ascii": "latin-1", "unknown-8bit": "utf-8"}


class Headers:
    """The header fields of a message or part, by name without case; every one of a name is kept."""

    def __init__(self, text: str) -> None:
        self._values: dict[str, list[str]] = {}
        values: list[str] = []
        for line in text.split("\n", 4 * MOST_HEADERS)[: 4 * MOST_HEADERS]:
            if line[:1] in {" ", "\t"}:
                if values and len(values[-1]) < LONGEST_VALUE:
                    values[-1] = f"{values[-1]} {line.strip()[:LONGEST_VALUE]}"
            elif found := _FIELD.match(line):
                values = self._values.setdefault(found[1].lower(), [])
                values.append(line[found.end() : found.end() + LONGEST_VALUE].rstrip())
            else:
                values = []

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def get(self, name: str) -> str:
        """The first of this name, decoded; empty if there is none."""
        values = self._values.get(name)
        return decoded(values[0]) if values else ""

    def all(self, *names: str) -> list[str]:
        """Each of these names, as it stands."""
        return [value for name in names for value in self._values.get(name, ())]

    @property
    def names(self) -> frozenset[str]:
        """Which fields there are."""
        return frozenset(self._values)


@dataclass(frozen=True)
class Part:
    """A part that holds no other: where its headers say what it is, and its octets."""

    headers: Headers
    kind: str  # such as text/plain, in lower case
    octets: bytes
    level: int = 0  # how many messages it is within: 0 is the mail's own

    @cached_property
    def text(self) -> str:
        """Its text, decoded as far as that goes, lines ended by a newline, without HTML's tags."""
        octets = _unpacked(self.octets[: 4 * LONGEST_TEXT], self.headers.get("content-transfer-encoding"))
        charset = parameters(self.headers.get("content-type")).get("charset", "utf-8")
        text = _characters(octets, charset).replace("\r\n", "\n").replace("\r", "\n")[: 2 * LONGEST_TEXT]
        return (_plain(text) if self.kind == "text/html" else text)[:LONGEST_TEXT]


@dataclass(frozen=True)
class Mail:
    """A mail taken apart: its headers, and its parts in their order."""

    headers: Headers
    parts: tuple[Part, ...]
    report: str  # report-type of multipart/report, else empty

    @cached_property
    def text(self) -> str:
        """What it says in words of its own: its first plain text, or else its HTML's."""
        own = [part for part in self.parts if part.level == 0]
        plain = [part.text for part in own if part.kind == "text/plain" and part.text.strip()]
        return plain[0] if plain else next((part.text for part in own if part.kind == "text/html"), "")

    @property
    def own(self) -> str:
        """Of a report: its own words, without the message that it returns."""
        return self._halves[0]

    @property
    def quoted(self) -> str:
        """The message that a report returns in its text; empty if there is none."""
        return self._halves[1]

    @cached_property
    def _halves(self) -> tuple[str, str]:
        text = self.text[:LONGEST_OWN]
        found = _RETURNED.search(text)
        if not found:
            return text, ""
        start = found.start() if found[0].lower().startswith("received:") else found.end()
        return text[: found.start()], self.text[start:].lstrip("\n -")

    def of_kind(self, *kinds: str, level: int = 0) -> list[Part]:
        """The mail's own parts of these kinds: what is within a mail that it forwards or returns (`level` 1) is none of its own."""
        return [part for part in self.parts if part.level == level and part.kind in kinds]


def mail_of(raw: bytes) -> Mail:
    """The mail that these bytes are. Never fails: what is broken is read as the text that it is."""
    raw = raw[:LONGEST].replace(b"\0", b"")
    if b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")
    if raw.startswith(b"From "):
        raw = raw.partition(b"\n")[2]  # an mbox's own line
    headers, body = _halves(raw.lstrip(b"\r\n"))
    leaves: list[Part] = []
    waiting = [(headers, body, 0, 0)]
    while waiting and len(leaves) < MOST_PARTS:
        headers_of, octets, depth, level = waiting.pop()
        kind, inner = _opened(headers_of, octets) if depth < DEEPEST else ("text/plain", [])
        if inner:
            lower = level + (kind == "message/rfc822")
            waiting += reversed([(*halves, depth + 1, lower) for halves in inner])
        if not inner or kind == "message/rfc822":
            leaves.append(Part(headers_of, kind, octets, level))
    about = headers.get("content-type")
    report = parameters(about).get("report-type", "") if about.lower().lstrip().startswith("multipart/report") else ""
    return Mail(headers, tuple(leaves), report.lower())


def _opened(headers: Headers, octets: bytes) -> tuple[str, list[tuple[Headers, bytes]]]:
    """A part's kind, and the parts within it, if it holds any."""
    about = headers.get("content-type")
    kind = about.partition(";")[0].strip().lower() or "text/plain"
    if kind in {"message/rfc822", "message/global"}:
        return "message/rfc822", [_halves(_unpacked(octets, headers.get("content-transfer-encoding")).lstrip(b"\r\n"))]
    boundary = parameters(about).get("boundary", "") if kind.startswith("multipart/") else ""
    if not boundary:
        return ("text/plain" if kind.startswith("multipart/") else kind), []
    line = rb"(?:^|\n)--" + re.escape(boundary.encode("utf-8", "replace")) + rb"(?:--)?[ \t]{0,100}\r?(?=\n|$)"
    pieces = re.split(line, octets, maxsplit=MOST_PARTS)[1:]
    return ("text/plain", []) if not pieces else (kind, [_part_of(piece) for piece in pieces if piece.strip()])


def _part_of(piece: bytes) -> tuple[Headers, bytes]:
    piece = piece[piece.find(b"\n") + 1 :] if piece.startswith((b"\n", b"\r\n")) else piece
    if piece.startswith((b"\n", b"\r\n")):
        return Headers(""), piece  # a part may have no headers (RFC 2046 §5.1)
    return _halves(piece)


def _halves(raw: bytes) -> tuple[Headers, bytes]:
    found = _EMPTY_LINE.search(raw)
    head, body = (raw[: found.start()], raw[found.end() :]) if found else (raw, b"")
    return Headers(_characters(head, "utf-8").replace("\r\n", "\n").replace("\r", "\n")), body


def headers_in(text: str) -> Headers:
    """The headers at the beginning of a text."""
    return Headers(text.lstrip("\n").partition("\n\n")[0])


def parameters(value: str) -> dict[str, str]:
    """The parameters of a Content-Type, such as boundary and charset."""
    return {name.lower(): quoted or bare for name, quoted, bare in _PARAMETER.findall(value[:LONGEST_VALUE])}


def decoded(value: str) -> str:
    """A header's value with its encoded-words (RFC 2047) read; one that cannot be read stays as it is."""
    if "=?" not in value:
        return value
    value = re.sub(r"\?=\s{1,20}=\?", "?==?", value)
    return _WORD.sub(lambda word: _word(word[0]), value)


def _word(word: str) -> str:
    try:
        octets, charset = email.header.decode_header(word)[0]
    except (ValueError, binascii.Error, email.errors.HeaderParseError):
        return word
    return octets if isinstance(octets, str) else _characters(octets, charset or "utf-8")


def _unpacked(octets: bytes, encoding: str) -> bytes:
    encoding = encoding.strip().lower()
    if encoding == "quoted-printable":
        return quopri.decodestring(octets)
    if encoding == "base64":
        clean = re.sub(rb"[^A-Za-z0-9+/]", b"", octets)
        return base64.b64decode(clean[: len(clean) // 4 * 4]) + _last(clean)
    return octets


def _last(clean: bytes) -> bytes:
    rest = clean[len(clean) // 4 * 4 :]
    return base64.b64decode(rest + b"=" * (4 - len(rest))) if len(rest) > 1 else b""


def _characters(octets: bytes, charset: str) -> str:
    charset = _CHARSETS.get(charset.lower(), charset)
    if charset.lower() not in _NO_CHARSETS:  # Python's codecs for other things, some of them slow
        try:
            return octets.decode(charset)
        except (LookupError, ValueError):
            pass
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("latin-1")


def _plain(html: str) -> str:
    """HTML as lines of text: enough to find what a report says."""
    pieces = _UNSEEN.split(html.replace("\n", " "))
    seen = [pieces[0], *(text for slash, text in zip(pieces[1::2], pieces[2::2], strict=True) if slash)]
    html = _BREAK.sub("\n", " ".join(seen))
    return unescape(_TAG.sub(" ", html)).replace("\xa0", " ")
