"""From an Article to an invitation: subject, HTML and text with marks where readers differ, in a quarter of a second."""

from functools import lru_cache

from jinja2 import FileSystemLoader, StrictUndefined, Template, select_autoescape
from jinja2.sandbox import SandboxedEnvironment

from fob_mail.articles.article import Article
from fob_mail.assets import folder
from fob_mail.composing.composed import Composed, Masthead
from fob_mail.composing.headlines import preheader_of, subject_of
from fob_mail.composing.inlining import inlined
from fob_mail.composing.page import Page, lay_out
from fob_mail.composing.plain import WIDTH, plain, wrap
from fob_mail.composing.typesetting import NBSP
from fob_mail.composing.words import words_of


def compose(article: Article, masthead: Masthead, language: str, *, subject: str = "") -> Composed:
    """The invitation in one language (BCP 47). `subject` replaces the one made from title and date."""
    words = words_of(language)
    subject = subject_of(article, words, subject)
    page = lay_out(article, masthead, language, subject)
    return Composed(language, subject, preheader_of(article, words), _html(page), _text(page))


def _html(page: Page) -> str:
    html = _template("message.html").render(page=page, head_css=_stylesheet("head.css"))
    return inlined(html, _stylesheet("style.css"))


def _text(page: Page) -> str:
    """Wrapped with its no-break spaces, which then become plain ones: they are no help to those who search or copy."""
    text = _template("message.txt").render(page=page, plain=plain(page.blocks), width=WIDTH)
    return text.replace(NBSP, " ").strip("\n") + "\n"


@lru_cache
def _stylesheet(name: str) -> str:
    return (folder("templates") / "emails" / "invite" / name).read_text(encoding="utf-8").strip()


@lru_cache
def _template(name: str) -> Template:
    environment = SandboxedEnvironment(
        loader=FileSystemLoader(folder("templates") / "emails" / "invite"),
        undefined=StrictUndefined,
        autoescape=select_autoescape(["html"], default=False),
    )
    environment.filters["wrap"] = wrap
    return environment.get_template(name)
