"""Why did it fail? Status and text become a cause.

Words that accuse us (a block list, spam, SPF) come first, so that nobody is struck off for our own fault; then words that tell of
a passing state; then those about the person; the status code decides where words do not. Addresses and URLs are taken out before,
so that nobody's name reads as a verdict.
"""

import re
from typing import NamedTuple

from fob_mail.inbound import wording
from fob_mail.inbound.incoming import KINDS, Cause, Kind

LONGEST_DIAGNOSTIC = 500
"""Characters of what a server said that are kept."""

_ENHANCED = re.compile(r"(?<![\d.])([245])\.([0-7])\.(\d{1,3})(?![\d.]*\d)")
_BASIC = re.compile(r"(?<![\w./-])(?<!\d:)([45][0-5]\d)(?=[ :,;#)-]|$)")
_ADDRESS = re.compile(r"[^\s<>\"'@]{1,64}@[^\s<>\"'@]{1,255}")
_URL = re.compile(r"https?:\S{1,300}", re.IGNORECASE)
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+")


_FOR_GOOD = wording.either(r"permanent(?:ly)?\b|\bfatal\b|for good|endgültig|error permanente|définiti")

_PERSONAL = frozenset({"1.1", "1.10", "1.3", "1.6", "2.1", "2.2"})
"""Statuses that name the mailbox itself, and that no mention of a policy turns into our fault."""

_BY_WORDS = (
    (wording.INTERNATIONAL, Cause.INTERNATIONAL),
    (wording.UNAUTHENTICATED, Cause.AUTHENTICATION),
    (wording.GREY, Cause.GREYLISTED),
    (wording.LOCKED, Cause.DISABLED),
    (wording.ACCUSED, Cause.REPUTATION),
    (wording.SPAM, Cause.POLICY),
    (wording.SENDER, Cause.POLICY),
    (wording.FULL, Cause.FULL),
    (wording.BIG, Cause.TOO_BIG),
    (wording.THROTTLED, Cause.THROTTLED),
    (wording.RELAYING, Cause.RELAYING),
    (wording.DISABLED, Cause.DISABLED),
    (wording.MOVED, Cause.MOVED),
    (wording.NO_DOMAIN, Cause.NO_SUCH_DOMAIN),
    (wording.NOBODY, Cause.NO_SUCH_PERSON),
    (wording.EXPIRED, Cause.EXPIRED),
    (wording.POLICY, Cause.POLICY),
    (wording.LOOP, Cause.SYSTEM),
)

_VAGUE = frozenset({Cause.UNKNOWN, Cause.POLICY, Cause.EXPIRED, Cause.SYSTEM})

_BY_DETAIL = {
    "1.1": Cause.NO_SUCH_PERSON,
    "1.2": Cause.NO_SUCH_DOMAIN,
    "1.3": Cause.NO_SUCH_PERSON,
    "1.4": Cause.NO_SUCH_PERSON,
    "1.6": Cause.MOVED,
    "1.7": Cause.POLICY,  # our address is at fault
    "1.8": Cause.POLICY,
    "1.9": Cause.SYSTEM,
    "1.10": Cause.NO_SUCH_DOMAIN,  # null MX (RFC 7505); Microsoft: no such recipient
    "1.20": Cause.POLICY,
    "2.1": Cause.DISABLED,
    "2.2": Cause.FULL,
    "2.3": Cause.TOO_BIG,
    "3.1": Cause.FULL,
    "3.2": Cause.THROTTLED,
    "3.4": Cause.TOO_BIG,
    "4.1": Cause.EXPIRED,
    "4.2": Cause.EXPIRED,
    "4.3": Cause.EXPIRED,
    "4.4": Cause.NO_SUCH_DOMAIN,
    "4.5": Cause.THROTTLED,
    "4.6": Cause.SYSTEM,
    "4.7": Cause.EXPIRED,
    "5.3": Cause.THROTTLED,
    "6.7": Cause.INTERNATIONAL,  # RFC 6531 §3.5
    "6.9": Cause.INTERNATIONAL,
    "7.26": Cause.AUTHENTICATION,
    "7.28": Cause.REPUTATION,
    "7.515": Cause.AUTHENTICATION,
}
_BY_SUBJECT = {
    "1": Cause.NO_SUCH_PERSON,
    "2": Cause.DISABLED,
    "3": Cause.SYSTEM,
    "4": Cause.EXPIRED,
    "5": Cause.SYSTEM,
    "6": Cause.POLICY,
    "7": Cause.POLICY,
}
"""RFC 3463 §3, where the detail says no more; 5.1.x is about the address, 5.7.x about policy."""

