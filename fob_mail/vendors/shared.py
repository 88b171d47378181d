"""Does a request know the secret that the vendor was given? By Basic (RFC 7617), Bearer (RFC 6750), or a header of its own."""

import base64
import binascii
import hmac

from fob_mail.vendors.told import Header

HEADER = "X-Fob-Mail-Secret"


def knows(secret: str, header: Header) -> bool:
    """Whether one of the headers carries it; the user name of Basic may be any. Compared in constant time."""
    shown = [header(HEADER), _carried(header("Authorization"))]
    matches = [hmac.compare_digest(one.encode("utf-8", "replace"), secret.encode()) for one in shown]
    return bool(secret) and any(matches)


def _carried(authorization: str) -> str:
    """The token of Bearer, or the password of Basic; empty if it is neither."""
    scheme, _, value = authorization.strip().partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(value.strip(), validate=True).decode("utf-8", "replace").partition(":")[2]
    except (binascii.Error, ValueError):
        return ""
