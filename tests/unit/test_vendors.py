"""Whatever a vendor tells, and whatever poses as one, is read without harm: its key has its vendor's name, and no value brings a line."""

import json
from collections.abc import Callable, Iterable
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fob_mail.inbound.incoming import Incoming, Kind
from fob_mail.vendors import brevo, mailgun, postmark, sendgrid, ses, sns
from fob_mail.vendors.shared import knows
from fob_mail.vendors.told import Event, incoming_of, key_of

VENDORS: dict[str, Callable[[object], Iterable[Incoming]]] = {
    "ses": ses.events_in,
    "postmark": postmark.events_in,
    "mailgun": mailgun.events_in,
    "sendgrid": sendgrid.events_in,
    "brevo": brevo.events_in,
}
_SAID = [
    *(
        "Bounce",
        "Complaint",
        "DeliveryDelay",
        "Reject",
        "Permanent",
        "SpamComplaint",
        "SubscriptionChange",
        "HardBounce",
        "failed",
        "bounce",
    ),
    *(
        "complained",
        "dropped",
        "hard_bounce",
        "spam",
        "blocked",
        "rosa@example.org",
        "550 5.1.1 no",
        "\x00\r\nBcc: x",
        "\ud800",
        "x" * 3000,
    ),
]
_NAMES = [
    *("notificationType", "eventType", "bounce", "bounceType", "bouncedRecipients", "emailAddress", "mail", "headers", "name", "value"),
    *("complaint", "complainedRecipients", "deliveryDelay", "delayedRecipients", "reject", "destination", "commonHeaders", "messageId"),
    *("RecordType", "Type", "Email", "Details", "Metadata", "ID", "SuppressSending", "event-data", "event", "severity", "delivery-status"),
    *("message", "recipient", "user-variables", "reason", "type", "email", "sg_event_id", "smtp-id", "status", "fob-mail", "message-id"),
]
leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(_SAID) | st.text(max_size=30)
anything = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(_NAMES), inner, max_size=8), max_leaves=30
)


@pytest.mark.parametrize("vendor", VENDORS)
@given(told=anything)
def test_anything_is_read_without_harm(vendor: str, told: object) -> None:
    for incoming in VENDORS[vendor](json.loads(json.dumps(told))):
        assert incoming.key.startswith(f"{vendor}:")
        assert len(incoming.key) <= 200
        words = [incoming.reason, incoming.status, *incoming.recipients, *incoming.tokens.links, *incoming.tokens.message_ids]
        assert all(word.isprintable() for word in words)
        assert "".join(words).encode()
        assert max(map(len, incoming.recipients)) <= 254


@given(told=anything, now=st.floats(0, 4e9))
def test_nothing_but_mailgun_signs_for_mailgun(told: object, now: float) -> None:
    assert mailgun.once({"signature": told, "event-data": told}, "key", now) is None


@given(message=anything, topic=st.text(max_size=20))
def test_no_message_is_of_a_topic_that_is_not_set(message: object, topic: str) -> None:
    assert sns.topic_of(message, []) is None
    assert sns.topic_of({"Type": "Notification", "TopicArn": topic}, ["arn:aws:sns:eu-west-1:210987654321:what-comes-back"]) is None


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_words_but_the_secret_are_the_secret(header: str, own: str) -> None:
    assert not knows("harbour-lights-at-dusk-2027", {"Authorization": header, "X-Fob-Mail-Secret": own}.__getitem__)
    assert not knows("", {"Authorization": header, "X-Fob-Mail-Secret": own}.__getitem__)


def test_keys_differ_where_their_parts_do() -> None:
    parts = list(product(["a", "b", "ab", ""], repeat=2))

    assert len({key_of("SES", part) for part in parts}) == len(parts)
    assert key_of("SES", ("a",)) != key_of("Brevo", ("a",))


WEIGHED = {
    "for good": (Kind.HARD, "5.1.1", "550 5.1.1 nobody of that name", Kind.HARD),
    "for good, without words": (Kind.HARD, "", "", Kind.HARD),
    "for good, by our reputation": (Kind.HARD, "", "554 5.7.1 your IP is on a blocklist", Kind.BLOCKED),
    "for good, yet full": (Kind.HARD, "5.2.2", "552 5.2.2 mailbox full", Kind.SOFT),
    "for now": (Kind.SOFT, "4.4.1", "connection timed out", Kind.SOFT),
    "for now, by our content": (Kind.SOFT, "", "554 5.7.1 rejected as spam", Kind.BLOCKED),
    "no verdict": (Kind.DELAYED, "", "421 4.7.0 your IP is on a blocklist", Kind.DELAYED),
    "ours": (Kind.BLOCKED, "5.1.1", "550 5.1.1 nobody", Kind.BLOCKED),
}


@pytest.mark.parametrize("name", WEIGHED)
def test_the_vendor_says_whether_it_is_for_good_unless_words_say_that_it_is_us_or_passes(name: str) -> None:
    said, status, words, kind = WEIGHED[name]

    assert incoming_of("SES", Event(said, ("1",), "rosa@example.org", words, status)).kind is kind
