"""An event that a vendor tells, as the Incoming that a mail about it would be. Whatever is in it, nothing here raises."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from fob_mail.addresses import LONGEST, normalise
from fob_mail.errors import InputError
from fob_mail.inbound.causes import Verdict, diagnostic_of, verdict_of
from fob_mail.inbound.incoming import Cause, Failure, Incoming, Kind, Known, Tokens

LONGEST_WORD = 2000
_FAILURES = frozenset({Kind.HARD, Kind.SOFT, Kind.BLOCKED, Kind.DELAYED})
_PASSES = frozenset({Cause.FULL, Cause.THROTTLED, Cause.GREYLISTED, Cause.TOO_BIG})
_REASONS = {
    Kind.COMPLAINT: "The reader called it spam, {vendor} tells",
    Kind.UNSUBSCRIBE: "The reader asked {vendor} for no more",
    Kind.AUTO_REPLY: "An automatic reply, {vendor} tells",
}


Header = Callable[[str], str]
"""What a header of the request says; empty if it is not there."""


class MalformedError(Exception):
    """What came is not what the vendor sends."""


class Event(NamedTuple):
    """What a vendor says of one recipient: what it calls it, what makes it this event and no other, and whose words it quotes."""

    kind: Kind
    identity: tuple[str, ...]
    address: str
    said: str = ""
    status: str = ""
    tokens: Tokens = Tokens()


def parsed(body: bytes | str) -> object:
    """JSON, whatever its nesting. Raises MalformedError."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise MalformedError from None


def at(told: object, *path: str) -> object:
    """What stands at a path of nested objects; None if nothing does."""
    for name in path:
        told = told.get(name) if isinstance(told, Mapping) else None
    return told


def word(told: object, *path: str) -> str:
    """The text or number at a path, on one line, without what no database takes; else empty."""
    found = at(told, *path)
    if isinstance(found, bool) or not isinstance(found, str | int | float):
        return ""
    return "".join(letter if letter.isprintable() else " " for letter in str(found)[:LONGEST_WORD]).strip()


def objects(told: object, *path: str) -> list[Mapping[str, object]]:
    """The objects of the list at a path; one that stands alone is a list of one."""
    found = at(told, *path)
    return [one for one in (found if isinstance(found, list) else [found]) if isinstance(one, Mapping)]


def incoming_of(vendor: str, event: Event) -> Incoming:
    """What a mail about it would be. The vendor says whether it is for good, unless words accuse us or tell of a state that passes."""
    kind, cause, status = event.kind, Cause.UNKNOWN, ""
    if kind in _FAILURES:
        kind, cause, status = _weighed(kind, verdict_of(event.status, event.said, delayed=kind is Kind.DELAYED))
    failure = Failure(_address(event.address), Known.REPORT, kind, cause, status, diagnostic_of(event.said))
    reason = failure.reason
    if kind not in _FAILURES:
        words = _REASONS[kind].format(vendor=vendor)
        reason = f"{words}: {failure.diagnostic}" if failure.diagnostic else f"{words}."
    return Incoming(kind, key_of(vendor, event.identity), reason, (failure,), event.tokens)


def key_of(vendor: str, identity: Iterable[str]) -> str:
    """The key of an event: the vendor's name, a colon, and a digest of what makes it this event."""
    made = hashlib.blake2b("\0".join(identity).encode("utf-8", "replace"), digest_size=16, person=b"fob-mail vendor")
    return f"{vendor.lower()}:{made.hexdigest()}"


def _weighed(said: Kind, verdict: Verdict) -> Verdict:
    kind = said
    if verdict.kind is Kind.BLOCKED and said is not Kind.DELAYED:
        kind = Kind.BLOCKED
    elif said is Kind.HARD and verdict.cause in _PASSES:
        kind = Kind.SOFT
    return verdict._replace(kind=kind)


def _address(written: str) -> str:
    try:
        return normalise(written)
    except InputError:
        return written[:LONGEST].lower()
