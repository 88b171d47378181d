"""Preflight: what is wrong with a mail before it goes, each with what to do about it.

An error stops a campaign; a warning is for a person to weigh. The figures and rules are those of Gmail, RFC 8058 and
the law of the countries where readers live; each is named where it is checked.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from html.parser import HTMLParser
from urllib.parse import urlsplit

from fob_mail.articles.article import Article, CallKind, CallToAction
from fob_mail.composing.calling import usable
from fob_mail.composing.composed import Composed, Masthead
from fob_mail.composing.headlines import LONGEST_SUBJECT
from fob_mail.composing.words import languages, speaks, words_of
from fob_mail.personalising import FIELDS, MARK, mark
from fob_mail.settings import LOCAL_HOSTS
from fob_mail.signing.seal import ENOUGH_BITS, Signer

CLIPPED = 102_000
"""Bytes of HTML from which Gmail cuts a mail off, and its way out with it."""

HEAVY = 90_000
FORBIDDEN = frozenset({"script", "form", "iframe", "link", "base", "object", "embed", "input", "meta-refresh"})

_UNRENDERED = re.compile(r"\{\{.{0,80}?\}\}|\{%.{0,80}?%\}|\*\|\w{1,40}\|\*|\{\{|\}\}", re.DOTALL)
_FAKE_REPLY = re.compile(r"(?:re|fwd?|aw|rv|tr|sv)\s*:", re.IGNORECASE)


class Severity(StrEnum):
    """How bad it is."""

    ERROR = "error"  # must not go like this
    WARNING = "warning"  # may be as it should be


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. `about` is a stable word for programs; `place` is html, text, subject, article or settings."""

    severity: Severity
    about: str
    place: str
    problem: str
    remedy: str


def check(  # noqa: PLR0913 what a mail is judged by
    composed: Composed, article: Article, masthead: Masthead, *, now: datetime, base_url: str = "", relay_host: str = "localhost"
) -> list[Problem]:
    """Everything that is wrong, errors first. `now` is aware; read the article as of the day on which it was composed."""
    found = [
        *_subject(composed.subject),
        *_page(composed),
        *_way_out(composed),
        *_language(composed.language),
        *_settings(masthead, base_url, relay_host),
        *_event(article, now),
        *_article(article),
    ]
    return sorted(dict.fromkeys(found), key=lambda problem: problem.severity is Severity.WARNING)


def check_signatures(sender_domain: str, signers: Sequence[Signer]) -> list[Problem]:
    """What is wrong with who signs, if anybody does: DMARC asks for a signature of the sender's own domain (RFC 7489 §3.1.1)."""
    found = []
    if signers and not any(_aligned(signer.domain, sender_domain) for signer in signers):
        names = " and ".join(dict.fromkeys(signer.domain for signer in signers))
        problem = f"The mail comes from {sender_domain}, but is signed for {names}: to DMARC it counts as unsigned."
        found.append(_warning("not-aligned", "settings", problem, f"Set dkim.domain to {sender_domain}, with a key in its DNS."))
    for signer in signers:
        if signer.algorithm.startswith("rsa") and signer.bits < ENOUGH_BITS:
            problem = f"The key of {signer.selector}._domainkey.{signer.domain} has {signer.bits:,} bits; it should have {ENOUGH_BITS:,}."
            remedy = f"Make a new one under a new selector: fob-mail dkim keygen {signer.domain} SELECTOR"
            found.append(_warning("short-key", "settings", problem, remedy))
    return found


def _aligned(signing: str, sender: str) -> bool:
    """Whether one domain is the other or lies under it, which is what DMARC's relaxed alignment comes to for nearly everybody."""
    return f".{sender.lower()}".endswith(f".{signing}") or f".{signing}".endswith(f".{sender.lower()}")


def errors(problems: list[Problem]) -> list[Problem]:
    """Those that must not go out."""
    return [problem for problem in problems if problem.severity is Severity.ERROR]


def _error(about: str, place: str, problem: str, remedy: str) -> Problem:
    return Problem(Severity.ERROR, about, place, problem, remedy)


def _warning(about: str, place: str, problem: str, remedy: str) -> Problem:
    return Problem(Severity.WARNING, about, place, problem, remedy)


def _subject(subject: str) -> Iterator[Problem]:
    again = "Compose it again with --subject."
    if not subject.strip():
        yield _error("no-subject", "subject", "The mail has no subject.", again)
    if len(subject) > LONGEST_SUBJECT:
        yield _warning("long-subject", "subject", f"The subject has {len(subject)} characters; most inboxes show {LONGEST_SUBJECT}.", again)
    if _FAKE_REPLY.match(subject):
        yield _warning("fake-reply", "subject", "The subject begins like a reply, which readers and filters take for deceit.", again)
    yield from _unrendered(subject, "subject")


def _page(composed: Composed) -> Iterator[Problem]:
    size = len(composed.html.encode())
    if size > HEAVY:
        weigh = _error if size >= CLIPPED else _warning
        yield weigh("too-big", "html", f"The HTML has {size:,} bytes; Gmail cuts mail off at {CLIPPED:,}.", "Shorten the article.")
    tags = _Tags(composed.html)
    for tag in sorted(tags.names & FORBIDDEN):
        yield _error(
            "forbidden-tag", "html", f"The HTML has a <{tag}>, which mail readers remove or refuse.", "Take it out of the template."
        )
    for url in dict.fromkeys(tags.links):
        yield from _link(url)
    yield from list(_unrendered(composed.html, "html")) or _unrendered(composed.text, "text")  # the same article is in both


