"""From articles to a mail of some kind: subject, HTML and text with marks where readers differ, in a quarter of a second."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fob_mail.articles.article import Article
from fob_mail.composing.composed import Composed, Masthead, Shown
from fob_mail.composing.headlines import preheader_of, subject_of
from fob_mail.composing.inlining import inlined
from fob_mail.composing.kinds import INVITE, REMINDER, Kind
from fob_mail.composing.merging import Vocabulary, merged, words_in
from fob_mail.composing.page import Page, lay_out
from fob_mail.composing.plain import WIDTH, plain
from fob_mail.composing.seen import SeenInHtml, SeenInText
from fob_mail.composing.typesetting import NBSP
from fob_mail.composing.words import words_of


@dataclass(frozen=True, slots=True)
class Wishes:
    """What an organiser says of a mail besides its articles; empty where it is made from them."""

    subject: str = ""
    preheader: str = ""
    kind: Kind = INVITE
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    pictures: Mapping[str, Shown] = field(default_factory=dict)  # by what the article calls them


def compose(article: Article, masthead: Masthead, language: str, wishes: Wishes = Wishes(), more: tuple[Article, ...] = ()) -> Composed:
    """A mail in one language (BCP 47); `more` are a newsletter's further articles."""
    words = words_of(language)
    articles = tuple(merged(each, wishes.vocabulary) for each in (article, *more))
    wanted = words_in(wishes.subject, wishes.vocabulary), words_in(wishes.preheader, wishes.vocabulary)
    subject = subject_of(articles[0], words, wanted[0], reminder=wishes.kind.name == REMINDER, more=len(more))
    preheader = wanted[1] or preheader_of(articles[0], words, tuple(other.title for other in articles[1:]))
    page = lay_out(articles, masthead, language, subject, preheader, wishes.pictures)
    return drawn(page, wishes.kind, preheader)


def drawn(page: Page, kind: Kind, preheader: str) -> Composed:
    """A page by the templates of its kind, as HTML and as text."""
    return Composed(page.language, page.subject, preheader, _html(page, kind), _text(page, kind))


def _html(page: Page, kind: Kind) -> str:
    theme = page.masthead.theme
    seen = SeenInHtml(page=page, say=page.words.say, theme=theme, head_css=kind.styles("head.css", theme))
    return inlined(kind.render("message.html", seen), kind.styles("style.css", theme, page.direction))


def _text(page: Page, kind: Kind) -> str:
    """Wrapped with its no-break spaces, which then become plain ones: they are no help to those who search or copy."""
    links: dict[str, int] = {}
    texts = tuple(plain(story.blocks, links) for story in page.stories)
    seen = SeenInText(
        page=page, say=page.words.say, theme=page.masthead.theme, texts=texts, links=tuple(links), width=WIDTH, rule="-" * WIDTH
    )
    return kind.render("message.txt", seen).replace(NBSP, " ").strip("\n") + "\n"
