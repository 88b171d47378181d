"""What an installation is set to: fob-mail.toml and FOB_MAIL_… variables, read once and handed down."""

import difflib
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import timedelta
from email.utils import parseaddr
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self, get_origin
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PositiveInt,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)

from fob_mail.errors import SettingsError

DEFAULT_FILE = "fob-mail.toml"
ENV_PREFIX = "FOB_MAIL_"
LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
SHORTEST_KEY = 32


def _seconds(value: object) -> object:
    """Seconds may come as words from the environment; pydantic takes them as a number."""
    return float(value) if isinstance(value, str) and re.fullmatch(r"\d+(\.\d+)?", value) else value


Seconds = Annotated[timedelta, BeforeValidator(_seconds)]


class Security(StrEnum):
    """How the connection to the relay is protected."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


class Organisation(BaseModel):
    """Who writes: shown at the foot of every mail."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: str = Field(default="", description="The group's name, as readers know it.")
    postal_address: str = Field(default="", description="A real postal address; the law of several countries asks for one in each mail.")
    website: str = Field(default="", description="Address of the group's site, linked from the foot of each mail.")
    privacy_url: str = Field(default="", description="Address of the group's privacy notice.")
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


class Smtp(BaseModel):
    """The relay that takes the mail."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    host: str = Field(default="localhost", min_length=1, description="The relay's host name.")
    port: int = Field(default=25, ge=1, le=65535, description="587 for STARTTLS, 465 for TLS, 25 for a relay of your own.")
    security: Security = Field(default=Security.NONE, description="starttls, tls, or none (only for a relay on this machine or network).")
    username: str = Field(default="", description="User name at the relay, where it asks for one.")
    password: SecretStr = Field(default=SecretStr(""), description="Password at the relay; better given as FOB_MAIL_SMTP__PASSWORD.")
    ca_file: Path | None = Field(default=None, description="Certificates to trust besides the system's, as a PEM file.")
    connections: int = Field(default=4, ge=1, le=50, description="How many connections are open at the same time.")
    messages_per_connection: int = Field(default=0, ge=0, description="Close a connection after so many messages; 0: never.")
    timeout: float = Field(default=60.0, gt=0, description="Seconds that the relay may take to answer.")
    helo: str = Field(default="", description="The name given in EHLO; empty: this machine's.")

    @model_validator(mode="after")
    def _password_is_protected(self) -> Self:
        if self.username and self.security is Security.NONE and self.host not in LOCAL_HOSTS:
            message = "a user name and password would go unprotected; set smtp.security to starttls or tls"
            raise ValueError(message)
        return self


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
    retry_after: Annotated[list[PositiveInt], Field(min_length=1)] = Field(
        default=[60, 300, 900, 3600], description="Seconds to wait before a deferred message is tried again; the last one repeats."
    )
    give_up_after: Seconds = Field(default=timedelta(days=2), description="When deferred messages are given up as refused; seconds.")
    journal_folder: Path = Field(default=Path("journal"), description="Where workers note each message before its final dot.")

    @field_validator("return_path", "unsubscribe_mailbox")
    @classmethod
    def _bare_address(cls, value: str) -> str:
        if value and (parseaddr(value)[1] != value or "@" not in value or not value.isascii()):
            message = f"{value!r} is not a plain e-mail address"
            raise ValueError(message)
        return value


class Settings(BaseModel):
    """Everything an organiser can set. Build it with load(); a wrong value never gets further than that."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True, hide_input_in_errors=True)

    database_url: SecretStr = Field(
        default=SecretStr("sqlite:///fob-mail.db"),
        description="sqlite:///fob-mail.db (beside this file) or postgresql://user:password@host/name.",
    )
    base_url: str = Field(
        default="http://localhost:8000", description="Where readers reach fob-mail serve: https, or http for localhost alone."
    )
    secret_key: SecretStr = Field(description="Signs the links in every mail. Losing it breaks the links in mail already sent.")
    old_secret_keys: list[SecretStr] = Field(default=[], description="Former keys whose links still work.")
    digest_key: SecretStr = Field(description="Turns addresses that must never be mailed again into digests. Never change it.")
    organisation: Organisation = Field(default_factory=Organisation)
    smtp: Smtp = Field(default_factory=Smtp)
    sending: Sending = Field(default_factory=Sending)

    @field_validator("database_url")
    @classmethod
    def _known_kind(cls, value: SecretStr) -> SecretStr:
        if not re.match(r"(?:sqlite|postgresql)(?:\+\w+)?://", value.get_secret_value()):
            message = "must begin with sqlite:/// or postgresql://"
            raise ValueError(message)
        return value

    @field_validator("base_url")
    @classmethod
    def _https(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment or parts.username:
            message = f"{value!r} is not a web address such as https://mail.example.org"
            raise ValueError(message)
        if not value.isascii():
            message = f"{value!r} is not ASCII; write the host in its xn-- form"
            raise ValueError(message)
        if parts.scheme == "http" and parts.hostname not in LOCAL_HOSTS:
            message = "must begin with https:// (plain http is accepted for localhost alone)"
            raise ValueError(message)
        return value.rstrip("/")

    @field_validator("secret_key", "digest_key")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        if len(value.get_secret_value()) < SHORTEST_KEY:
            message = f"must have at least {SHORTEST_KEY} characters; fob-mail init makes one"
            raise ValueError(message)
        return value

    def keys(self) -> list[bytes]:
        """The keys that sign links: the first signs, all verify."""
        return [key.get_secret_value().encode() for key in (self.secret_key, *self.old_secret_keys)]


def find_file(given: Path | None) -> Path:
    """The settings file: as given by --config, else FOB_MAIL_CONFIG, else fob-mail.toml in the working folder."""
    return given or Path(os.environ.get(ENV_PREFIX + "CONFIG") or DEFAULT_FILE)


def load(file: Path, environment: Mapping[str, str] = os.environ) -> Settings:
    """Read and check all settings. Raises SettingsError that lists everything wrong, by the name its owner typed."""
    written = _read_toml(file) if file.exists() else {}
    typed: dict[tuple[str, ...], str] = {}
    wrong = set(_overlay(written, environment, typed))
    try:
        settings = Settings.model_validate(written)
    except ValidationError as error:
        wrong |= {_sentence(e["loc"], e["type"], e["msg"], typed) for e in error.errors(include_input=False)}
    if wrong:
        missing = "" if file.exists() else f" ({file} is not there: fob-mail init makes one)"
        lines = "\n".join(sorted(wrong))
        raise SettingsError(f"These settings are missing or wrong{missing}:\n{lines}", f"Correct them in {file} or in the environment.")
    return _anchored(settings, file.resolve().parent)


def _read_toml(file: Path) -> dict[str, object]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file} cannot be read: {error}", "Correct that line; texts stand in double quotes.") from None
    except OSError as error:
        raise SettingsError(f"{file} cannot be read: {error.strerror}.", "Check the file's name and who may read it.") from None


