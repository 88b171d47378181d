"""Whom it goes to: nobody, or many more or fewer than usual, is most often the wrong list."""

from collections.abc import Iterator, Sequence
from statistics import median

from fob_mail.plurals import counted
from fob_mail.preflight.problem import Problem, error, warning

MANY = 2
FEW_ARE_FEW = 20
"""Of small lists the size says nothing."""


def check_audience(size: int, before: Sequence[int], list_slug: str) -> Iterator[Problem]:
    """The audience as it is now, beside those of earlier campaigns to the list."""
    if not size:
        remedy = f"Import people: fob-mail subscribers import {list_slug} FILE.csv --consent …"
        yield error("nobody", "audience", f'List "{list_slug}" has nobody confirmed on it.', remedy)
        return
    usual = round(median(before)) if before else 0
    told = f"It goes to {counted(size, 'person', 'people')}; to this list usually to {usual:,}."
    look = f"See who came and went: fob-mail list show {list_slug}"
    if usual and size >= MANY * usual and size > FEW_ARE_FEW:
        yield warning("many-more", "audience", told, look)
    elif usual > FEW_ARE_FEW and size * MANY <= usual:
        yield warning("many-fewer", "audience", told, look)
