"""HTML into blocks: a web page's, a saved one's, or what a Word file becomes. Only words, links and pictures come over: no markup does."""

import re
from dataclasses import dataclass, field
from urllib.parse import urljoin

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from fob_mail.articles.article import BlockKind, Span
from fob_mail.articles.assembly import Assembled, Assembly
from fob_mail.articles.markdown import href_of
from fob_mail.articles.pictures import image_of
from fob_mail.errors import InputError

_LEFT_OUT = frozenset(
    {"script", "style", "noscript", "template", "head", "nav", "form", "button", "select", "textarea", "input", "iframe", "object"}
    | {"embed", "svg", "canvas", "audio", "video", "dialog", "map"}
)
_INLINE = frozenset(
    {"a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "ins", "kbd", "label"}
    | {
        "mark",
        "q",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "time",
        "tt",
        "u",
        "var",
        "wbr",
        "ruby",
        "rb",
        "rt",
        "rp",
    }
    | {"img", "picture", "source"}
)
_STRONG, _EMPHASIS = {"b", "strong"}, {"i", "em", "cite", "dfn"}
_LISTS = {"ul": BlockKind.BULLETS, "menu": BlockKind.BULLETS, "ol": BlockKind.NUMBERS}
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_WIDEST = 20  # columns that a cell may cover
_COLUMNS = re.compile(r"[0-9]{1,4}")
_NOTE = re.compile(r"(?:footnote|endnote)-(?!ref-)(?P<number>\d+)")


def parsed(text: str) -> HtmlElement:
    """The tree of a page; raises InputError where it is nested too deeply to be read whole."""
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        tree = document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except etree.ParserError:
        raise InputError("The page has no words.", "Give another page, or copy its text into a file.") from None
    if any("depth" in entry.message.lower() for entry in parser.error_log):
        raise InputError("The page is nested too deeply to be read whole.", "Copy its text off the page into a file, and give that.")
    return tree


@dataclass(slots=True)
class _Reading:
    """What is put together, and the run of words that is being read with its look."""

    base: str
    out: Assembly = field(default_factory=Assembly)
    run: list[Span] = field(default_factory=list)
    href: str = ""
    strong: int = 0
    emphasis: int = 0
    heading: int = 0
    pre: int = 0
    tables: list[bool] = field(default_factory=list)  # those that are open: whether each holds facts


def read(root: HtmlElement, base: str = "") -> Assembled:
    """Everything below an element; addresses are completed by `base`. It goes through the tree without recursion."""
    reading = _Reading(base)
    walker = etree.iterwalk(root, events=("start", "end"))
    skipped = None
    for event, element in walker:
        if event == "start":
            if element is not root and _is_left_out(element):
                walker.skip_subtree()
                skipped = element
                continue
            _starts(element, reading)
            _add(element.text, reading)
        else:
            if element is not skipped:
                _ends(element, reading)
            if element is not root:
                _add(element.tail, reading)
    _flush(reading)
    return reading.out.assembled()


def _is_left_out(element: HtmlElement) -> bool:
    hidden = element.get("hidden") is not None or element.get("aria-hidden") == "true" or _HIDDEN.search(element.get("style") or "")
    return element.tag in _LEFT_OUT or bool(hidden)


def _starts(element: HtmlElement, reading: _Reading) -> None:
    tag = element.tag
    if tag not in _INLINE and tag != "br":
        _flush(reading)
    _look(tag, 1, reading)
    if tag == "a":
        reading.href = _href(element.get("href") or "", reading)
    elif tag == "br":
        reading.run.append(Span("\n"))
    elif tag == "img":
        _picture(element, reading)
    elif tag in _LISTS and reading.out.row is None:
        reading.out.open_list(_LISTS[tag])
    elif len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():  # noqa: PLR2004 h1 to h6
        reading.heading = int(tag[1])
    elif tag in {"table", "tr", "td", "th"}:
        _grid(element, reading)
    elif tag == "li":
        note = _NOTE.fullmatch(element.get("id") or "")
        reading.out.note = note["number"] if note else ""


def _grid(element: HtmlElement, reading: _Reading) -> None:
    """A table begins, a row or a cell of it."""
    tag = element.tag
    if tag == "table":
        _table(element, reading)
    elif tag != "tr":
        reading.out.open_cell(heads=tag == "th", across=_across(element))
    elif reading.out.row is None and reading.tables and reading.tables[-1]:
        reading.out.row = []


def _look(tag: str, change: int, reading: _Reading) -> None:
    """How words look from here on."""
    reading.strong += change * (tag in _STRONG)
    reading.emphasis += change * (tag in _EMPHASIS)
    reading.pre += change * (tag == "pre")
    reading.out.quotes += change * (tag == "blockquote")


def _ends(element: HtmlElement, reading: _Reading) -> None:
    tag = element.tag
    if tag not in _INLINE and tag != "br":
        _flush(reading)
    _look(tag, -1, reading)
    if tag == "a":
        reading.href = ""
    elif tag in _LISTS and reading.out.lists and reading.out.row is None:
        reading.out.close_list()
    elif tag == "table":
        if reading.tables.pop():
            reading.out.close_table()
    elif tag == "tr" and reading.out.row is not None:
        reading.out.close_row()
    elif tag == "li":
        reading.out.note = ""
    if tag not in _INLINE and not reading.out.lists and reading.out.row is None:
        reading.out.place_pictures()


def _add(text: str | None, reading: _Reading) -> None:
    if text:
        for number, line in enumerate(text.split("\n") if reading.pre else [text.replace("\n", " ")]):
            reading.run += [Span("\n")] if number else []
            reading.run.append(Span(line, reading.href, reading.strong > 0, reading.emphasis > 0))


def _flush(reading: _Reading) -> None:
    """The run that was read becomes words of what is open; two line breaks part paragraphs."""
    run, reading.run = reading.run, []
    heading, reading.heading = (reading.heading, 0) if any(span.text.strip() for span in run) else (0, reading.heading)
    for part in _paragraphs(run):
        if heading:
            reading.out.heading(part, heading)
        else:
            reading.out.words(part)


def _paragraphs(run: list[Span]) -> list[tuple[Span, ...]]:
    parts: list[list[Span]] = [[]]
    breaks = 0
    for span in run:
        if span.text == "\n":
            breaks += 1
        elif span.text.strip(" \t\r\f"):
            if breaks > 1:
                parts.append([])
            parts[-1] += [Span("\n")] * (breaks == 1)
            breaks = 0
            parts[-1].append(span)
        else:
            parts[-1].append(span)
    return [tuple(part) for part in parts if "".join(span.text for span in part).strip()]


def _href(href: str, reading: _Reading) -> str:
    href = href.strip()
    if not href or href.startswith("#"):
        return ""
    try:
        return href_of(urljoin(reading.base, href), reading.out.notices)
    except ValueError:
        return ""


def _picture(element: HtmlElement, reading: _Reading) -> None:
    src, alt = (element.get("src") or "").strip(), element.get("alt") or ""
    if {element.get("width"), element.get("height")} & {"0", "1"}:
        return  # a pixel that counts readers
    try:
        src = urljoin(reading.base, src) if reading.base and src else src
    except ValueError:
        src = ""
    image, notices = image_of(src, alt)
    reading.out.notices += notices
    if image:
        reading.out.pictures.append(image)
    else:
        _add(alt, reading)


def _table(element: HtmlElement, reading: _Reading) -> None:
    reading.tables.append(_is_table(element))
    if reading.tables[-1]:
        reading.out.open_table(headed=False)


def _across(cell: HtmlElement) -> int:
    """How many columns a cell covers; one, where that is no number or more than any table has here."""
    said = (cell.get("colspan") or "").strip()
    return int(said) if _COLUMNS.fullmatch(said) and 0 < int(said) <= _WIDEST else 1


def _is_table(table: HtmlElement) -> bool:
    """Whether a table holds facts; one that only lays out the page has a table within, or never two cells beside each other."""
    if table.get("role") == "presentation" or table.find(".//table") is not None:
        return False
    return any(len(row.findall("td")) + len(row.findall("th")) > 1 for row in table.iter("tr"))
