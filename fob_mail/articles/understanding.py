"""Which block is what: title, standfirst, event, speakers, calls to action, byline; what is none of these is the body."""

import re
from dataclasses import dataclass, field, replace
from datetime import date
from zoneinfo import ZoneInfo

from fob_mail.articles import dates, oddities
from fob_mail.articles.announcing import announcement, event_of, more_events
from fob_mail.articles.article import Article, Block, BlockKind, CallKind, CallToAction, Notice
from fob_mail.articles.calls import calls_of, follow_of, linked_calls
from fob_mail.articles.language import language_of, taken_for
from fob_mail.articles.people import Labelled, Role, labelled
from fob_mail.articles.plain import spans
from fob_mail.articles.runs import tidy_words
from fob_mail.events import Event

LONGEST_TITLE = 150
LONGEST_STANDFIRST = 300
LONGEST_BYLINE = 320

_BY = re.compile(r"(?:By|Por|Words by|Text by)\s+[^\W\d_].{2,79}")
_POSTED = re.compile(r"(?:Posted|Published|Publicad[oa])\b.{0,80}?\b(?P<by>by|por)\s+(?P<name>[^\W\d_].{2,79})", re.IGNORECASE)
"""What web pages write below a title; only the name is for readers."""
_IS = re.compile(r"[^\W\d_][\w'\u2019.-]*(?:\s+[\w'\u2019.-]+){1,5}\s+(?:is|was|es|writes|works|escribe|trabaja)\s+\S.{5,}")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z\u00c0-\u00dd])")
_OPENS_OR_CLOSES = re.compile(r"\{%-?\s{0,9}(?P<word>if|endif|elif|else)\b")


@dataclass(slots=True)
class _Parts:
    """What has been found so far, and the blocks that are still nothing in particular."""

    rest: list[Block]
    title: str = ""
    standfirst: str = ""
    byline: str = ""
    lines: list[tuple[str, Labelled]] = field(default_factory=list)  # each with the dated paragraph that it stands below
    calls: list[CallToAction] = field(default_factory=list)
    above: dict[CallToAction, str] = field(default_factory=dict)  # the dated paragraph that a call stands below, or in
    notices: list[Notice] = field(default_factory=list)


def understand(blocks: list[Block], title: str, zone: ZoneInfo, today: date) -> Article:
    """The article that these blocks are. A title that is given is kept; nothing of the blocks is left out."""
    language = language_of(" ".join(block.text for block in blocks))
    parts = _Parts(list(blocks), title)
    pictures = _leading_pictures(parts)
    _take_head(parts)
    parts.rest[:0] = pictures
    _take_tail(parts)
    _take_labels(parts)
    _take_calls(parts)
    told = announcement([text for block in parts.rest if block.kind is not BlockKind.HEADING for text in _passages(block)])
    further = {other.text for other in told.others if other.text != told.text} if told else set()
    lines = [line for above, line in parts.lines if above not in further]
    event, notices = event_of(told, lines, parts.title, zone, today)
    more, noticed = more_events(told, event, parts.lines, parts.title, zone, today)
    if not more:
        event, notices = event_of(told, [line for _, line in parts.lines], parts.title, zone, today)
    notices += noticed
    parts.calls = _of_their_events(parts, more)
    _tell_same_words(parts)
    if event is None:
        about = "No event was found in the article: no paragraph that invites, with a day and a time."
        notices = [Notice("no-event", about, "Write it in the front matter: event: …, date: 2027-04-19 18:30, place: …")]
    notices += oddities.impossible([block.text for block in blocks])
    notices += taken_for(language)
    return Article(
        title=parts.title,
        standfirst=parts.standfirst,
        byline=parts.byline,
        body=tuple(parts.rest),
        event=event,
        calls=tuple(parts.calls),
        language=language,
        notices=(*parts.notices, *notices),
        more_events=more,
    )


def _leading_pictures(parts: _Parts) -> list[Block]:
    """The pictures above the title, which is looked for below them, unless there is nothing below."""
    texts = [at for at, block in enumerate(parts.rest) if block.kind is not BlockKind.IMAGE]
    taken = parts.rest[: texts[0]] if texts else []
    parts.rest = parts.rest[len(taken) :]
    return taken


def _take_head(parts: _Parts) -> None:
    """The title is the first block, if it is short; the standfirst the second, if it is one sentence and text follows."""
    first = parts.rest[0] if parts.rest else None
    if not parts.title and first and len(first.text) <= LONGEST_TITLE and first.kind in {BlockKind.PARAGRAPH, BlockKind.HEADING}:
        parts.title = _one_line(parts.rest.pop(0).text)
    elif not parts.title and first:
        words = _one_line(_SENTENCE.split(first.text)[0] or first.text)[:LONGEST_TITLE]
        parts.title = words.rstrip(" .,;:") or words
        remedy = "Write it in the first line, with an empty one below, or in the front matter: title: …"
        parts.notices.append(Notice("no-title", "The article has no title; its first words are taken.", remedy))
    while len(parts.rest) > 1 and _opens(parts.rest[0]) and not (parts.standfirst and parts.byline):
        words = parts.rest[0].text.strip()
        posted = _POSTED.fullmatch(words)
        if not parts.byline and (posted or _BY.fullmatch(words)):
            parts.byline = f"{posted['by'].capitalize()} {posted['name']}" if posted else words
        elif not parts.standfirst and (_is_standfirst(words, parts.rest[1].text) or _leads_to_author(parts) or _is_strong(parts.rest[0])):
            parts.standfirst = words
        else:
            break
        parts.rest.pop(0)


