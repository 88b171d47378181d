"""Mails made to cost a reader time or memory, or its nerve."""

from base64 import b64encode
from collections.abc import Iterator

HEAD = b"From: MAILER-DAEMON@mx.example.net\nSubject: Undelivered mail\nMIME-Version: 1.0\n"
REPORT = HEAD + b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
MEGABYTE = 1 << 20


_PIECES = {
    "angles": b"<",
    "ats": b"a@",
    "addresses": b"a@b:\n",
    "digits": b"5.1.",
    "tags": b"<style>",
    "breaks": b"<br ",
    "spaces": b" ",
    "blanks": b"\n ",
    "plus": b"+a2",
    "dashes": b"--- ",
    "labels": b"to to: ",
    "half sentences": b"user mailbox was not ",
    "fields": b"Received: from x\n",
}
"""What patterns may stumble over when it comes a thousand times."""


def hostile() -> Iterator[tuple[str, bytes]]:
    """Each under its name. They are made one at a time: together they are a hundred megabytes."""
    yield "nothing", b""
    yield "only NULs", b"\0" * MEGABYTE
    yield "no line end", b"a" * MEGABYTE
    yield "one header of a megabyte", HEAD + b"To: " + b"<" * MEGABYTE + b"\n\nx"
    yield "a header folded for ever", HEAD + b"To: a\n" + b" b@c\n" * 200_000 + b"\nx"
    yield "many headers", HEAD + b"X-A: b\n" * 150_000 + b"\nx"
    yield "encoded-words", HEAD + b"Subject: " + b"=?utf-8?q?=41?= " * 60_000 + b"\n\nx"
    yield "half an encoded-word", HEAD + b"Subject: " + b"=?" * 500_000 + b"\n\nx"
    yield (
        "a charset that there is not",
        HEAD + b"Content-Type: text/plain; charset=klingon-8\n\n" + "dürr <x@example.net>: unknown".encode(),
    )
    yield "a codec that is no charset", HEAD + b"Content-Type: text/plain; charset=punycode\n\n" + b"a-" * 400_000
    yield "a codec that unpacks", HEAD + b"Content-Type: text/plain; charset=zip\n\nx"
    yield "nested mails", (HEAD + b"Content-Type: message/rfc822\n\n") * 8_000
    nested = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (i, i) for i in range(15_000))
    yield "nested parts", HEAD + nested
    yield "many parts", HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 130_000
    yield (
        "parts within parts of one boundary",
        HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + (b"--b\nContent-Type: multipart/mixed; boundary=b\n\n" * 20_000),
    )
    yield "a boundary of nothing", HEAD + b'Content-Type: multipart/mixed; boundary=""\n\n--\n--\n'
    yield (
        "base64 that unpacks to a mail in base64",
        HEAD
        + b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"
        + b64encode(b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n" + b64encode(HEAD * 9_000)),
    )
    yield "broken base64", HEAD + b"Content-Transfer-Encoding: base64\n\n" + b"=A" * 500_000
    yield (
        "a report of many recipients",
        REPORT + b"--b\nContent-Type: message/delivery-status\n\n" + b"Final-Recipient: rfc822;a@b.c\nAction: failed\n\n" * 25_000,
    )
    yield "a report without end", REPORT + b"--b\nContent-Type: message/delivery-status\n\nFinal-Recipient: rfc822;" + b"a" * MEGABYTE
    yield (
        "a report of blank lines",
        REPORT + b"--b\nContent-Type: message/delivery-status\n\nFinal-Recipient: rfc822;x\n" + b"\n \t" * 300_000,
    )
    for name, piece in _PIECES.items():
        yield f"{name} in text", HEAD + b"\n" + piece * (MEGABYTE // len(piece))
        yield f"{name} in HTML", HEAD + b"Content-Type: text/html\n\n" + piece * (MEGABYTE // len(piece))
        yield f"{name} in a reply", b"From: r@example.net\nSubject: " + piece * 4_000 + b"\n\n" + piece * (MEGABYTE // len(piece))
        yield (
            f"{name} in a diagnosis",
            REPORT
            + b"--b\nContent-Type: message/delivery-status\n\nFinal-Recipient: rfc822;a@b.c\nDiagnostic-Code: smtp; "
            + piece * 200_000,
        )
