"""Markdown (CommonMark, without raw HTML) into blocks: headings, quotes, lists, emphasis, links, tables, footnotes, pictures."""

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin

from fob_mail.articles.article import BlockKind, Notice, Span
from fob_mail.articles.assembly import Assembled, Assembly, parted
from fob_mail.articles.calls import checked_url
from fob_mail.articles.pictures import image_of

_TAG = re.compile(r"<(?:/?(?P<name>[a-z][a-z0-9-]{0,19})(?=[\s/>])|(?P<note>!--))", re.IGNORECASE)
_MARKS = {
    "br": "an empty line",
    "p": "an empty line",
    "div": "an empty line",
    "b": "**bold**",
    "strong": "**bold**",
    "i": "*italic*",
    "em": "*italic*",
    "a": "[words](https://…)",
    "img": "![what it shows](picture.jpg)",
    "hr": "nothing",
    "li": "- at the start of its line",
    "blockquote": "> at the start of its line",
} | {f"h{level}": "## at the start of its line" for level in range(1, 7)}
_SHOWN = 6


class _Parser(MarkdownIt):
    """Addresses of links stay as they are written; href_of() tells what is wrong with one."""

    def normalizeLink(self, url: str) -> str:  # noqa: N802 markdown-it's name, and a method there
        return url

    def validateLink(self, url: str) -> bool:  # noqa: N802
        return bool(url)


def read(text: str) -> Assembled:
    """What is written; the first heading of level 1 is the title, and HTML is shown as text."""
    parser = _Parser("commonmark", {"html": False}).enable("table").use(footnote_plugin, inline=False)
    assembly = Assembly()
    heading = lost = 0
    for token in parser.parse(text):
        if token.type == "heading_open":
            heading = int(token.tag[1])
        elif token.type == "inline":
            run = tuple(_spans(token.children or [], assembly))
            hard = sum(child.type == "hardbreak" for child in token.children or [])
            lost += max(0, hard + 1 - len(parted(run)))
            if heading:
                assembly.heading(run, heading)
            else:
                assembly.words(run)
            heading = 0
        else:
            _mark(token, assembly)
        if token.level == 0 and token.nesting < 0:
            assembly.place_pictures()
    assembly.notices += tags_of_html(text)
    if lost:
        remedy = "Leave an empty line where a line has to begin anew; or make a list of them."
        assembly.notices.append(Notice("line-break", f"{_lines(lost)} within a paragraph, which mails show as a space.", remedy))
    return assembly.assembled()


def _lines(number: int) -> str:
    return "There is 1 line break" if number == 1 else f"There are {number:,} line breaks"


def tags_of_html(text: str) -> list[Notice]:
    """The tags of HTML that are shown as they are written; what stands in code, or with a backslash before it, is meant to be."""
    if not _TAG.search(text):
        return []
    parser = MarkdownIt("commonmark", {"html": True}).enable("table").use(footnote_plugin, inline=False)
    tokens = [inner for token in parser.parse(text) for inner in (token, *(token.children or ()))]
    written = " ".join(token.content for token in tokens if token.type in {"html_block", "html_inline"})
    names = list(dict.fromkeys(tag["name"] or "!--" for tag in _TAG.finditer(written)))
    if not names:
        return []
    shown = ", ".join(f"<{name}>" if name != "!--" else "<!-- -->" for name in names[:_SHOWN])
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    marks = [f"for <{name}> write {_MARKS[name.lower()]}" for name in names[:_SHOWN] if name.lower() in _MARKS]
    remedy = f"Take them out{'; ' * bool(marks)}{', '.join(marks)}. Or save the article as a web page (.html)."
    return [Notice("raw-html", f"Tags of HTML are no Markdown, and readers see them as they are written: {shown}{more}.", remedy)]


def href_of(url: str, notices: list[Notice]) -> str:
    """The address of a link, or nothing where it is neither http, https nor mailto; that is told."""
    problem = checked_url(url)
    if problem:
        notices.append(Notice("bad-link", f"A link was left out: {problem}.", "Write a whole address in the article."))
    return "" if problem else url


def _mark(token: Token, assembly: Assembly) -> None:
    """A mark that opens or closes something, or a block without marks within."""
    match token.type:
        case "bullet_list_open" | "ordered_list_open":
            assembly.open_list(BlockKind.BULLETS if token.type[0] == "b" else BlockKind.NUMBERS)
        case "bullet_list_close" | "ordered_list_close":
            assembly.close_list()
        case "table_open" | "table_close" | "tr_open" | "tr_close" | "th_open" | "td_open":
            _grid(token, assembly)
        case "blockquote_open" | "blockquote_close":
            assembly.quotes += token.nesting
        case "footnote_open" | "footnote_close":
            assembly.note = str(token.meta["id"] + 1) if token.nesting > 0 else ""
        case "fence" | "code_block" | "html_block":
            lines = (line.strip() for line in token.content.splitlines())
            for line in filter(None, lines):
                assembly.words((Span(line),))
        case _:
            pass


def _grid(token: Token, assembly: Assembly) -> None:
    """A table begins or ends, a row or a cell of it."""
    match token.type:
        case "table_open":
            assembly.open_table(headed=True)
        case "table_close":
            assembly.close_table()
        case "tr_open":
            assembly.row = []
        case "tr_close":
            assembly.close_row()
        case _:
            assembly.open_cell(heads=token.tag == "th")


def _spans(tokens: Sequence[Token], assembly: Assembly) -> list[Span]:
    """Inline tokens as runs of words."""
    found: list[Span] = []
    href, strong, emphasis = "", 0, 0
    for token in tokens:
        match token.type:
            case "strong_open" | "strong_close":
                strong += token.nesting
            case "em_open" | "em_close":
                emphasis += token.nesting
            case "link_open":
                href = href_of(str(token.attrGet("href") or ""), assembly.notices)
            case "link_close":
                href = ""
            case "image":
                alt = "".join(child.content for child in token.children or [])
                image, notices = image_of(str(token.attrGet("src") or ""), alt)
                assembly.notices += notices
                assembly.pictures += [image] if image else []
                found += [] if image else [Span(alt)]
            case "footnote_ref":
                found.append(Span(f"[{token.meta['id'] + 1}]"))
            case "softbreak" | "hardbreak":
                found.append(Span("\n"))
            case _:
                found.append(Span(token.content.replace("\n", " "), href, strong > 0, emphasis > 0))
    return found
