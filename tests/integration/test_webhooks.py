"""What vendors tell is believed when they show who they are, followed as a mail would be, and counted once; on both databases."""

import base64
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from fob_mail import campaigns, freezing
from fob_mail.addresses import digest
from fob_mail.audience import leaving, suppressions
from fob_mail.database import Database, clock
from fob_mail.errors import InputError
from fob_mail.feedback.taking import Terms, take
from fob_mail.links import Links, Place, Subscribed
from fob_mail.models import Delivery, DeliveryState, Feedback, SubscriptionState, SuppressionReason
from fob_mail.sending.run import Controls, echoes_of, run
from fob_mail.settings import Settings, Smtp
from fob_mail.settings.webhooks import Webhooks
from fob_mail.web.app import create_app
from tests.builders import composed_parts, make_list, make_subscriber
from tests.recording_relay import RecordingRelay
from tests.vendors import SECRET, SIGNING_KEY, TOPIC, Amazon, SendGrid, basic, mailgun

ROSA = "rosa@example.org"


@dataclass
class Told:
    """The pages, with Rosa mailed by them; and the vendors that tell of her."""

    web: FlaskClient
    database: Database
    links: Links
    hooks: Webhooks
    amazon: Amazon = field(default_factory=Amazon)
    sendgrid: SendGrid = field(default_factory=SendGrid)

    @property
    def token(self) -> str:
        """What our mail to her carries for vendors to give back."""
        return self.links.unsubscribe_token(Subscribed(1, 1, 1))

    @property
    def message_id(self) -> str:
        """Of the mail to her."""
        return self.links.message_id(1, 1, "example.org")

    def ses(self, message: object) -> TestResponse:
        """Amazon posts text/plain."""
        return self.web.post("/webhooks/ses", data=json.dumps(message), content_type="text/plain; charset=UTF-8")

    def why(self, address: str = ROSA) -> SuppressionReason | None:
        """Why she is not mailed any more."""
        with self.database.read() as session:
            return suppressions.reason(session, digest(address, b"d" * 40))

    def state(self) -> SubscriptionState:
        """How she stands with the list."""
        with self.database.read() as session:
            standing = leaving.standing(session, 1, 1)
        assert standing
        return standing.state

    def kinds(self) -> list[str]:
        """Of all events that were written down, in order."""
        with self.database.read() as session:
            return list(session.scalars(select(Feedback.kind).order_by(Feedback.id)))

    def places(self) -> list[tuple[int | None, int | None]]:
        """Which deliveries they are about."""
        with self.database.read() as session:
            return [(row.campaign_id, row.position) for row in session.scalars(select(Feedback).order_by(Feedback.id))]


@pytest.fixture
def told(settings: Settings, database: Database) -> Told:
    """An installation that hears all five vendors, and whose first delivery was to Rosa."""
    with database.begin() as session:
        to = make_list(session, "supporters")
        make_subscriber(session, ROSA, to)
        make_subscriber(session, "luis@example.org", to)
        campaigns.save_draft(session, "c", to, "a.txt", "", [composed_parts()], clock(session))
        freezing.freeze(session, campaigns.find(session, "c"), 10, clock(session))
    amazon, sendgrid = Amazon(), SendGrid()
    hooks = Webhooks(
        ses_topics=[TOPIC],
        postmark_secret=SecretStr(SECRET),
        mailgun_signing_key=SecretStr(SIGNING_KEY),
        sendgrid_public_key=sendgrid.public_key,
        brevo_secret=SecretStr(SECRET),
    )
    app = create_app(settings.model_copy(update={"webhooks": hooks}), database, amazon.outside)
    return Told(app.test_client(), database, Links(settings.keys(), settings.base_url), hooks, amazon, sendgrid)


# --- Amazon SES ---


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


# --- Postmark ---


