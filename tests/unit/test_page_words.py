"""The public pages say the same things in each language, and what fills a phrase is safe."""

from fob_mail.composing.words import languages
from fob_mail.translations import FALLBACK
from fob_mail.web.pages import all_words

ENGLISH, SPANISH = all_words()[FALLBACK], all_words()["es"]


def test_the_pages_speak_every_language_that_the_mail_speaks() -> None:
    assert set(all_words()) >= set(languages())


def test_a_language_calls_itself_by_its_own_name() -> None:
    assert (SPANISH.name, SPANISH.read_it_here) == ("Español", "Leer esta página en español")


def test_what_fills_a_slot_is_escaped_and_set_apart() -> None:
    said = ENGLISH.say("{address} gets our mail for {list}.", address="<b>@example.org", list="\u202eFriends & Co {x}")

    assert said == "<bdi>&lt;b&gt;@example.org</bdi> gets our mail for <bdi>\u202eFriends &amp; Co {x}</bdi>."


def test_what_is_counted_is_said_as_the_language_counts() -> None:
    assert SPANISH.say_many("one", "{number} of <them>", 2) == "<bdi>2</bdi> of &lt;them&gt;"
