"""What Brevo tells: https://developers.brevo.com/docs/transactional-webhooks."""

from collections.abc import Iterator

from fob_mail.inbound.incoming import Incoming, Kind, Tokens
from fob_mail.vendors.told import Event, incoming_of, objects, word

NAME = "Brevo"
_KINDS = {
    "hard_bounce": Kind.HARD,
    "invalid_email": Kind.HARD,
    "soft_bounce": Kind.SOFT,
    "error": Kind.SOFT,
    "blocked": Kind.BLOCKED,
    "deferred": Kind.DELAYED,
    "spam": Kind.COMPLAINT,
    "unsubscribed": Kind.UNSUBSCRIBE,
    "unsubscribe": Kind.UNSUBSCRIBE,
}


def events_in(told: object) -> Iterator[Incoming]:
    """What follows from one event or a batch of them; nothing of deliveries, opens and clicks. Brevo gives its events no name."""
    for one in objects(told):
        kind = _KINDS.get(word(one, "event"))
        if kind is not None:
            identity = tuple(word(one, name) for name in ("message-id", "event", "ts_epoch", "email"))
            custom, sent = word(one, "X-Mailin-custom"), word(one, "message-id")
            ours = Tokens(message_ids=(sent,) if sent else (), links=(custom,) if custom else ())
            yield incoming_of(NAME, Event(kind, identity, word(one, "email"), word(one, "reason"), tokens=ours))
