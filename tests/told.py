"""The pages of an installation that hears all five vendors, and what it makes of what it is told."""

import json
from dataclasses import dataclass, field

import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import select
from werkzeug.test import TestResponse

from fob_mail import campaigns, freezing
from fob_mail.addresses import digest
from fob_mail.audience import leaving, suppressions
from fob_mail.database import Database, clock
from fob_mail.links import Links, Subscribed
from fob_mail.models import Feedback, SubscriptionState, SuppressionReason
from fob_mail.settings import Settings
from fob_mail.settings.webhooks import Webhooks
from fob_mail.web.app import create_app
from tests.builders import composed_parts, make_list, make_subscriber
from tests.vendors import SECRET, SIGNING_KEY, TOPIC, Amazon, SendGrid

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
