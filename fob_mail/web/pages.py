"""How a public page speaks a reader's language, and how it is drawn: one template, whatever it says."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from gettext import NullTranslations

from flask import Response, make_response, render_template, request
from markupsafe import Markup, escape

from fob_mail import translations
from fob_mail.assets import folder
from fob_mail.settings import Organisation
from fob_mail.translations import FALLBACK, primary

DOMAIN = "pages"
FOLDER = folder("templates") / "pages"
STYLE = Markup((FOLDER / "style.css").read_text(encoding="utf-8"))  # noqa: S704 a file of our own  # nosec
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
"""What the Content-Security-Policy allows: this style element and no other."""


@dataclass(frozen=True, slots=True)
class Words:
    """One language's catalogue of the public pages."""

    language: str
    phrases: NullTranslations

    def say(self, phrase: str, **slots: str | int) -> Markup:
        """An English phrase in this language; what fills its slots is escaped, and set apart if it runs the other way."""
        return _filled(self.phrases.gettext(phrase), slots)

    def say_many(self, one: str, many: str, number: int, **slots: str | int) -> Markup:
        """The phrase for one thing or for many, as this language counts; `{number}` is among its slots."""
        return _filled(self.phrases.ngettext(one, many, number), {**slots, "number": number})

    def say_in(self, context: str, phrase: str, **slots: str | int) -> Markup:
        """A phrase that means one thing here and another elsewhere."""
        return _filled(self.phrases.pgettext(context, phrase), slots)

    @property
    def name(self) -> Markup:
        """What this language calls itself."""
        return self.say_in("the name of this language", "English")

    @property
    def read_it_here(self) -> Markup:
        """What leads to this language."""
        return self.say("Read this page in English")


def as_it_is(text: str) -> Markup:
    """What people have written, escaped, and set apart if it runs the other way."""
    return Markup("<bdi>{}</bdi>").format(text)


def _filled(phrase: str, slots: Mapping[str, str | int]) -> Markup:
    isolated = {name: as_it_is(str(value)) for name, value in slots.items()}
    return escape(phrase).format(**isolated)


@dataclass(frozen=True, slots=True)
class Saying:
    """A page that only says something: its title and its text, in English, marked by to_say."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A button, and what stands above it; `kind` is how loud it is: main or quiet."""

    action: str
    button: Markup
    heading: Markup | None = None
    text: Markup | None = None
    kind: str = "main"
    field: "Field | None" = None  # what can be written before it is pressed


@dataclass(frozen=True, slots=True)
class Way:
    """A link to another page of ours."""

    text: Markup
    url: str


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form: one line of text, or a choice of value and label. What is not `optional`, in that word, must be filled in."""

    name: str
    label: Markup
    value: str = ""
    kind: str = "text"
    longest: int = 200
    autocomplete: str = ""
    optional: Markup | None = None
    hint: Markup | None = None
    error: Markup | None = None
    choices: tuple[tuple[str, Markup], ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """What one page says, and what can be done there."""

    title: Markup
    text: Markup
    offers: tuple[Offer, ...] = ()
    links: tuple[Way, ...] = ()


@lru_cache(maxsize=1)
def all_words() -> Mapping[str, Words]:
    """The words of every language there is, by its tag."""
    return {language: Words(language, translations.catalogue(DOMAIN, language)) for language in translations.languages(DOMAIN)}


def words_for(*preferred: str | None) -> Words:
    """The words to use now: what `?lang=` asks for, else the first of these languages that we speak, else the browser's."""
    wanted = (request.args.get("lang"), *preferred, *request.accept_languages.values())
    spoken = (primary(tag) for tag in wanted if tag)
    return all_words()[next((language for language in spoken if language in all_words()), FALLBACK)]


def notice(words: Words, saying: Saying, **slots: str | int) -> Notice:
    """A page that only says something."""
    return Notice(words.say(saying.title, **slots), words.say(saying.text, **slots))


def draw(
    shown: Notice, words: Words, organisation: Organisation, status: int = 200, *, template: str = "page.html", **more: object
) -> Response:
    """The page as an answer; `more` is what its template shows besides the notice."""
    others = [other for other in all_words().values() if other != words]
    html = render_template(
        template, notice=shown, say=words.say, language=words.language, others=others, organisation=organisation, style=STYLE, **more
    )
    response = make_response(html, status)
    response.headers["Content-Language"] = words.language
    return response


def language_choices(words: Words, chosen: str) -> tuple[tuple[str, Markup], ...]:
    """The languages to choose among, each in its own words; one that we do not speak stays if it was chosen before."""
    spoken = [(other.language, other.name) for other in all_words().values()]
    if chosen and primary(chosen) not in all_words():
        spoken.append((chosen, as_it_is(chosen)))
    return (("", words.say("As the list is")), *spoken)
