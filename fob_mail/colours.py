"""Colours as #rrggbb: how well one reads on another (WCAG 2.2), and shades made of them."""

import colorsys
import re

AA = 4.5
"""The contrast that WCAG 2.2 asks of text (success criterion 1.4.3)."""

COLOUR = re.compile(r"#[0-9a-f]{6}")
_STEPS = 100


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def mixed(one: str, other: str, share: float) -> str:
    """A colour with that share of another in it."""
    return _written(tuple(a + (b - a) * share for a, b in zip(_parts(one), _parts(other), strict=True)))


def clearest(background: str, *candidates: str) -> str:
    """The one of several colours that reads best on a background."""
    return max(candidates, key=lambda colour: contrast(colour, background))


def legible(colour: str, *backgrounds: str, least: float = AA) -> str:
    """The nearest shade of a colour, lighter or darker, that reads on all backgrounds; black or white where none does."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*_parts(colour))
    for step in range(_STEPS + 1):
        for shade in (lightness - step / _STEPS, lightness + step / _STEPS):
            if 0 <= shade <= 1:
                made = _written(colorsys.hls_to_rgb(hue, shade, saturation))
                if all(contrast(made, background) >= least for background in backgrounds):
                    return made
    return max(("#000000", "#ffffff"), key=lambda end: min(contrast(end, background) for background in backgrounds))


def _parts(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _written(parts: tuple[float, ...]) -> str:
    return "#" + "".join(f"{round(min(max(part, 0), 1) * 255):02x}" for part in parts)


def _luminance(colour: str) -> float:
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in _parts(colour))  # noqa: PLR2004 WCAG
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
