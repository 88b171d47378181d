"""Which vendors tell what came back by a webhook, and how each shows that it is who it says."""

import base64
import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, field_validator

SHORTEST_SECRET = 24
_TOPIC = re.compile(r"arn:aws(?:-[a-z]+)*:sns:[a-z]{2}(?:-[a-z]+)+-\d:\d{12}:[A-Za-z0-9_.-]{1,256}")


def _hard_to_guess(value: SecretStr) -> SecretStr:
    """Empty, or long enough, and of letters that a URL and a header carry as they are."""
    if value.get_secret_value() and not re.fullmatch(rf"[A-Za-z0-9_.~-]{{{SHORTEST_SECRET},200}}", value.get_secret_value()):
        message = f"must have {SHORTEST_SECRET} to 200 letters, digits, dots, hyphens or underscores; openssl rand -hex 24 makes one"
        raise ValueError(message)
    return value


Shared = Annotated[SecretStr, AfterValidator(_hard_to_guess)]


class Webhooks(BaseModel):
    """Whose webhooks `fob-mail serve` takes, at /webhooks/ses, postmark, mailgun, sendgrid and brevo; none until it is set here."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    ses_topics: list[str] = Field(
        default=[], description="The ARNs of the SNS topics to which Amazon SES publishes; nothing of any other topic is believed."
    )
    postmark_secret: Shared = Field(
        default=SecretStr(""), description="What Postmark shows: the password in the webhook's URL, or its header X-Fob-Mail-Secret."
    )
    mailgun_signing_key: SecretStr = Field(
        default=SecretStr(""), description="Mailgun's HTTP webhook signing key, of the account's API security page."
    )
    sendgrid_public_key: str = Field(
        default="", description="SendGrid's verification key of the signed event webhook, as its page shows it."
    )
    brevo_secret: Shared = Field(
        default=SecretStr(""), description="What Brevo shows: the password in the webhook's URL, or its bearer token."
    )

    @field_validator("ses_topics")
    @classmethod
    def _topics(cls, value: list[str]) -> list[str]:
        for one in value:
            if not _TOPIC.fullmatch(one):
                message = f"{one!r} is no topic; write one such as arn:aws:sns:eu-west-1:123456789012:bounces"
                raise ValueError(message)
        return value

    @field_validator("sendgrid_public_key")
    @classmethod
    def _public_key(cls, value: str) -> str:
        if value and not _is_p256(value):
            message = "is no public key of the curve P-256; copy it from SendGrid's page of the signed event webhook"
            raise ValueError(message)
        return value


def _is_p256(base64_der: str) -> bool:
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 OpenSSL is loaded for those alone who set it
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_der_public_key  # noqa: PLC0415

    try:
        key = load_der_public_key(base64.b64decode(base64_der, validate=True))
    except (ValueError, UnsupportedAlgorithm):
        return False
    return isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1)
