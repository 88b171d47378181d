"""What can be set of the public pages: how people join, whom the pages believe, and what is kept for how long."""

from datetime import timedelta
from ipaddress import ip_network

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, field_validator

from fob_mail.settings.kinds import Bind, Seconds


class Joining(BaseModel):
    """How people join by themselves, and how much of that is too much."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    confirm_within: Seconds = Field(
        default=timedelta(days=7),
        description="How long the link that confirms is good; who has not pressed it by then is forgotten; seconds.",
    )
    mails_per_address: PositiveInt = Field(default=3, description="Mails that anybody may ask for in a day, to one address.")
    wishes_per_network: PositiveInt = Field(
        default=30, description="Forms that may be sent in an hour from one network (/24 of IPv4, /48 of IPv6)."
    )
    wishes_in_all: PositiveInt = Field(default=2000, description="Forms that may be sent in an hour from everywhere.")
    welcome: bool = Field(default=True, description="Whether who has joined gets a mail that says so, with the way out.")
    goodbye: bool = Field(default=False, description="Whether who has left on the page gets a last mail that says so, with the way back.")


class Web(BaseModel):
    """The public pages."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    trusted_proxies: list[str] = Field(
        default=["127.0.0.1", "::1"], description="Addresses or networks whose X-Forwarded-For is believed: your web server's."
    )
    metrics: Bind = Field(
        default="127.0.0.1:9464",
        description="Address and port where serve tells figures to Prometheus, for your eyes only; empty: nowhere.",
    )

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: list[str]) -> list[str]:
        for one in value:
            try:
                ip_network(one, strict=False)
            except ValueError:
                message = f"{one!r} is no IP address or network; write one such as 10.0.0.2 or 10.0.0.0/24"
                raise ValueError(message) from None
        return value


class Retention(BaseModel):
    """What is kept, and for how long; fob-mail retention lets the rest lapse."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    notes: Seconds = Field(default=timedelta(days=30), description="How long it is kept to whom a note was written; seconds.")
    proof: Seconds = Field(
        default=timedelta(days=366), description="How long the words of consent of people who were erased are kept as proof; seconds."
    )
