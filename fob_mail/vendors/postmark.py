"""What Postmark tells: https://postmarkapp.com/developer/webhooks/webhooks-overview."""

from collections.abc import Iterator

from fob_mail.inbound.incoming import Incoming, Kind, Tokens
from fob_mail.vendors.echoes import ECHOED
from fob_mail.vendors.told import Event, at, incoming_of, objects, word

NAME = "Postmark"
_BOUNCES = {
    "HardBounce": Kind.HARD,
    "BadEmailAddress": Kind.HARD,
    "ManuallyDeactivated": Kind.HARD,
    "SoftBounce": Kind.SOFT,
    "DnsError": Kind.SOFT,
    "Unknown": Kind.SOFT,
    "SMTPApiError": Kind.SOFT,
    "Transient": Kind.DELAYED,
    "SpamNotification": Kind.BLOCKED,
    "Blocked": Kind.BLOCKED,
    "DMARCPolicy": Kind.BLOCKED,
    "VirusNotification": Kind.BLOCKED,
    "Unconfirmed": Kind.BLOCKED,
    "SpamComplaint": Kind.COMPLAINT,
    "Unsubscribe": Kind.UNSUBSCRIBE,
    "AutoResponder": Kind.AUTO_REPLY,
    "AddressChange": Kind.AUTO_REPLY,
    "ChallengeVerification": Kind.AUTO_REPLY,
}


def events_in(told: object) -> Iterator[Incoming]:
    """What follows from one webhook: of bounces, complaints and people who left; nothing of others, such as deliveries."""
    for one in objects(told):
        if (event := _event(one)) is not None:
            yield incoming_of(NAME, event)


def _event(one: object) -> Event | None:
    record, address = word(one, "RecordType"), word(one, "Email") or word(one, "Recipient")
    said = word(one, "Details") or word(one, "Description")
    if record in {"Bounce", "SpamComplaint"} and (kind := _BOUNCES.get(word(one, "Type") or record)):
        return Event(kind, (record, word(one, "ID")), address, said, tokens=_tokens(one))
    left = at(one, "SuppressSending") is True and word(one, "Origin") == "Recipient"
    if record == "SubscriptionChange" and left and word(one, "SuppressionReason") == "ManualSuppression":
        identity = (record, word(one, "MessageID"), word(one, "ChangedAt"), address)
        return Event(Kind.UNSUBSCRIBE, identity, address, tokens=_tokens(one))
    return None


def _tokens(one: object) -> Tokens:
    """Metadata comes back with each event: see echoes."""
    metadata = at(one, "Metadata")
    names = metadata if isinstance(metadata, dict) else {}
    return Tokens(links=tuple(word(metadata, name) for name in names if isinstance(name, str) and name.lower() == ECHOED))
