"""The page of what templates see, from the code: names, types and meanings as annotated there, examples as an article gives them."""

import inspect
import re
from collections.abc import Callable, Mapping
from datetime import date
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

from jinja2 import StrictUndefined

from docs.source import GENERATED, cell, entries, first_line, meanings
from fob_mail import slots
from fob_mail.articles.article import Article, Block, BlockKind, Image, Span
from fob_mail.articles.reading import read
from fob_mail.assets import folder
from fob_mail.composing.calling import Link
from fob_mail.composing.composed import Masthead, Shown
from fob_mail.composing.kinds import variables
from fob_mail.composing.page import Billed, Page, Panel, Story, lay_out
from fob_mail.composing.plain import WIDTH, plain
from fob_mail.composing.sandbox import Sandbox
from fob_mail.composing.seen import FILTERS, TESTS, Seen, SeenInHtml, SeenInText
from fob_mail.composing.words import Words
from fob_mail.conditions import Shared
from fob_mail.envelopes import Recipient
from fob_mail.events import Person
from fob_mail.settings import Theme

_LEAD = """A template of yours sees these names and no others; [Templates and theme](templates.md) says where it goes and how it looks.
A name that is not there is refused, with its file and line. The examples are what this article gives, cut where they are long:"""

_FIELDS = """What is written into an article, a subject or a preheader, and is filled in for each reader: [Address each reader](personal.md)
says how. The example is a person of `examples/people.csv`. Where a field may be empty, `{{ first_name | default("friend") }}` says what
stands there."""

_OURS = """Jinja2 has [many](https://jinja.palletsprojects.com/en/stable/templates/). These are ours: `{{ text | wrap }}`,
`{% if block.text is branch %}`."""

_PIECES = """`{% from "parts.html" import panel with context %}` takes a part; `{% extends "layout.html" %}` takes the frame, whose blocks
a template fills anew: `{% block main %}…{% endblock %}`."""

_STYLE = "`color: var(--accent)` in `style.css` and `head.css`; colours are checked to be legible on each other when settings are read."

EXAMPLE = """---
date: 2027-04-22 19:00
register: https://events.example.org/lamps
---
# A valley that lit its own lamps

Forty villages took their power station back, and kept it

![People with candles on a road](candles.jpg)

They stood on [the road](https://example.org/road) with a candle in a jar, **every** night.[^jars]

[^jars]: Lucía Áñez counted the jars.

Friends of the Valley are holding an event, The Valley That Lit Its Own Lamps, on Thursday April 22, 7pm at Lantern Hall, Leeds.

With: Lucía Áñez (founder of the cooperative), Tomás Quispe
Supported by Leeds Trades Council.

Register here – Share on FB https://www.facebook.com/events/1

Rosa Whitfield is a volunteer with Friends of the Valley.
"""

LONGEST = 60
"""Characters of an example that are shown."""

PARTS = {
    Page: "page",
    Story: "page.story",
    Panel: "page.story.panel",
    Billed: "page.story.panel.billed[0]",
    Person: "page.story.panel.billed[0].people[0]",
    Link: "page.story.button",
    Block: "page.story.blocks[0]",
    Span: "page.story.blocks[1].items[0][3]",
    Image: "page.story.blocks[0].image",
    Shown: "page.pictures['candles.jpg']",
    Masthead: "page.masthead",
    Words: "page.words",
}
"""What a page is made of, and how a template comes to one of each; in the order of their sections."""

_PLAIN = {str: "text", int: "number", bool: "yes or no", Theme: "[settings](settings.md)", BlockKind: "a word, below"}


def variables_page() -> str:
    """All that a template or an article can name."""
    page = _example()
    lines = ["# What templates see", "", GENERATED, "", _LEAD, "", "```text", EXAMPLE.rstrip(), "```", "", *_names(page)]
    for of, path in PARTS.items():
        lines += _section(of, path, page)
    lines += ["## Filters and tests", "", _OURS, "", *_functions(FILTERS), *_functions(TESTS)]
    lines += ["## Parts of templates", "", _PIECES, ""]
    for file, what in (("parts.html", "macro"), ("parts.txt", "macro"), ("layout.html", "block"), ("layout.txt", "block")):
        lines += _pieces(file, what)
    lines += [*_style(), *_fields()]
    return "\n".join(lines).rstrip() + "\n"


def _example() -> Page:
    article: Article = read(EXAMPLE, "article.md", ZoneInfo("Europe/London"), date(2026, 11, 1))
    masthead = Masthead(
        "Friends of the Valley",
        "12 Canal Street\nLeeds LS1 4AB",
        "News of the valley",
        "https://example.org",
        "https://example.org/privacy",
        Theme(footer="Registered charity 123456"),
    )
    pictures = {"candles.jpg": Shown("https://news.example.org/i/3f2a.jpg", 512, 288)}
    return lay_out((article,), masthead, "en", "A valley that lit its own lamps", "With Lucía Áñez and Tomás Quispe", pictures)


def _names(page: Page) -> list[str]:
    """The names that are there from the start."""
    links: dict[str, int] = {}
    texts = tuple(plain(story.blocks, links) for story in page.stories)
    examples = {"say": 'say("Unsubscribe")', "texts": texts[0][:1], "links": tuple(links), "width": WIDTH, "rule": "-" * WIDTH}
    lines = ["## Names", "", "| name | where | type | what it is | example |", "|---|---|---|---|---|"]
    for of, where in ((Seen, "both"), (SeenInHtml, "message.html"), (SeenInText, "message.txt")):
        types = get_type_hints(of)
        for name, said in meanings(of).items():
            lines.append(f"| `{name}` | {where} | {_type(types[name])} | {cell(said)} | {_shown(examples.get(name))} |")
    return [*lines, ""]


