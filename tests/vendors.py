"""Vendors that tell things: each makes the requests that the real one would, with keys of the test's own."""

import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

TOPIC = "arn:aws:sns:eu-west-1:210987654321:what-comes-back"
SECRET = "harbour-lights-at-dusk-2027"
SIGNING_KEY = "key-of-the-lighthouse"
PEM = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem"

_SIGNED = ("Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")


@dataclass
class Amazon:
    """SNS: signs with a key of its own, whose certificate it gives to those who ask at the right place."""

    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    asked: list[str] = field(default_factory=list)

    def outside(self, url: str) -> bytes:
        """What the web answers."""
        self.asked.append(url)
        return self.certificate() if url.endswith(".pem") else b"<ConfirmSubscriptionResponse/>"

    def certificate(self) -> bytes:
        """Its certificate, as PEM."""
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "sns.amazonaws.com")])
        built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(self.key.public_key())
        built = built.serial_number(x509.random_serial_number()).not_valid_before(datetime.now(UTC) - timedelta(days=1))
        return built.not_valid_after(datetime.now(UTC) + timedelta(days=9)).sign(self.key, SHA256()).public_bytes(Encoding.PEM)

    def message(self, told: object = None, *, version: str = "2", **changes: str) -> dict[str, str]:
        """A message as SNS sends it; changes are made before it is signed."""
        fields = {
            "Type": "Notification",
            "MessageId": "5d1c2c0e-0000-4000-8000-00000000aaaa",
            "TopicArn": TOPIC,
            "Subject": "Amazon SES Email Event Notification",
            "Message": told if isinstance(told, str) else json.dumps(told),
            "Timestamp": "2027-04-19T17:31:02.114Z",
            "SigningCertURL": PEM,
            "UnsubscribeURL": f"https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe&SubscriptionArn={TOPIC}:7",
        } | changes
        fields = {name: value for name, value in fields.items() if value or name != "Subject"}
        text = "".join(f"{name}\n{fields[name]}\n" for name in _SIGNED if name in fields)
        signature = self.key.sign(text.encode(), padding.PKCS1v15(), SHA256() if version == "2" else SHA1())  # noqa: S303 SNS's own
        return fields | {"SignatureVersion": version, "Signature": base64.b64encode(signature).decode()}

    def confirmation(self, **changes: str) -> dict[str, str]:
        """What SNS sends when somebody subscribes the address to a topic."""
        topic = changes.get("TopicArn", TOPIC)
        url = f"https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn={topic}&Token=2336412f37fb"
        whole = {"Type": "SubscriptionConfirmation", "Token": "2336412f37fb", "SubscribeURL": url, "Subject": ""} | changes
        return self.message("You have chosen to subscribe to a topic.", **whole)


def mailgun(event: dict[str, object], token: str = "t" * 50, *, age: float = 0, key: str = SIGNING_KEY) -> dict[str, object]:
    """An event as Mailgun sends it, signed so many seconds ago."""
    moment = str(int(time.time() - age))
    signature = hmac.new(key.encode(), f"{moment}{token}".encode(), hashlib.sha256).hexdigest()
    return {"signature": {"timestamp": moment, "token": token, "signature": signature}, "event-data": event}


@dataclass
class SendGrid:
    """Signs each batch with a key of its own."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def public_key(self) -> str:
        """As its settings page shows it."""
        return base64.b64encode(self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()

    def post(self, web: FlaskClient, events: object, *, sent: bytes | None = None) -> TestResponse:
        """Sign the events and send them; or send something else under that signature."""
        body, moment = json.dumps(events).encode(), "1808155862"
        signature = base64.b64encode(self.key.sign(moment.encode() + body, ec.ECDSA(SHA256()))).decode()
        headers = {"X-Twilio-Email-Event-Webhook-Signature": signature, "X-Twilio-Email-Event-Webhook-Timestamp": moment}
        return web.post("/webhooks/sendgrid", data=sent or body, headers=headers)


def basic(secret: str = SECRET) -> dict[str, str]:
    """The header of whoever was given a URL with a name and a password in it."""
    return {"Authorization": "Basic " + base64.b64encode(f"fob-mail:{secret}".encode()).decode()}
