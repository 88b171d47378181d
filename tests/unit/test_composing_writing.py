"""An article becomes an invitation: the same facts in HTML and text, whole, safe, and light."""

import re
from html.parser import HTMLParser

import pytest

from fob_mail.articles.article import Block, BlockKind, Span
from fob_mail.composing.composed import Composed
from fob_mail.composing.typesetting import NBSP
from fob_mail.composing.writing import Wishes, compose
from fob_mail.slots import mark
from tests.builders import BODY, a_masthead, a_paragraph, an_article, an_event, calls

FACTS = (
    "The pump, the band and the exercise book",
    "Ada Marsh on how a village kept its water",
    "Water Is Not for Sale",
    "Thursday 6 May 2027, 19:00",
    "Lantern Hall, 12 Canal Street, Leeds",
    "Lucía Añez Quiroga",
    "pump committee of Villa Esperanza",
    "Ruth Okafor MP",
    "water engineer & author",
    "Bernard O’Leary",
    "Leeds Trades Council, Engineers for the Common Good",
    "Ada Marsh writes about water and lives in Leeds.",
    "12 Canal Street",
    "You get this because you asked for news from Valley News.",
    "This was sent to",
)


class Page(HTMLParser):
    """The words of a page, its elements with their attributes, in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self._hidden = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden = tag in {"style", "title"}
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 html.parser's signature
        self._hidden = False

    def handle_data(self, data: str) -> None:
        self.words += "" if self._hidden else data


def _plain(text: str) -> str:
    return " ".join(text.replace(NBSP, " ").split())


def _tags(composed: Composed) -> set[str]:
    """The elements of the HTML, but for the one that describes the event to machines and that nothing runs."""
    return {tag for tag, given in Page(composed.html).elements if given.get("type") != "application/ld+json"}


@pytest.fixture(scope="module")
def invitation() -> Composed:
    return compose(an_article(), a_masthead(), "en")


@pytest.mark.parametrize("fact", FACTS)
def test_each_fact_is_in_both_parts(invitation: Composed, fact: str) -> None:
    assert fact in _plain(Page(invitation.html).words)
    assert fact in _plain(invitation.text)


def test_every_paragraph_is_in_both_parts(invitation: Composed) -> None:
    for paragraph in BODY:
        assert paragraph in _plain(Page(invitation.html).words)
        assert paragraph in _plain(invitation.text)


def test_the_text_is_wrapped_and_its_foot_begins_with_two_dashes_and_a_blank(invitation: Composed) -> None:
    lines = invitation.text.splitlines()

    assert all(len(line) <= 72 for line in lines if "http" not in line and "_FOB." not in line)
    assert lines.count("-- ") == 1
    assert mark("unsubscribe_url") in lines[lines.index("-- ") :]


def test_the_text_has_no_leavings_of_html(invitation: Composed) -> None:
    assert not re.search(r"<\w|&\w+;|\n{4}", invitation.text)
    assert "https://events.example.org/water?from=mail&seat=1" in invitation.text


def test_the_way_out_stands_at_the_top_and_at_the_foot(invitation: Composed) -> None:
    links = [given["href"] for tag, given in Page(invitation.html).elements if tag == "a"]

    assert links[:2] == [mark("view_url"), mark("unsubscribe_url")]
    assert links.count(mark("unsubscribe_url")) == 2
    assert invitation.html.count(mark("address")) == 1


def test_the_button_stands_in_the_box_and_once_more_at_the_end(invitation: Composed) -> None:
    buttons = [given["href"] for tag, given in Page(invitation.html).elements if tag == "a" and "button-link" in (given.get("class") or "")]

    assert buttons == ["https://events.example.org/water?from=mail&seat=1"] * 2


def test_without_its_link_there_is_no_button_and_no_empty_link() -> None:
    invitation = compose(an_article(calls=calls(links=False)), a_masthead(), "en")

    assert "button-link" not in invitation.html.partition("<body")[2]
    assert "Register" not in invitation.text
    assert 'href=""' not in invitation.html


def test_the_page_is_said_to_be_in_its_language_and_every_layout_table_is_one(invitation: Composed) -> None:
    elements = Page(invitation.html).elements

    assert [given["lang"] for tag, given in elements if "lang" in given] == ["en", "en"]
    assert [given["dir"] for tag, given in elements if "dir" in given] == ["ltr", "ltr"]
    assert all(given.get("role") == "presentation" for tag, given in elements if tag == "table")


def test_there_is_one_h1_and_no_heading_skips_a_level() -> None:
    body = (
        Block(BlockKind.HEADING, ((Span("Deep"),),), level=3),
        a_paragraph("x"),
        Block(BlockKind.HEADING, ((Span("Deeper"),),), level=3),
    )
    elements = Page(compose(an_article(body=body, event=None, calls=()), a_masthead(), "en").html).elements

    levels = [int(tag[1]) for tag, _ in elements if re.fullmatch("h[1-6]", tag)]

    assert levels == [1, 2, 3]


def test_nothing_is_hidden_and_nothing_is_fetched(invitation: Composed) -> None:
    body = invitation.html.partition("<body")[2]

    assert not re.search(r"display:\s*none|visibility:|opacity|font-size:\s*[01](?:px|\D)|max-height", body)
    assert not {"img", "script", "link", "iframe", "form", "base"} & _tags(invitation)


def test_every_style_is_inline_and_the_head_keeps_only_what_cannot_be(invitation: Composed) -> None:
    elements = Page(invitation.html).elements

    assert all("style" in given for tag, given in elements if tag in {"p", "h1", "h2", "a", "td"} and given.get("class"))
    assert "prefers-color-scheme: dark" in invitation.html
    assert "!important" not in invitation.html.partition("<body")[2]


def test_wherever_a_background_is_set_so_is_the_text(invitation: Composed) -> None:
    styles = [given.get("style") or "" for _, given in Page(invitation.html).elements]

    painted = [style for style in styles if "background-color" in style and "line-height:7px" not in style]
    assert all(re.search(r"(?<!-)color:", style) for style in painted)


def test_an_attack_in_any_field_is_only_words() -> None:
    attack = '<script>alert("1")</script>{ { 7*7 } }{# raw #}${7*7}'
    body = (
        Block(BlockKind.PARAGRAPH, ((Span(attack), Span("press", href="javascript:alert(1)"), Span("x", href='https://a.example/"><b>')),)),
    )

    invitation = compose(
        an_article(title=attack, standfirst=attack, byline=attack, body=body), a_masthead(organisation=attack), "en", Wishes(subject=attack)
    )

    tags = _tags(invitation)
    assert "script" not in tags
    assert "b" not in tags
    assert "javascript:" not in invitation.html
    assert "49" not in _plain(Page(invitation.html).words)


def test_links_in_the_text_are_numbered_and_listed_once() -> None:
    link = Span("the report", href="https://example.org/report")
    body = (
        Block(BlockKind.PARAGRAPH, ((Span("Read "), link, Span(".")),)),
        Block(BlockKind.BULLETS, ((link,), (Span("a@b.example", href="mailto:a@b.example"),))),
    )

    text = compose(an_article(body=body), a_masthead(), "en").text

    assert "Read the report [1]." in text
    assert "  - the report [1]" in text
    assert text.count("[1] https://example.org/report") == 1
    assert "[2]" not in text


def test_spanish_readers_are_asked_in_spanish() -> None:
    invitation = compose(an_article(language="es"), a_masthead(), "es")

    for words in ("Te invitamos", "Jueves 6 de mayo de 2027, 19:00", "Darse de baja de Valley News", "Recibes este mensaje porque"):
        assert words in _plain(Page(invitation.html).words)
    assert 'lang="es"' in invitation.html
    assert "Recibes este mensaje porque" in invitation.text


def test_an_article_without_an_event_is_news_and_no_invitation() -> None:
    invitation = compose(an_article(event=None, calls=()), a_masthead(), "en")

    assert "You’re invited" not in invitation.html
    assert "Will you join us?" not in invitation.text
    assert "Ada Marsh on how a village kept its water" in invitation.preheader


def test_an_event_of_which_only_the_name_is_known_is_shown_by_it() -> None:
    event = an_event()
    bare = type(event)(name="Water Is Not for Sale")

    invitation = compose(an_article(event=bare, calls=()), a_masthead(website="", privacy_url="", postal_address=""), "en")

    assert "Water Is Not for Sale" in invitation.text
    assert "None" not in invitation.html


def test_an_event_named_like_the_title_is_headed_by_its_day() -> None:
    html = compose(an_article(title="Water is not for sale"), a_masthead(), "en").html

    assert re.search(r"<h2[^>]*>Thursday 6\u00a0May 2027, 19:00</h2>", html)
    assert html.partition("<body")[2].count("Water Is Not for Sale") == 0


def test_a_label_is_not_said_twice() -> None:
    event = an_event()
    said = type(event)(name="Talk", supporters="Supported by Leeds Trades Council")

    assert compose(an_article(event=said), a_masthead(), "en").text.count("upported by") == 1


def test_a_long_article_stays_far_below_what_gmail_clips() -> None:
    """How long composing takes is told by python -m bench composing."""
    article = an_article(body=tuple(a_paragraph(text) for text in BODY * 12))

    invitation = compose(article, a_masthead(), "en")

    assert len(invitation.html.encode()) < 60_000
