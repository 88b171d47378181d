"""From an organiser's file to an Article: decoded, its front matter taken off, and the rest understood."""

import re
from dataclasses import replace
from datetime import date
from pathlib import PurePath
from zoneinfo import ZoneInfo

from fob_mail.articles import front_matter, markdown, plain
from fob_mail.articles.article import Article, CallKind, CallToAction, Notice
from fob_mail.articles.assembly import Assembled
from fob_mail.articles.front_matter import FrontMatter
from fob_mail.articles.oddities import marks_of_markdown
from fob_mail.articles.runs import tidy_blocks
from fob_mail.articles.understanding import understand
from fob_mail.errors import InputError
from fob_mail.events import Event, When

LARGEST = 2_000_000
"""Bytes of an article."""

_SIGNATURES = {
    b"\xd0\xcf\x11\xe0": "an old Word file (.doc), or one with a password",
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"{\\rtf": "an RTF file",
}
PAGE = re.compile(
    r"\s*(?:<\?xml\b[^>]*>\s*)?(?:<!--.{0,2000}?-->\s*)?<(?:!doctype\s+html|html|head|body|div|article)\b", re.IGNORECASE | re.DOTALL
)
"""How a web page begins."""
_AS_TEXT = "Save the article as a Word document (.docx), plain text (.txt) or Markdown (.md)."


def decode(raw: bytes) -> str:
    """The text of a file: UTF-8 with or without a byte-order mark, UTF-16, else Windows-1252. Line ends become newlines."""
    if len(raw) > LARGEST:
        raise InputError(f"The article has over {LARGEST:,} bytes.", "Give a text file (.txt or .md).")
    for signature, kind in _SIGNATURES.items():
        if raw.startswith(signature):
            raise InputError(f"The article is {kind}, not a text.", _AS_TEXT)
    text = _decoded(raw)
    if "\x00" in text:
        raise InputError(
            "The article is not a text: it has bytes that no text has.", f"If it was a Word document, it is damaged. {_AS_TEXT}"
        )
    if not text.strip():
        raise InputError("The article is empty.", "Write something into it, or give another file.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read(source: str, file_name: str, zone: ZoneInfo, today: date) -> Article:
    """Understand an article. `.md` is Markdown, everything else plain text; dates are in `zone`, years inferred from `today`.

    Raises InputError if the front matter is wrong or there is no text below it.
    """
    matter, text = front_matter.split(source.replace("\r\n", "\n").lstrip("\ufeff"), zone)
    if not text.strip() and not matter.understood:
        raise InputError("The article has front matter and no text.", "Write the article below the second line of ---.")
    if PurePath(file_name).suffix.lower() in {".md", ".markdown"}:
        found = markdown.read(text)
    else:
        found = Assembled("", tidy_blocks(plain.blocks(text)), [], marks_of_markdown(text))
    if matter.understood:
        return _as_written(found, matter)
    if not found.title and not any(block.text.strip() for block in found.blocks):
        raise InputError("The article has no words.", "Write some, or give another file.")
    article = understand(found.blocks, matter.title or found.title, zone, today)
    return _completed(replace(article, notices=(*found.notices, *article.notices), footnotes=tuple(found.notes)), matter)


def _as_written(found: Assembled, matter: FrontMatter) -> Article:
    """The article of a source in which all is told: nothing is looked for in its text."""
    title = matter.title or found.title
    if not title:
        raise InputError("The article has no title.", "Write it in the front matter: title: \u2026")
    calls = _calls(matter.all_calls, matter)
    inferred = [event.when.as_written for event in matter.events if event.when and not event.when.year_said]
    notices = [
        Notice("year-inferred", f"The year of \u201c{written}\u201d is inferred.", "Check it, and take out the line `inferred: year`.")
        for written in inferred
    ]
    return Article(
        title=title,
        standfirst=matter.standfirst,
        byline=matter.byline,
        body=tuple(found.blocks),
        event=_event(matter.events[0] if matter.events else None, title, matter),
        calls=calls,
        footnotes=(*found.notes, *matter.notes),
        language=matter.language or None,
        notices=(*found.notices, *notices, *_lost(calls)),
        more_events=matter.events[1:],
    )


def _decoded(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _completed(article: Article, matter: FrontMatter) -> Article:
    """What the front matter says goes before what the text seemed to say; and what it settles is no longer noticed."""
    events = matter.events or article.events
    event = _event(events[0] if events else None, article.title, matter)
    settled = set()
    if matter.date or matter.events:
        settled |= {
            "year-inferred",
            "no-date",
            "no-time",
            "impossible-date",
            "impossible-time",
            "day-first",
            "several-days",
            "time-zone",
            "weekday-mismatch",
            "no-event",
        }
    if matter.event or matter.place:
        settled.add("no-event")
    if matter.language:
        settled.add("right-to-left")
    calls = _calls(matter.all_calls or article.calls, matter)
    return replace(
        article,
        standfirst=matter.standfirst or article.standfirst,
        byline=matter.byline or article.byline,
        language=matter.language or article.language,
        event=event,
        more_events=events[1:],
        footnotes=(*article.footnotes, *matter.notes),
        calls=calls,
        notices=tuple(n for n in article.notices if n.about not in settled) + _lost(calls),
    )


def _event(event: Event | None, title: str, matter: FrontMatter) -> Event | None:
    if event and matter.rsvp:
        event = replace(event, rsvp=True)
    if not (matter.date or matter.event or matter.place):
        return event
    event = event or Event(name=title, rsvp=matter.rsvp)
    moment = event.when
    if matter.date:
        written = event.when.as_written if event.when else ""
        moment = When(matter.date, written, matter.ends, year_said=True, time_said=matter.time_said)
    return replace(event, name=matter.event or event.name, place=matter.place or event.place, when=moment)


def _calls(calls: tuple[CallToAction, ...], matter: FrontMatter) -> tuple[CallToAction, ...]:
    """The text's calls with the addresses that the front matter gives them; those that only it has come after."""
    given = {kind: url for kind, url in matter.calls.items() if url}
    found = [replace(call, url=given.get(call.kind) or call.url) for call in calls]
    missing = [CallToAction(kind, kind.value.capitalize(), url) for kind, url in given.items() if kind not in {c.kind for c in calls}]
    return (*found, *missing, *(CallToAction(CallKind.LINK, label, url) for label, url in matter.links.items()))


def _lost(calls: tuple[CallToAction, ...]) -> tuple[Notice, ...]:
    return tuple(
        Notice("lost-link", f"\u201c{call.label}\u201d has lost its link.", f"Write it in the front matter: {call.kind}: https://\u2026")
        for call in calls
        if not call.url
    )
