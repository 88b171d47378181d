"""The article: whether it was read whole, and which of its links are lost; and whether the mail speaks its language."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from fob_mail.articles.article import Article, CallKind, CallToAction
from fob_mail.composing.calling import usable
from fob_mail.composing.words import languages, speaks
from fob_mail.preflight.problem import Problem, error, warning


def check_article(article: Article) -> Iterator[Problem]:
    """What reading noticed, and what is missing altogether."""
    if not article.title.strip():
        yield error("no-title", "article", "The article has no title.", "Write it in the article's first line.")
    if not article.body:
        yield warning("no-body", "article", "The article has no text besides its title and event.", "Check that it was read whole.")
    lost = [call for call in article.calls if not usable(call.url)]
    yield from _calls(article, lost)
    yield from _pictures(article)
    for notice in article.notices:
        if notice.about != "lost-link" or not any(call.label in notice.problem for call in lost):
            yield warning(notice.about, "article", notice.problem, notice.remedy)


def _pictures(article: Article) -> Iterator[Problem]:
    """What readers who see no picture miss, and who learns of those that see one."""
    images = [block.image for block in article.body if block.image]
    for image in images:
        if not image.alt.strip():
            problem = f"The picture {image.src[:80]} has no words: readers who do not see it get nothing in its place."
            remedy = "Say what it shows, unless it only decorates: ![what it shows](its file)"
            yield warning("no-words-for-picture", "article", problem, remedy)
    hosts = sorted({urlsplit(image.src).hostname or image.src[:80] for image in images if image.path is None})
    if hosts:
        problem = f"Pictures are fetched from {', '.join(hosts)}, which thus learns who opens the mail, and when."
        yield warning(
            "far-picture", "article", problem, "Save them beside the article, and write their file names in place of the addresses."
        )


def check_language(language: str) -> Iterator[Problem]:
    """Whether the frame around the article is in its language."""
    if not speaks(language):
        problem = f"There are no words for the language {language!r}: dates, labels and the foot are in English."
        yield warning("no-words", "text", problem, f"Look at the preview; or compose with --language {' or '.join(languages())}.")


def _calls(article: Article, lost: list[CallToAction]) -> Iterator[Problem]:
    """What readers cannot do because a link is not there; without the main one there is no button."""
    register = [call for call in article.calls if call.kind is CallKind.REGISTER]
    if article.event and not any(usable(call.url) for call in register):
        said = f"“{register[0].label}” has lost its link" if register else "the article has no link to register at"
        yield warning("no-button", "article", f"The mail has no button: {said}.", "Give it one: --link register=https://…")
    for call in lost:
        if call.kind is not CallKind.REGISTER or not article.event:
            problem = f"“{call.label}” has lost its link, and is left out of the mail."
            yield warning("lost-link", "article", problem, f"Give it one: --link {call.kind}=https://…")
