"""Every language says everything, and nothing that is not said any more."""

from string import Formatter

import pytest

from docs.phrases import SOURCES, catalogues, said
from fob_mail.translations import catalogue, direction, languages, primary, speaks

THE_SAME = {"{hour:02}:{minute:02}", "{date}, {time}"}
"""Patterns that may be in another language as they are in English."""

Phrases = dict[tuple[str | None, str], tuple[str, ...]]


def _phrases(domain: str, language: str) -> Phrases:
    """What a catalogue says, by context and English words; one or several, as the language counts."""
    found = next(read for file, read in catalogues(domain) if file.parts[-3] == language)
    assert not [message.id for message in found if message.fuzzy and message.id]
    return {_key(m.context, m.id): (m.string,) if isinstance(m.string, str) else tuple(m.string or [""]) for m in found if m.id}


def _key(context: str | None, phrase: object) -> tuple[str | None, str]:
    return context, phrase[0] if isinstance(phrase, tuple | list) else str(phrase)


def _slots(phrase: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(phrase) if name}


OTHERS = [(domain, language) for domain in SOURCES for language in languages(domain) if language != "en"]


@pytest.mark.parametrize(("domain", "language"), OTHERS)
def test_a_catalogue_has_exactly_the_phrases_that_the_sources_say(domain: str, language: str) -> None:
    """If not: make phrases, and translate what is new."""
    assert set(_phrases(domain, language)) == {_key(message.context, message.id) for message in said(domain) if message.id}


@pytest.mark.parametrize(("domain", "language"), OTHERS)
def test_no_phrase_is_missing_or_left_in_english(domain: str, language: str) -> None:
    phrases = _phrases(domain, language)

    assert not [english for (_, english), translated in phrases.items() if not all(translated)]
    assert not [english for (_, english), translated in phrases.items() if english in translated and english not in THE_SAME]


@pytest.mark.parametrize(("domain", "language"), OTHERS)
def test_a_translation_has_the_slots_of_its_phrase(domain: str, language: str) -> None:
    for (context, english), translated in _phrases(domain, language).items():
        if context is None or "{" in english:
            assert all(_slots(words) <= _slots(english) | {"number"} for words in translated), english
            assert _slots(translated[-1]) >= _slots(english), english


def test_english_and_spanish_are_there_in_mails_and_pages() -> None:
    assert all({"en", "es"} <= set(languages(domain)) for domain in SOURCES)


def test_a_tag_with_a_region_finds_its_language() -> None:
    assert catalogue("mail", "es-BO").gettext("Unsubscribe") == "Darse de baja"
    assert primary("ES_bo") == "es"


def test_a_language_without_a_catalogue_is_answered_in_english_and_said_not_to_be_spoken() -> None:
    assert catalogue("pages", "qu").gettext("Leave this list") == "Leave this list"
    assert not speaks("pages", "qu")


def test_a_language_is_no_path() -> None:
    assert not speaks("mail", "../../locale/es")


def test_arabic_runs_from_right_to_left() -> None:
    assert (direction("ar-EG"), direction("es")) == ("rtl", "ltr")
