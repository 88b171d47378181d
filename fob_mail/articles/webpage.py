"""A web page's article: which part of the page it is, its title, who wrote it, in which language. What is left out is told."""

import logging
import re

from lxml import etree
from lxml.html import HtmlElement

from fob_mail.articles import hypertext
from fob_mail.articles.article import Notice
from fob_mail.articles.assembly import Assembled
from fob_mail.articles.runs import tidy_words

ENOUGH = 200
"""Characters that an <article> or <main> must have to be taken for the article."""

ENOUGH_TO_TELL = 20
"""Characters of a page that may be left out untold: a link to its start, say."""

MOST_TO_JUDGE = 20_000
"""Elements of a page that trafilatura is asked about: it takes minutes for pages that are made to keep it busy."""

_BESIDE = re.compile(
    r"\b(?:share|sharing|social|related|comments?|cookies?|breadcrumbs?|advert\w*|sidebar|promo|skip-link|site-(?:header|footer))\b"
)
_UNSEEN = frozenset({"script", "style", "noscript", "template", "title"})
_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


def read(text: str, base: str = "") -> tuple[Assembled, dict[str, str]]:
    """What the page's article says, and what the page says of it: title, byline, language."""
    tree = hypertext.parsed(text)
    whole = _length(tree)
    root = _article(tree, text)
    _drop_what_is_beside(root)
    base = _base(tree, base)
    found = hypertext.read(root, base)
    words = sum(len(block.text) for block in found.blocks) + len(found.title)
    if whole > words + ENOUGH_TO_TELL:
        share = f"{words:,} of its {whole:,} characters"
        problem = f"The part of the page that reads as an article was taken: {share}."
        found.notices.append(
            Notice("page-part", problem, "Compare it with the page; put what is missing into the Markdown source by hand.")
        )
    return found, _said(tree, found.title)


def _article(tree: HtmlElement, text: str) -> HtmlElement:
    """The element that holds the article: the longest <article>, else <main>, else what trafilatura takes for it, else all."""
    lengths = _lengths(tree)
    for path in (".//article", ".//main", ".//*[@role='main']", ".//*[@itemprop='articleBody']"):
        longest = max(tree.iterfind(path), key=lengths.__getitem__, default=None)
        if longest is not None and lengths[longest] >= ENOUGH:
            return longest
    extracted = _extracted(text) if len(lengths) <= MOST_TO_JUDGE else None
    return tree if extracted is None else extracted


def _extracted(text: str) -> HtmlElement | None:
    import trafilatura  # noqa: PLC0415 it takes its time to import, and few pages need it

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # it tells of each page in which it finds nothing
    found = trafilatura.extract(
        text,
        output_format="html",
        include_links=True,
        include_images=True,
        include_formatting=True,
        include_comments=False,
        favor_recall=True,
    )
    element = hypertext.parsed(found) if found else None
    return element if element is not None and _length(element) >= ENOUGH else None


def _base(tree: HtmlElement, base: str) -> str:
    given = tree.find(".//base[@href]")
    href = (given.get("href") or "").strip() if given is not None else ""
    return href if href.startswith(("http://", "https://")) else base


def _said(tree: HtmlElement, title: str) -> dict[str, str]:
    """What the head of the page says of it."""
    author = _meta(tree, "author")
    language = (tree.get("lang") or "").strip()
    heading = tree.find(".//title")
    said = {
        "title": title or _meta(tree, "og:title") or (tidy_words(heading.text_content()) if heading is not None else ""),
        "byline": f"By {author}" if author and "://" not in author else "",
        "language": language if _TAG.fullmatch(language) else "",
    }
    return {key: value for key, value in said.items() if value.strip()}  # a no-break space is no title


def _meta(tree: HtmlElement, name: str) -> str:
    for element in tree.iterfind(".//meta"):
        if (element.get("name") or element.get("property") or "").lower() == name:
            return tidy_words(element.get("content") or "")[:150]
    return ""


def _drop_what_is_beside(root: HtmlElement) -> None:
    """Take out what stands beside an article, if it is less than half of it: links to share it, comments, a bar at the side."""
    lengths = _lengths(root)
    left = lengths[root]
    dropped: set[HtmlElement] = set()
    for element in list(root.iter("aside", "footer", "div", "section", "ul")):
        beside = element.tag in {"aside", "footer"} or _BESIDE.search(f"{element.get('class') or ''} {element.get('id') or ''}".lower())
        if not beside or element is root or 2 * lengths[element] >= left or dropped.intersection(element.iterancestors()):
            continue
        left -= lengths[element]
        dropped.add(element)
        element.drop_tree()


def _length(element: HtmlElement) -> int:
    """Characters of the words that people see, about."""
    return _lengths(element)[element]


def _lengths(root: HtmlElement) -> dict[HtmlElement, int]:
    """The same of an element and of each in it, by going through them once."""
    lengths: dict[HtmlElement, int] = {}
    seen = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "start":
            lengths[element] = seen  # what was seen before it, until it ends
            seen += _words(element.text) if element.tag not in _UNSEEN else 0
        else:
            lengths[element] = seen - lengths[element]
            seen += _words(element.tail) if element.tag not in _UNSEEN else 0
    return lengths


def _words(text: str | None) -> int:
    return len(" ".join(text.split())) if text else 0
