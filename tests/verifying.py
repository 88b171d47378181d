"""What a mailbox provider finds of a message's DKIM signatures: judged by dkimpy, with a DNS of the test's own."""

from collections.abc import Mapping

import dkim


def verdicts(message: bytes, records: Mapping[str, str]) -> list[bool]:
    """Whether each signature verifies; `records` are TXT records by name, such as april._domainkey.example.org."""

    def published(name: bytes, timeout: float) -> bytes:
        del timeout
        return records[name.decode().removesuffix(".")].encode()

    def verified(which: int) -> bool:
        try:
            return bool(dkim.DKIM(message).verify(idx=which, dnsfunc=published))
        except dkim.ValidationError:  # the body is not the one that was signed
            return False

    return [verified(which) for which in range(message.count(b"DKIM-Signature: "))]
