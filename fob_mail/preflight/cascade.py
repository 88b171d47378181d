"""In which colours a mail's words stand, in light and in dark: inline styles, and what the head says for the dark."""

import re
from dataclasses import dataclass
from functools import cached_property

from fob_mail.preflight.markup import Element

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_DARK = re.compile(r"@media(?=[^{}@;]*prefers-color-scheme\s*+:\s*+dark)[^{}@;]*+\{((?:[^{}]*+\{[^{}]*+\})*+)[^{}]*+\}")
_RULE = re.compile(r"(?<![^{}])([^{}]++)\{([^{}]*+)\}")
_SIMPLE = re.compile(r"([a-z][a-z0-9]*)?((?:\.[\w-]+)*)", re.IGNORECASE)
_RGB = re.compile(r"rgba?\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})\s*(?:[,/]\s*(?:1|1\.0|100%)\s*)?\)")
_NAMES = {"white": "#ffffff", "black": "#000000", "red": "#ff0000", "gray": "#808080", "grey": "#808080", "silver": "#c0c0c0"}


@dataclass(frozen=True, slots=True)
class Colours:
    """Of some words and of what is behind them, as #rrggbb."""

    front: str
    back: str


def declarations(style: str) -> dict[str, str]:
    """A style attribute's properties and values, in lower case; !important is dropped."""
    pairs = (part.partition(":") for part in style.split(";"))
    return {name.strip().lower(): value.replace("!important", "").strip().lower() for name, colon, value in pairs if colon}


def colour_of(value: str) -> str | None:
    """A colour as #rrggbb; None if it is another kind of value, or lets through what is behind it."""
    value = value.strip().lower()
    if re.fullmatch(r"#[0-9a-f]{6}", value):
        return value
    if re.fullmatch(r"#[0-9a-f]{3}", value):
        return "#" + "".join(digit * 2 for digit in value[1:])
    if found := _RGB.fullmatch(value):
        return "#" + "".join(f"{min(int(part), 255):02x}" for part in found.groups())
    return _NAMES.get(value)


class Cascade:
    """The colours of one page. Selectors of tags and classes are understood, which is what mail readers leave standing."""

    def __init__(self, page: Element) -> None:
        sheet = _COMMENT.sub("", "\n".join(element.own_text for element in page.walk() if element.tag == "style"))
        rules = [(*_selector(one), _strong(body)) for names, body in _rules(sheet) for one in names.split(",")]
        self._dark = sorted(rules, key=lambda rule: len(rule[1]))  # the more classes it names, the more it says
        self._follows = bool(self._dark) or "color-scheme" in sheet

    @cached_property
    def has_dark(self) -> bool:
        """Whether the page says how it looks in the dark."""
        return bool(self._dark)

    def colours(self, element: Element, *, dark: bool) -> Colours | None:
        """Those of the element's words; None where they cannot be told, on a picture say."""
        ends = ("#ffffff", "#121212") if dark and self._follows else ("#000000", "#ffffff")
        front = self._nearest(element, ("color",), dark=dark) or ends[0]
        back = self._nearest(element, ("background-color", "background"), dark=dark) or ends[1]
        if "?" in {front, back}:
            return None
        return Colours(front, back)

    def _nearest(self, element: Element, names: tuple[str, ...], *, dark: bool) -> str | None:
        for at in element.upward():
            said = self._said(at, dark=dark)
            value = next((said[name] for name in names if name in said), "")
            if value and value not in {"inherit", "transparent", "none"}:
                return colour_of(value) or "?"
        return None

    def _said(self, element: Element, *, dark: bool) -> dict[str, str]:
        said = declarations(element.given.get("style", ""))
        if "bgcolor" in element.given:
            said.setdefault("background-color", element.given["bgcolor"])
        for tag, classes, body in self._dark if dark else ():
            if classes <= element.classes and tag in {"", element.tag}:
                said |= body
        return said


def _rules(sheet: str) -> list[tuple[str, str]]:
    return [rule for block in _DARK.findall(sheet) for rule in _RULE.findall(block)]


def _strong(body: str) -> dict[str, str]:
    """Those declarations that go before an inline style, as only !important does."""
    return declarations(";".join(part for part in body.split(";") if "!important" in part))


def _selector(words: str) -> tuple[str, frozenset[str]]:
    """The tag and the classes of a selector; one that is not understood fits nothing."""
    found = _SIMPLE.fullmatch(words.strip())
    if not found or not found[0]:
        return "?", frozenset()
    return (found[1] or "").lower(), frozenset(found[2].split(".")[1:])
