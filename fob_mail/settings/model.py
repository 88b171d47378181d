"""What can be set but for the relays, what each setting is for, and which values it takes."""

import re
from datetime import timedelta
from email.utils import parseaddr
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, SecretStr, ValidationInfo, field_validator

from fob_mail.logs import Style
from fob_mail.settings.feedback import ComesBack, Imap, Lmtp, Pop3
from fob_mail.settings.kinds import YEAR, Key, MaybeFile, Seconds, Visible
from fob_mail.settings.pages import Joining, Retention, Web
from fob_mail.settings.protection import LOCAL_HOSTS
from fob_mail.settings.relays import THE_ONE, Domain, Relay, Smtp
from fob_mail.settings.theme import Theme
from fob_mail.settings.webhooks import Webhooks

LONGEST_DNS_NAME = 253


class Organisation(BaseModel):
    """Who writes: shown at the foot of every mail."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: str = Field(default="", description="The group's name, as readers know it.")
    postal_address: str = Field(default="", description="A real postal address; the law of several countries asks for one in each mail.")
    website: Visible = Field(default="", description="Address of the group's site, linked from the foot of each mail.")
    privacy_url: Visible = Field(default="", description="Address of the group's privacy notice.")
    timezone: str = Field(default="Europe/London", description="Where the group's events are: an IANA name such as Europe/London.")

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            message = f"{value!r} is not a time zone; write one such as Europe/London"
            raise ValueError(message) from None
        return value

    @field_validator("website", "privacy_url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        if value and urlsplit(value).scheme not in {"http", "https"}:
            message = f"{value!r} is not a web address; it begins with https://"
            raise ValueError(message)
        return value


class Sending(BaseModel):
    """How a campaign goes out."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    return_path: str = Field(default="", description="Where bounces go, such as bounces@example.org; empty: the list's sender.")
    verp: bool = Field(
        default=False, description="Give each message a return path of its own (bounces+token@…); the mailbox must take +addresses."
    )
    unsubscribe_mailbox: str = Field(
        default="", description="Mailbox for unsubscribing by mail; empty: the list's reply or sender address."
    )
    batch_size: PositiveInt = Field(default=500, le=5000, description="Recipients in a batch, the unit that a worker leases.")
    lease: Seconds = Field(default=timedelta(minutes=5), description="How long a worker that went silent keeps its batches; seconds.")
    retry_after: Annotated[list[Annotated[int, Field(gt=0, le=YEAR)]], Field(min_length=1)] = Field(
        default=[60, 300, 900, 3600], description="Seconds to wait before a deferred message is tried again; the last one repeats."
    )
    give_up_after: Seconds = Field(default=timedelta(days=2), description="When deferred messages are given up as refused; seconds.")
    same_refusals: int = Field(
        default=10,
        ge=2,
        le=1000,
        description="When the first so many people are refused for good in the same way, the relay turns us away: pause.",
    )
    journal_folder: Path = Field(default=Path("journal"), description="Where workers note each message before its final dot.")
    keep_journals: Seconds = Field(
        default=timedelta(days=14),
        description="How long notes of what was sent are kept: a younger copy of the database can be put back without doubts; seconds.",
    )

    @field_validator("return_path", "unsubscribe_mailbox")
    @classmethod
    def _bare_address(cls, value: str) -> str:
        if value and (parseaddr(value)[1] != value or "@" not in value or not value.isascii()):
            message = f"{value!r} is not a plain e-mail address"
            raise ValueError(message)
        return value


