"""What Postmark and Brevo tell is believed by a password or a header; on both databases."""

import pytest

from fob_mail.models import SubscriptionState, SuppressionReason
from tests.told import ROSA, Told, brevo, postmark, told
from tests.vendors import SECRET, basic

__all__ = ["told"]  # a fixture


def test_postmark_is_believed_by_password_and_by_header(told: Told) -> None:
    first = told.web.post("/webhooks/postmark", json=postmark(told), headers=basic())
    again = told.web.post("/webhooks/postmark", json=postmark(told), headers={"X-Fob-Mail-Secret": SECRET})

    assert (first.status_code, again.status_code) == (200, 200)
    assert (told.kinds(), told.places()) == (["hard"], [(1, 1)])
    assert told.why() is SuppressionReason.BOUNCE


POSTMARK_KINDS: dict[str, tuple[dict[str, object], str]] = {
    "SpamComplaint": ({"RecordType": "SpamComplaint", "Type": "SpamComplaint", "Details": "Test"}, "complaint"),
    "Transient": ({"Type": "Transient", "Details": "smtp;421 4.7.0 try later"}, "delayed"),
    "SoftBounce": ({"Type": "SoftBounce", "Details": "smtp;552 5.2.2 over quota"}, "soft"),
    "SpamNotification": ({"Type": "SpamNotification", "Details": "smtp;554 5.7.1 rejected as spam"}, "blocked"),
    "AutoResponder": ({"Type": "AutoResponder", "Details": "Out of office"}, "auto-reply"),
    "Unsubscribe": ({"Type": "Unsubscribe", "Details": "remove me"}, "unsubscribe"),
    "SubscriptionChange": (
        {
            "RecordType": "SubscriptionChange",
            "Recipient": ROSA,
            "ChangedAt": "2027-04-20T08:00:00Z",
            "Origin": "Recipient",
            "SuppressSending": True,
            "SuppressionReason": "ManualSuppression",
        },
        "unsubscribe",
    ),
}


@pytest.mark.parametrize("name", POSTMARK_KINDS)
def test_what_postmark_calls_it_is_what_follows(told: Told, name: str) -> None:
    changes, kind = POSTMARK_KINDS[name]

    assert told.web.post("/webhooks/postmark", json=postmark(told, **changes), headers=basic()).status_code == 200

    assert (told.kinds(), told.places()) == ([kind], [(1, 1)])
    assert told.why() is (SuppressionReason.COMPLAINT if kind == "complaint" else None)
    assert told.state() is (SubscriptionState.LEFT if kind == "unsubscribe" else SubscriptionState.CONFIRMED)


def test_what_postmark_tells_of_deliveries_and_by_its_customers_hand_is_let_pass(told: Told) -> None:
    by_hand = {"RecordType": "SubscriptionChange", "Recipient": ROSA, "Origin": "Customer", "SuppressSending": True}
    events: list[dict[str, object]] = [{"RecordType": "Delivery"}, {**by_hand, "SuppressionReason": "ManualSuppression"}, {"FromFull": {}}]
    for one in events:
        assert told.web.post("/webhooks/postmark", json=one, headers=basic()).status_code == 200

    assert told.kinds() == []


def test_brevo_is_believed_by_password_and_by_bearer_token(told: Told) -> None:
    first = told.web.post("/webhooks/brevo", json=brevo(told), headers=basic())
    again = told.web.post("/webhooks/brevo", json=[brevo(told)], headers={"Authorization": f"Bearer {SECRET}"})

    assert (first.status_code, again.status_code) == (200, 200)
    assert (told.kinds(), told.places()) == (["hard"], [(1, 1)])
    assert told.why() is SuppressionReason.BOUNCE


@pytest.mark.parametrize(
    ("event", "kind"),
    [("soft_bounce", "soft"), ("blocked", "blocked"), ("deferred", "delayed"), ("spam", "complaint"), ("unsubscribed", "unsubscribe")],
)
def test_what_brevo_calls_it_is_what_follows(told: Told, event: str, kind: str) -> None:
    sent = brevo(told, event=event, reason="")
    by_our_message_id = sent | {"X-Mailin-custom": "", "message-id": told.message_id}

    for one in (by_our_message_id, by_our_message_id, {"event": "delivered", "email": ROSA}, {"event": "opened", "email": ROSA}):
        assert told.web.post("/webhooks/brevo", json=one, headers=basic()).status_code == 200

    assert (told.kinds(), told.places()) == ([kind], [(1, 1)])
    assert told.state() is (SubscriptionState.LEFT if kind == "unsubscribe" else SubscriptionState.CONFIRMED)
