"""Rows come out of people's CSV files whatever those are like, and a row that cannot be read costs itself alone."""

import io
import tracemalloc
from collections.abc import Generator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fob_mail.audience import csv_rows
from fob_mail.audience.cells import LONGEST_VALUE
from fob_mail.audience.csv_rows import LONGEST_LINE, Row, delimiters, rows, rows_of, value_limit


def test_each_row_knows_the_line_where_it_begins() -> None:
    """Quoted line ends and blank lines count, as they do in an editor."""
    found = list(rows_of('email,note\na@example.org,"two\nlines"\n\nb@example.org,\n', ","))

    assert [(line, cells) for line, cells, _ in found] == [
        (1, ["email", "note"]),
        (2, ["a@example.org", "two\nlines"]),
        (4, []),
        (5, ["b@example.org", ""]),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_may_end_as_on_any_machine(end: str) -> None:
    """Unix, Windows and old Macs."""
    found = list(rows_of(f"email{end}a@example.org{end}", ","))

    assert [cells for _, cells, _ in found] == [["email"], ["a@example.org"]]


def test_a_quotation_that_never_closes_costs_its_own_line_alone() -> None:
    """Without this, one stray mark would swallow the rest of the file."""
    found = list(rows_of('a@example.org,"Bob\nb@example.org,Ana\nc@example.org,"Ana, María"\n', ","))

    assert [cells for _, cells, problem in found if not problem] == [["b@example.org", "Ana"], ["c@example.org", "Ana, María"]]
    assert [(line, problem) for line, _, problem in found if problem] == [(1, "a quotation mark opens here that is never closed")]


def test_quotation_marks_inside_a_value_are_forgiven() -> None:
    """People write nicknames so."""
    found = list(rows_of('"Bob" Smith,bob@example.org\nRosa "Rosita" Mamani,rosa@example.org\n', ","))

    assert [cells for _, cells, _ in found] == [["Bob Smith", "bob@example.org"], ['Rosa "Rosita" Mamani', "rosa@example.org"]]


def test_a_value_that_is_too_long_costs_its_own_row_alone() -> None:
    """The limit is the interpreter's, so it is set for the reading only."""
    with value_limit():
        found = list(rows_of(f"a@example.org,{'x' * (LONGEST_VALUE + 1)}\nb@example.org,Ana\n", ","))

    assert [problem for _, _, problem in found] == ["a value is longer than 10,000 characters", ""]


def test_a_quotation_open_to_the_end_of_a_long_file_is_found_within_the_limit() -> None:
    """Reading goes back to the line after the mark."""
    with value_limit():
        found = list(rows_of('a,"b\n' + "c@example.org,d\n" * 5_000, ","))

    assert len(found) == 5_001
    assert sum(bool(problem) for _, _, problem in found) == 1


def test_an_endless_line_is_passed_over_in_little_memory() -> None:
    """Someone will import a video one day."""
    text = io.StringIO("x" * (8 * LONGEST_LINE) + "\nb@example.org\n", newline="")

    tracemalloc.start()
    found = list(rows(text, ","))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert [(cells, bool(problem)) for _, cells, problem in found] == [([], True), (["b@example.org"], False)]
    assert peak < 20 * LONGEST_LINE


def test_nul_characters_are_dropped() -> None:
    """They come from broken exports; PostgreSQL has no place for them."""
    assert [cells for _, cells, _ in rows_of("a\0@example.org\n", ",")] == [["a@example.org"]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("email,name\na@example.org,Ana\n", ","),
        ("email;name\na@example.org;Mamani, Ana\nb@example.org;Quispe, Luis\n", ";"),
        ("email\tname\na@example.org\tAna\n", "\t"),
        ('"sep=;"\nemail;name\n', ";"),
        ("sep=\t\r\nx\n", "\t"),
        ("email\na@example.org\n", ","),
    ],
)
def test_the_delimiter_is_found(text: str, expected: str) -> None:
    """By how evenly it divides the rows; or as Excel is told."""
    assert delimiters(text)[0] == expected


@given(st.text(alphabet='ab,"\r\n\0 ', max_size=60), st.integers(1, 9))
def test_it_is_the_same_however_much_is_read_at_once(text: str, block: int) -> None:
    """Whether rows come out together or one at a time."""
    whole = list(rows_of(text, ","))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_rows, "_BLOCK", block)
        assert list(rows_of(text, ",")) == whole
        patch.setattr(csv_rows, "_together", _none)
        assert list(rows_of(text, ",")) == whole


def _none(_lines: list[str], _line: int, _delimiter: str) -> Generator[Row, None, int]:
    yield from ()
    return 0
