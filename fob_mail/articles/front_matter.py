"""What an article says of itself between two lines of `---`: what its text does not say, or says wrongly.

| key                              | what it gives                                             |
|----------------------------------|-----------------------------------------------------------|
| title, standfirst, byline        | the words above and below the article                     |
| language                         | a language tag, such as en or es                          |
| event                            | the event's name                                          |
| date, ends                       | 2027-04-19 18:30, or in words with the year               |
| place                            | where it is                                               |
| register, share, retweet, follow | the addresses that the text's calls to action have lost   |
| links                            | further links: a label and an address each                |
| rsvp                             | yes: each reader's calendar asks whether they come        |
| notes                            | what stands at the article's foot                         |
| understood                       | yes: nothing is looked for in the text; events and calls  |
| events                           | all of them; see `programme`                              |
| calls                            | all calls to action: kind, label and url each             |
"""

import difflib
import json
import re
from dataclasses import dataclass, field, fields
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import yaml

from fob_mail.articles import dates
from fob_mail.articles.article import CallKind, CallToAction
from fob_mail.articles.calls import checked_url
from fob_mail.articles.programme import events_of
from fob_mail.articles.runs import tidy_words
from fob_mail.errors import InputError
from fob_mail.events import Event
from fob_mail.translations import is_language

LARGEST = 60_000
"""Characters of front matter."""

FENCE = re.compile(r"\ufeff?---[ \t]*\n(.*?\n)?(?:---|\.\.\.)[ \t]*(?:\n|$)", re.DOTALL)
_NEVER_CLOSED = re.compile(r"\ufeff?---[ \t]*\n\s*[A-Za-z_]+[ \t]*:")
KINDS = (CallKind.REGISTER, CallKind.SHARE, CallKind.RETWEET, CallKind.FOLLOW)
_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What was said, checked; empty where it was not."""

    title: str = ""
    standfirst: str = ""
    byline: str = ""
    language: str = ""
    event: str = ""
    date: datetime | None = None
    time_said: bool = True
    ends: datetime | None = None
    place: str = ""
    calls: dict[CallKind, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    understood: bool = False
    rsvp: bool = False
    events: tuple[Event, ...] = ()
    all_calls: tuple[CallToAction, ...] = ()


KEYS = (*(f.name for f in fields(FrontMatter) if f.name not in {"all_calls", "time_said"}), *(kind.value for kind in KINDS))


class _Plain(yaml.SafeLoader):
    """YAML without aliases, which could make a small file large."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases (*name) are not accepted here")
        return super().compose_node(parent, index)


def split(source: str, zone: ZoneInfo) -> tuple[FrontMatter, str]:
    """The front matter, and the text below it. Raises InputError with everything that is wrong."""
    match = FENCE.match(source)
    if not match:
        if _NEVER_CLOSED.match(source):
            raise InputError("The front matter begins in line 1 with --- and is never closed.", "Write a line of --- below it.")
        return FrontMatter(), source
    wrong: list[str] = []
    matter = _understood(_parsed(match[1] or ""), zone, wrong)
    if wrong:
        raise InputError("The front matter of the article has mistakes:\n" + "\n".join(wrong), "Correct them between the lines of ---.")
    return matter, source[match.end() :]


def _understood(written: dict[str, object], zone: ZoneInfo, wrong: list[str]) -> FrontMatter:
    """What its keys say; what is wrong with them is added to `wrong`."""
    calls = {kind: _url(written, kind.value, wrong) for kind in KINDS if kind.value in written}
    starts, time_said = _moment(written, "date", zone, wrong)
    ends, _ = _moment(written, "ends", zone, wrong)
    words = {key: _words(written, key, wrong) for key in ("title", "standfirst", "byline", "event", "place", "language")}
    if words["language"] and not (_TAG.fullmatch(words["language"]) and is_language(words["language"])):
        wrong.append(f"  language: {words['language'][:40]!r} is not a language; write en or es")
    if starts and ends and ends <= starts:
        wrong.append("  ends: is not after date")
    links = _links(written, wrong)
    understood = written.get("understood") is True
    events = events_of(written["events"], zone, wrong) if written.get("events") is not None else ()
    notes, all_calls, rsvp = _notes(written, wrong), _all_calls(written, wrong), _yes(written, "rsvp", wrong)
    return FrontMatter(
        title=words["title"],
        standfirst=words["standfirst"],
        byline=words["byline"],
        event=words["event"],
        place=words["place"],
        language=words["language"],
        date=starts,
        time_said=time_said,
        ends=ends,
        rsvp=rsvp,
        calls=calls,
        links=links,
        understood=understood,
        notes=notes,
        events=events,
        all_calls=all_calls,
    )


