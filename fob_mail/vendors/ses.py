"""What Amazon SES tells through SNS, as notifications or as events: https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html."""

from collections.abc import Iterator

from fob_mail.inbound.incoming import Incoming, Kind
from fob_mail.inbound.tokens import tokens_told
from fob_mail.vendors.told import Event, at, incoming_of, objects, word

NAME = "SES"
_BLOCKED = frozenset({"ContentRejected", "AttachmentRejected"})
_NO_COMPLAINTS = frozenset({"not-spam", "auth-failure"})


def events_in(told: object) -> Iterator[Incoming]:
    """What follows from what a notification's Message holds; nothing of deliveries, opens and clicks."""
    what = word(told, "notificationType") or word(told, "eventType")
    ours = tokens_told([word(told, "mail", "source")], list(_header_values(told)))
    for event in _TELLS.get(what, lambda _: iter(()))(told):
        yield incoming_of(NAME, event._replace(identity=(word(told, "mail", "messageId"), *event.identity, event.address), tokens=ours))


def _bounced(told: object) -> Iterator[Event]:
    bounce = at(told, "bounce")
    kind = Kind.HARD if word(bounce, "bounceType") == "Permanent" else Kind.SOFT
    if word(bounce, "bounceSubType") in _BLOCKED:
        kind = Kind.BLOCKED
    for one in objects(bounce, "bouncedRecipients"):
        yield Event(kind, (word(bounce, "feedbackId"),), word(one, "emailAddress"), word(one, "diagnosticCode"), word(one, "status"))


def _complained(told: object) -> Iterator[Event]:
    complaint = at(told, "complaint")
    said = word(complaint, "complaintFeedbackType")
    for one in objects(complaint, "complainedRecipients") if said not in _NO_COMPLAINTS else ():
        yield Event(Kind.COMPLAINT, (word(complaint, "feedbackId"),), word(one, "emailAddress"), said)


def _delayed(told: object) -> Iterator[Event]:
    delay = at(told, "deliveryDelay")
    for one in objects(delay, "delayedRecipients"):
        said = word(one, "diagnosticCode") or word(delay, "delayType")
        yield Event(Kind.DELAYED, (word(delay, "timestamp"),), word(one, "emailAddress"), said, word(one, "status"))


def _rejected(told: object) -> Iterator[Event]:
    """SES itself would not send it: a virus."""
    to = at(told, "mail", "destination")
    for address in to if isinstance(to, list) else ():
        yield Event(Kind.BLOCKED, ("reject",), str(address), word(told, "reject", "reason"))


_TELLS = {"Bounce": _bounced, "Complaint": _complained, "DeliveryDelay": _delayed, "Reject": _rejected}


def _header_values(told: object) -> Iterator[str]:
    """What may hold a token of ours: two headers as we sent them."""
    yield word(told, "mail", "commonHeaders", "messageId")
    for header in objects(told, "mail", "headers"):
        if word(header, "name").lower() in {"message-id", "list-unsubscribe"}:
            yield word(header, "value")
