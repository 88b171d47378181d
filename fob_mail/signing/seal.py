"""The DKIM signatures of one message after another of a campaign, in little more time than signing and hashing take.

What messages share is brought into canonical form once, each gap in it marked by a word that no blank touches. A value
can then be put into its gap if no blank is at its edges, and nothing around it changes. Where a value is not of that
kind the message is brought into canonical form whole: the same signature, in more time.
"""

import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from fob_mail.signing import relaxed

SIGNED = (
    b"From",
    b"Reply-To",
    b"Subject",
    b"Date",
    b"To",
    b"Message-ID",
    b"MIME-Version",
    b"Content-Type",
    b"Content-Transfer-Encoding",
    b"List-Id",
    b"List-Unsubscribe",
    b"List-Unsubscribe-Post",
)
"""The headers that are signed if they are there; RFC 8058 §4 asks for the last two."""

ONCE_MORE = frozenset({b"From", b"Reply-To", b"Subject"})
"""Named once more than they are there, so that nobody can add a second one (RFC 6376 §8.15)."""

ENOUGH_BITS = 2048
"""What an RSA key should have at the least (RFC 8301 §3.2)."""

_GAP = re.compile(rb"\0(\d+)\0")
_ADDS_A_FIELD = re.compile(rb"\r\n(?![ \t])")
_BLANK = (b" ", b"\t", b"\r", b"\n")
_LINE = 72


@dataclass(frozen=True, slots=True)
class Signer:
    """In whose name a message is signed (domain, selector), by which algorithm, and what makes the signature of the hashed bytes."""

    domain: str
    selector: str
    algorithm: str
    bits: int
    sign: Callable[[bytes], bytes]


class Seal:
    """Signs the messages of one template: `pieces` with a gap at each odd place, filled anew for each message."""

    def __init__(self, signers: Sequence[Signer], pieces: Sequence[bytes]) -> None:
        marked = b"".join(b"\0%d\0" % at if at % 2 else piece for at, piece in enumerate(pieces))
        head, _, body = marked.partition(b"\r\n\r\n")
        chosen = _chosen(relaxed.fields(head))
        names = _names(chosen)
        self._signatures = [(_start(signer, names), signer.sign) for signer in signers]
        self._starts = [relaxed.field(start) for start, _ in self._signatures]
        self._whole = any(b"\0" in piece for piece in pieces[::2])  # no mail has one; but then the marks are none
        self._head = _Form(_canonical_head(chosen), frozenset(), _value_of_a_field)
        self._body = _Form(relaxed.body(body), _may_be_empty(body), relaxed.inside)
        self._gaps = self._head.gaps + self._body.gaps
        self._begun = sha256(self._body.parts[0])

    def fields(self, pieces: Sequence[bytes]) -> bytes:
        """The DKIM-Signature fields of a message, to stand before it. It is signed as it is before SMTP's dot-stuffing."""
        head, hashed = self._canonical(pieces)
        written: list[bytes] = []
        for (start, sign), canonical in zip(self._signatures, self._starts, strict=True):
            signature = b64encode(sign(b"".join((*head, canonical, hashed, b"; b="))))
            folded = b"\r\n ".join([signature[at : at + _LINE] for at in range(0, len(signature), _LINE)])
            written += (start, hashed, b";\r\n b=", folded, b"\r\n")
        return b"".join(written)

    def _canonical(self, pieces: Sequence[bytes]) -> tuple[Iterable[bytes], bytes]:
        """The canonical head, and the hash of the canonical body in base64."""
        if self._whole:
            return _as_a_verifier(pieces)
        ordinary = _ordinary(values := [pieces[gap] for gap in self._gaps])
        head = self._head.filled(values[: self._head.many], ordinary=ordinary)
        body = self._body.filled(values[self._head.many :], ordinary=ordinary)
        if head is None or body is None:
            return _as_a_verifier(pieces)
        digest = self._begun.copy()
        digest.update(b"".join(body[1:]))
        return head, b64encode(digest.digest())


