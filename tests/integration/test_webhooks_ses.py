"""What Amazon SES tells by SNS: signed by a certificate of Amazon's own, for a topic that is ours; on both databases."""

import base64
import json

import pytest

from fob_mail.errors import InputError
from fob_mail.links import Place
from fob_mail.models import SuppressionReason
from fob_mail.settings import Settings
from fob_mail.settings.webhooks import Webhooks
from fob_mail.web.app import create_app
from tests.told import ROSA, Told, told
from tests.vendors import TOPIC, Amazon

__all__ = ["told"]  # a fixture


def ses_bounce(
    told: Told, *, kind: str = "Permanent", sub: str = "General", said: str = "smtp; 550 5.1.1 unknown", **changes: str
) -> object:
    """What SES says of a bounce, with the headers that we sent."""
    page = told.links.page_of(told.token)
    one = {"emailAddress": changes.get("to", ROSA), "action": "failed", "status": "5.1.1", "diagnosticCode": said}
    bounce = {"bounceType": kind, "bounceSubType": sub, "bouncedRecipients": [one], "feedbackId": changes.get("id", "0102018f-77")}
    headers = [{"name": "From", "value": "news@example.org"}, {"name": "List-Unsubscribe", "value": f"<{page}>, <mailto:news@example.org>"}]
    mail = {"messageId": "0102018f-aa-000000", "source": "bounces@example.org", "destination": [ROSA], "headers": headers}
    return {"notificationType": "Bounce", "bounce": bounce, "mail": mail}


@pytest.mark.parametrize("version", ["1", "2"])
def test_a_bounce_that_ses_tells_strikes_off_and_counts_once(told: Told, version: str) -> None:
    message = told.amazon.message(ses_bounce(told), version=version)

    answers = [told.ses(message) for _ in range(3)]
    answers.append(told.ses(told.amazon.message(ses_bounce(told), MessageId="another-of-the-same-event")))

    assert [answer.status_code for answer in answers] == [200] * 4
    assert (told.kinds(), told.places()) == (["hard"], [(1, 1)])
    assert told.why() is SuppressionReason.BOUNCE
    assert told.why("luis@example.org") is None
    assert len(told.amazon.asked) == 1  # the certificate, once


def test_what_sns_did_not_sign_changes_nothing(told: Told) -> None:
    message = told.amazon.message(ses_bounce(told))
    forged = Amazon()
    tries: list[object] = [
        message | {"Message": json.dumps(ses_bounce(told, id="another"))},
        message | {"Signature": base64.b64encode(b"x" * 256).decode()},
        message | {"Signature": "no base64"},
        message | {"SignatureVersion": "3"},
        message | {"Type": "Rumour"},
        {name: value for name, value in message.items() if name != "Signature"},
        {name: value for name, value in message.items() if name != "MessageId"},
        forged.message(ses_bounce(told)),
        ses_bounce(told),
        [],
        "words",
        None,
    ]

    answers = [told.ses(one) for one in tries]

    assert {(answer.status_code, answer.data) for answer in answers} == {(401, b"")}
    assert told.kinds() == []
    assert told.why() is None


FOREIGN = [
    "https://sns.eu-west-1.amazonaws.com.evil.example/SimpleNotificationService-0.pem",
    "https://evil.example/SimpleNotificationService-0.pem",
    "http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0.pem",
    "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0.pem",
    "https://user@sns.eu-west-1.amazonaws.com/SimpleNotificationService-0.pem",
    "https://sns.eu-west-1.amazonaws.com:8443/SimpleNotificationService-0.pem",
    "https://sns.eu-west-1.amazonaws.com/?Action=Something&x=SimpleNotificationService-0.pem",
    "https://sns.eu-west-1.amazonaws.com/mine/SimpleNotificationService-0.pem",
    "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0.pem?x",
    "https://s3.eu-west-1.amazonaws.com/SimpleNotificationService-0.pem",
    "https://[sns/SimpleNotificationService-0.pem",
    "file:///etc/passwd",
    "",
]


@pytest.mark.parametrize("url", FOREIGN)
def test_a_certificate_is_fetched_from_nowhere_but_sns_of_the_topics_region(told: Told, url: str) -> None:
    assert told.ses(told.amazon.message(ses_bounce(told), SigningCertURL=url)).status_code == 401
    assert told.amazon.asked == []
    assert told.kinds() == []


