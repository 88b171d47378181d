"""The log: an event a step, key=value or JSON, in which no address stands in full, no token at all, and no value ends a line.

Modules write by `logging`, with values in `extra`; structlog draws the lines, and is imported only where there is a log.
"""

import logging
import os
import re
import sys
from collections.abc import MutableMapping
from enum import StrEnum
from pathlib import Path

from fob_mail.addresses import mask
from fob_mail.errors import InputError

_ADDRESS = re.compile(r"[^\s@<>\"'(),;:=]{1,64}@[A-Za-z0-9.\-\u0080-\uffff]{1,255}")
_TOKEN = re.compile(r"(?<=/u/)[A-Za-z0-9_\-]+|[A-Za-z0-9_\-]{32,}")  # of a link or a return path: it unlocks a subscription
_OUR_OWN = frozenset({"timestamp", "level", "logger"})


class Style(StrEnum):
    """How a line looks."""

    TEXT = "text"  # key=value; in colour on a terminal
    JSON = "json"  # an object a line, for programs


def begin(style: Style, level: str, file: Path | None = None) -> None:
    """Write the log from here on, to a file of its own or to standard error. Raises InputError if the file cannot be had."""
    handler: logging.Handler = _file(file) if file else logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter(style, colour=not file and sys.stderr.isatty() and not os.environ.get("NO_COLOR")))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(level.upper())
    for talkative in ("trafilatura", "imapclient", "mail.log", "fontTools", "PIL", "waitress.queue"):
        logging.getLogger(talkative).setLevel(logging.WARNING)


def formatter(style: Style, *, colour: bool = False) -> logging.Formatter:
    """What turns records, anyone's, into lines."""
    import structlog  # noqa: PLC0415 a fifth of a second, for those who log

    renderer: structlog.types.Processor
    if style is Style.JSON:
        renderer = structlog.processors.JSONRenderer(ensure_ascii=False)
    elif colour:
        renderer = structlog.dev.ConsoleRenderer(pad_event_to=0)
    else:
        renderer = structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "logger", "event"], bool_as_flag=False)
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.ExtraAdder(),
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
        ],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _hidden, renderer],
    )


def safe(value: str) -> str:
    """A text as the log may have it: addresses masked, tokens taken out, what is not printable escaped."""
    short = _TOKEN.sub("…", _ADDRESS.sub(lambda found: mask(found[0]), value))
    return short if short.isprintable() else "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in short)


def _hidden(_logger: object, _method: str, event: MutableMapping[str, object]) -> MutableMapping[str, object]:
    """Every value made safe. A traceback keeps its lines, which are ours; what it quotes is made safe too."""
    for name, value in event.items():
        if name == "exception":
            event[name] = " | ".join(safe(line.strip()) for line in str(value).splitlines())
        elif name not in _OUR_OWN and not isinstance(value, int | float | None):
            event[name] = safe(str(value))
    return event


def _file(file: Path) -> logging.Handler:
    """A file to add to, which only its owner can read; one that logrotate has moved away is begun anew."""
    from logging.handlers import WatchedFileHandler  # noqa: PLC0415

    try:
        os.close(os.open(file, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600))
        return WatchedFileHandler(file, encoding="utf-8")
    except OSError as error:
        raise InputError(f"The log {file} cannot be written: {error.strerror}.", "Correct logs.file in the settings.") from None