def _leads_to_author(parts: _Parts) -> bool:
    """Whether a line with the author's name stands between the first paragraph and the others."""
    return not parts.byline and len(parts.rest) > 2 and bool(_BY.fullmatch(parts.rest[1].text.strip()))  # noqa: PLR2004 it, the line, the rest


def _is_strong(block: Block) -> bool:
    """Whether all of it is in bold type, as pages set what leads into an article."""
    return all(span.strong for item in block.items for span in item if span.text.strip())


def _opens(block: Block) -> bool:
    is_short = block.kind is BlockKind.PARAGRAPH and len(block.text) <= LONGEST_STANDFIRST
    return is_short and not (calls_of(block) or labelled(block.text) or _goes_on_below(block.text))


def _goes_on_below(words: str) -> bool:
    """Whether a condition opens or closes here and not both, so that the words belong to the paragraphs around them."""
    said = _OPENS_OR_CLOSES.findall(words)
    return bool(said) and (said[0] != "if" or said[-1] != "endif" or said.count("if") != said.count("endif"))


def _is_standfirst(words: str, following: str) -> bool:
    """One sentence without the dot of running text, or shorter by half than the paragraph that it leads into."""
    if len(_SENTENCE.split(words)) > 1:
        return False
    return not words.endswith((".", ":")) or (len(words) <= LONGEST_STANDFIRST // 2 and len(words) * 2 < len(following))


def _take_tail(parts: _Parts) -> None:
    """The last paragraph may say who the author is, and whom to follow."""
    if len(parts.rest) < 2 or parts.rest[-1].kind is not BlockKind.PARAGRAPH or len(parts.rest[-1].text) > LONGEST_BYLINE:  # noqa: PLR2004 there must be a body too
        return
    if _goes_on_below(parts.rest[-1].text):
        return
    kept = []
    for sentence in _SENTENCE.split(parts.rest[-1].text.strip()):
        if call := follow_of(sentence):
            parts.calls.append(call)
        else:
            kept.append(sentence)
    words = " ".join(kept)
    about_author = bool(kept) and bool(_IS.fullmatch(words)) and not parts.byline
    if about_author:
        parts.byline = words
    if about_author or not kept:
        parts.rest.pop()
    elif len(kept) < len(_SENTENCE.split(parts.rest[-1].text.strip())):
        parts.rest[-1] = Block(BlockKind.PARAGRAPH, (spans(words),))


def _take_labels(parts: _Parts) -> None:
    """Lines such as `With: …` go to the event; but a lone `Also: …` in running text does not make one."""
    found = [(block, labelled(block.text)) for block in parts.rest if block.kind is BlockKind.PARAGRAPH]
    lines = [(block, line) for block, line in found if line]
    if any(line.role is not Role.SUPPORTERS for _, line in lines) or announcement([block.text for block in parts.rest]):
        taken = {id(block) for block, _ in lines}
        above = ""
        for block in parts.rest:
            above = block.text if id(block) not in taken and block.kind is not BlockKind.HEADING and _dated(block) else above
            parts.lines += [(above, line) for found_block, line in lines if found_block is block]
        parts.rest = [block for block in parts.rest if id(block) not in taken]


def _passages(block: Block) -> list[str]:
    """What of a block may announce an event: all of it, or a row of a table."""
    return block.text.split("\n") if block.kind is BlockKind.TABLE else [block.text]


def _dated(block: Block) -> bool:
    return len(block.text) <= oddities.LONGEST and bool(dates.find(block.text))


def _take_calls(parts: _Parts) -> None:
    """Paragraphs made of calls go to the calls; calls in running text are counted too, and stay."""
    follows, parts.calls = parts.calls, []
    rest = []
    above = ""
    for block in parts.rest:
        above = block.text if _dated(block) else above
        calls = calls_of(block)
        asked = calls or linked_calls(block)
        parts.calls += asked
        parts.above |= dict.fromkeys(asked, above)
        if not calls:
            rest.append(block)
    parts.calls += follows
    parts.rest = rest
    registers = [call for call in parts.calls if call.kind is CallKind.REGISTER]
    if any(call.url for call in registers):  # said twice, once without its link: the link serves both
        parts.calls = [call for call in parts.calls if call.kind is not CallKind.REGISTER or call.url]


def _tell_same_words(parts: _Parts) -> None:
    """Links with the same words that lead to different addresses."""
    first: dict[str, str] = {}
    for call in parts.calls:
        if call.url and first.setdefault(call.label, call.url) != call.url:
            problem = f"\u201c{call.label}\u201d leads to {first[call.label]} and to {call.url}; the mail has the first."
            parts.notices.append(Notice("same-words", problem, "Give each link words of its own."))


def _of_their_events(parts: _Parts, more: tuple[Event, ...]) -> list[CallToAction]:
    """The calls; one that stands below a further event is told by that event's name, since the box is about the main one."""
    return [
        replace(call, label=f"{its[0].name}: {call.label}")
        if call.kind is CallKind.REGISTER
        and (its := [event for event in more if event.when and event.when.as_written in parts.above.get(call, "")])
        else call
        for call in parts.calls
    ]


def _one_line(words: str) -> str:
    return tidy_words(words)
