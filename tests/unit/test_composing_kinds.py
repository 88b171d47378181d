"""Kinds of mail: ours, and organisers' own, in a sandbox whose complaints name file and line."""

from itertools import pairwise
from pathlib import Path

import pytest

from fob_mail.composing.composed import Composed
from fob_mail.composing.kinds import SHIPPED, Kind, kind_of, kinds
from fob_mail.composing.writing import Wishes, compose
from fob_mail.errors import InputError
from fob_mail.settings import Theme
from fob_mail.slots import mark
from tests.builders import BODY, a_masthead, an_article
from tests.unit.test_composing_writing import Page


def composed_as(kind: Kind, language: str = "en") -> Composed:
    """The example article as that kind of mail."""
    return compose(an_article(), a_masthead(), language, Wishes(kind=kind))


def own(folder: Path, **files: str) -> Kind:
    """A template of an organiser's own, made of these files."""
    (folder / "gala").mkdir()
    for name, content in files.items():
        (folder / "gala" / name.replace("_", ".")).write_text(content, encoding="utf-8")
    return kind_of("gala", folder)


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("language", ["en", "es"])
def test_every_kind_has_title_event_button_and_way_out_in_both_parts(name: str, language: str) -> None:
    mail = composed_as(Kind(name), language)

    for content in (mail.html, mail.text):
        for fact in ("The pump, the band and the exercise book", "Water Is Not for Sale", "https://events.example.org/water"):
            assert fact in content
        assert mark("unsubscribe_url") in content
    levels = [int(tag[1]) for tag, _ in Page(mail.html).elements if tag in {"h1", "h2", "h3", "h4"}]
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))


def test_a_reminder_says_that_it_is_one_and_does_not_repeat_the_article() -> None:
    mail = composed_as(Kind("reminder"))

    assert mail.subject == "Reminder: Water Is Not for Sale: Thursday 6 May, 19:00"
    assert "A reminder" in mail.html
    assert BODY[0] not in mail.text


def test_a_newsletter_has_every_article_whole_and_lists_them_first() -> None:
    second = an_article(title="A second well", event=None, calls=(), standfirst="Dug by hand")

    mail = compose(an_article(), a_masthead(), "en", Wishes(kind=Kind("newsletter")), (second,))

    assert mail.subject == "The pump, the band and the exercise book, and one more article"
    assert mail.preheader == "Also: A second well"
    assert mail.text.count("A second well") == 2
    assert mail.text.count("The company had announced") == 2
    assert [tag for tag, _ in Page(mail.html).elements if tag == "h1"] == ["h1"]


def test_a_letter_has_one_button_below_its_words() -> None:
    html = composed_as(Kind("letter")).html

    assert html.count('class="button-link') == 1
    assert html.index("For eleven days") < html.index('class="button-link')


def test_a_theme_colours_the_mail_and_puts_its_lines_at_the_foot() -> None:
    theme = Theme(main="#0b3d5c", footer="Registered charity 123", logo="https://example.org/logo.png", band=[])

    mail = compose(an_article(), a_masthead(theme), "en")

    assert "#0b3d5c" in mail.html
    assert "#6b1826" not in mail.html
    assert "Registered charity 123" in mail.html
    assert "Registered charity 123" in mail.text
    assert 'alt="Friends of the Valley"' in mail.html
    assert 'class="thread' not in mail.html


def test_organisers_add_a_template_over_our_layout_with_a_style_sheet_of_its_own(tmp_path: Path) -> None:
    kind = own(
        tmp_path,
        message_html='{% extends "layout.html" %}{% block main %}<tr><td class="big">{{ page.story.title }}</td></tr>{% endblock %}',
        style_css=".big { font-size: 40px; color: var(--accent); }",
    )

    mail = composed_as(kind)

    assert 'style="font-size:40px; color:#a3311f"' in mail.html
    assert mark("unsubscribe_url") in mail.text
    assert kinds(tmp_path) == [*SHIPPED, "gala"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{{ page.stroy.title }}", "has no attribute 'stroy'"),
        ("{% if %}", "Expected an expression"),
        ("{{ 1 / 0 }}", "division by zero"),
        ("{{ page.__class__.__mro__ }}", "unsafe"),
        ("{% for x in range(10 ** 9) %}{% endfor %}", "too big"),
        ("{% include 'nothing.html' %}", "nothing.html"),
    ],
)
def test_a_mistake_in_a_template_is_told_by_file_and_line(tmp_path: Path, line: str, said: str) -> None:
    kind = own(tmp_path, message_html=f"<html>\n<body>\n{line}\n</body></html>")

    with pytest.raises(InputError) as refused:
        composed_as(kind)

    assert said in refused.value.problem
    assert "nothing" in said or f"{tmp_path}/gala/message.html, line 3" in refused.value.problem


def test_a_colour_that_the_theme_does_not_have_is_told_by_file_and_line(tmp_path: Path) -> None:
    kind = own(tmp_path, message_html='{% extends "layout.html" %}', style_css=".a { color: #fff; }\n.b { color: var(--acent); }\n")

    with pytest.raises(InputError) as refused:
        composed_as(kind)

    assert f"{tmp_path}/gala/style.css, line 2" in refused.value.problem
    assert "Did you mean --accent?" in refused.value.remedy


@pytest.mark.parametrize("name", ["../../etc", "/etc", "invit", "INVITE", ""])
def test_a_template_that_is_not_there_is_told_with_the_nearest(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        kind_of(name, tmp_path)

    assert "invite, newsletter, letter, reminder" in refused.value.remedy
