"""What Mailgun tells is believed by its signature, once and not for long; on both databases."""

import pytest

from fob_mail.models import SubscriptionState, SuppressionReason
from tests.told import ROSA, Told, told
from tests.vendors import mailgun

__all__ = ["told"]  # a fixture


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
