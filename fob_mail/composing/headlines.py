"""What the inbox shows before a mail is opened: its subject, and the line beside it."""

import re
from collections.abc import Iterator

from fob_mail.articles.article import Article, Block, BlockKind
from fob_mail.composing.plain import width
from fob_mail.composing.typesetting import one_line, one_marked_line
from fob_mail.composing.words import Words
from fob_mail.slots import MARK, is_branch

LONGEST_SUBJECT = 70
"""What a desktop's inbox shows; phones show about half, so the date comes last."""

LONGEST_PREHEADER = 90
LONGEST_NAME = 40


def subject_of(article: Article, words: Words, wanted: str = "", *, reminder: bool = False, more: int = 0) -> str:
    """The organiser's words if there are any, else the event's or article's title and, where there is room, its date and time.

    `more` is how many articles come after this one.
    """
    if one_marked_line(wanted):
        return one_marked_line(wanted)
    event = article.event
    title = one_line(event.name) if event and event.name and not more else one_marked_line(article.title)
    if reminder:
        title = words.say("Reminder: {title}", title=title)
    for ending in [_and_more(words, more), ""] if more else _endings(article, words):
        if title and width(title) + len(ending) <= LONGEST_SUBJECT:
            return title + ending
    return shortened(title, LONGEST_SUBJECT)


def preheader_of(article: Article, words: Words, others: tuple[str, ...] = ()) -> str:
    """The other articles' titles, if there are any; who will be there, if it is an event; else the standfirst or first sentence."""
    if titles := [one_marked_line(title) for title in others if title.strip()]:
        return shortened(words.say("Also: {titles}", titles="; ".join(titles)), LONGEST_PREHEADER)
    people = [one_line(p.name) for billing in (article.event.billings if article.event else ()) for p in billing.people]
    if people:
        return _with(people, words)
    first = next((block.text for block in _for_everybody(article.body) if block.kind is BlockKind.PARAGRAPH), "")
    return shortened(one_marked_line(article.standfirst) or first_sentence(one_marked_line(first)), LONGEST_PREHEADER)


def first_sentence(text: str) -> str:
    """Up to the first full stop, question or exclamation mark that is followed by a capital; all, if a condition goes on after that."""
    found = re.match(r".{20,}?[.?!…][”’»\"']?(?=\s+[“‘«¿¡\"']?[A-ZÀ-Þ])", text)
    return found[0] if found and not _opened(found[0]) else text


def _for_everybody(body: tuple[Block, ...]) -> Iterator[Block]:
    """The blocks around which no condition stands."""
    depth = 0
    for block in body:
        if is_branch(block.text):
            depth += _opened(block.text)
        elif not depth:
            yield block


def _opened(text: str) -> int:
    """How many conditions open in a marked text and do not close in it; fewer than none where more close."""
    fields = [field for field, _ in MARK.findall(text)]
    return fields.count("if") - fields.count("endif")


def shortened(text: str, longest: int) -> str:
    """Text of at most `longest` characters, cut between words with an ellipsis; one that differs from reader to reader is left whole."""
    if width(text) <= longest or MARK.search(text):
        return text
    return text[: longest - 1].rsplit(" ", 1)[0].rstrip(" ,;:–—-") + "…"


def _and_more(words: Words, more: int) -> str:
    return words.say_many(", and one more article", ", and {number} more articles", more)


def _endings(article: Article, words: Words) -> list[str]:
    when = article.event.when if article.event else None
    if when is None:
        return [""]
    day = words.day(when.starts.date(), year=False)
    moment = words.day_and_time(day, when.starts)
    return [f": {moment}", f": {day}", ""] if when.time_said else [f": {day}", ""]


def _with(people: list[str], words: Words) -> str:
    """As many as fit; a group described at length ("eyewitnesses from …") waits behind those who are named."""
    named = [person for person in people if len(person) <= LONGEST_NAME] or people
    for count in range(len(named), 0, -1):
        everyone = count == len(people)
        names = words.enumeration(named) if everyone else ", ".join(named[:count])
        line = words.say("With {names}", names=names) if everyone else words.say("With {names} and others", names=names)
        if len(line) <= LONGEST_PREHEADER:
            return line
    return shortened(words.say("With {names}", names=named[0]), LONGEST_PREHEADER)