def test_a_topic_that_is_not_set_is_not_believed_though_amazon_signed_it_and_nothing_is_fetched(told: Told) -> None:
    foreign = "arn:aws:sns:eu-west-1:999999999999:what-comes-back"

    answers = [told.ses(told.amazon.message(ses_bounce(told), TopicArn=foreign)), told.ses(told.amazon.confirmation(TopicArn=foreign))]

    assert [answer.status_code for answer in answers] == [401, 401]
    assert told.amazon.asked == []
    assert told.kinds() == []


def test_the_subscription_to_the_topic_is_confirmed_at_amazon_alone(told: Told) -> None:
    good = told.ses(told.amazon.confirmation())
    asked = list(told.amazon.asked)
    elsewhere = told.ses(told.amazon.confirmation(SubscribeURL=f"https://evil.example/?Action=ConfirmSubscription&TopicArn={TOPIC}"))
    other = told.ses(told.amazon.confirmation(SubscribeURL="https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=x"))
    works = told.ses(told.amazon.message("Successfully validated SNS topic for Amazon SES event publishing."))

    assert [answer.status_code for answer in (good, elsewhere, other, works)] == [200] * 4
    assert [url.partition("?")[2][:26] for url in asked] == ["", "Action=ConfirmSubscription"]
    assert told.amazon.asked == asked


def test_while_amazon_is_away_it_is_asked_to_tell_again(told: Told, settings: Settings) -> None:
    def away(url: str) -> bytes:
        raise InputError(f"{url} cannot be reached.", "Try again.")

    hooks = Webhooks(ses_topics=[TOPIC])
    alone = create_app(settings.model_copy(update={"webhooks": hooks}), told.database, away).test_client()
    answer = alone.post("/webhooks/ses", data=json.dumps(told.amazon.message(ses_bounce(told))))

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert told.kinds() == []


def test_what_is_no_certificate_is_not_kept(told: Told, settings: Settings) -> None:
    answers = [b"<html>Not now</html>", told.amazon.certificate()]
    hooks = Webhooks(ses_topics=[TOPIC])
    web = create_app(settings.model_copy(update={"webhooks": hooks}), told.database, lambda _: answers.pop(0)).test_client()
    message = json.dumps(told.amazon.message(ses_bounce(told)))

    statuses = [web.post("/webhooks/ses", data=message).status_code for _ in range(3)]

    assert statuses == [401, 200, 200]
    assert told.kinds() == ["hard"]


SES_KINDS = {
    "a full mailbox": (("Transient", "MailboxFull", "smtp; 452 4.2.2 mailbox full"), "soft"),
    "content": (("Transient", "ContentRejected", "smtp; 554 5.7.1 message refused"), "blocked"),
    "our reputation": (("Permanent", "General", "smtp; 550 5.7.1 blocked, your IP is on a blocklist"), "blocked"),
    "suppressed by Amazon": (("Permanent", "OnAccountSuppressionList", "Amazon SES did not send the message to this address"), "hard"),
    "undetermined": (("Undetermined", "Undetermined", ""), "soft"),
}


@pytest.mark.parametrize("name", SES_KINDS)
def test_what_ses_says_is_weighed(told: Told, name: str) -> None:
    (kind, sub, said), expected = SES_KINDS[name]

    told.ses(told.amazon.message(ses_bounce(told, kind=kind, sub=sub, said=said)))

    assert told.kinds() == [expected]
    assert told.why() is (SuppressionReason.BOUNCE if expected == "hard" else None)


def test_a_complaint_and_a_delay_that_ses_publishes_as_events(told: Told) -> None:
    mail = {"messageId": "0102", "source": told.links.return_path("bounces@example.org", Place(1, 1)), "destination": [ROSA]}
    delay = {
        "delayType": "TransientCommunicationFailure",
        "timestamp": "2027-04-19T17:40:00Z",
        "delayedRecipients": [{"emailAddress": ROSA}],
    }
    complaint = {"complaintFeedbackType": "abuse", "feedbackId": "f-1", "complainedRecipients": [{"emailAddress": "redacted@example.org"}]}
    praise = complaint | {"complaintFeedbackType": "not-spam", "feedbackId": "f-2"}

    for one in (
        {"eventType": "DeliveryDelay", "mail": mail, "deliveryDelay": delay},
        {"eventType": "Complaint", "mail": mail, "complaint": praise},
        {"eventType": "Complaint", "mail": mail, "complaint": complaint},
        {"eventType": "Delivery", "mail": mail, "delivery": {"recipients": [ROSA]}},
    ):
        assert told.ses(told.amazon.message(one)).status_code == 200

    assert (told.kinds(), told.places()) == (["delayed", "complaint"], [(1, 1), (1, 1)])
    assert told.why() is SuppressionReason.COMPLAINT
