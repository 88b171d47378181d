"""What stands in a cell: guarded against spreadsheets on its way out, tidied on its way in."""

import re
from unicodedata import category, is_normalized, normalize

LONGEST_VALUE = 10_000
"""Characters in one cell; what is longer is no name, no address and no attribute."""

_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")  # noqa: RUF001 full-width signs start a formula in East Asian spreadsheets
_GUARDED = re.compile(r"''*[=+\-@\t\r\n＝＋－＠]")  # noqa: RUF001
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_JOINERS = frozenset("\u200c\u200d")  # Persian, Hindi and family emoji need them


def guard(value: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe goes before = + - @ tab and line ends (OWASP, CSV injection).

    A value that looks guarded already gets one more, so that unguard() gives back exactly what went in.
    """
    return f"'{value}" if _FORMULA.match(value) else value


def unguard(value: str) -> str:
    """A cell as it was before guard()."""
    return value[1:] if value.startswith("'") and _GUARDED.match(value) else value


def tidied(cells: list[str]) -> list[str]:
    """A row's cells without guards, trimmed, composed (NFC); lines are kept and ended by a line feed, nothing else unseen."""
    if is_tidy("".join(cells)):
        return [cell.strip() for cell in cells]
    return [_seen(unguard(cell)).strip() for cell in cells]


def is_tidy(whole: str) -> bool:
    """Whether cells, joined, need no more than trimming."""
    return whole.isprintable() and "'" not in whole and "  " not in whole and is_normalized("NFC", whole)


def one_line(value: str) -> str:
    """A name as it may stand in a header or a greeting: composed, no line ends, nothing unseen, single spaces."""
    if value.isascii() and value.isprintable() and "  " not in value:
        return value.strip()
    return " ".join(_seen(value).split())


def lines_of(value: str) -> list[str]:
    """The lines of a text that others wrote: composed, their blanks and tabs as they are, and nothing else that cannot be seen."""
    return _seen(value).strip("\n").split("\n")


def _seen(value: str) -> str:
    """The value composed, with line feeds and tabs, and nothing else that cannot be seen."""
    if not value.isprintable():
        lines = value.replace("\r\n", "\n").replace("\r", "\n")
        value = "".join([c for c in lines if c in "\n\t" or c in _JOINERS or category(c) not in _UNSEEN])
    return normalize("NFC", value)
