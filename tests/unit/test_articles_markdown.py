"""Markdown as an article: its looks, links, footnotes and tables, and what no mail shows."""

import pytest

from fob_mail.articles.article import BlockKind
from fob_mail.articles.source import source_of
from fob_mail.events import Person
from tests.copied import an_article, everything


def test_markdown_gives_the_same_article_with_its_looks() -> None:
    source = """# The pump

By Ada Marsh

It was *never* for sale, they [said](https://example.org/said).

> “We were still there.”

## What is next

1. Meet
2. Talk

Join us for an evening called The Band and the Bucket, on Thursday 6th May 2021, 7–9pm at Lantern Hall, Leeds.

With: Ana Flores; Bo Lind, engineer
Chair: Cy Day

[Book a place here](https://example.org/book)
"""

    article = an_article(source, "article.md")

    assert (article.title, article.byline) == ("The pump", "By Ada Marsh")
    assert [block.kind for block in article.body] == [
        BlockKind.PARAGRAPH,
        BlockKind.QUOTE,
        BlockKind.HEADING,
        BlockKind.NUMBERS,
        BlockKind.PARAGRAPH,
    ]
    assert article.body[0].items[0][1].emphasis
    assert article.event is not None
    assert article.event.when is not None
    assert article.event.name == "The Band and the Bucket"
    assert article.event.place == "Lantern Hall, Leeds"
    assert (article.event.when.starts.hour, article.event.when.ends and article.event.when.ends.hour) == (19, 21)
    assert article.event.billings[0].people == (Person("Ana Flores"), Person("Bo Lind", "engineer"))
    assert article.calls[0].url == "https://example.org/book"


def test_a_link_of_another_scheme_is_dropped_and_said() -> None:
    article = an_article("# T\n\nClick [me](javascript:alert(1)) now, please, dear reader.\n\nMore text follows here.", "a.md")

    assert not [span for block in article.body for item in block.items for span in item if span.href]


def test_raw_html_is_text() -> None:
    article = an_article("# T\n\nA first line.\n\n<script>alert(1)</script>\n\nA last line of text.", "a.md")

    assert "<script>alert(1)</script>" in everything(article)


def test_tags_of_html_in_markdown_are_shown_as_text_and_that_is_told() -> None:
    article = an_article("# T\n\nA line<br>and x<sup>2</sup>.\n\n<!-- ours -->\n\n<script>alert(1)</script>\n\nText. <B>More</B>.", "a.md")
    (notice,) = [notice for notice in article.notices if notice.about == "raw-html"]

    assert notice.problem.endswith("readers see them as they are written: <br>, <sup>, <!-- -->, <script>, <B>.")
    assert notice.remedy.startswith("Take them out; for <br> write an empty line, for <B> write **bold**.")
    assert "x<sup>2</sup>" in everything(article)


@pytest.mark.parametrize("words", ["`<br>`", "\\<br>", "&lt;br&gt;", "3 < 4 and b>a", "<https://example.org>", "```\n<br>\n```", "<3 <3"])
def test_what_is_meant_to_be_shown_like_a_tag_is_not_told(words: str) -> None:
    article = an_article(f"# T\n\nText. More.\n\n{words}\n", "a.md")

    assert "raw-html" not in {notice.about for notice in article.notices}


def test_a_source_that_was_written_from_an_article_with_tags_says_them_as_text() -> None:
    article = an_article("# T\n\nA line<br>and more. It goes on.\n", "a.md")

    again = an_article(source_of(article), "a.md")

    assert again.body == article.body
    assert "raw-html" not in {notice.about for notice in again.notices}


@pytest.mark.parametrize(
    ("words", "href"),
    [
        ("See https://wiki.example.org/Evo_(film) now.", "https://wiki.example.org/Evo_(film)"),
        ("It is told (see https://wiki.example.org/Evo).", "https://wiki.example.org/Evo"),
        ("It is told (see https://wiki.example.org/Evo_(film)).", "https://wiki.example.org/Evo_(film)"),
        ("Is it https://wiki.example.org/a[1]?", "https://wiki.example.org/a[1]"),
    ],
)
def test_a_bracket_belongs_to_a_link_that_opens_it(words: str, href: str) -> None:
    article = an_article(f"Title\n\n{words} More words follow it.\n")

    assert [span.href for block in article.body for item in block.items for span in item if span.href] == [href]


def test_two_links_with_the_same_words_are_told() -> None:
    article = an_article(
        "Title\n\nA text that tells of it, and more.\n\nRegister here: https://example.org/1\n\nRegister here: https://example.org/2\n"
    )

    (problem,) = [notice.problem for notice in article.notices if notice.about == "same-words"]
    assert problem == "“Register here” leads to https://example.org/1 and to https://example.org/2; the mail has the first."


def test_footnotes_of_markdown_stand_at_the_foot_by_number_with_their_addresses() -> None:
    notes = "[^dug]: See [the report](https://example.org/report).\n\n    And *its* map.\n\n[^1]: By hand.\n"

    article = an_article(f"# Title\n\nText. More.\n\nIt was dug.[^1] Twice.[^dug] [^none]\n\n{notes}", "a.md")

    assert article.body[-1].text == "It was dug.[1] Twice.[2] [^none]"
    assert article.footnotes == ("1. By hand.", "2. See the report (https://example.org/report). And its map.")
    assert an_article(source_of(article), "a.md").footnotes == article.footnotes


@pytest.mark.parametrize("marks", ["See [this](https://example.org).", "## A heading", "It is **bold**."])
def test_marks_of_markdown_in_plain_text_are_told_and_kept(marks: str) -> None:
    article = an_article(f"Title\n\nText.\n\n{marks}\n")

    assert "looks-like-markdown" in {notice.about for notice in article.notices}
    assert "looks-like-markdown" not in {notice.about for notice in an_article(f"# Title\n\nText.\n\n{marks}\n", "article.md").notices}


def test_a_table_is_a_block_and_a_picture_comes_after_its_paragraph() -> None:
    article = an_article(
        "# Title\n\nText ![the well](https://example.org/well.png) here.\n\n| day | place |\n|---|---|\n| one | Leeds |\n", "a.md"
    )

    assert [block.text for block in article.body] == ["Text here.", "the well", "day \u00b7 place\none \u00b7 Leeds"]
    assert article.body[-1].kind is BlockKind.TABLE


def test_a_table_that_no_telephone_could_show_is_lines_of_text_and_that_is_told() -> None:
    table = "| a | b | c | d | e | f |\n|---|---|---|---|---|---|\n| 1 | 2 | 3 | 4 | 5 | 6 |\n"

    article = an_article(f"# Title\n\nText. More.\n\n{table}", "a.md")

    assert [block.text for block in article.body][-2:] == [
        "a \u00b7 b \u00b7 c \u00b7 d \u00b7 e \u00b7 f",
        "1 \u00b7 2 \u00b7 3 \u00b7 4 \u00b7 5 \u00b7 6",
    ]
    assert "table" in {notice.about for notice in article.notices}
