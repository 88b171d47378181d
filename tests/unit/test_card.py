"""The card of a shared link: it is drawn whatever stands on it, with the machine's fonts or without."""

from io import BytesIO

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
