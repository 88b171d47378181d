"""What a mail relies on and a client of note does not have, by caniemail.com (data of 9 September 2025).

Only what a layout leans on is looked for, in elements and their inline styles: that rounded corners are square in Outlook harms nobody.
"""

import re
from collections.abc import Iterator

from fob_mail.preflight.cascade import declarations
from fob_mail.preflight.markup import Element
from fob_mail.preflight.problem import Problem, warning

G, W, O, Y, T = "Gmail", "Outlook for Windows", "Outlook.com", "Yahoo", "Thunderbird"  # noqa: E741 a letter a client
MOST = (G, W, O, Y)

STYLES = {
    "animation": MOST,
    "aspect-ratio": (G, W, O, Y, T),
    "background-image": (W,),
    "clip-path": MOST,
    "column-count": (W, Y),
    "display:flex": (W,),
    "display:grid": (G, W, Y),
    "filter": MOST,
    "float": (W,),
    "gap": (W, Y),
    "grid-template": MOST,
    "inset": MOST,
    "mask-image": MOST,
    "max-height": (W,),
    "min-height": (W,),
    "object-fit": (W, Y),
    "opacity": (W,),
    "overflow": (W,),
    "position": (G, W),
    "transform": MOST,
    "visibility": (G, W),
    "writing-mode": (W, Y),
    "z-index": (G, W),
}
"""Properties, some only with a value; the clients that lack them."""

VALUES = {"var(": ("variables", MOST), "calc(": ("unit-calc", (W, O, Y)), "linear-gradient(": ("linear-gradient", (W, O, Y))}
ELEMENTS = {
    "audio": MOST,
    "bdi": MOST,
    "button": (W, O),
    "dialog": MOST,
    "marquee": (G, W),
    "meter": (G, W, Y),
    "picture": MOST,
    "progress": MOST,
    "select": (W,),
    "svg": MOST,
    "textarea": (W,),
    "video": MOST,
}
ATTRIBUTES = {"srcset": MOST, "hidden": MOST}
PICTURES = {"webp": (W,), "avif": (W,), "svg": (G,), "heif": (W, O, T), "tiff": (W, O, Y, T), "base64": (G,)}
_ENDINGS = {"heic": "heif", "tif": "tiff"}


def check_support(page: Element) -> Iterator[Problem]:
    """One problem a feature, with the clients that do not have it."""
    found: dict[str, tuple[str, ...]] = {}
    for element in page.walk():
        found |= dict(_features(element))
    for feature, clients in found.items():
        names = ", ".join(clients[:-1]) + " and " + clients[-1] if len(clients) > 1 else clients[0]
        problem = f"The mail uses {feature}, which {names} {'do' if len(clients) > 1 else 'does'} not have."
        yield warning("unsupported", "html", problem, "Take it out of the template, or make sure that nothing is lost without it.")


def _features(element: Element) -> Iterator[tuple[str, tuple[str, ...]]]:
    if element.tag in ELEMENTS:
        yield f"<{element.tag}>", ELEMENTS[element.tag]
    for name in ATTRIBUTES.keys() & element.given.keys():
        yield f"the attribute {name}", ATTRIBUTES[name]
    if element.tag == "img":
        kind = _kind(element.given.get("src", ""))
        if kind in PICTURES:
            yield f"a picture as {kind}", PICTURES[kind]
    for name, value in declarations(element.given.get("style", "")).items():
        for feature in (name, f"{name}:{value.removeprefix('inline-')}"):
            if feature in STYLES and value not in {"none", "auto", "static", "visible", "1"}:
                yield feature, STYLES[feature]
        for sign, (_, clients) in VALUES.items():
            if sign in value:
                yield f"{sign})", clients


def _kind(source: str) -> str:
    if source.startswith("data:"):
        return "base64"
    ending = re.sub(r"[?#].*", "", source).rpartition(".")[2].lower()
    return _ENDINGS.get(ending, ending)
