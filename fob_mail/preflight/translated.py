"""A campaign in several languages: do its articles tell of the same event, or would readers of one be sent elsewhere?"""

import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from fob_mail.articles.article import Article, CallKind
from fob_mail.preflight.problem import Problem, warning

_WORD = re.compile(r"[^\W\d_]{3,}")
_NUMBER = re.compile(r"\d+")


def check_translated(articles: Mapping[str, Sequence[Article]]) -> Iterator[Problem]:
    """Each event beside that of the first language; what only one of the two says is no contradiction."""
    languages = list(articles)
    for other in languages[1:]:
        for one, translated in zip(articles[languages[0]], articles[other], strict=False):
            yield from _beside(languages[0], one, other, translated)


def _beside(first: str, one: Article, other: str, translated: Article) -> Iterator[Problem]:
    for what, told in (("date", _when), ("place", _place), ("register", _link)):
        here, there = told(one), told(translated)
        if here and there and not _agree(what, here, there):
            problem = f"The {_NAMES[what]} differs between languages: {here} in {first}, {there} in {other}."
            yield warning(f"languages-{what}", "article", problem, "Correct the one that is wrong; if both are meant, all is well.")


_NAMES = {"date": "event's date", "place": "event's place", "register": "link to register"}


def _when(article: Article) -> str:
    when = article.event.when if article.event else None
    return f"{when.starts:%Y-%m-%d %H:%M}" if when and when.time_said else f"{when.starts:%Y-%m-%d}" if when else ""


def _place(article: Article) -> str:
    return article.event.place if article.event else ""


def _link(article: Article) -> str:
    return next((call.url for call in article.calls if call.kind is CallKind.REGISTER and call.url), "")


def _agree(what: str, here: str, there: str) -> bool:
    """Whether two languages can mean the same: a place is translated but for its numbers and some name, a link but for its language."""
    if what == "date":
        return here.startswith(there) or there.startswith(here)
    if what == "place":
        return _shared(_NUMBER, here, there) and _shared(_WORD, here, there)
    return _target(here) == _target(there)


def _shared(pattern: re.Pattern[str], here: str, there: str) -> bool:
    """Whether one of the two has no such words, or they have one in common."""
    ours, theirs = ({found.casefold() for found in pattern.findall(text)} for text in (here, there))
    return not ours or not theirs or bool(ours & theirs)


def _target(url: str) -> tuple[str, list[str]]:
    """Host and path, without what names a language, and without query and fragment."""
    parts = urlsplit(url)
    return (parts.hostname or "").removeprefix("www."), [part for part in parts.path.split("/") if len(part) > 2]  # noqa: PLR2004 /es/
