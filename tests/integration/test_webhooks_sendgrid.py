"""What SendGrid signs is followed once, in batches of any size; on both databases."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from fob_mail.links import Subscribed
from fob_mail.models import SubscriptionState, SuppressionReason
from tests.told import ROSA, Told, sendgrid_event, told
from tests.vendors import SendGrid

__all__ = ["told"]  # a fixture


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
