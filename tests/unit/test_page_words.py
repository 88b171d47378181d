"""The public pages say the same things in each language."""

from string import Formatter

import pytest

from fob_mail.composing.words import languages
from fob_mail.web.pages import FALLBACK, Words, all_words

ENGLISH = all_words()[FALLBACK]
OTHERS = [words for name, words in all_words().items() if name != FALLBACK]


def _slots(phrase: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(phrase) if name}


def test_the_pages_speak_every_language_that_the_mail_speaks() -> None:
    assert set(all_words()) >= set(languages())


@pytest.mark.parametrize("words", OTHERS, ids=lambda words: words.language)
def test_each_language_has_every_phrase_in_the_same_order_with_the_same_slots(words: Words) -> None:
    assert list(words.phrases) == list(ENGLISH.phrases)
    assert {key: _slots(phrase) for key, phrase in words.phrases.items()} == {key: _slots(p) for key, p in ENGLISH.phrases.items()}


@pytest.mark.parametrize("words", OTHERS, ids=lambda words: words.language)
def test_no_phrase_was_left_in_english(words: Words) -> None:
    assert [key for key, phrase in words.phrases.items() if phrase == ENGLISH.phrases[key]] == []


def test_what_fills_a_slot_is_escaped_and_set_apart() -> None:
    said = ENGLISH.say("ask_text", address="<b>@example.org", list="\u202eFriends & Co {x}")

    assert "<bdi>&lt;b&gt;@example.org</bdi>" in said
    assert "<bdi>\u202eFriends &amp; Co {x}</bdi>" in said
