"""What SendGrid tells, and whether it is SendGrid: https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event."""

import base64
import binascii
from collections.abc import Iterator

from fob_mail.inbound.causes import verdict_of
from fob_mail.inbound.incoming import Cause, Incoming, Kind, Tokens
from fob_mail.vendors.echoes import ECHOED
from fob_mail.vendors.told import Event, Header, incoming_of, objects, word

NAME = "SendGrid"
SIGNATURE, TIMESTAMP = "X-Twilio-Email-Event-Webhook-Signature", "X-Twilio-Email-Event-Webhook-Timestamp"
_KINDS = {
    "deferred": Kind.DELAYED,
    "spamreport": Kind.COMPLAINT,
    "unsubscribe": Kind.UNSUBSCRIBE,
    "group_unsubscribe": Kind.UNSUBSCRIBE,
}
_CLASSES = {
    "Invalid Address": Kind.HARD,
    "Technical": Kind.SOFT,
    "Mailbox Unavailable": Kind.SOFT,
    "Content": Kind.BLOCKED,
    "Reputation": Kind.BLOCKED,
    "Frequency or Volume Too High": Kind.BLOCKED,
}
_DROPPED = {
    "Bounced Address": Kind.HARD,
    "Invalid": Kind.HARD,
    "Spam Reporting Address": Kind.HARD,
    "Unsubscribed Address": Kind.UNSUBSCRIBE,
}
_PASSES = frozenset({Cause.FULL, Cause.THROTTLED, Cause.GREYLISTED, Cause.TOO_BIG})


def is_genuine(body: bytes, header: Header, public_key: str) -> bool:
    """Whether SendGrid signed the time and the body, to the byte (ECDSA over P-256 with SHA-256)."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 OpenSSL is loaded for those alone who are told things
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_der_public_key  # noqa: PLC0415

    key = load_der_public_key(base64.b64decode(public_key))
    if not isinstance(key, ec.EllipticCurvePublicKey):
        return False
    try:
        signature = base64.b64decode(header(SIGNATURE), validate=True)
        key.verify(signature, header(TIMESTAMP).encode("utf-8", "replace") + body, ec.ECDSA(SHA256()))
    except (binascii.Error, ValueError, InvalidSignature):
        return False
    return True


def events_in(told: object) -> Iterator[Incoming]:
    """What follows from a batch of events; nothing of deliveries, opens and clicks."""
    for one in objects(told):
        kind = _kind(one)
        if kind is not None:
            ours = Tokens(message_ids=_filled(word(one, "smtp-id")), links=_filled(word(one, ECHOED)))
            said = word(one, "reason") or word(one, "response")
            identity = (word(one, "sg_event_id") or f"{word(one, 'sg_message_id')} {word(one, 'timestamp')} {word(one, 'email')}",)
            yield incoming_of(NAME, Event(kind, identity, word(one, "email"), said, word(one, "status"), ours))


def _kind(one: object) -> Kind | None:
    event = word(one, "event")
    if event == "dropped":
        return _DROPPED.get(word(one, "reason"), Kind.BLOCKED)
    if event != "bounce":
        return _KINDS.get(event)
    kind = _CLASSES.get(word(one, "bounce_classification"))
    if word(one, "type") == "blocked":  # refused this time: SendGrid does not call the address bad
        passes = verdict_of(word(one, "status"), word(one, "reason")).cause in _PASSES
        return Kind.SOFT if kind is Kind.SOFT or passes else Kind.BLOCKED
    return kind or Kind.HARD


def _filled(value: str) -> tuple[str, ...]:
    return (value,) if value else ()
