"""One mail that came back: a bounce strikes the address off, a complaint too, a wish to leave is done; the rest is counted or kept.

Nothing follows from words that anybody can write: whose mail it was has to be shown by a return path, a link or a Message-ID of ours.
"""

import logging
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from fob_mail import forwards, returns
from fob_mail.audience import leaving, suppressions
from fob_mail.database import Database, clock
from fob_mail.feedback.advice import advise
from fob_mail.feedback.forwarding import forwarded_of
from fob_mail.feedback.keeping import keep
from fob_mail.inbound.classifying import classify
from fob_mail.inbound.incoming import Incoming, Kind
from fob_mail.links import Links, Place
from fob_mail.models import NoteState, SuppressionReason

log = logging.getLogger("fob_mail.feedback")

FOR_THE_ORGANISER = frozenset({Kind.REPLY, Kind.MOVED, Kind.OTHER})
"""What a person has to read; it is kept as it came."""

IF_NOTHING_FOLLOWED = frozenset({Kind.UNSUBSCRIBE, Kind.COMPLAINT})
"""What asks for something that cannot be done, since nothing shows whose mail it is about: a person has to see to it."""

PASSED_ON = frozenset({Kind.REPLY, Kind.UNSUBSCRIBE})
"""What a person wrote, and waits for an answer to."""

_FAILED = frozenset({Kind.HARD, Kind.SOFT, Kind.BLOCKED})

