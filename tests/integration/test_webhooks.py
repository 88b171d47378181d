"""What vendors tell is believed when they show who they are, followed as a mail would be, and counted once; on both databases."""

import json
from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from sqlalchemy import update

from fob_mail import campaigns, freezing
from fob_mail.database import Database, clock
from fob_mail.feedback.taking import Terms, take
from fob_mail.links import Links, Place, Subscribed
from fob_mail.models import Delivery, DeliveryState, SuppressionReason
from fob_mail.sending.run import Controls, echoes_of, run
from fob_mail.settings import Settings, Smtp
from fob_mail.web.app import create_app
from tests.builders import composed_parts
from tests.recording_relay import RecordingRelay
from tests.told import ROSA, Told, brevo, postmark, sendgrid_event, told
from tests.vendors import SECRET, basic

__all__ = ["told"]  # a fixture


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