def _link(url: str) -> Iterator[Problem]:
    if url in {mark(name) for name in FIELDS}:
        return
    if not url.strip():
        yield _error("empty-link", "html", "A link leads nowhere.", "Give it its address in the article, or take it out.")
    elif not usable(url):
        yield _error("bad-link", "html", f"The link {url[:80]!r} is not a whole web address.", "Write it with https:// and the host.")
    elif urlsplit(url).scheme == "http":
        yield _warning("http-link", "html", f"The link {url[:80]} is not encrypted.", "Write https:// if the site has it.")


def _unrendered(content: str, place: str) -> Iterator[Problem]:
    found = _UNRENDERED.search(content)
    if found:
        problem = f"\u201c{' '.join(found[0].split())[:40]}\u201d stands in the {place}: it looks like a field that was never filled in."
        yield _error("unrendered", place, problem, "Take it out of the article, or write it in plain words.")
    for name in sorted({field for field, _ in MARK.findall(content)} - FIELDS):
        yield _error("unknown-field", place, f"The {place} has a field {name!r} that nothing fills in.", "Take it out of the template.")


def _way_out(composed: Composed) -> Iterator[Problem]:
    """A visible way out in both parts: CAN-SPAM, PECR reg. 23, and Gmail's rules for bulk senders."""
    way_out = mark("unsubscribe_url")
    if way_out not in _Tags(composed.html).links:
        yield _error("no-way-out", "html", "The HTML has no link to unsubscribe.", "Put page.unsubscribe_url back into message.html.")
    if way_out not in composed.text:
        yield _error("no-way-out", "text", "The text has no link to unsubscribe.", "Put page.unsubscribe_url back into message.txt.")


def _language(language: str) -> Iterator[Problem]:
    if not speaks(language):
        problem = f"There are no words for the language {language!r}: dates, labels and the foot are in English."
        yield _warning("no-words", "text", problem, f"Compose with --language {' or '.join(languages())}.")


def _settings(masthead: Masthead, base_url: str, relay_host: str) -> Iterator[Problem]:
    if not masthead.postal_address.strip():
        problem = "The mail has no postal address, which the law of several countries asks for in each mail."
        yield _error("no-postal-address", "settings", problem, "Set organisation.postal_address in fob-mail.toml, and compose again.")
    if (urlsplit(base_url).hostname or "") in LOCAL_HOSTS:
        wrong = _warning if relay_host in LOCAL_HOSTS else _error  # a relay on this machine may keep the mail, as in a trial, or pass it on
        problem = f"Links in the mail, the one to unsubscribe too, lead to {base_url}, which only this machine can reach."
        yield wrong("unreachable", "settings", problem, "Set base_url to the https address where fob-mail serve is to be found.")


def _event(article: Article, now: datetime) -> Iterator[Problem]:
    when = article.event.when if article.event else None
    if when is None:
        return
    known = {notice.about for notice in article.notices}
    words = words_of(article.language or "en")
    day = words.day(when.starts.date(), year=True)
    if (when.ends or when.starts) < now:
        yield _warning("event-past", "article", f"The event is over: it was on {day}.", "Check the date; write the year if it is another.")
    said = _weekday(when.as_written)
    if said is not None and said != when.starts.weekday() and not any("weekday" in about for about in known):
        problem = f"The article says {when.as_written!r}, but that day is a {words.weekdays[when.starts.weekday()]}."
        yield _warning("weekday-mismatch", "article", problem, "Correct the weekday or the date in the article.")
    if not when.year_said and not any("year" in about for about in known):
        yield _warning(
            "year-inferred", "article", f"The article does not say the year; taken to be {day}.", "Write the year if it is another."
        )


def _weekday(as_written: str) -> int | None:
    """The weekday that a date names, 0 for Monday, in any language that we have words for."""
    for words in map(words_of, languages()):
        for number, name in enumerate(words.weekdays):
            if re.search(rf"\b{name}\b", as_written, re.IGNORECASE):
                return number
    return None


def _article(article: Article) -> Iterator[Problem]:
    if not article.title.strip():
        yield _error("no-title", "article", "The article has no title.", "Write it in the article's first line.")
    if not article.body:
        yield _warning("no-body", "article", "The article has no text besides its title and event.", "Check that it was read whole.")
    lost = [call for call in article.calls if not usable(call.url)]
    yield from _calls(article, lost)
    for notice in article.notices:
        if notice.about != "lost-link" or not any(call.label in notice.problem for call in lost):
            yield _warning(notice.about, "article", notice.problem, notice.remedy)


def _calls(article: Article, lost: list[CallToAction]) -> Iterator[Problem]:
    """What readers cannot do because a link is not there; without the main one there is no button."""
    register = [call for call in article.calls if call.kind is CallKind.REGISTER]
    if article.event and not any(usable(call.url) for call in register):
        said = f"“{register[0].label}” has lost its link" if register else "the article has no link to register at"
        yield _warning("no-button", "article", f"The mail has no button: {said}.", "Give it one: --link register=https://…")
    for call in lost:
        if call.kind is not CallKind.REGISTER or not article.event:
            problem = f"“{call.label}” has lost its link, and is left out of the mail."
            yield _warning("lost-link", "article", problem, f"Give it one: --link {call.kind}=https://…")


class _Tags(HTMLParser):
    """The names of all elements, and where the links lead."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.links: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag, and its link if it is one."""
        given = dict(attrs)
        self.names.add("meta-refresh" if tag == "meta" and "refresh" in (given.get("http-equiv") or "").lower() else tag)
        if tag in {"a", "area"} and "href" in given:
            self.links.append(given["href"] or "")
