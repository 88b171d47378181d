"""The copy of a mail that everybody may read: nobody's name, address or link in it, and what a shared link shows of it."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass

from fob_mail.composing.composed import Composed
from fob_mail.composing.words import words_of
from fob_mail.conditions import Shared, compiled
from fob_mail.personalising import NOBODY, shown
from fob_mail.slots import Slot, Where, address_of, kept, parts

_CARRIED = re.compile(r"cid:([0-9a-f]{32})@pictures\.fob-mail")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the copy stands: its own address, where one leaves, where its pictures are, and its list's name."""

    url: str
    leave_url: str
    pictures_url: str
    list_slug: str = ""


def public_html(composed: Composed, place: Place, site: str) -> str:
    """The mail's HTML as a page: fields show their defaults, conditions hold as they do for nobody, and its head says what it is."""
    page = _for_nobody(composed.html, composed.language, place)
    page = _CARRIED.sub(lambda found: f"{html.escape(place.pictures_url)}{found[1]}", page)
    page = page.replace('<div class="page"', '<div role="main" class="page"', 1)
    return page.replace("</head>", f"{_shared_as(composed, place, site)}</head>", 1)


def _for_nobody(marked: str, language: str, place: Place) -> str:
    pieces = list(parts(marked, Where.HTML))
    asked = [piece.default for piece in pieces if isinstance(piece, Slot) and piece.field in {"if", "elif"}]
    holds = {condition: compiled(condition, Shared(place.list_slug, language))(NOBODY) for condition in asked}
    values = {"unsubscribe_url": place.leave_url, "address": words_of(language).say("each reader’s own address")}
    return "".join(piece if isinstance(piece, str) else _value(piece, values, place) for piece in kept(pieces, holds))


def _value(slot: Slot, values: Mapping[str, str], place: Place) -> str:
    if slot.field in {"view_url", "calendar_url"}:
        return html.escape(address_of(slot, place.url))
    return html.escape(values.get(slot.field, slot.default))


def _shared_as(composed: Composed, place: Place, site: str) -> str:
    """Open Graph's description of the page, with the card that shared links show."""
    title, described = shown(composed.subject), shown(composed.preheader)
    said = {
        "og:type": "article",
        "og:title": title,
        "og:description": described,
        "og:url": place.url,
        "og:site_name": site,
        "og:locale": composed.language.replace("-", "_"),
        "og:image": f"{place.url}/card.png",
        "og:image:type": "image/png",
        "og:image:width": "1200",
        "og:image:height": "630",
        "og:image:alt": title,
    }
    tags = [f'<meta property="{name}" content="{html.escape(value)}">' for name, value in said.items() if value]
    tags.append('<meta name="twitter:card" content="summary_large_image">')
    tags.append(f'<meta name="description" content="{html.escape(described)}">')
    tags.append('<link rel="icon" href="data:,">')
    return "\n".join(tags) + "\n"
