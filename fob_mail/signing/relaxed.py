"""The relaxed canonical form of headers and body (RFC 6376 §3.4.2, §3.4.4): what a verifier hashes, whatever blanks relays changed."""

import re

_BLANKS = re.compile(rb"[ \t]+")
_FIELD_ENDS = re.compile(rb"\r\n(?![ \t])")


def body(content: bytes) -> bytes:
    """The body without blanks at the ends of lines and empty lines at its own end, other blanks as one space; with CRLF, or empty."""
    lines = inside(content if content.endswith(b"\r\n") else content + b"\r\n")
    end = len(lines)
    while lines.endswith(b"\r\n", 0, end):
        end -= 2
    return lines[:end] + b"\r\n" if end else b""


def inside(content: bytes) -> bytes:
    """A piece of a body, at whose edges there are neither blanks nor line ends."""
    return _BLANKS.sub(b" ", content).replace(b" \r\n", b"\r\n")


def field(content: bytes) -> bytes:
    """One header field, without its line end: its name in small letters, its value on one line."""
    name, _, value = content.partition(b":")
    return name.rstrip(b" \t").lower() + b":" + unfolded(value).strip(b" \t")


def unfolded(value: bytes) -> bytes:
    """A piece of a header field's value on one line, blanks as one space."""
    return _BLANKS.sub(b" ", value.replace(b"\r\n", b""))


def fields(head: bytes) -> list[bytes]:
    """The fields of a message's head as they stand, without their line ends."""
    return [found for found in _FIELD_ENDS.split(head) if found]
