"""The card of a shared link (Open Graph): title, day and place in the theme's colours, as a PNG of 1200 by 630."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

WIDTH, HEIGHT = 1200, 630
_MARGIN = 80
_LINES = 4
_LONGEST = 400  # letters that are looked at: more never fit, and to measure them takes time
_FONTS = ("DejaVuSans-Bold.ttf", "LiberationSans-Bold.ttf", "NotoSans-Bold.ttf", "Arial Bold.ttf", "arialbd.ttf")
"""The machine's own, where it has one of these; else Pillow's, which has no accents."""


@dataclass(frozen=True, slots=True)
class Card:
    """What stands on a card, and its colours by the theme's names."""

    organisation: str
    title: str
    when: str = ""
    place: str = ""
    colours: tuple[str, str, str] = ("#6b1826", "#fff4e4", "#f5bd55")  # ground, words, what stands out
    band: tuple[str, ...] = ()


@lru_cache(maxsize=64)
def draw(card: Card) -> bytes:
    """The PNG."""
    from PIL import Image, ImageDraw  # noqa: PLC0415 imported late, so that --help is quick

    ground, words, bright = card.colours
    image = Image.new("RGB", (WIDTH, HEIGHT), ground)
    pen = ImageDraw.Draw(image)
    _write(pen, (_MARGIN, 64), card.organisation, (34, bright), 1)
    below = _write(pen, (_MARGIN, 150), card.title, (66, words), _LINES)
    if card.when:
        below = _write(pen, (_MARGIN, max(below + 24, 430)), card.when, (40, bright), 1)
    if card.place:
        _write(pen, (_MARGIN, below + 6), card.place, (32, words), 1)
    for at, colour in enumerate(card.band):
        pen.rectangle((at * WIDTH // len(card.band), HEIGHT - 26, (at + 1) * WIDTH // len(card.band), HEIGHT), fill=colour)
    out = BytesIO()
    image.quantize(64).save(out, "PNG", optimize=True)
    return out.getvalue()


def _write(pen: "ImageDraw", at: tuple[int, int], text: str, look: tuple[int, str], most: int) -> int:
    """Write text in lines that fit; gives where it ends. `look` is its size and colour."""
    size, colour = look
    font, fits = _font(size)
    text = text[:_LONGEST]
    lines = _lines(" ".join(text.split()) if fits else _without_accents(text), font, most)
    left, top = at
    for line in lines:
        pen.text((left, top), line, font=font, fill=colour)
        top += round(size * 1.24)
    return top


def _lines(text: str, font: "FreeTypeFont", most: int) -> list[str]:
    lines: list[str] = []
    words = text.split()
    while words and len(lines) < most:
        count = max((n for n in range(1, len(words) + 1) if font.getlength(" ".join(words[:n])) <= WIDTH - 2 * _MARGIN), default=1)
        line, words = " ".join(words[:count]), words[count:]
        lines.append(_cut(f"{line}…" if words and len(lines) == most - 1 else line, font))
    return lines


def _cut(line: str, font: "FreeTypeFont") -> str:
    """A line that fits: a word that is wider than the card loses its end."""
    while len(line) > 1 and font.getlength(line) > WIDTH - 2 * _MARGIN:
        line = f"{line.rstrip('…')[:-1]}…"
    return line


def _without_accents(text: str) -> str:
    """Text in the letters of Pillow's own font: accents are dropped rather than shown as boxes."""
    for written, drawn in {"–": "-", "—": "-", "“": '"', "”": '"', "‘": "'", "’": "'", "…": "...", "ß": "ss", "ø": "o", "ł": "l"}.items():
        text = text.replace(written, drawn)
    return " ".join(unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().split())


@lru_cache(maxsize=16)
def _font(size: int) -> "tuple[FreeTypeFont, bool]":
    """A font, and whether it has the letters of Europe's languages."""
    from PIL import ImageFont  # noqa: PLC0415

    for name in _FONTS:
        try:
            return ImageFont.truetype(name, size), True
        except OSError:
            continue
    return cast("FreeTypeFont", ImageFont.load_default(size)), False
