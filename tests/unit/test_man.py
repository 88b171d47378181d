"""Man pages: one a command, from its own help, with nothing in it that roff would take for an order."""

import re
from pathlib import Path

import click
import pytest

from docs.man import page_of, write

ORDERS = {".TH", ".SH", ".PP", ".TP", ".B", ".nf", ".fi"}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Every page by its name."""
    return {page.stem: page.read_text(encoding="utf-8") for page in write(tmp_path_factory.mktemp("man"))}


def test_every_command_has_a_page_and_its_group_names_it(pages: dict[str, str]) -> None:
    assert {"fob-mail", "fob-mail-send", "fob-mail-list-create", "fob-mail-db-restore"} <= pages.keys()
    assert r"\fBfob\-mail\-send\fR(1)" in pages["fob-mail"]
    assert r"\fBfob\-mail\-list\-create\fR(1)" in pages["fob-mail-list"]


def test_every_page_has_the_usual_parts_and_an_example(pages: dict[str, str]) -> None:
    for name, page in pages.items():
        assert re.findall(r"^\.SH (\w+)", page, re.MULTILINE)[:3] == ["NAME", "SYNOPSIS", "DESCRIPTION"], name
        assert "xample" in page, name


def test_no_line_of_text_is_taken_for_an_order(pages: dict[str, str]) -> None:
    for page in pages.values():
        assert {line.split(" ")[0] for line in page.splitlines() if line.startswith((".", "'"))} <= ORDERS


def test_an_example_keeps_its_lines_and_its_signs() -> None:
    command = click.Command("x", help="Do it.\n\n\b\nExample:\n  .x --yes 'C:\\a'\n  x -n 1\n")

    page = page_of(click.Context(command, info_name="x"))

    assert ".nf\nExample:\n  .x \\-\\-yes 'C:\\ea'\n  x \\-n 1\n.fi" in page


def test_pages_are_written_where_asked(tmp_path: Path) -> None:
    assert all(page.parent == tmp_path / "deep" for page in write(tmp_path / "deep"))
