"""From articles to a mail of some kind: subject, HTML and text with marks where readers differ, in a quarter of a second."""

from fob_mail.articles.article import Article
from fob_mail.composing.composed import Composed, Masthead
from fob_mail.composing.headlines import preheader_of, subject_of
from fob_mail.composing.inlining import inlined
from fob_mail.composing.kinds import INVITE, NEWSLETTER, REMINDER, Kind
from fob_mail.composing.page import Page, lay_out
from fob_mail.composing.plain import WIDTH, plain, wrap
from fob_mail.composing.typesetting import NBSP
from fob_mail.composing.words import words_of


def compose(  # noqa: PLR0913 what a mail is made of
    article: Article, masthead: Masthead, language: str, *, subject: str = "", kind: Kind = INVITE, more: tuple[Article, ...] = ()
) -> Composed:
    """A mail in one language (BCP 47). `subject` replaces the one made from title and date; `more` are a newsletter's further articles."""
    words = words_of(language)
    subject = subject_of(article, words, subject, reminder=kind.name == REMINDER, more=len(more))
    preheader = preheader_of(article, words, tuple(other.title for other in more))
    page = lay_out((article, *more), masthead, language, subject, titled=kind.name != NEWSLETTER)
    return Composed(language, subject, preheader, _html(page, kind), _text(page, kind))


def _html(page: Page, kind: Kind) -> str:
    colours = page.masthead.theme.colours()
    html = kind.render("message.html", page=page, head_css=kind.styles("head.css", page.masthead.theme), colours=colours)
    return inlined(html, kind.styles("style.css", page.masthead.theme))


def _text(page: Page, kind: Kind) -> str:
    """Wrapped with its no-break spaces, which then become plain ones: they are no help to those who search or copy."""
    links: dict[str, int] = {}
    texts = tuple(plain(story.blocks, links) for story in page.stories)
    text = kind.render("message.txt", page=page, texts=texts, links=tuple(links), width=WIDTH, rule="-" * WIDTH, wrap=wrap)
    return text.replace(NBSP, " ").strip("\n") + "\n"
