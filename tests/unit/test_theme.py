"""A theme is legible by day and by night, or it is refused with a shade that would do."""

import pytest
from pydantic import ValidationError

from fob_mail.colours import AA, contrast
from fob_mail.settings import Theme
from fob_mail.settings.theme import PAIRS


@pytest.mark.parametrize("theme", [Theme(), Theme(main="#0b3d5c", accent="#0a6b4e", highlight="#9fd8ff", band=[])], ids=["ours", "blue"])
def test_every_word_of_a_theme_reads_on_its_ground_by_day_and_by_night(theme: Theme) -> None:
    colours = theme.colours()

    assert [pair for pair in PAIRS if contrast(colours[pair[0]], colours[pair[1]]) < AA] == []


def test_a_pale_accent_is_refused_with_a_shade_that_would_do() -> None:
    with pytest.raises(ValidationError) as refused:
        Theme(accent="#f0a0a0")

    said = refused.value.errors()[0]["msg"]
    assert "accent #f0a0a0 does not read on card #fffcf8: 2.0:1, where 4.5:1 is needed" in said
    shade = said.partition("needed; ")[2][:7]
    assert Theme(accent=shade)


def test_the_dark_colours_are_made_of_the_light_ones_unless_they_are_set() -> None:
    assert Theme(accent="#0a6b4e").colours()["dark-accent"] != Theme().colours()["dark-accent"]
    assert Theme(dark_accent="#ffeedd").colours()["dark-accent"] == "#ffeedd"


@pytest.mark.parametrize(
    "wrong",
    [
        {"main": "red"},
        {"main": "#fff"},
        {"logo": "http://example.org/a.png"},
        {"logo": 'https://x/"><b>'},
        {"text_font": "x;}"},
        {"band": ["x"]},
    ],
)
def test_what_is_no_colour_picture_or_font_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Theme(**wrong)