def with_links(source: str, links: dict[str, str]) -> str:
    """The article with these addresses in its front matter: register, share, retweet or follow; made if there is none."""
    if not links:
        return source
    match = FENCE.match(source)
    written = (match[1] or "") if match else ""
    kept = [line for line in written.splitlines() if line.partition(":")[0].strip() not in links]
    added = [f"{kind}: {json.dumps(url, ensure_ascii=False)}" for kind, url in links.items()]
    return "\n".join(["---", *kept, *added, "---", source[match.end() :] if match else source])


def _parsed(text: str) -> dict[str, object]:
    remedy = "Write lines such as `register: https://example.org/evening`."
    if len(text) > LARGEST:
        raise InputError(f"The front matter has over {LARGEST:,} characters.", remedy)
    try:
        written = yaml.load(text, Loader=_Plain)  # noqa: S506 a SafeLoader  # nosec B506
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 2}" if mark else ""
        raise InputError(f"The front matter cannot be read{where}: {getattr(error, 'problem', None) or error}.", remedy) from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"The front matter cannot be read: {error}.", remedy) from None
    if written is None:
        return {}
    if not isinstance(written, dict):
        raise InputError("The front matter is not made of keys and values.", remedy)
    unknown = [str(key) for key in written if key not in KEYS]
    if unknown:
        near = difflib.get_close_matches(unknown[0].lower(), KEYS, n=1)
        hint = f"Did you mean {near[0]!r}? " if near else ""
        raise InputError(f"The front matter has an unknown key: {', '.join(unknown)[:200]}.", f"{hint}The keys are {', '.join(KEYS)}.")
    return written


_YEARS = range(1900, 2200)
"""Calendars and time zones know no others for sure."""


def _yes(written: dict[str, object], key: str, wrong: list[str]) -> bool:
    value = written.get(key, False)
    if not isinstance(value, bool):
        wrong.append(f"  {key}: write yes or no")
    return value is True


def _words(written: dict[str, object], key: str, wrong: list[str]) -> str:
    value = written.get(key)
    if value is None:
        return ""
    if isinstance(value, dict | list):
        wrong.append(f"  {key}: is not a text")
        return ""
    return tidy_words(str(value))


def _url(written: dict[str, object], key: str, wrong: list[str]) -> str:
    url = str(written.get(key) or "").strip()
    if problem := checked_url(url) if url else "":
        wrong.append(f"  {key}: {problem}")
    return url


def _links(written: dict[str, object], wrong: list[str]) -> dict[str, str]:
    links = written.get("links") or {}
    if not isinstance(links, dict):
        wrong.append("  links: write a label and an address on each line below it")
        return {}
    found = {" ".join(str(label).split()): str(url or "").strip() for label, url in links.items()}
    wrong += [f"  links: {problem}" for url in found.values() if (problem := checked_url(url))]
    return found


def _notes(written: dict[str, object], wrong: list[str]) -> tuple[str, ...]:
    notes = written.get("notes") or []
    if not isinstance(notes, list):
        wrong.append("  notes: write a list")
        return ()
    return tuple(filter(None, (tidy_words(str(note)) for note in notes)))


def _all_calls(written: dict[str, object], wrong: list[str]) -> tuple[CallToAction, ...]:
    """The calls one by one, as `article read` writes them."""
    found = []
    for number, one in enumerate(calls if isinstance(calls := written.get("calls"), list) else [], 1):
        kind = one.get("kind") if isinstance(one, dict) else None
        if not isinstance(one, dict) or not isinstance(kind, str) or kind not in {*CallKind}:
            wrong.append(f"  calls {number}: write kind ({', '.join(CallKind)}), label and url")
            continue
        found.append(CallToAction(CallKind(kind), _words(one, "label", wrong), _url(one, "url", wrong)))
    return tuple(found)


def _moment(written: dict[str, object], key: str, zone: ZoneInfo, wrong: list[str]) -> tuple[datetime | None, bool]:
    """A moment, and whether its time of day was said."""
    value = written.get(key)
    if value is None:
        return None, True
    if isinstance(value, date) and value.year not in _YEARS:
        wrong.append(f"  {key}: {str(value)[:60]} is no day on which anybody meets; write 2027-04-19 18:30")
        return None, True
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=zone)), True
    if isinstance(value, date):
        return datetime.combine(value, time(0), zone), False
    found = dates.find(str(value))
    moment = dates.when(found[0], zone, date.min.replace(year=2000)) if found and found[0].year else None
    if moment is None or dates.disagrees(found[0]) or found[0].either_way or found[0].no_time or found[0].further:
        wrong.append(f"  {key}: {str(value)[:60]!r} is not a date with its year; write 2027-04-19 18:30")
        return None, True
    return moment.starts, moment.time_said
