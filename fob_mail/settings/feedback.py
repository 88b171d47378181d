"""What comes back: from where bounces and answers are read, and what strikes an address off."""

from datetime import timedelta
from pathlib import Path
from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, SecretStr, field_validator, model_validator

from fob_mail.addresses import normalise
from fob_mail.errors import InputError
from fob_mail.settings.kinds import LAST_PORT, MaybeFile, Seconds, Visible
from fob_mail.settings.protection import LOCAL_HOSTS, Security, refuse_unprotected


class Mailbox(BaseModel):
    """A mailbox to which bounces and answers come."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    section: ClassVar[str]
    """Where its settings stand."""

    host: Visible = Field(default="", description="Its server; empty: none is read.")
    port: int = Field(default=0, ge=1, le=LAST_PORT, description="Its port.")
    security: Security = Field(default=Security.TLS, description="tls, starttls, or none (only for a server on this machine).")
    username: str = Field(default="", description="User name there.")
    password: SecretStr = Field(default=SecretStr(""), description="Password there.")
    ca_file: MaybeFile = Field(default=None, description="Certificates to trust besides the system's, as a PEM file.")

    @model_validator(mode="after")
    def _password_is_protected(self) -> Self:
        refuse_unprotected(self.section, self.host, self.security)
        return self


class Imap(Mailbox):
    """The mailbox to which bounces and answers come."""

    section = "imap"

    host: Visible = Field(default="", description="Its IMAP server; empty: none is read.")
    port: int = Field(default=993, ge=1, le=LAST_PORT, description="993 for TLS, 143 for STARTTLS.")
    password: SecretStr = Field(default=SecretStr(""), description="Password there; better given as FOB_MAIL_IMAP__PASSWORD.")
    folder: str = Field(default="INBOX", min_length=1, description="The folder that is read.")
    done: str = Field(default="fob-mail", min_length=1, description="The folder to which mail goes once it was taken.")

    @model_validator(mode="after")
    def _another_folder(self) -> Self:
        if self.done == self.folder or self.done.upper() == self.folder.upper() == "INBOX":
            message = "what was taken would be taken again; set imap.done to another folder than imap.folder"
            raise ValueError(message)
        return self


class Pop3(Mailbox):
    """The mailbox to which bounces and answers come, where it is read by POP3."""

    section = "pop3"

    host: Visible = Field(default="", description="Its POP3 server; empty: none is read.")
    port: int = Field(default=995, ge=1, le=LAST_PORT, description="995 for TLS, 110 for STARTTLS.")
    security: Security = Field(default=Security.TLS, description="tls, starttls (STLS), or none (only for a server on this machine).")
    password: SecretStr = Field(default=SecretStr(""), description="Password there; better given as FOB_MAIL_POP3__PASSWORD.")


class ComesBack(BaseModel):
    """What is done with bounces, complaints and answers."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    maildir: MaybeFile = Field(default=None, description="A Maildir to which a mail server of yours delivers what comes back; empty: none.")
    kept: Path = Field(default=Path("for-the-organiser"), description="A Maildir in which mail that a person has to read is kept.")
    forward_to: str = Field(
        default="", description="An address to which feedback run forwards what people write back, untouched; empty: it is only kept."
    )
    soft_bounces: PositiveInt = Field(default=5, description="So many soft bounces (a full mailbox, say) strike an address off …")
    soft_within: Seconds = Field(default=timedelta(days=30), description="… if they come within this time; seconds.")
    every: Seconds = Field(default=timedelta(minutes=1), description="How often feedback run looks for new mail; seconds.")

    @field_validator("forward_to")
    @classmethod
    def _an_address(cls, value: str) -> str:
        try:
            return normalise(value) if value else ""
        except InputError:
            message = f"{value!r} is not a plain e-mail address"
            raise ValueError(message) from None


class Lmtp(BaseModel):
    """Where `feedback run` listens for a mail server of this machine that hands over what comes back."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    listen: str = Field(
        default="", description="unix:/run/fob-mail/lmtp.sock, or a port of this machine such as 127.0.0.1:2424; empty: it does not listen."
    )
    largest: int = Field(default=60_000_000, ge=100_000, le=1_000_000_000, description="Octets of a mail that is still taken.")

    @field_validator("listen")
    @classmethod
    def _on_this_machine(cls, value: str) -> str:
        if value and not value.startswith("unix:"):
            host, _, port = value.rpartition(":")
            if host.strip("[]") not in LOCAL_HOSTS or not port.isdigit() or not 0 < int(port) <= LAST_PORT:
                message = f"{value!r} is no socket or port of this machine; write unix:/run/fob-mail/lmtp.sock or 127.0.0.1:2424"
                raise ValueError(message)
        elif value and not value.removeprefix("unix:").strip("/"):
            message = "names no file; write unix:/run/fob-mail/lmtp.sock"
            raise ValueError(message)
        return value