_BY_CODE = {
    "421": Cause.SYSTEM,
    "422": Cause.FULL,
    "450": Cause.UNKNOWN,
    "451": Cause.SYSTEM,
    "452": Cause.FULL,
    "552": Cause.FULL,
    "554": Cause.POLICY,
}
_NOBODYS = frozenset({"550", "551", "553", "511", "521", "556"})


class Verdict(NamedTuple):
    """A failure's kind and cause, and the status that was said (RFC 3463), the most telling one."""

    kind: Kind
    cause: Cause
    status: str


def verdict_of(status: str, text: str, *, delayed: bool = False) -> Verdict:
    """What a status field and a server's text come to; either may be empty. A passing (4.y.z) hard cause is soft."""
    status = told_status(status, text)
    cause = _cause(status, text)
    kind = KINDS.get(cause, Kind.SOFT)
    if delayed:
        kind = Kind.DELAYED
    elif kind is Kind.HARD and status.startswith("4"):
        kind = Kind.SOFT
    elif cause is Cause.UNKNOWN and (status.startswith("5") or _FOR_GOOD.search(text)):
        kind = Kind.HARD
    return Verdict(kind, cause, status)


def told_status(status: str, text: str) -> str:
    """The field's status, or a more telling one of the text; a reply code alone gives its class, such as 5.0.0."""
    field = enhanced_in(status)
    if field and not field.endswith(".0.0"):
        return field
    found = enhanced_in(text)
    if found and (not field or found[0] == field[0]):
        return found
    if field:
        return field
    code = _BASIC.search(text)
    return f"{code[1][0]}.0.0" if code else ""


def enhanced_in(text: str) -> str:
    """The first enhanced status code of a text that is none of success; empty if there is none."""
    return next((".".join(found.groups()) for found in _ENHANCED.finditer(text) if found[1] != "2"), "")


def diagnostic_of(text: str) -> str:
    """What a server said, on one line that is safe to show, and not too long."""
    return " ".join(_UNPRINTABLE.sub(" ", text[: 4 * LONGEST_DIAGNOSTIC]).split())[:LONGEST_DIAGNOSTIC]


def _cause(status: str, text: str) -> Cause:
    text = diagnostic_of(_URL.sub(" ", _ADDRESS.sub(" ", text[: 4 * LONGEST_DIAGNOSTIC])))
    detail = status.partition(".")[2]
    if detail in _PERSONAL and not (wording.ACCUSED.search(text) or wording.UNAUTHENTICATED.search(text)):
        return _about_mailbox(detail, text)
    worded = next((cause for words, cause in _BY_WORDS if words.search(text)), Cause.UNKNOWN)
    return _coded(status, text, worded) if worded in _VAGUE else worded


def _about_mailbox(detail: str, text: str) -> Cause:
    """Of a status that names the mailbox, a state that passes is still told by words."""
    for words, cause in (
        (wording.GREY, Cause.GREYLISTED),
        (wording.FULL, Cause.FULL),
        (wording.THROTTLED, Cause.THROTTLED),
        (wording.BIG, Cause.TOO_BIG),
    ):
        if words.search(text):
            return cause
    if detail in {"1.1", "1.10", "1.6"} or detail == "2.1":
        if wording.DISABLED.search(text):
            return Cause.DISABLED
        if detail != "2.1" and wording.NO_DOMAIN.search(text) and not wording.NOBODY.search(text):
            return Cause.NO_SUCH_DOMAIN
        if wording.NOBODY.search(text):
            return Cause.NO_SUCH_PERSON
    return _BY_DETAIL[detail]


def _coded(status: str, text: str, worded: Cause) -> Cause:
    """The cause by status or reply code, where words said little or nothing."""
    detail = status.partition(".")[2]
    if detail == "4.1" and worded is Cause.POLICY:
        return Cause.NO_SUCH_PERSON  # Microsoft 365: "Recipient address rejected: Access denied"
    if detail in _BY_DETAIL:
        return _BY_DETAIL[detail]
    if detail and not detail.startswith("0"):
        return _BY_SUBJECT.get(detail[0], worded)
    if worded is not Cause.UNKNOWN:
        return worded
    code = _BASIC.search(text)
    if code and code[1] in _NOBODYS:
        return Cause.NO_SUCH_PERSON
    return _BY_CODE.get(code[1], Cause.UNKNOWN) if code else Cause.UNKNOWN
