"""How a public page speaks a reader's language, and how it is drawn: one template, whatever it says."""

import base64
import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from flask import Response, make_response, render_template, request
from markupsafe import Markup, escape

from fob_mail.assets import folder
from fob_mail.settings import Organisation

FALLBACK = "en"
FOLDER = folder("templates") / "pages"
STYLE = Markup((FOLDER / "style.css").read_text(encoding="utf-8"))  # noqa: S704 a file of our own
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
"""What the Content-Security-Policy allows: this style element and no other."""


@dataclass(frozen=True, slots=True)
class Words:
    """The contents of templates/pages/words/LANGUAGE.toml."""

    language: str
    phrases: Mapping[str, str]

    def say(self, phrase: str, **slots: str | int) -> Markup:
        """A phrase with its slots filled; each value is escaped, and set apart where it is written from right to left."""
        isolated = {name: Markup("<bdi>{}</bdi>").format(value) for name, value in slots.items()}
        return escape(self.phrases[phrase]).format(**isolated)


@dataclass(frozen=True, slots=True)
class Offer:
    """A button, and what stands above it; `kind` is how loud it is: main or quiet."""

    action: str
    button: Markup
    heading: Markup | None = None
    text: Markup | None = None
    kind: str = "main"


@dataclass(frozen=True, slots=True)
class Notice:
    """What one page says, and what can be done there."""

    title: Markup
    text: Markup
    offers: tuple[Offer, ...] = ()


@lru_cache(maxsize=1)
def all_words() -> Mapping[str, Words]:
    """The words of every language there is, by its tag."""
    files = sorted((FOLDER / "words").glob("*.toml"))
    return {file.stem: Words(file.stem, tomllib.loads(file.read_text(encoding="utf-8"))["phrases"]) for file in files}


def words_for(*preferred: str | None) -> Words:
    """The words to use now: what `?lang=` asks for, else the first of these languages that we speak, else the browser's."""
    wanted = (request.args.get("lang"), *preferred, *request.accept_languages.values())
    spoken = (_primary(tag) for tag in wanted if tag)
    return all_words()[next((language for language in spoken if language in all_words()), FALLBACK)]


def notice(words: Words, name: str) -> Notice:
    """A page that only says something."""
    return Notice(words.say(f"{name}_title"), words.say(f"{name}_text"))


def draw(shown: Notice, words: Words, organisation: Organisation, status: int = 200) -> Response:
    """The page as an answer."""
    others = [other for other in all_words().values() if other != words]
    html = render_template(
        "page.html", notice=shown, words=words, language=words.language, others=others, organisation=organisation, style=STYLE
    )
    response = make_response(html, status)
    response.headers["Content-Language"] = words.language
    return response


def _primary(tag: str) -> str:
    return tag.replace("_", "-").partition("-")[0].lower()
