"""Text that was wrapped by hand, or by a program, comes out as the paragraphs that its writer meant."""

import textwrap

import pytest

from fob_mail.articles.markdown import read
from fob_mail.articles.plain import blocks

PARAGRAPHS = [
    (
        "Last spring the county offered us the old reading room for a pound, on the condition that no rain came in by Michaelmas. It "
        "does not. Sixty-one volunteers, a retired slater from San Andrés and a great deal of tea saw to that, week after week."
    ),
    (
        "What we lack is everything else. The shelves came from a school that closed, the lamps from a ship. Our books fit into four "
        "boxes, and one of these is mostly about bees."
    ),
    "Come and carry one.",
]


@pytest.mark.parametrize("width", [60, 72, 100, 130, 160])
def test_paragraphs_come_out_whole_whatever_the_width(width: int) -> None:
    text = "\n\n".join(textwrap.fill(paragraph, width) for paragraph in PARAGRAPHS)

    assert [block.text for block in blocks(text)] == PARAGRAPHS


def test_paragraphs_on_lines_of_their_own_stay_apart() -> None:
    assert [block.text for block in blocks("\n".join(PARAGRAPHS))] == PARAGRAPHS


def test_a_sentence_that_runs_over_the_end_of_a_line_is_one() -> None:
    text = f"{PARAGRAPHS[0]}\nSpeakers were many, among them Nuala Brennan\n(librarian) and\nher dog."

    assert [block.text for block in blocks(text)][1:] == ["Speakers were many, among them Nuala Brennan (librarian) and her dog."]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Roses are red,  \nviolets are blue.", ["There is 1 line break within a paragraph, which mails show as a space."]),
        ("- Roses\\\n  are\\\n  red", ["There are 2 line breaks within a paragraph, which mails show as a space."]),
        ("With: Ana Paz  \nPlus: Luis Mamani", []),  # each begins a line of its own, by its label
        ("Roses are red,\nviolets are blue.", []),
    ],
)
def test_a_line_break_that_a_writer_asked_for_is_not_lost_unsaid(text: str, told: list[str]) -> None:
    notices = [notice for notice in read(text).notices if notice.about == "line-break"]

    assert [notice.problem for notice in notices] == told
    assert all("empty line" in notice.remedy for notice in notices)