def postmark(told: Told, **changes: object) -> dict[str, object]:
    """What Postmark says of a bounce."""
    return {
        "RecordType": "Bounce",
        "ID": 42_000_017,
        "Type": "HardBounce",
        "TypeCode": 1,
        "Name": "Hard bounce",
        "MessageID": "1d2c3b4a-0000-4000-8000-0000000000ff",
        "ServerID": 23,
        "MessageStream": "broadcast",
        "Description": "The server was unable to deliver your message (ex: unknown user, mailbox not found).",
        "Details": "smtp;550 5.1.1 No mailbox of that name",
        "Email": "Rosa@Example.org",
        "From": "news@example.org",
        "BouncedAt": "2027-04-19T17:33:00Z",
        "Inactive": True,
        "Metadata": {"fob-mail": told.token},
        **changes,
    }


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


# --- Mailgun ---


def mailgun_event(told: Told, **changes: object) -> dict[str, object]:
    """What Mailgun says of a failure."""
    return {
        "event": "failed",
        "severity": "permanent",
        "reason": "bounce",
        "id": "G9Bn5sl1TC6nu79C8C0bwg",
        "timestamp": 1808155862.114,
        "log-level": "error",
        "recipient": ROSA,
        "delivery-status": {"code": 550, "message": "5.1.1 No such person here", "attempt-no": 1, "enhanced-code": "5.1.1"},
        "message": {"headers": {"message-id": told.message_id.strip("<>"), "to": f"Rosa <{ROSA}>", "from": "news@example.org"}},
        "flags": {"is-test-mode": False},
        "user-variables": {},
        **changes,
    }


def test_what_mailgun_signs_is_followed_once_also_when_it_is_told_again(told: Told) -> None:
    first = told.web.post("/webhooks/mailgun", json=mailgun(mailgun_event(told)))
    again = told.web.post("/webhooks/mailgun", json=mailgun(mailgun_event(told)))
    anew = told.web.post("/webhooks/mailgun", json=mailgun(mailgun_event(told), "u" * 50))

    assert [answer.status_code for answer in (first, again, anew)] == [200] * 3
    assert (told.kinds(), told.places()) == (["hard"], [(1, 1)])
    assert told.why() is SuppressionReason.BOUNCE


def test_a_signature_of_mailguns_is_good_for_no_other_event(told: Told) -> None:
    opened = mailgun(mailgun_event(told, event="delivered", id="1"))
    seen = told.web.post("/webhooks/mailgun", json=opened)
    stolen = told.web.post("/webhooks/mailgun", json=opened | {"event-data": mailgun_event(told, event="complained", id="2")})

    assert (seen.status_code, stolen.status_code, stolen.data) == (200, 401, b"")
    assert told.kinds() == []
    assert told.why() is None


def test_an_old_signature_of_mailguns_a_forged_one_and_one_of_the_future_change_nothing(told: Told) -> None:
    event = mailgun_event(told)
    half = mailgun(event)
    half["signature"] = {"timestamp": "soon", "token": "x"}
    tries = [mailgun(event, age=13 * 3600), mailgun(event, age=-3600), mailgun(event, key="another"), mailgun(event, ""), half, {}, [], 7]

    answers = [told.web.post("/webhooks/mailgun", json=one) for one in tries]

    assert {(answer.status_code, answer.data) for answer in answers} == {(401, b"")}
    assert told.kinds() == []


def test_one_that_mailgun_tells_seven_hours_late_is_taken(told: Told) -> None:
    assert told.web.post("/webhooks/mailgun", json=mailgun(mailgun_event(told), age=7 * 3600)).status_code == 200
    assert told.kinds() == ["hard"]


MAILGUN_KINDS: dict[str, tuple[dict[str, object], str]] = {
    "a delay": ({"severity": "temporary", "delivery-status": {"code": 421, "message": "try later"}}, "delayed"),
    "too old": ({"reason": "old", "delivery-status": {"code": 602, "description": "Too old"}}, "soft"),
    "by our reputation": ({"delivery-status": {"code": 550, "message": "5.7.1 your IP is on a blocklist"}}, "blocked"),
    "a complaint": ({"event": "complained"}, "complaint"),
    "a person who left": ({"event": "unsubscribed"}, "unsubscribe"),
    "rejected": ({"event": "rejected", "reject": {"reason": "Sandbox subdomains are for test purposes only"}}, "blocked"),
}


