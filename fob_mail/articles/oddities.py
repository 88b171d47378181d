"""What in a text may not come out as its writer means: days that do not exist, other days, marks of Markdown."""

import re
from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo

from fob_mail.articles import dates
from fob_mail.articles.article import Notice

LONGEST = 1500
"""Characters of a paragraph in which dates are looked for."""

_LONGEST_MONTH = 31  # "some 40 may come" is no day
_SHOWN = 3
_MARKDOWN = re.compile(r"\[[^\]\n]{1,200}\]\(https?://|^#{1,6} \S|\*\*\S[^*\n]{0,200}\*\*|!\[", re.MULTILINE)


def impossible(texts: list[str]) -> list[Notice]:
    """The days and times of day that are written and do not exist; of days, only what no other reading explains."""
    written: dict[str, Notice] = {}
    for found in _found(texts):
        if not dates.possible(found) and (found.day <= _LONGEST_MONTH or found.year or found.weekday is not None):
            problem = f"There is no such day: \u201c{found.as_written}\u201d."
            written[found.as_written] = Notice("impossible-date", problem, "Correct the date in the article.")
        if found.no_time:
            problem = f"There is no such time of day: \u201c{found.no_time}\u201d, after \u201c{found.as_written}\u201d."
            written[f"{found.as_written} {found.no_time}"] = Notice("impossible-time", problem, "Correct the time in the article.")
    return list(written.values())


def other_days(taken: dates.Found, others: list[dates.Found], zone: ZoneInfo, today: date) -> list[Notice]:
    """Further days that are announced like the one that was taken, unless they are over."""
    days = {(taken.month, taken.day)}
    named: list[str] = []
    for found in others:
        moment = dates.when(found, zone, today)
        if moment and moment.starts.date() >= today and (found.month, found.day) not in days:
            days.add((found.month, found.day))
            named.append(f"\u201c{found.as_written}\u201d")
    if not named:
        return []
    more = f" and {len(named) - _SHOWN} more" if len(named) > _SHOWN else ""
    problem = f"Several days are announced: \u201c{taken.as_written}\u201d is taken for the event, not {', '.join(named[:_SHOWN])}{more}."
    return [Notice("several-days", problem, "If another one is meant, write it in the front matter: date: 2027-04-19 18:30")]


def marks_of_markdown(text: str) -> list[Notice]:
    """Plain text that has marks of Markdown, which plain text shows as they stand."""
    match = _MARKDOWN.search(text)
    if not match:
        return []
    shown = " ".join(match[0].split())[:40]
    problem = f"The article is read as plain text, and has marks of Markdown (\u201c{shown}\u201d) that will be shown as they stand."
    return [Notice("looks-like-markdown", problem, "Give the file a name that ends in .md, or take the marks out.")]


def _found(texts: list[str]) -> Iterator[dates.Found]:
    return (found for text in texts if len(text) <= LONGEST for found in dates.find(text))
