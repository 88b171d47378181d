"""Tables of facts: which columns are of numbers, whether a telephone can show their words unbroken, and how a table looks in plain text."""

import re
from collections.abc import Callable

from fob_mail.articles.article import Block

_NUMBER = re.compile(r"[-\u2013\u2212+~\u2248]?\s?[\u00a3$\u20ac]?\s?\d[\d.,\u00a0\u202f ]{0,20}(?:[%\u00a3$\u20ac]|[a-z]{1,3})?")
_WORDS = re.compile(r"[\s\u2010-\u2014-]")  # where a line may break
_NOTHING = frozenset({"", "-", "\u2013", "\u2014"})
_GAP = "  "
_TELEPHONE, _LETTER, _BESIDE = 276, 6.5, 8  # pixels: a narrow telephone's column of text, a letter of 14, and the space beside a cell


def words_stay_whole(block: Block) -> bool:
    """Whether the longest words of all columns have room beside each other on a narrow telephone."""
    columns = [[word for cell in column for span in cell for word in _WORDS.split(span.text)] for column in zip(*block.rows, strict=True)]
    return sum(_LETTER * max(map(len, words), default=0) + _BESIDE for words in columns) <= _TELEPHONE


def of_numbers(block: Block) -> tuple[bool, ...]:
    """For each column whether all below its head are numbers, which people compare from the right."""
    columns = ([row[at] for row in block.rows[1:] if at < len(row)] for at in range(max(block.columns, 1)))
    words = [["".join(span.text for span in cell).strip() for cell in column] for column in columns]
    return tuple(any(map(_NUMBER.fullmatch, column)) and all(map(_is_number, column)) for column in words)


def as_text(rows: list[list[str]], numbers: tuple[bool, ...], most: int, width: Callable[[str], int]) -> str:
    """Rows of words in columns below each other; as lines, their cells divided by a dot, where that would be wider than `most`.

    The first row is the head, ruled off, unless it is empty; `width` tells how wide words are.
    """
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    if sum(widths) + len(_GAP) * (len(widths) - 1) > most:
        return "\n".join(" \u00b7 ".join(filter(None, row)) for row in rows if any(row))
    lines = [_line(row, [wide - width(cell) for cell, wide in zip(row, widths, strict=True)], numbers) for row in rows]
    rule = _GAP.join("-" * wide for wide in widths)
    return "\n".join([lines[0], rule, *lines[1:]] if any(rows[0]) else lines[1:])


def _is_number(words: str) -> bool:
    return words in _NOTHING or bool(_NUMBER.fullmatch(words))


def _line(row: list[str], free: list[int], numbers: tuple[bool, ...]) -> str:
    cells = (" " * left + cell if number else cell + " " * left for cell, left, number in zip(row, free, numbers, strict=True))
    return _GAP.join(cells).rstrip()