@pytest.mark.parametrize("name", MAILGUN_KINDS)
def test_what_mailgun_calls_it_is_what_follows(told: Told, name: str) -> None:
    changes, kind = MAILGUN_KINDS[name]

    assert told.web.post("/webhooks/mailgun", json=mailgun(mailgun_event(told, **changes))).status_code == 200

    assert (told.kinds(), told.places()) == ([kind], [(1, 1)])
    assert told.state() is (SubscriptionState.LEFT if kind == "unsubscribe" else SubscriptionState.CONFIRMED)


# --- SendGrid ---


def sendgrid_event(told: Told, **changes: object) -> dict[str, object]:
    """What SendGrid says of a bounce."""
    return {
        "email": ROSA,
        "timestamp": 1808155862,
        "smtp-id": told.message_id,
        "event": "bounce",
        "type": "bounce",
        "bounce_classification": "Invalid Address",
        "reason": "550 5.1.1 The account does not exist",
        "status": "5.1.1",
        "sg_event_id": "Ym91bmNlLTEtcm9zYQ",
        "sg_message_id": "14c5d75ce93.dfd.64b469.filter0001",
        "ip": "192.0.2.10",
        "tls": 1,
        **changes,
    }


def test_a_batch_that_sendgrid_signs_is_followed_once(told: Told) -> None:
    others = [{"event": "delivered", "email": ROSA, "sg_event_id": "d"}, {"event": "open", "email": ROSA, "sg_event_id": "o"}]
    batch = [*others, sendgrid_event(told), sendgrid_event(told), 7, None]

    answers = [told.sendgrid.post(told.web, batch), told.sendgrid.post(told.web, batch)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert (told.kinds(), told.places()) == (["hard"], [(1, 1)])
    assert told.why() is SuppressionReason.BOUNCE


def test_what_sendgrid_did_not_sign_changes_nothing(told: Told) -> None:
    body = json.dumps([sendgrid_event(told)]).encode()
    answers = [
        told.sendgrid.post(told.web, [], sent=body),
        SendGrid().post(told.web, [sendgrid_event(told)]),
        told.web.post("/webhooks/sendgrid", data=body),
        told.web.post("/webhooks/sendgrid", data=body, headers={"X-Twilio-Email-Event-Webhook-Signature": "no base64"}),
    ]

    assert {(answer.status_code, answer.data) for answer in answers} == {(401, b"")}
    assert told.kinds() == []


SENDGRID_KINDS: dict[str, tuple[dict[str, object], str]] = {
    "full": ({"type": "blocked", "bounce_classification": "Mailbox Unavailable", "reason": "452 4.2.2 full", "status": "4.2.2"}, "soft"),
    "blocked": ({"type": "blocked", "bounce_classification": "Reputation", "reason": "550 5.7.1 blocked", "status": "5.7.1"}, "blocked"),
    "blocked, not classed": ({"type": "blocked", "bounce_classification": "", "reason": "refused", "status": ""}, "blocked"),
    "not classed": ({"bounce_classification": "Unclassified", "reason": "550 unknown", "status": "5.0.0"}, "hard"),
    "deferred": ({"event": "deferred", "response": "400 try again later"}, "delayed"),
    "spam": ({"event": "spamreport"}, "complaint"),
    "a person who left": ({"event": "group_unsubscribe"}, "unsubscribe"),
    "dropped": ({"event": "dropped", "reason": "Bounced Address"}, "hard"),
    "dropped for content": ({"event": "dropped", "reason": "Spam Content"}, "blocked"),
}


@pytest.mark.parametrize("name", SENDGRID_KINDS)
def test_what_sendgrid_calls_it_is_what_follows(told: Told, name: str) -> None:
    changes, kind = SENDGRID_KINDS[name]

    assert told.sendgrid.post(told.web, [sendgrid_event(told, **changes)]).status_code == 200

    assert (told.kinds(), told.places()) == ([kind], [(1, 1)])
    assert told.state() is (SubscriptionState.LEFT if kind == "unsubscribe" else SubscriptionState.CONFIRMED)


def test_a_large_batch_is_taken_and_the_other_pages_take_no_more_than_before(told: Told) -> None:
    batch = [sendgrid_event(told, event="deferred", sg_event_id=str(number), response="400 later " * 200) for number in range(150)]
    assert 300_000 < len(json.dumps(batch)) < 1_000_000

    taken = told.sendgrid.post(told.web, batch)
    too_much = told.web.post("/webhooks/sendgrid", data=b"x" * 1_100_000)
    page = told.web.post(f"/u/{told.token}", data={"List-Unsubscribe": "x" * 20_000})

    assert (taken.status_code, too_much.status_code, page.status_code) == (200, 413, 413)
    assert told.kinds() == ["delayed"] * 150


def test_a_batch_that_is_told_by_many_at_once_counts_once_and_nobody_waits_in_vain(told: Told) -> None:
    tokens = [told.links.unsubscribe_token(Subscribed(number, 1, 1)) for number in (1, 2)]
    batch = [sendgrid_event(told, **{"sg_event_id": str(number), "fob-mail": tokens[number % 2]}) for number in range(60)]

    with ThreadPoolExecutor(6) as crowd:
        answers = list(crowd.map(lambda n: told.sendgrid.post(told.web.application.test_client(), batch[:: 1 if n % 2 else -1]), range(6)))

    assert {answer.status_code for answer in answers} == {200}
    assert told.kinds() == ["hard"] * 60
    assert told.why() is told.why("luis@example.org") is SuppressionReason.BOUNCE


# --- Brevo ---


def brevo(told: Told, **changes: object) -> dict[str, object]:
    """What Brevo says of a bounce."""
    return {
        "event": "hard_bounce",
        "email": ROSA,
        "id": 26_224,
        "date": "2027-04-19 19:31:02",
        "ts": 1808155862,
        "message-id": "<202704191731.1@smtp-relay.example>",
        "ts_event": 1808155862,
        "ts_epoch": 1808155862114,
        "subject": "Water Is Not for Sale",
        "X-Mailin-custom": told.token,
        "sending_ip": "192.0.2.10",
        "reason": "550 5.1.1 nobody of that name",
        "tag": "",
        **changes,
    }


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


# --- all of them ---


def test_our_mails_carry_what_the_vendors_that_are_heard_give_back(told: Told, settings: Settings, tmp_path: Path) -> None:
    journal = settings.sending.model_copy(update={"journal_folder": tmp_path / "journal"})
    with RecordingRelay() as relay:
        smtp = Smtp(host="127.0.0.1", port=relay.port)
        hooks = {"webhooks": told.hooks, "smtp": smtp, "sending": journal}
        run(told.database, "c", settings.model_copy(update=hooks), told.links, Controls(lambda _: None, lambda _: None, wait=False))
        mails = {message.recipient: message_from_bytes(message.content, policy=policy.default) for message in relay.messages}
        lengths = [len(line) for message in relay.messages for line in message.content.split(b"\r\n") if line.startswith((b"X-", b" {"))]

    rosas = mails[ROSA]
    assert rosas["X-PM-Metadata-fob-mail"] == rosas["X-Mailin-custom"] == told.token
    assert json.loads(rosas["X-SMTPAPI"]) == {"unique_args": {"fob-mail": told.token}}
    assert mails["luis@example.org"]["X-Mailin-custom"] != told.token
    assert not [part.defects for part in rosas.walk() if part.defects]
    assert max(lengths) <= 78
    told.sendgrid.post(told.web, [sendgrid_event(told, **{"smtp-id": "<another@one>", "fob-mail": told.token, "email": "redacted"})])
    assert told.places() == [(1, 1)]


def test_our_mails_carry_nothing_for_vendors_that_are_not_heard(settings: Settings) -> None:
    assert echoes_of(settings) == ()


@pytest.mark.parametrize("vendor", ["postmark", "brevo"])
def test_whoever_does_not_know_the_secret_changes_nothing(told: Told, vendor: str) -> None:
    event = postmark(told) if vendor == "postmark" else brevo(told)
    headers: list[dict[str, str]] = [
        {},
        basic(SECRET[:-1]),
        basic(""),
        {"Authorization": "Basic !!!"},
        {"Authorization": f"Digest {SECRET}"},
        {"Authorization": "Bearer"},
        {"X-Fob-Mail-Secret": SECRET.upper()},
    ]

    answers = [told.web.post(f"/webhooks/{vendor}", json=event, headers=one) for one in headers]

    assert {(answer.status_code, answer.data) for answer in answers} == {(401, b"")}
    assert told.kinds() == []
    assert told.why() is None


def test_where_no_token_comes_back_the_vendors_word_for_the_address_is_believed(told: Told) -> None:
    with told.database.begin() as session:
        to = campaigns.list_of(session, campaigns.find(session, "c"))
        for name in ("d", "not-yet-sent"):
            campaigns.save_draft(session, name, to, "a.txt", "", [composed_parts()], clock(session))
            freezing.freeze(session, campaigns.find(session, name), 10, clock(session))
        session.execute(update(Delivery).where(Delivery.campaign_id < 3).values(state=DeliveryState.ACCEPTED))

    told.web.post("/webhooks/postmark", json=postmark(told, Metadata={}, RecordType="SpamComplaint", Type="SpamComplaint"), headers=basic())

    assert (told.kinds(), told.places()) == (["complaint"], [(2, 1)])
    assert told.why() is SuppressionReason.COMPLAINT


def test_a_token_that_was_not_made_here_names_nobody(told: Told) -> None:
    forged = Links([b"x" * 40], "http://localhost:8000")
    event = postmark(told, Metadata={"fob-mail": forged.unsubscribe_token(Subscribed(1, 1, 1))}, Email="stranger@example.org")

    assert told.web.post("/webhooks/postmark", json=event, headers=basic()).status_code == 200

    assert (told.kinds(), told.places()) == (["hard"], [(None, None)])
    assert told.why() is None


BROKEN = [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"a": 1' + b"0" * 5000 + b"}"]


@pytest.mark.parametrize("body", BROKEN, ids=["empty", "half", "no UTF-8", "deep", "a number without end"])
def test_what_is_no_json_is_told_so(told: Told, body: bytes) -> None:
    answers = [
        told.web.post("/webhooks/ses", data=body),
        told.web.post("/webhooks/mailgun", data=body),
        told.web.post("/webhooks/postmark", data=body, headers=basic()),
        told.web.post("/webhooks/brevo", data=body, headers=basic()),
    ]

    assert {(answer.status_code, answer.data) for answer in answers} == {(400, b"")}


STRANGE: list[Callable[[Told], dict[str, object]]] = [
    lambda told: postmark(told, Details="smtp;550 \x00 \ud800 5.1.1 no\u2028one", Email="\x00" * 400, ID={"a": []}),
    lambda told: postmark(told, Details=7, Email=None, ID=None, Metadata=[told.token]),
    lambda told: postmark(told, Metadata={"fob-mail": ["x"], "FOB-MAIL": 7}),
    lambda told: postmark(told, Type=[], RecordType={}),
]


@pytest.mark.parametrize("strange", STRANGE)
def test_values_of_any_kind_break_nothing(told: Told, strange: Callable[[Told], dict[str, object]]) -> None:
    body = json.dumps(strange(told))

    assert told.web.post("/webhooks/postmark", data=body, headers=basic()).status_code == 200


def test_a_vendor_that_is_not_set_has_no_page(database: Database, settings: Settings) -> None:
    web = create_app(settings, database).test_client()

    statuses = {
        name: web.post(f"/webhooks/{name}", json={}).status_code for name in ("ses", "postmark", "mailgun", "sendgrid", "brevo", "x")
    }

    assert set(statuses.values()) == {404}


def test_a_bounce_that_a_mail_and_a_vendor_tell_counts_once(told: Told) -> None:
    mail = (
        f"From: MAILER-DAEMON@x\nTo: {told.links.return_path('bounces@example.org', Place(1, 1))}\nSubject: Undelivered Mail\n"
        "Message-ID: <1@x>\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n"
        "Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nFinal-Recipient: rfc822; rosa@example.org\nAction: failed\n"
        "Status: 5.1.1\n\n--b--\n"
    )
    take(told.database, mail.encode(), told.links, Terms(3, timedelta(days=30), Path("kept")))
    told.web.post("/webhooks/postmark", json=postmark(told), headers=basic())

    assert told.kinds() == ["hard"]