class Dkim(BaseModel):
    """A key that signs each mail in this process, for the domain that it names; most relays sign by themselves."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    domain: str = Field(description="The domain that signs: that of the lists' senders.")
    selector: str = Field(description="The name under which the DNS has the key: selector._domainkey.domain.")
    key_file: Path = Field(description="The private key, RSA or Ed25519, as a PEM file; fob-mail dkim keygen makes one.")

    @field_validator("domain", "selector")
    @classmethod
    def _dns_name(cls, value: str, told: ValidationInfo) -> str:
        labels = value.lower().split(".")
        fits = len(value) <= LONGEST_DNS_NAME and all(re.fullmatch(r"(?!-)[a-z0-9-]{1,63}(?<!-)", label) for label in labels)
        if not fits or (told.field_name == "domain" and len(labels) == 1):
            example = "example.org, in its xn-- form if it is not ASCII" if told.field_name == "domain" else "april2027"
            message = f"{value!r} is no name for the DNS; write one such as {example}"
            raise ValueError(message)
        return value.lower()

    @field_validator("key_file", mode="before")
    @classmethod
    def _named(cls, value: object) -> object:
        if value == "":
            message = "names no file; fob-mail dkim keygen makes one"
            raise ValueError(message)
        return value


class LogLevel(StrEnum):
    """From where on events are worth a line."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Logs(BaseModel):
    """What worker, serve and the readers of mail write down as they go; addresses are masked."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    format: Style = Field(default=Style.TEXT, description="text (key=value) or json (an object a line).")
    level: LogLevel = Field(default=LogLevel.INFO, description="debug, info, warning or error.")
    file: MaybeFile = Field(default=None, description="A file that every command adds to; empty: worker and serve write to standard error.")


class Settings(BaseModel):
    """Everything an organiser can set. Build it with load(); a wrong value never gets further than that."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True, hide_input_in_errors=True)

    database_url: SecretStr = Field(
        default=SecretStr("sqlite:///fob-mail.db"),
        description="sqlite:///fob-mail.db (beside this file) or postgresql://user:password@host/name.",
    )
    base_url: Visible = Field(
        default="http://localhost:8000", description="Where readers reach fob-mail serve: https, or http for localhost alone."
    )
    secret_key: Key = Field(description="Signs the links in every mail. Losing it breaks the links in mail already sent.")
    old_secret_keys: list[Key] = Field(default=[], description="Former keys whose links still work.")
    digest_key: Key = Field(description="Turns addresses that must never be mailed again into digests. Never change it.")
    templates_folder: MaybeFile = Field(default=None, description="Your own templates, a folder each.")
    organisation: Organisation = Field(default_factory=Organisation)
    theme: Theme = Field(default_factory=Theme)
    smtp: Smtp = Field(default_factory=Smtp)
    relays: list[Relay] = Field(
        default=[], description="Several relays, a [[relays]] section each; where there are any, [smtp] is not used."
    )
    domains: list[Domain] = Field(
        default=[], description="What readers' mail providers are given at the most, a [[domains]] section for each provider."
    )
    sending: Sending = Field(default_factory=Sending)
    joining: Joining = Field(default_factory=Joining)
    web: Web = Field(default_factory=Web)
    retention: Retention = Field(default_factory=Retention)
    logs: Logs = Field(default_factory=Logs)
    feedback: ComesBack = Field(default_factory=ComesBack)
    imap: Imap = Field(default_factory=Imap)
    pop3: Pop3 = Field(default_factory=Pop3)
    lmtp: Lmtp = Field(default_factory=Lmtp)
    webhooks: Webhooks = Field(default_factory=Webhooks)
    dkim: list[Dkim] = Field(
        default=[], description="Keys that sign each mail by DKIM in this process, a [[dkim]] section each; none: the relay signs."
    )

    @field_validator("database_url")
    @classmethod
    def _known_kind(cls, value: SecretStr) -> SecretStr:
        url = value.get_secret_value()
        problem = ""
        if not re.match(r"(?:sqlite|postgresql)(?:\+\w+)?://", url):
            problem = "must begin with sqlite:/// or postgresql://"
        elif url.startswith("sqlite") and not re.match(r"sqlite(?:\+\w+)?:///(?!:memory:|$)", url):
            problem = "names no file; write sqlite:///fob-mail.db"
        elif url.startswith("postgresql") and not re.match(r"[^/]+//(?:[^@]*@)?(?:\[[^]]*\]|[^@/:?]*)(?::\d+)?(?:[/?]|$)", url):
            problem = "is not user:password@host:port/name; in a password write @ as %40"
        if problem:
            raise ValueError(problem)
        return value

    @field_validator("base_url")
    @classmethod
    def _https(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment or parts.username:
            message = f"{value!r} is not a web address such as https://mail.example.org"
            raise ValueError(message)
        if parts.port == 0 or re.search(r"""["'<>\\^`{|}]""", value):
            message = f"{value!r} holds what no web address may hold"
            raise ValueError(message)
        if not value.isascii():
            message = f"{value!r} is not ASCII; write the host in its xn-- form"
            raise ValueError(message)
        if parts.scheme == "http" and parts.hostname not in LOCAL_HOSTS:
            message = "must begin with https:// (plain http is accepted for localhost alone)"
            raise ValueError(message)
        return value.rstrip("/")

    @field_validator("feedback")
    @classmethod
    def _forwards_elsewhere(cls, value: ComesBack, info: ValidationInfo) -> ComesBack:
        sending = info.data.get("sending")
        if value.forward_to and sending and value.forward_to in {sending.return_path.lower(), sending.unsubscribe_mailbox.lower()}:
            message = "forward_to is a mailbox from which answers come; what is forwarded there would come back"
            raise ValueError(message)
        return value

    @field_validator("relays")
    @classmethod
    def _names_differ(cls, value: list[Relay]) -> list[Relay]:
        names = [relay.name for relay in value]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            message = f"{', '.join(twice)} is there twice; each relay has a name of its own"
            raise ValueError(message)
        if value and not any(relay.weight for relay in value):
            message = "each has weight 0; give one at least a share"
            raise ValueError(message)
        return value

    @field_validator("domains")
    @classmethod
    def _one_limit_each(cls, value: list[Domain]) -> list[Domain]:
        names = [name for domain in value for name in domain.names]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            message = f"{', '.join(twice)} is there twice; a domain has its limits in one section"
            raise ValueError(message)
        return value

    def relays_in_use(self) -> list[Relay]:
        """Those of [[relays]]; where there are none, that of [smtp], by the name of smtp."""
        return self.relays or [Relay.model_construct(name=THE_ONE, weight=1, **dict(self.smtp))]

    def keys(self) -> list[bytes]:
        """The keys that sign links: the first signs, all verify."""
        return [key.get_secret_value().encode() for key in (self.secret_key, *self.old_secret_keys)]
