"""A mail's HTML as a tree: which elements there are, what they say, and what is around them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
UNSEEN = frozenset({"head", "style", "script", "title", "noscript"})


@dataclass(slots=True, eq=False)
class Element:
    """An element; `content` holds its texts and the elements within it, in order."""

    tag: str
    given: dict[str, str]
    above: "Element | None"
    content: "list[Element | str]" = field(default_factory=list)

    @property
    def text(self) -> str:
        """Everything that it shows, on one line."""
        return " ".join("".join(self._texts()).split())

    @property
    def own_text(self) -> str:
        """What it shows by itself, without the elements within it."""
        return " ".join("".join(part for part in self.content if isinstance(part, str)).split())

    @property
    def classes(self) -> frozenset[str]:
        """Its classes."""
        return frozenset(self.given.get("class", "").split())

    def walk(self) -> "Iterator[Element]":
        """It, and everything within it, in the order of the page."""
        yield self
        for part in self.content:
            if isinstance(part, Element):
                yield from part.walk()

    def upward(self) -> "Iterator[Element]":
        """It, and everything around it, from within."""
        at: Element | None = self
        while at is not None:
            yield at
            at = at.above

    def _texts(self) -> Iterator[str]:
        for part in self.content:
            if isinstance(part, str):
                yield part
            elif part.tag == "img":
                yield part.given.get("alt", "")
            elif part.tag not in UNSEEN:
                yield " " if part.tag == "br" else ""
                yield from part._texts()  # noqa: SLF001 its own kind


def parse(html: str) -> Element:
    """The tree of a page; what is not closed ends with what is around it."""
    return _Builder(html).root


class _Builder(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.root = Element("", {}, None)
        self._open = [self.root]
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Element(tag, {name: value or "" for name, value in attrs}, self._open[-1])
        self._open[-1].content.append(made)
        if tag not in VOID:
            self._open.append(made)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in {element.tag for element in self._open[1:]}:
            while self._open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        self._open[-1].content.append(data)
