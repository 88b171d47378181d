"""Which values settings of several sections take: spans of time, names without blanks, files, keys."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, SecretStr

SHORTEST_KEY = 32
LAST_PORT = 65535
YEAR = 366 * 24 * 3600


def _seconds(value: object) -> object:
    """A span of time from a number of seconds; from the environment it comes as words."""
    if isinstance(value, timedelta):
        return value
    number = float(str(value)) if re.fullmatch(r"\d{1,12}(\.\d+)?", str(value)) else 0
    if not 0 < number <= YEAR:
        message = "should be a number of seconds, more than 0 and no more than a year"
        raise ValueError(message)
    return number


def _visible(value: str) -> str:
    """A blank or an invisible character in a name or address could end a header, a command or a link."""
    if not value.isprintable() or " " in value:
        message = f"{value!r} holds a blank or an invisible character"
        raise ValueError(message)
    return value


def _no_file(value: object) -> object:
    """An empty name is no file; pydantic would take it for the folder here."""
    return None if value == "" else value


def _long_enough(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value()) < SHORTEST_KEY:
        message = f"must have at least {SHORTEST_KEY} characters; fob-mail init makes one"
        raise ValueError(message)
    return value


def bind(value: str) -> str:
    """An address and a port on which to listen; empty for none."""
    host, _, port = value.rpartition(":")
    if value and not (host and port.isascii() and port.isdigit() and int(port) <= LAST_PORT):
        message = f"{value!r} is not an address and a port; write 127.0.0.1:9464, or leave it empty"
        raise ValueError(message)
    return value


Seconds = Annotated[timedelta, BeforeValidator(_seconds)]
MaybeFile = Annotated[Path | None, BeforeValidator(_no_file)]
Visible = Annotated[str, AfterValidator(_visible)]
Key = Annotated[SecretStr, AfterValidator(_long_enough)]
Bind = Annotated[str, AfterValidator(bind)]
