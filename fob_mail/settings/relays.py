"""The relays that take the mail: how each is reached, what share of it each gets, and how much it may be given."""

import re
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator

from fob_mail.settings.kinds import MaybeFile, Visible
from fob_mail.settings.protection import Security, refuse_unprotected

THE_ONE = "smtp"
"""What the relay of [smtp] is called, where there are no others."""


def _relay_name(value: str) -> str:
    """A name that a variable can carry and a status line can show."""
    if not re.fullmatch(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?", value) or value == THE_ONE:
        message = f"{value!r} is not a name for a relay; use lower-case letters, digits and hyphens: main, backup-2"
        raise ValueError(message)
    return value


def _domain_names(value: object) -> object:
    """Domains as people write them, one or several."""
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not names:
        message = 'names no domain; write ["gmail.com", "googlemail.com"]'
        raise ValueError(message)
    for name in names:
        if not isinstance(name, str) or not re.fullmatch(r"(?!-)[a-z0-9-]+(?:\.[a-z0-9-]+)+", name.strip().lower()):
            message = f"{name!r} is no domain; write one such as gmail.com, in its xn-- form if it is not ASCII"
            raise ValueError(message)
    return [name.strip().lower() for name in names]


class Limits(BaseModel):
    """How many messages may go in a time, all workers together."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    per_second: float = Field(
        default=0.0, ge=0, le=100_000, description="Messages a second at the most, all workers together; 0.5 is one in two seconds; 0: any."
    )
    per_hour: int = Field(default=0, ge=0, description="Messages in any hour at the most, all workers and campaigns together; 0: any.")
    per_day: int = Field(default=0, ge=0, description="Messages in any 24 hours at the most, all workers and campaigns together; 0: any.")

    @property
    def limited(self) -> bool:
        """Whether there is any."""
        return bool(self.per_second or self.per_hour or self.per_day)


class Server(BaseModel):
    """How a relay is reached."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    host: Visible = Field(default="localhost", min_length=1, description="The relay's host name.")
    port: int = Field(default=25, ge=1, le=65535, description="587 for STARTTLS, 465 for TLS, 25 for a relay of your own.")
    security: Security = Field(default=Security.NONE, description="starttls, tls, or none (only for a relay on this machine or network).")
    username: str = Field(default="", description="User name at the relay, where it asks for one.")
    password: SecretStr = Field(default=SecretStr(""), description="Password at the relay; better given as FOB_MAIL_SMTP__PASSWORD.")
    ca_file: MaybeFile = Field(default=None, description="Certificates to trust besides the system's, as a PEM file.")
    connections: int = Field(default=4, ge=1, le=50, description="How many connections a worker has open at the same time.")
    messages_per_connection: int = Field(default=0, ge=0, description="Close a connection after so many messages; 0: never.")
    window: int = Field(
        default=1,
        ge=1,
        le=50,
        description="Messages sent on a connection before the first is answered, where the relay offers CHUNKING (RFC 3030): faster if "
        "it is far away. After a crash or a lost connection so many may be unknown on each connection, where otherwise it is one.",
    )
    timeout: float = Field(default=60.0, gt=0, le=3600, description="Seconds that the relay may take to answer.")
    helo: Visible = Field(default="", description="The name given in EHLO; empty: this machine's.")


class Smtp(Limits, Server):
    """The relay that takes the mail, where there is one."""

    @model_validator(mode="after")
    def _password_is_protected(self) -> Self:
        if self.username:
            refuse_unprotected(self.section, self.host, self.security)
        return self

    @property
    def section(self) -> str:
        """Where its settings stand, for people."""
        return "smtp"

    @property
    def password_variable(self) -> str:
        """The variable that may carry its password."""
        return f"FOB_MAIL_{self.section.upper().replace('.', '__').replace('-', '_')}__PASSWORD"


class Share(BaseModel):
    """What a relay is called, and its part of the mail."""

    name: Annotated[str, AfterValidator(_relay_name)] = Field(description="What status and the environment call it: main, backup-2.")
    weight: int = Field(
        default=1, ge=0, le=1000, description="Its share of the messages beside the others' weights; 0: only while no other takes any."
    )


class Relay(Smtp, Share):
    """One of several relays; while one cannot be had or turns us away, the others take its share."""

    password: SecretStr = Field(
        default=SecretStr(""), description="Password at this relay; better given as FOB_MAIL_RELAYS__NAME__PASSWORD, with the relay's name."
    )

    @property
    def section(self) -> str:
        """Where its settings stand, for people."""
        return THE_ONE if self.name == THE_ONE else f"relays.{self.name}"


class Domain(Limits):
    """What readers' mail providers are given at the most, whichever relay it goes through."""

    names: Annotated[list[str], BeforeValidator(_domain_names)] = Field(
        description='The domains that share these limits: ["gmail.com", "googlemail.com"].'
    )
    connections: int = Field(default=0, ge=0, description="Messages under way to these domains at the same time, by each worker; 0: any.")
