"""Type is set as a good printer would, and what was set well already is left alone."""

import pytest

from fob_mail.articles.article import Span
from fob_mail.composing.typesetting import Typesetter, cleaned, one_line
from fob_mail.slots import mark

ENGLISH = Typesetter("en")
SPANISH = Typesetter("es")


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ('He said "no", then "yes".', "He said “no”, then “yes”."),
        ("It's the people's band", "It’s the people’s band"),
        ("the 'interim' council", "the ‘interim’ council"),
        ("the spirit of the '80s", "the spirit of the ’80s"),
        ("workers' rights", "workers’ rights"),
        ('("quoted in brackets")', "(“quoted in brackets”)"),
        ("and then...", "and then…"),
        ("the pump - the only one - stood still", "the pump\u00a0– the only one\u00a0– stood still"),
        ("nothing -- at all", "nothing\u00a0– at all"),
        ("a long--very long--night", "a long—very long—night"),
        ("a well-known band", "a well-known band"),
        ("on 6 May", "on 6\u00a0May"),
        ("$11.2 billion and 4 %", "$11.2\u00a0billion and 4\u00a0%"),
        ("Ruth Okafor MP", "Ruth Okafor\u00a0MP"),
        ("Dr. Pugh", "Dr.\u00a0Pugh"),
    ],
)
def test_typewriting_becomes_print(typed: str, printed: str) -> None:
    assert ENGLISH.set(typed) == printed


def test_what_is_set_already_stays_as_it_is() -> None:
    text = "“We won — at last,” said Lucía Añez, ‘interim’ chair: it’s done…"

    assert ENGLISH.set(text).replace("\u00a0", " ") == text


def test_setting_twice_changes_nothing() -> None:
    once = ENGLISH.set("\"It's\" - on 6 May... 'so'")

    assert ENGLISH.set(once) == once


def test_spanish_has_its_own_quotes_and_dates() -> None:
    assert SPANISH.set('dijo "no" el 6 de mayo') == "dijo «no» el 6\u00a0de mayo"


def test_web_and_mail_addresses_are_left_alone() -> None:
    text = "see https://example.org/a--b...'c' or write to o'leary--x@example.org"

    assert ENGLISH.set(text) == text


def test_quotes_close_in_another_run_of_text() -> None:
    spans = ENGLISH.item((Span('"We are '), Span("still", emphasis=True), Span(' here"')))

    assert "".join(span.text for span in spans) == "“We are still here”"
    assert spans[1].emphasis


def test_a_letter_that_no_eye_sees_or_that_turns_the_line_round_is_dropped() -> None:
    assert cleaned("a\x00b\u202ec\u2066d\ufeff") == "abcd"
    assert one_line("a\n b\t\u2028c") == "a b c"


def test_an_article_cannot_bring_marks_of_its_own() -> None:
    assert cleaned(f"Dear {mark('unsubscribe_url')}!") == "Dear !"