_STRIKES = {
    Kind.HARD: (SuppressionReason.BOUNCE, "it bounced"),
    Kind.SOFT: (SuppressionReason.BOUNCE, "it bounced again and again"),
    Kind.COMPLAINT: (SuppressionReason.COMPLAINT, "they complained"),
}
"""What strikes an address off, wherever it is; a refusal of our sending (blocked) never does."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How many soft bounces, within which time, strike an address off; where mail for the organiser is kept, and who gets it."""

    soft_bounces: int
    within: timedelta
    kept: Path
    forward_to: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a mail was, whether it was new, whether it was known whose it was, and what followed, in words."""

    kind: Kind
    new: bool
    traced: bool
    followed: str
    reason: str
    number: int | None = None  # by which `feedback show` shows it
    for_a_person: bool = False  # somebody has to read it
    cause: str = ""  # of a failure


def take(database: Database, raw: bytes, links: Links, terms: Terms, envelope_to: tuple[str, ...] = ()) -> Taken:
    """Take one mail. When this returns, what follows is committed, or the mail is kept."""
    incoming = classify(raw, envelope_to=envelope_to)
    with database.begin() as session:
        taken = heed(session, incoming, links, terms)
        if taken.number and taken.for_a_person:
            name = keep(raw, terms.kept)  # before the commit: rather kept twice than not at all
            passed_on = incoming.kind in PASSED_ON and terms.forward_to.casefold() not in {"", incoming.sender.casefold()}
            returns.keep(session, taken.number, name, NoteState.QUEUED if passed_on else "")
    told(taken)
    return taken


def heed(session: Session, incoming: Incoming, links: Links, terms: Terms, *, vouched: bool = False) -> Taken:
    """Write an event down and do what follows from it, in the caller's transaction: a mail's, or what a vendor tells.

    `vouched`: a vendor whose word was verified tells it, so a wish to leave needs no token but that which shows the delivery; and where it
    gives none back, whom it names is believed: it is the newest delivery to that address.
    What a vendor told and a mail tells too, of the same delivery and of the same kind, counts once, whichever comes first.
    """
    if (forward := forwarded_of(incoming.tokens.return_paths, links)) is not None:
        return _ours(session, incoming, forward)
    place = place_of(session, incoming, links) or (returns.newest_to(session, incoming.recipients) if vouched else None)
    if place and returns.told_otherwise(session, incoming.key, place, incoming.kind):
        return Taken(incoming.kind, False, True, "it was taken before, by another way", incoming.reason)
    number = returns.note(session, incoming, place, clock(session))
    if number is None:
        return Taken(incoming.kind, False, place is not None, "it was taken before", incoming.reason)
    done = _follow(session, incoming, place, links, terms, vouched=vouched)
    for_a_person = incoming.kind in FOR_THE_ORGANISER or (not done and incoming.kind in IF_NOTHING_FOLLOWED)
    words = done or _nothing(incoming, for_a_person=for_a_person and not vouched)
    returns.followed(session, number, words)
    return Taken(incoming.kind, True, place is not None, words, incoming.reason, number, for_a_person, incoming.cause or "")


def _ours(session: Session, incoming: Incoming, forward: int) -> Taken:
    """What we forwarded to the organiser came back, with all the tokens of what is attached: it is about no reader, and not passed on."""
    number = returns.note(session, incoming, None, clock(session))
    if number is None:
        return Taken(incoming.kind, False, False, "it was taken before", incoming.reason)
    words = f"counted: it is about what was forwarded of event {forward}"
    if incoming.kind in _FAILED:
        forwards.came_back(session, forward, incoming.reason[:1000])
        words = f"what was forwarded of event {forward} has not reached the organiser"
    returns.followed(session, number, words)
    return Taken(incoming.kind, True, False, words, incoming.reason, number, cause=incoming.cause or "")


def told(taken: Taken) -> None:
    """Write into the log what was taken, once it is committed."""
    more = {"kind": str(taken.kind), "new": taken.new, "traced": taken.traced, "followed": taken.followed}
    log.info("mail taken", extra=more)
    if taken.new and taken.kind is Kind.BLOCKED and log.hasHandlers():  # without a log, the command says it
        for advice in advise({taken.cause: 1}):
            log.warning("our sending was refused", extra={"cause": advice.cause, "why": taken.reason, "what_to_do": advice.what_to_do})


def place_of(session: Session, incoming: Incoming, links: Links) -> Place | None:
    """The delivery that a mail is about, by what only we can have made; None if nothing shows it."""
    for address in incoming.tokens.return_paths:
        if (place := links.read_return_path(address)) and returns.reader_of(session, place):
            return place
    for token in incoming.tokens.links:
        if (who := links.read_unsubscribe_token(token)) and (place := returns.place_of(session, who)):
            return place
    about = incoming.recipients or ((incoming.sender,) if incoming.sender else ())
    return returns.place_by_message_id(session, incoming.tokens.message_ids, about, links)


def _follow(session: Session, incoming: Incoming, place: Place | None, links: Links, terms: Terms, *, vouched: bool) -> str:  # noqa: PLR0913 all of it decides
    """Do what a mail asks for; gives it in words, empty if nothing was to be done."""
    now = clock(session)
    if incoming.kind is Kind.UNSUBSCRIBE:
        who = links.read_unsubscribe_token(incoming.tokens.unsubscribe)
        words = "by the vendor's word" if vouched else "by a mail to the list's mailbox"
        if who is None and place:  # whoever has the mail may leave by it, in whatever words
            who, words = returns.subscribed_at(session, place), words if vouched else "by a mail in answer to it"
        if who:
            evidence = f"{returns.named(session, who)}, {words}"
            leaving.leave(session, who.subscriber_id, who.list_id, "vendor" if vouched else "mail", evidence, now)
        return "left the list" if who else ""
    reader = returns.reader_of(session, place) if place else None
    if reader is None or incoming.kind not in _STRIKES:
        return ""
    why, words = _STRIKES[incoming.kind]
    if incoming.kind is Kind.SOFT and returns.often(session, reader.id, Kind.SOFT, now - terms.within) < terms.soft_bounces:
        return ""
    suppressions.suppress(session, reader.digest, why, now, incoming.reason[:300])
    return f"is not mailed any more: {words}"


def _nothing(incoming: Incoming, *, for_a_person: bool) -> str:
    if for_a_person:
        unproven = incoming.kind in IF_NOTHING_FOLLOWED
        return "kept for the organiser" + (": nothing shows of itself whose mail it is about" if unproven else "")
    return "counted; it is our sending that was refused, and nobody's fault" if incoming.kind is Kind.BLOCKED else "counted"