def _section(of: type, path: str, page: Page) -> list[str]:
    types = get_type_hints(of)
    lines = [f"## {of.__name__}", "", f"`{path}`: {cell(first_line(of.__doc__))}", ""]
    lines += ["| name | type | what it is | example |", "|---|---|---|---|"]
    for field, said in public(of).items():
        kind = types[field] if field in types else get_type_hints(getattr(of, field).fget)["return"]
        lines.append(f"| `{field}` | {_type(kind)} | {cell(said)} | {_shown(_seen(f'{path}.{field}', page))} |")
    methods = {name: method for name, method in vars(of).items() if inspect.isfunction(method) and not name.startswith("_")}
    return [*lines, "", *_functions(methods), *(_kinds() if of is Block else [])]


def _seen(expression: str, page: Page) -> object:
    """What a template gets where it asks for something; an error where the sandbox keeps that from it."""
    asked = Sandbox(undefined=StrictUndefined).compile_expression(expression, undefined_to_none=False)
    found = asked(page=page)
    if isinstance(found, StrictUndefined):
        raise LookupError(f"no template sees {expression}")  # noqa: TRY004 it is a name that is wrong
    return found


def public(of: type) -> dict[str, str]:
    """The fields of a class that templates can look into, with their meanings."""
    hidden = {"phrases", "locale"} if of is Words else set()  # a library's, into which no template can look
    return {name: said for name, said in meanings(of).items() if name not in hidden}


def _functions(of: Mapping[str, Callable[..., object]]) -> list[str]:
    """Functions with what they take and what they are for."""
    if not of:
        return []
    rows = [f"| `{name}` | `{_takes(function)}` | {cell(first_line(function.__doc__))} |" for name, function in of.items()]
    return ["| name | takes | what it is |", "|---|---|---|", *rows, ""]


def _takes(function: Callable[..., object]) -> str:
    return ", ".join(str(one).partition(":")[0] for one in inspect.signature(function).parameters.values() if one.name != "self")


def _pieces(file: str, what: str) -> list[str]:
    """The macros or blocks of a template, each with the comment before it."""
    source = (folder("templates") / "emails" / file).read_text(encoding="utf-8")
    found = re.findall(rf"(?:\{{#-? ([^#\n]*) -?#\}}\n?)?\{{%-? {what} (\w+(?:\([^)]*\))?) -?%\}}", source)
    return [f"| `{file}` | what it is |", "|---|---|", *(f"| `{name}` | {cell(said)} |" for said, name in found), ""]


def _style() -> list[str]:
    """The variables of style sheets."""
    said = entries(variables) | entries(Theme.colours)
    said |= {name.replace("_", "-"): str(field.description) for name, field in Theme.model_fields.items()}
    rows = [f"| `--{name}` | {cell(said[name])} | {_code(value)} |" for name, value in variables(Theme()).items()]
    return [
        "## Style sheets",
        "",
        _STYLE,
        "",
        "| variable | what it is | of the theme that is there at first |",
        "|---|---|---|",
        *rows,
        "",
    ]


def _fields() -> list[str]:
    """What an article can leave open, and what its conditions can ask besides."""
    person = Recipient(0, 0, 0, "carmen.ibanez@example.org", "Carmen Ibáñez", "es", {"Ward": "Hillside"})
    said = meanings(Recipient) | {"first_name": first_line(slots.first_name.__doc__)}
    rows = [(name, said[name], slots.reader(name)(person)) for name in ("name", "first_name", "address", "language")]
    rows += [("attribute.ward", said["attributes"], slots.reader(slots.attribute("Ward"))(person))]
    rows += [("list", meanings(Shared)["list_slug"], "news")]
    lines = ["## Fields of an article", "", _FIELDS, "", "| name | stands | type | what it is | example |", "|---|---|---|---|---|"]
    for name, words, example in rows:
        where = "in conditions alone" if name in {"language", "list"} else "anywhere"
        lines.append(f"| `{name}` | {where} | text | {cell(words)} | {_code(example)} |")
    return lines


def _kinds() -> list[str]:
    said = meanings(BlockKind)
    rows = [f"| `{kind.value}` | {cell(said[kind.name])} |" for kind in BlockKind]
    return ["| `block.kind.value` | what it is |", "|---|---|", *rows, ""]


def _type(kind: Any) -> str:  # noqa: ANN401 whatever stands in an annotation
    """An annotation in words, what has a section as a link."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin in {Union, UnionType}:
        others = [_type(one) for one in inner if one is not NoneType and not (one is not str and issubclass(one, str))]
        return " or ".join([*others, *(["none"] if NoneType in inner else [])])
    if origin is tuple:
        return f"{'list' if Ellipsis in inner else 'pair'} of {_type(inner[0])}"
    if kind in PARTS:
        return f"[{kind.__name__}](#{kind.__name__.lower()})"
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return f"{_type(inner[1])} by {_type(inner[0])}"
    return "function" if origin is Callable else _PLAIN.get(kind, "text")


def _shown(value: object) -> str:
    """A value as an example; of what has a section of its own, none."""
    if isinstance(value, str) and not isinstance(value, Enum):
        return _code(value) if value else ""
    if isinstance(value, bool):
        return _code(str(value).lower())
    if isinstance(value, int | Enum):
        return _code(str(value.value if isinstance(value, Enum) else value))
    if isinstance(value, tuple) and value and all(isinstance(one, str) for one in value):
        return ", ".join(_code(one) for one in value[:3])
    return ""


def _code(text: str) -> str:
    shortened = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    return f"`{' '.join(shortened.split())}`"
