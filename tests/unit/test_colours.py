"""Which colours read on which: WCAG's own figures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fob_mail.colours import AA, clearest, contrast, legible, mixed

COLOURS = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000000", "#ffffff", 21), ("#777777", "#ffffff", 4.48), ("#767676", "#ffffff", 4.54), ("#ff0000", "#ffffff", 4.0)],
)
def test_contrasts_are_those_of_wcag(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.005)
    assert contrast(one, other) == contrast(other, one)


@given(COLOURS, COLOURS)
def test_a_shade_that_is_made_legible_is(colour: str, background: str) -> None:
    assert contrast(legible(colour, background), background) >= AA


def test_what_reads_already_is_left_alone() -> None:
    assert legible("#a3311f", "#ffffff") == "#a3311f"


def test_colours_mix_and_the_clearest_is_chosen() -> None:
    assert mixed("#000000", "#ffffff", 0.5) == "#808080"
    assert clearest("#6b1826", "#fffcf8", "#2b1a13") == "#fffcf8"