def _overlay(written: dict[str, object], environment: Mapping[str, str], typed: dict[tuple[str, ...], str]) -> Iterator[str]:
    """Put what the environment says over what is written; `typed` is told under which name. Gives what cannot be put there."""
    for name, value in environment.items():
        path = tuple(name.removeprefix(ENV_PREFIX).lower().split("__"))
        if not name.startswith(ENV_PREFIX) or name == ENV_PREFIX + "CONFIG":
            continue
        kind = _kind_of(path)
        if kind is None:
            near = difflib.get_close_matches(".".join(path), _names(), n=1)
            hint = f"; did you mean {ENV_PREFIX}{near[0].replace('.', '__').upper()}?" if near else ""
            yield f"  {name}: there is no such setting{hint}"
            continue
        section = written
        if len(path) > 1:
            inner = section.setdefault(path[0], {})
            section = inner if isinstance(inner, dict) else {}
        section[path[-1]] = [part.strip() for part in value.strip(" []").split(",") if part.strip()] if kind is list else value
        typed[path] = name


def _kind_of(path: tuple[str, ...]) -> type | None:
    """What a setting is made of: list, or object for all else; None if there is no such setting."""
    model: type[BaseModel] = Settings
    for part in path[:-1]:
        inner = model.model_fields.get(part)
        if inner is None or not isinstance(inner.annotation, type) or not issubclass(inner.annotation, BaseModel):
            return None
        model = inner.annotation
    field = model.model_fields.get(path[-1])
    if field is None or (isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)):
        return None
    return list if get_origin(field.annotation) is list else object


def _names(model: type[BaseModel] | None = None, prefix: str = "") -> Iterator[str]:
    """Every setting by its dotted name."""
    for name, field in (model or Settings).model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _names(field.annotation, f"{prefix}{name}.")
        else:
            yield prefix + name


def _sentence(location: tuple[int | str, ...], kind: str, message: str, typed: Mapping[tuple[str, ...], str]) -> str:
    """One wrong setting, named as its owner wrote it: the variable if one is set, else the key of the file."""
    path = tuple(part for part in location if isinstance(part, str))
    name = typed.get(path, ".".join(path))
    if kind == "missing":
        return f"  {name}: is not set"
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(name, _names(), n=1)
        return f"  {name}: there is no such setting{f'; did you mean {near[0]}?' if near else ''}"
    return f"  {name}: {message.removeprefix('Value error, ')}"


def _anchored(settings: Settings, folder: Path) -> Settings:
    """Relative files belong to the settings file's folder, wherever the command is run."""
    url = settings.database_url.get_secret_value()
    relative = re.fullmatch(r"sqlite:///(?!/)(?!:memory:)(.+)", url)
    if relative:
        url = f"sqlite:///{folder / relative[1]}"
    sending = settings.sending.model_copy(update={"journal_folder": folder / settings.sending.journal_folder})
    return settings.model_copy(update={"database_url": SecretStr(url), "sending": sending})
