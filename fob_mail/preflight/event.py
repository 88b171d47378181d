"""The event: whether it is still to come, and whether weekdays and dates agree, wherever the article names them."""

import re
from collections.abc import Iterator
from datetime import datetime

from fob_mail.articles import dates
from fob_mail.articles.article import Article
from fob_mail.composing.words import languages, words_of
from fob_mail.preflight.problem import Problem, warning


def check_event(article: Article, now: datetime) -> Iterator[Problem]:
    """What is wrong with when it is; `now` is aware."""
    yield from _other_dates(article)
    when = article.event.when if article.event else None
    if when is None:
        return
    known = {notice.about for notice in article.notices}
    words = words_of(article.language or "en")
    day = words.day(when.starts.date(), year=True)
    if (when.ends or when.starts) < now:
        yield warning("event-past", "article", f"The event is over: it was on {day}.", "Check the date; write the year if it is another.")
    said = _weekday(when.as_written)
    if said is not None and said != when.starts.weekday() and not any("weekday" in about for about in known):
        problem = f"The article says {when.as_written!r}, but that day is a {words.weekdays[when.starts.weekday()]}."
        yield warning("weekday-mismatch", "article", problem, "Correct the weekday or the date in the article.")
    if not when.year_said and not any("year" in about for about in known):
        problem = f"The article does not say the year; taken to be {day}."
        yield warning("year-inferred", "article", problem, "Write the year if it is another.")


def _other_dates(article: Article) -> Iterator[Problem]:
    """Dates in the text besides the event's, which reading has looked at."""
    event = article.event.when.as_written if article.event and article.event.when else ""
    for text in (article.title, article.standfirst, *(block.text for block in article.body)):
        for found in dates.find(text):
            real = dates.disagrees(found)
            if real and found.as_written != event:
                problem = f"The article says \u201c{found.as_written}\u201d, but that day is a {real}."
                yield warning("weekday-mismatch", "article", problem, "Correct the weekday or the date in the article.")


def _weekday(as_written: str) -> int | None:
    """The weekday that a date names first, 0 for Monday, in any language that we have words for."""
    found: list[tuple[int, int]] = []
    for words in map(words_of, languages()):
        for number, name in enumerate(words.weekdays):
            if match := re.search(rf"\b{name}\b", as_written, re.IGNORECASE):
                found.append((match.start(), number))
    return min(found)[1] if found else None
