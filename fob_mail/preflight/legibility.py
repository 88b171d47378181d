"""Whether everyone can read it: texts for pictures, headings in order, contrast in light and dark (WCAG 2.2)."""

import re
from collections.abc import Iterator

from fob_mail.colours import AA, contrast, legible
from fob_mail.preflight.cascade import Cascade, Colours, declarations
from fob_mail.preflight.markup import UNSEEN, Element
from fob_mail.preflight.problem import Problem, error, warning
from fob_mail.slots import MARK

LARGE, LARGE_AND_BOLD = 24.0, 18.66
"""Pixels from which 3:1 is enough (WCAG 2.2, 1.4.3)."""

LARGE_CONTRAST = 3.0
INVISIBLE = 1.5
"""Words of less contrast are as good as hidden, and filters take them for that."""

SMALLEST = 12.0
_PIXELS = re.compile(r"(\d+(?:\.\d+)?)px")
_BOLD = frozenset({"b", "strong", "th", "h1", "h2", "h3", "h4", "h5", "h6"})


def check_legibility(page: Element) -> Iterator[Problem]:
    """What some readers cannot see, or would not hear read."""
    yield from _pictures(page)
    yield from _headings(page)
    yield from _language(page)
    yield from _contrast(page)
    yield from _small(page)


def _pictures(page: Element) -> Iterator[Problem]:
    for picture in (element for element in page.walk() if element.tag == "img"):
        source = picture.given.get("src", "")[:80]
        alone = any(above.tag == "a" and not above.text for above in picture.upward())
        if "alt" not in picture.given:
            problem = f"The picture {source} has no alt text: with pictures off, or read aloud, it is its file name."
            yield error("no-alt", "html", problem, 'Write in a few words what it shows; alt="" if it only decorates.')
        elif alone and not picture.given["alt"].strip():
            problem = f"The picture {source} is a link and has no alt text: with pictures off there is nothing to follow."
            yield error("no-alt", "html", problem, "Write as its alt text where it leads.")


def _headings(page: Element) -> Iterator[Problem]:
    levels = [int(element.tag[1]) for element in page.walk() if re.fullmatch(r"h[1-6]", element.tag)]
    if levels.count(1) > 1:
        yield warning("several-h1", "html", f"The mail has {levels.count(1)} headings of level 1.", "Leave one; make the others level 2.")
    for before, after in zip([0, *levels], levels, strict=False):
        if after > before + 1:
            problem = f"A heading of level {after} follows one of level {before}." if before else f"The first heading has level {after}."
            yield warning("heading-order", "html", problem, f"Make it level {before + 1}: screen readers go by levels.")


def _language(page: Element) -> Iterator[Problem]:
    if not any(element.given.get("lang") for element in page.walk()):
        yield warning("no-lang", "html", "The HTML does not say its language.", 'Write <html lang="…"> in the template.')


def _contrast(page: Element) -> Iterator[Problem]:
    """One problem for each pair of colours, with the first words that stand in them."""
    cascade = Cascade(page)
    for dark in (False, True) if cascade.has_dark else (False,):
        seen: set[Colours] = set()
        for element in _shown(page):
            colours = cascade.colours(element, dark=dark)
            if colours is None or colours in seen:
                continue
            least = LARGE_CONTRAST if _is_large(element) else AA
            if contrast(colours.front, colours.back) < least:
                seen.add(colours)
                yield _faint(element.own_text, colours, least, dark=dark)


def _faint(words: str, colours: Colours, least: float, *, dark: bool) -> Problem:
    measured = contrast(colours.front, colours.back)
    where = " in the dark" if dark else ""
    problem = f"“{words[:40]}” is hard to read{where}: {colours.front} on {colours.back} is {measured:.1f}:1, where {least}:1 is needed."
    remedy = f"Change the theme or the template; {legible(colours.front, colours.back, least=least)} would do."
    return (error if measured < INVISIBLE else warning)("contrast", "html", problem, remedy)


def _small(page: Element) -> Iterator[Problem]:
    for element in _shown(page):
        size = _size(element)
        if size is not None and size < SMALLEST:
            problem = f"“{element.own_text[:40]}” has letters of {size:g} pixels."
            yield warning("small-letters", "html", problem, f"Give them {SMALLEST:g} pixels or more.")
            return


def _shown(page: Element) -> Iterator[Element]:
    """The elements with words of their own."""
    for element in page.walk():
        if MARK.sub("", element.own_text).strip("\u00a0\u200c\u200b ") and not any(above.tag in UNSEEN for above in element.upward()):
            yield element


def _is_large(element: Element) -> bool:
    size = _size(element) or 16.0
    bold = any(above.tag in _BOLD or declarations(above.given.get("style", "")).get("font-weight") == "bold" for above in element.upward())
    return size >= LARGE or (bold and size >= LARGE_AND_BOLD)


def _size(element: Element) -> float | None:
    for above in element.upward():
        if said := declarations(above.given.get("style", "")).get("font-size"):
            found = _PIXELS.fullmatch(said)
            return float(found[1]) if found else None
    return None
