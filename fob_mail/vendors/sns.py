"""A message of Amazon's notification service (SNS): which topic it is of, what of it is signed, and whose certificate signs.

https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html: anybody can have Amazon send messages of a topic
of their own, genuinely signed, so the topic is compared first. The certificate is named by the message itself, so nothing is
fetched but from SNS in the topic's own region.
"""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from fob_mail.vendors.told import at

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    "UnsubscribeConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}
"""Fields in the order in which they are signed; Subject only if it is there."""

_PEM = re.compile(r"/SimpleNotificationService-[A-Za-z0-9]{1,64}\.pem")


def topic_of(message: object, topics: Sequence[str]) -> str | None:
    """The topic of the message, if it is one of those that are set."""
    said = at(message, "TopicArn")
    return said if isinstance(said, str) and said in topics and at(message, "Type") in SIGNED else None


def certificate_url(message: object, topic: str) -> str | None:
    """Where the certificate is that signs, if it is one of SNS's own, of the topic's region; else None."""
    url = at(message, "SigningCertURL")
    return url if isinstance(url, str) and _is_of_sns(url, topic) and _PEM.fullmatch(urlsplit(url).path) and "?" not in url else None


def subscribe_url(message: object, topic: str) -> str | None:
    """What to open so that a topic's messages come, if the message asks for that, at SNS itself and for that topic; else None."""
    url = at(message, "SubscribeURL")
    if at(message, "Type") != "SubscriptionConfirmation" or not isinstance(url, str) or not _is_of_sns(url, topic):
        return None
    asked = parse_qs(urlsplit(url).query)
    return url if asked.get("Action") == ["ConfirmSubscription"] and asked.get("TopicArn") == [topic] else None


def key_in(certificate: bytes) -> "RSAPublicKey | None":
    """The key of a certificate (PEM); None if it is no such thing."""
    from cryptography import x509  # noqa: PLC0415 OpenSSL is loaded for those alone who are told things
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey  # noqa: PLC0415

    try:
        key = x509.load_pem_x509_certificate(certificate).public_key()
    except ValueError:
        return None
    return key if isinstance(key, RSAPublicKey) else None


def is_genuine(message: object, key: "RSAPublicKey") -> bool:
    """Whether this key signed the message."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15  # noqa: PLC0415
    from cryptography.hazmat.primitives.hashes import SHA1, SHA256  # noqa: PLC0415

    signed, signature = signed_text(message), at(message, "Signature")
    hashing = {"1": SHA1(), "2": SHA256()}.get(str(at(message, "SignatureVersion")))  # noqa: S303 version 1 is SNS's default  # nosec B303
    if signed is None or hashing is None or not isinstance(signature, str):
        return False
    try:
        key.verify(base64.b64decode(signature, validate=True), signed, PKCS1v15(), hashing)
    except (binascii.Error, ValueError, InvalidSignature):
        return False
    return True


def signed_text(message: object) -> bytes | None:
    """What is signed: each field's name and value, a line each; None if one is missing."""
    fields = message if isinstance(message, Mapping) else {}
    text = ""
    for name in SIGNED.get(str(fields.get("Type")), ()):
        value = fields.get(name)
        if name == "Subject" and value is None:
            continue
        if not isinstance(value, str):
            return None
        text += f"{name}\n{value}\n"
    return text.encode("utf-8", "replace") or None


def _is_of_sns(url: str, topic: str) -> bool:
    """Whether it is an https address of SNS in the topic's region, and nothing else is hidden in it."""
    _, partition, _, region, *_ = topic.split(":")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    ending = "amazonaws.com.cn" if partition == "aws-cn" else "amazonaws.com"
    host_is_theirs = parts.netloc == f"sns.{region}.{ending}" and port is None
    return parts.scheme == "https" and host_is_theirs and url.isascii() and url.isprintable() and " " not in url
