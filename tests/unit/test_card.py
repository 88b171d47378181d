"""The card of a shared link: it is drawn whatever stands on it, with the machine's fonts or without."""

from io import BytesIO
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from fob_mail.composing import card
from fob_mail.composing.card import Card


@settings(deadline=None, max_examples=15)
@given(st.text(max_size=300), st.text(max_size=300))
def test_whatever_is_written_there_is_a_card(title: str, place: str) -> None:
    assert Image.open(BytesIO(card.draw(Card("Friends", title, "Thursday 6 May 2027, 19:00", place)))).size == (1200, 630)


def test_a_machine_without_fonts_draws_plain_letters_and_no_boxes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(card, "_FONTS", ())
    card._font.cache_clear()  # noqa: SLF001 as on another machine

    drawn = card.draw(Card("Fríends", "Lucía Áñez – “el agua”"))
    plain = card.draw(Card("Friends", 'Lucia Anez - "el agua"'))
    card._font.cache_clear()  # noqa: SLF001

    assert drawn == plain


@pytest.mark.parametrize("title", ["x" * 100_000, "word " * 20_000, "\u202e" * 50_000], ids=["a word", "words", "signs that nobody sees"])
def test_a_title_without_end_is_drawn_as_soon_as_any_other(title: str) -> None:
    """Whoever has the link can ask for it, again and again."""
    began = process_time()
    card.draw(Card(title, title, title, title))

    assert process_time() - began < 5