class _Form:
    """A canonical text with gaps, and what a value of a gap becomes in it."""

    def __init__(self, canonical: bytes, may_be_empty: frozenset[int], relax: Callable[[bytes], bytes | None]) -> None:
        self.parts = _GAP.split(canonical)
        self.gaps = list(map(int, self.parts[1::2]))
        self.many = len(self.gaps)
        self._may_be_empty = [gap in may_be_empty for gap in self.gaps]
        self._relax = relax

    def filled(self, values: list[bytes], *, ordinary: bool) -> list[bytes] | None:
        """The text with its gaps filled; None if a value could change what is around it."""
        parts = self.parts.copy()
        if ordinary:
            parts[1::2] = values
            return parts
        for at, (value, may_be_empty) in enumerate(zip(values, self._may_be_empty, strict=True)):
            relaxed_value = self._relax(value)
            if relaxed_value is None or value.startswith(_BLANK) or value.endswith(_BLANK) or not (value or may_be_empty):
                return None
            parts[2 * at + 1] = relaxed_value
        return parts


def _as_a_verifier(pieces: Sequence[bytes]) -> tuple[Iterable[bytes], bytes]:
    """The canonical head and the hash of the canonical body, of the message whole."""
    head, _, body = b"".join(pieces).partition(b"\r\n\r\n")
    return [_canonical_head(_chosen(relaxed.fields(head)))], b64encode(sha256(relaxed.body(body)).digest())


def _ordinary(values: list[bytes]) -> bool:
    """Whether values are canonical as they are: none empty, no blanks at their edges or beside each other, none but spaces."""
    listed = b" ".join(values)
    return b" ".join(listed.split()) == listed


def _value_of_a_field(value: bytes) -> bytes | None:
    return None if _ADDS_A_FIELD.search(value) else relaxed.unfolded(value)


def _may_be_empty(marked: bytes) -> frozenset[int]:
    """The gaps of a body that nothing need fill: no blank beside them, and after the last one something that is seen."""
    if not _GAP.split(marked)[-1].strip(b" \t\r\n"):
        return frozenset()
    return frozenset(int(found[1]) for found in _GAP.finditer(marked) if not _blank_beside(marked, found))


def _blank_beside(marked: bytes, found: re.Match[bytes]) -> bool:
    return marked.endswith((b" ", b"\t"), 0, found.start()) or marked.startswith((b" ", b"\t"), found.end())


def _chosen(fields: list[bytes]) -> list[bytes]:
    """The fields that are signed, in the order of SIGNED; of several of a name the last first (RFC 6376 §5.4.2)."""
    return [field for name in SIGNED for field in reversed(fields) if _name(field) == name.lower()]


def _canonical_head(chosen: list[bytes]) -> bytes:
    return b"".join(relaxed.field(field) + b"\r\n" for field in chosen)


def _names(chosen: list[bytes]) -> list[bytes]:
    """What `h=` says: as many of a name as there are, and one more where a second must not be added."""
    return [name for name in SIGNED for _ in range([_name(field) for field in chosen].count(name.lower()) + (name in ONCE_MORE))]


def _name(field: bytes) -> bytes:
    return field.partition(b":")[0].rstrip(b" \t").lower()


def _start(signer: Signer, names: list[bytes]) -> bytes:
    """The signature's field up to the hash of the body, in lines that are not too long."""
    lines = [b"DKIM-Signature: v=1; a=%b; c=relaxed/relaxed;" % signer.algorithm.encode("ascii")]
    lines.append(b" d=%b; s=%b;" % (signer.domain.encode("ascii"), signer.selector.encode("ascii")))
    line = b" h="
    for number, name in enumerate(names):
        word = name + (b":" if number + 1 < len(names) else b";")
        if len(line) + len(word) > _LINE:
            lines.append(line)
            line = b"  "
        line += word
    return b"\r\n".join((*lines, line, b" bh="))
