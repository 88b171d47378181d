"""The Markdown source of an article: reading it again gives the same article, whatever was in it."""

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fob_mail.articles.article import Article, Block, BlockKind, CallKind, CallToAction, Image, Span, picture
from fob_mail.articles.opening import opened
from fob_mail.articles.reading import read
from fob_mail.articles.runs import tidy_blocks
from fob_mail.articles.source import source_of
from fob_mail.errors import FobMailError, InputError
from fob_mail.events import Event
from tests.builders import an_article

LONDON = ZoneInfo("Europe/London")
TODAY = date(2021, 4, 1)

PIECES = (
    *("# ", "## ", "> ", "- ", "* ", "1. ", "1) ", "**", "__", "*", "_", "`", "[a](https://x.org/a_b)", "![al_t](p_1.png)", "(", ")", "!"),
    *("—", "Áñez", "\N{NO-BREAK SPACE}", "&amp;", "<b>", "|", "---", "\\", "😀", "العربية", "a", "b", "1", "\t", "~~~", "    ", "+ ", "= "),
    *(
        "\u2028",
        ".",
        "\n",
        "\n\n",
        "\n\n",
        "Monday 19 April, 18.30 ",
        "Join us at the event, The *Evening*, ",
        "With: Ana (a), Bo",
        "Chair: Cy",
    ),
    *("Register here", "http://", "https://é.org/é?a=1&b", "Follow us at ", "By Ada", "{{ first_name }}", "online", "<p>", "</p>", "<li>"),
    *("<b>x </b>", "<br>", "<h1>", "<td>", "<table><tr>", "<th>", "<tr>", "</table>"),
    *("\n| a | b |\n|---|---|\n", "| ", " | ", " |\n", "\\|"),
)
TEXTS = st.lists(st.one_of(*[st.sampled_from(PIECES)] * 3, st.text(max_size=5)), max_size=40).map("".join)


def again(article: Article) -> Article:
    """The article as its source is read."""
    return read(source_of(article), "article.md", LONDON, TODAY)


@settings(max_examples=500, deadline=None)
@example("# # # \r!https://é.org/é?a=1&b", "a.md")
@example("> .", "a.md")
@given(TEXTS, st.sampled_from(["a.md", "a.txt", "<html>"]))
def test_the_source_of_any_article_is_read_as_the_same_article(text: str, name: str) -> None:
    try:
        source = opened((f"<html><body>{text}" if name == "<html>" else text).encode(), name)
        article = read(source.text, source.name, LONDON, TODAY)
    except FobMailError:
        return

    assert replace(again(article), notices=()) == replace(article, notices=())


def test_a_whole_article_with_several_events_comes_back_whole() -> None:
    article = an_article(more_events=(Event("The Day After", place="Online"),), footnotes=("1. By the count of 2019.",))

    assert again(article) == article


def test_looks_links_lists_and_pictures_come_back() -> None:
    mixed = (Span("a"), Span("b", strong=True), Span("c", emphasis=True, strong=True), Span("(d)", emphasis=True), Span("e"))
    body = (
        Block(BlockKind.PARAGRAPH, (mixed,)),
        Block(BlockKind.BULLETS, ((Span("- one"),), (Span("link [x]", href="https://example.org/a_(b)?c=1&d"),))),
        Block(BlockKind.BULLETS, ((Span("of another list"),),)),
        Block(BlockKind.NUMBERS, ((Span("1. in it"),),)),
        Block(BlockKind.TABLE, ((), (Span("a|b\\|"),), (Span("# c"),), (), mixed, (Span("\N{NO-BREAK SPACE}"),)), columns=2),
        Block(BlockKind.HEADING, ((Span("# Sharp #"),),), 3),
        picture(Image("pictures/the well<1>.png", "The [old] well*")),
    )

    assert again(Article("Title", body=body)).body == body


def test_a_year_that_was_inferred_stays_inferred_until_it_is_checked() -> None:
    source = source_of(read("The well\n\nText.\n\nJoin us at the meeting on Monday 19 April, 18.30.\n", "a.txt", LONDON, TODAY))

    unchecked = read(source, "a.md", LONDON, TODAY)
    checked = read(source.replace("  inferred: year\n", ""), "a.md", LONDON, TODAY)

    assert "year-inferred" in {notice.about for notice in unchecked.notices}
    assert "year-inferred" not in {notice.about for notice in checked.notices}


def test_a_source_that_was_corrected_is_what_counts() -> None:
    source = source_of(an_article()).replace("name: Water Is Not for Sale", "name: Water Is Ours")

    corrected = read(source.replace("url: https://events.example.org/water?from=mail&seat=1", "url: ''"), "a.md", LONDON, TODAY)

    assert corrected.event is not None
    assert corrected.event.name == "Water Is Ours"
    assert corrected.calls[0] == CallToAction(CallKind.REGISTER, "Register here")
    assert [notice.about for notice in corrected.notices] == ["lost-link"]


@pytest.mark.parametrize(
    ("matter", "told"),
    [
        ("events: no", "events: write a list"),
        ("events:\n- place: Leeds", "events 1: has no name"),
        ("events:\n- name: A\n  date: soon", "events 1: a date or end is none"),
        ("events:\n- name: A\n  plaice: x", "there is no key 'plaice'"),
        ("calls:\n- kind: shout", "calls 1: write kind"),
        ("calls:\n- {kind: register, label: R, url: 'javascript:x'}", "is not a whole address"),
        ("notes: one", "notes: write a list"),
    ],
)
def test_what_is_wrong_in_a_corrected_source_is_said(matter: str, told: str) -> None:
    with pytest.raises(InputError) as caught:
        read(f"---\nunderstood: yes\ntitle: T\n{matter}\n---\n\nText.\n", "a.md", LONDON, TODAY)

    assert told in caught.value.problem


def test_spaces_stand_outside_of_what_looks_otherwise() -> None:
    run = (Span("a"), Span(" b ", strong=True), Span("c"))

    (block,) = tidy_blocks([Block(BlockKind.PARAGRAPH, (run,))])

    assert block.items == ((Span("a "), Span("b", strong=True), Span(" c")),)
