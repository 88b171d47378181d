"""Ten articles of ten kinds are read and composed without a defect: nothing is lost, and preflight finds no error."""

import html
import re

import pytest

from fob_mail.articles.article import BlockKind
from fob_mail.preflight import Severity, check
from tests.builders import a_masthead
from tests.ten_articles import LONG, NAMES, NOW, WORD, mail_of

UNDERSTOOD = {
    "emoji.txt": ("en", 1),
    "no-event.md": ("en", 0),
    "pictures.md": ("en", 1),
    "right-to-left.txt": ("ar", 0),  # days are read in English and Spanish
    "spanish.txt": ("es", 1),
    "tables.md": ("en", 1),
    "two-events.txt": ("en", 2),
    "web-page.html": ("en-GB", 1),
    LONG: ("en", 1),
    WORD: ("en", 1),
}
"""The language of each, and how many events it announces."""
WORDS = re.compile(r"[^\W\d_]{2,}")


def words(text: str) -> set[str]:
    """The words of a text, however they are set."""
    return set(WORDS.findall(html.unescape(re.sub(r"<(?:[^>]*alt=\"([^\"]*)\")?[^>]*>", r" \1 ", text)).replace("\u00ad", "").casefold()))


each_of_the_ten = pytest.mark.parametrize("name", NAMES)


def test_there_are_ten() -> None:
    assert len(NAMES) == 10
    assert set(NAMES) == set(UNDERSTOOD)


@each_of_the_ten
def test_its_language_and_its_events_are_understood(name: str) -> None:
    article = mail_of(name).article

    assert (article.language, len(article.events)) == UNDERSTOOD[name]
    assert all(event.when and event.place for event in article.events)
    assert article.title


@each_of_the_ten
def test_both_parts_say_all_that_it_says(name: str) -> None:
    mail = mail_of(name)
    said = words(
        " ".join((mail.article.title, mail.article.standfirst, *(block.text for block in mail.article.body), *mail.article.footnotes))
    )

    body = mail.composed.html.partition("<body")[2]
    assert said <= words(body)
    assert said <= words(mail.composed.text)


@each_of_the_ten
def test_preflight_finds_no_error(name: str) -> None:
    mail = mail_of(name)

    problems = check(mail.composed, mail.article, a_masthead(), now=NOW, base_url="https://mail.example.org")

    assert [problem for problem in problems if problem.severity is Severity.ERROR] == []
    assert len(mail.composed.html.encode()) < (102_000 if name == LONG else 60_000)


def test_tables_pictures_and_footnotes_are_what_they_are() -> None:
    kinds = {name: {block.kind for block in mail_of(name).article.body} for name in NAMES}

    assert {name for name, found in kinds.items() if BlockKind.TABLE in found} == {"tables.md", WORD}
    assert {name for name, found in kinds.items() if BlockKind.IMAGE in found} == {"pictures.md", WORD}
    assert len(mail_of("no-event.md").article.footnotes) == 1
    assert {problem.about for problem in problems_of("pictures.md")} >= {"far-picture", "no-words-for-picture"}


def problems_of(name: str) -> list:  # type: ignore[type-arg]
    """All that preflight says of it."""
    mail = mail_of(name)
    return list(check(mail.composed, mail.article, a_masthead(), now=NOW, base_url="https://mail.example.org"))
