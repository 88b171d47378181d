"""What a reader is asked to do: `Register here – Invite & share on FB here – Retweet here`, with links or without."""

import re
from urllib.parse import urlsplit

from fob_mail.articles.article import Block, BlockKind, CallKind, CallToAction, Span

LONGEST_LINE = 240
LONGEST_CALL = 90
LONGEST_BESIDE = 30
"""Characters that may stand beside a link that is all of a call: `Register here (free)`."""

_KINDS = (
    (CallKind.RETWEET, re.compile(r"\b(?:re-?tweet|tweet|(?:re)?tuite(?:a|en?\b)|repost)", re.IGNORECASE)),
    (CallKind.SHARE, re.compile(r"\b(?:share|inviten?|comparte|compartan?|compartir|invita)\b", re.IGNORECASE)),
    (
        CallKind.REGISTER,
        re.compile(
            r"\b(?:register|registration|book|rsvp|sign up|tickets?|reserve|"
            r"inscr[ií]b(?:ete|ase|anse)|inscripci[oó]n|inscribirse|reg[ií]str(?:ate|ese|ense)|ap[uú]nt(?:ate|ese|ense)|reserva|reserven)\b",
            re.IGNORECASE,
        ),
    ),
    (CallKind.FOLLOW, re.compile(r"^\W*(?:follow|sigue|s[ií]guenos|s[ií]gan?nos)\b", re.IGNORECASE)),
)
_PROMISE = re.compile(r"\b(?:here|aqu[ií]|this link|below|este enlace)\b", re.IGNORECASE)
_PARTS = re.compile(r"(?<!\s)\s++[\u2013\u2014|\u00b7/-]\s+")
_POINTING = re.compile("[\u2190-\u21ff\u27a1\u2b05-\u2b07\U0001f446-\U0001f449][\ufe0f\U0001f3fb-\U0001f3ff]*")
"""Arrows and hands that point at a link; a button needs none."""
_FOLLOW = re.compile(r"(?P<label>(?:Follow|Sig(?:ue|a) a|Síg(?:ue|a|an)nos)\b.{0,100}?)\s+(?:at|on|en)(?P<rest>(?:\s.{0,200})?)$")
URL = re.compile(r"https?://[^\s<>\"']{1,2000}")


def address_in(words: str) -> str:
    """The first web address in the words, without what ends the sentence or the bracket around it; empty if there is none."""
    found = URL.search(words)
    if not found:
        return ""
    url = found[0]
    while url[-1] in ".,;:!?\u2019\u201d" or _closes_nothing(url):
        url = url[:-1]
    return url


def checked_url(url: str) -> str:
    """What is wrong with an address, in words; empty if nothing is."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return f"{url[:80]!r} is not an address"
    whole = (parts.scheme in {"http", "https"} and parts.hostname) or (parts.scheme == "mailto" and "@" in parts.path)
    if not whole or re.search(r"[\s<>\"\x00-\x1f]", url):
        return f"{url[:80]!r} is not a whole address; begin it with https://"
    return ""


def _closes_nothing(url: str) -> bool:
    """Whether the bracket at its end was opened outside: `(see https://…)`, but not `https://…/Evo_(film)`."""
    opening = {")": "(", "]": "["}.get(url[-1])
    return opening is not None and url.count(url[-1]) > url.count(opening)


def kind_of(words: str) -> CallKind | None:
    """What the words ask for, if they ask for anything."""
    return next((kind for kind, pattern in _KINDS if pattern.search(words)), None)


def calls_of(block: Block) -> tuple[CallToAction, ...]:
    """The calls that a paragraph is made of: each part asks for something, and by a link or words that promise one."""
    if block.kind is not BlockKind.PARAGRAPH or len(block.text) > LONGEST_LINE:
        return ()
    if _is_sentence_with_link(block.items[0]):
        return ()
    found = []
    for words, url in _parts(block.items[0]):
        kind = kind_of(words)
        if kind is None or len(words) > LONGEST_CALL or not (url or _PROMISE.search(words)):
            return ()
        found.append(CallToAction(kind, words, url))
    return tuple(found)


def _is_sentence_with_link(spans: tuple[Span, ...]) -> bool:
    """`[Register here](https://…) so that we know how many chairs to set out`: the link is the call, and the sentence stays."""
    asks = [span for span in spans if span.href and not URL.fullmatch(span.text) and kind_of(span.text)]
    return len(asks) == 1 and sum(len(span.text.strip()) for span in spans if not span.href) > LONGEST_BESIDE


def linked_calls(block: Block) -> list[CallToAction]:
    """Calls within running text, by their links: `… you can [register](https://…) until Friday`."""
    spans = (span for item in block.items for span in item if span.href and len(span.text) <= LONGEST_CALL)
    found = ((kind_of(span.text), span) for span in spans)
    return [CallToAction(kind, span.text.strip(), span.href) for kind, span in found if kind and not URL.fullmatch(span.text)]


def follow_of(sentence: str) -> CallToAction | None:
    """`Follow Friends of Bolivia at and`: a call to follow, whose links may have been lost."""
    match = _FOLLOW.fullmatch(sentence.strip().rstrip("."))
    if not match:
        return None
    return CallToAction(CallKind.FOLLOW, match["label"].strip(), address_in(match["rest"]))


def _parts(spans: tuple[Span, ...]) -> list[tuple[str, str]]:
    """The parts between dashes or bars, each with the first address in it; addresses written out are no words."""
    parts: list[tuple[str, str]] = [("", "")]
    for span in spans:
        for number, words in enumerate(_PARTS.split(span.text)):
            if number:
                parts.append(("", ""))
            before, url = parts[-1]
            bare = address_in(words)
            parts[-1] = (before + _POINTING.sub("", URL.sub("", words)), url or span.href or bare)
    tidy = ((" ".join(words.split()).strip(" :.,"), url) for words, url in parts)
    return [(words, url) for words, url in tidy if words or url]
