"""The HTML itself: its weight, the elements that mail readers refuse, and the way out in both parts."""

from collections.abc import Iterator

from fob_mail.composing.composed import Composed
from fob_mail.preflight.markup import Element
from fob_mail.preflight.problem import Problem, error, warning
from fob_mail.slots import mark

CLIPPED = 102_000
"""Bytes of HTML from which Gmail cuts a mail off, and its way out with it."""

HEAVY = 90_000
FORBIDDEN = frozenset({"script", "form", "iframe", "link", "base", "object", "embed", "input", "meta-refresh"})


def check_size(html: str) -> Iterator[Problem]:
    """Whether Gmail shows the whole of it."""
    size = len(html.encode())
    if size > HEAVY:
        weigh = error if size >= CLIPPED else warning
        yield weigh("too-big", "html", f"The HTML has {size:,} bytes; Gmail cuts mail off at {CLIPPED:,}.", "Shorten the article.")


def check_elements(page: Element) -> Iterator[Problem]:
    """Elements that mail readers take out, or refuse the mail for."""
    names = {"meta-refresh" if _refreshes(element) else element.tag for element in page.walk() if not _is_data(element)}
    for tag in sorted(names & FORBIDDEN):
        yield error(
            "forbidden-tag", "html", f"The HTML has a <{tag}>, which mail readers remove or refuse.", "Take it out of the template."
        )


def check_way_out(page: Element, composed: Composed) -> Iterator[Problem]:
    """A visible way out in both parts: CAN-SPAM, PECR reg. 23, and Gmail's rules for bulk senders."""
    way_out = mark("unsubscribe_url")
    if way_out not in {element.given.get("href") for element in page.walk() if element.tag == "a"}:
        yield error("no-way-out", "html", "The HTML has no link to unsubscribe.", "Put page.unsubscribe_url back into message.html.")
    if way_out not in composed.text:
        yield error("no-way-out", "text", "The text has no link to unsubscribe.", "Put page.unsubscribe_url back into message.txt.")


def _refreshes(element: Element) -> bool:
    return element.tag == "meta" and "refresh" in element.given.get("http-equiv", "").lower()


def _is_data(element: Element) -> bool:
    """Whether it describes the event to machines (schema.org): nothing runs it, and where it is taken out, no reader misses it."""
    return element.tag == "script" and element.given.get("type") == "application/ld+json"
