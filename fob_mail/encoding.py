"""How a value is written in a message's headers and in its quoted-printable body: plain where it can be, encoded where it must.

Whatever a value holds, it ends no line and begins no header: control characters become spaces, and what is long is folded.
"""

import re
from base64 import b64encode
from datetime import UTC, datetime
from email.utils import format_datetime

LONGEST_NAME = 200

_LINE = 75
_SHORT = 65  # what fits on the first line of a header, beside its name
_FOLD = "\r\n "
_NOT_ITSELF = re.compile(rb"[^ -<>-~]")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9]+(?: [A-Za-z0-9]+){0,4}")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_ENCODED_BYTES = 45  # in base64 with =?utf-8?b?…?= around it: 72 characters; RFC 2047 §2 allows 75, and 76 a line
_FIRST_BYTES = 36  # of the first, which shares its line with the header's name
_DOT = ord(".")
_QP = [bytes([b]) if (33 <= b <= 126 and b != ord("=")) or b == 32 else b"=%02X" % b for b in range(256)]  # noqa: PLR2004 RFC 2045 §6.7 (2)


def date_header(now: datetime) -> str:
    """An aware moment as the Date header has it (RFC 5322 §3.3), in UTC: `Mon, 19 Apr 2021 17:30:00 +0000`."""
    return format_datetime(now.astimezone(UTC))


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


def unstructured(words: str) -> str:
    """Unstructured text for a header (RFC 5322 §2.2.1): as it is if that is short and plain, else in folded encoded-words."""
    words = clean(words)
    return words if words.isascii() and len(words) <= _SHORT and "=?" not in words else encoded_words(words)


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
