"""The log: an event a line, and nothing in it that is nobody's business."""

import json
import logging
import re
import stat
import sys
from pathlib import Path

import pytest

from fob_mail.errors import InputError
from fob_mail.logs import Style, begin, formatter


def line(style: Style, event: str, **values: object) -> str:
    """A record as the log has it."""
    record = logging.LogRecord("fob_mail.sending", logging.INFO, "here.py", 1, event, None, None)
    record.__dict__.update(values)
    return formatter(style).format(record)


def test_a_line_says_when_how_grave_who_and_what_and_then_the_values() -> None:
    told = line(Style.TEXT, "batch leased", batch=7, people=500)

    assert re.fullmatch(
        r'timestamp=\d{4}-\d\d-\d\dT[\d:.]+Z level=info logger=fob_mail\.sending event="batch leased" batch=7 people=500', told
    )


def test_json_is_an_object_a_line() -> None:
    told = json.loads(line(Style.JSON, "connection lost", why="the relay said “no”", owed=2))

    assert (told["event"], told["why"], told["owed"], told["level"]) == ("connection lost", "the relay said “no”", 2, "info")


@pytest.mark.parametrize("style", Style)
def test_no_value_shows_an_address_or_a_token_or_begins_a_line(style: Style) -> None:
    told = line(style, "refused rosa@example.org", why="no ana.b@example.org\r\nevent=forged", path="/u/" + "aB3_" * 10)

    assert "rosa@" not in told
    assert "ana.b@" not in told
    assert "r•••@example.org" in told
    assert "aB3_aB3_" not in told
    assert len(told.splitlines()) == 1


def test_a_traceback_is_one_line_and_quotes_nothing_secret() -> None:
    try:
        int("for rosa@example.org by " + "k" * 43)
    except ValueError:
        record = logging.LogRecord("fob_mail.web", logging.ERROR, "here.py", 1, "A page failed.", None, sys.exc_info())
    told = formatter(Style.TEXT).format(record)

    assert "ValueError: invalid literal" in told
    assert "for r•••@example.org by …" in told
    assert len(told.splitlines()) == 1


def test_a_log_file_is_its_owners_alone_and_one_that_cannot_be_is_told(tmp_path: Path) -> None:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        begin(Style.JSON, "info", tmp_path / "fob-mail.log")
        logging.getLogger("fob_mail.sending").info("campaign frozen", extra={"audience": 3})
    finally:
        for handler in set(root.handlers) - set(before):
            root.removeHandler(handler)
            handler.close()
        root.setLevel(level)

    assert stat.S_IMODE((tmp_path / "fob-mail.log").stat().st_mode) == 0o600
    assert json.loads((tmp_path / "fob-mail.log").read_text())["audience"] == 3
    with pytest.raises(InputError, match="cannot be written"):
        begin(Style.JSON, "info", tmp_path / "no folder" / "fob-mail.log")
