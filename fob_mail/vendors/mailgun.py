"""What Mailgun tells, and whether it is Mailgun: https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks.

The signature covers a time and a token, and not what is told: whoever sees one webhook could use its signature for words
of their own. So each token is good for one event, and for no longer than Mailgun tries to tell it.
"""

import hashlib
import hmac
from collections.abc import Iterator
from typing import NamedTuple

from fob_mail.inbound.incoming import Incoming, Kind, Tokens
from fob_mail.vendors.echoes import ECHOED
from fob_mail.vendors.told import Event, at, incoming_of, key_of, word

NAME = "Mailgun"
OLDEST = 12 * 3600
"""Seconds: Mailgun tries for eight hours."""
_AHEAD = 600
_LONGEST_TOKEN = 100
_NOW_AND_THEN = {"old": Kind.SOFT, "espblock": Kind.BLOCKED, "suppress-unsubscribe": Kind.UNSUBSCRIBE}
_KINDS = {"complained": Kind.COMPLAINT, "unsubscribed": Kind.UNSUBSCRIBE, "rejected": Kind.BLOCKED}
_REPLY_CODES = range(400, 600)


class Once(NamedTuple):
    """A token, and the only event for which it is good."""

    token: str
    event: str


def once(told: object, key: str, now: float) -> Once | None:
    """What the webhook may be used for, if Mailgun signed it, and not too long before `now` (Unix time); else None."""
    signature = at(told, "signature")
    token, moment = word(signature, "token"), word(signature, "timestamp")
    expected = hmac.new(key.encode(), f"{moment}{token}".encode(), hashlib.sha256).hexdigest().encode()
    shown = (word(signature, name).encode() for name in ("signature", "parent-signature"))  # the latter where a subaccount sent
    genuine = any(hmac.compare_digest(one, expected) for one in shown)
    fresh = moment.isascii() and moment.isdigit() and len(moment) < 12 and -_AHEAD < now - int(moment) < OLDEST  # noqa: PLR2004 digits
    if not genuine or not fresh or not 0 < len(token) <= _LONGEST_TOKEN:
        return None
    return Once(token, key_of(NAME, _identity(told)))


def events_in(told: object) -> Iterator[Incoming]:
    """What follows from one webhook; nothing of deliveries, opens and clicks."""
    one = at(told, "event-data")
    kind = _kind(one)
    if kind is None:
        return
    status = at(one, "delivery-status")
    code = word(status, "code")
    words = word(status, "message") or word(status, "description") or word(one, "reject", "reason")
    said = f"{code} {words}".strip() if code.isdigit() and int(code) in _REPLY_CODES and not words.startswith(code) else words
    address = word(one, "recipient") or word(one, "message", "headers", "to")
    ours = Tokens(message_ids=_message_ids(one), links=tuple(filter(None, [word(one, "user-variables", ECHOED)])))
    yield incoming_of(NAME, Event(kind, _identity(told), address, said, word(status, "enhanced-code"), ours))


def _kind(one: object) -> Kind | None:
    event = word(one, "event")
    if event != "failed":
        return _KINDS.get(event)
    if word(one, "severity") == "temporary":
        return Kind.DELAYED
    return _NOW_AND_THEN.get(word(one, "reason"), Kind.HARD)


def _identity(told: object) -> tuple[str, ...]:
    """Mailgun's id is unique within a day alone."""
    one = at(told, "event-data")
    return word(one, "id"), word(one, "timestamp"), word(one, "event"), word(one, "recipient")


def _message_ids(one: object) -> tuple[str, ...]:
    return tuple(filter(None, [word(one, "message", "headers", "message-id")]))
