"""What came back? One raw mail becomes an Incoming. Reports of machines are heard first, then people's programs, then people.

Never raises, whatever the bytes are: a mail that cannot be understood is for the organiser, like any other that is none of these.
"""

import hashlib
import re
from collections.abc import Callable
from typing import NamedTuple

from fob_mail.inbound import answers, forms
from fob_mail.inbound.causes import diagnostic_of, verdict_of
from fob_mail.inbound.complaints import complaint_of
from fob_mail.inbound.incoming import Cause, Failure, Incoming, Kind, Known
from fob_mail.inbound.mail import Headers, Mail, mail_of
from fob_mail.inbound.reports import Told, address_of, refusal_in, told_by
from fob_mail.inbound.tokens import returned_headers, tokens_of

UNREADABLE: tuple[type[Exception], ...] = (Exception,)
"""No mail may stop those behind it, and none may be lost; tests let faults through."""

LONGEST_SUBJECT = 300
_GRAVITY = (Kind.HARD, Kind.BLOCKED, Kind.SOFT, Kind.DELAYED)
_NOTHING_WRONG = frozenset({"delivered", "relayed", "expanded", "deliverable"})
_CHALLENGED = re.compile(r"not pre-?approved|guest list|challenge[- ]response", re.IGNORECASE)
_KEYED = ("message-id", "from", "date", "subject")
_OF_A_MAIL = frozenset({"from", "to", "subject", "date", "message-id", "received", "return-path"})
_SPACE = b" \t\r\n"


def classify(raw: bytes, *, envelope_to: tuple[str, ...] = (), envelope_from: str | None = None) -> Incoming:
    """What a mail is. `envelope_*`: from SMTP or LMTP where they are known; `envelope_from` is "" for the null return path."""
    try:
        return _classify(raw, envelope_to, envelope_from)
    except UNREADABLE as error:
        return Incoming(Kind.OTHER, key_of(raw, Headers("")), f"It could not be read ({type(error).__name__}).")


def _classify(raw: bytes, envelope_to: tuple[str, ...], envelope_from: str | None) -> Incoming:
    mail = mail_of(raw)
    returned = returned_headers(mail, mail.quoted)
    found = _what(mail, returned, null_path=_is_null(mail, envelope_from))
    kind, reason, failures, new_address = found
    if kind is Kind.OTHER and not raw.strip(b"\0" + _SPACE):
        reason = "It is empty."
    tokens = tokens_of(mail, returned, envelope_to)
    if tokens.unsubscribe and kind not in {Kind.HARD, Kind.SOFT, Kind.BLOCKED, Kind.DELAYED, Kind.COMPLAINT}:
        kind, reason = Kind.UNSUBSCRIBE, "The reader's mail program asked to unsubscribe."
    return Incoming(
        kind,
        key_of(raw, mail.headers),
        reason,
        failures,
        tokens,
        address_of(mail.headers.get("from")),
        diagnostic_of(mail.headers.get("subject"))[:LONGEST_SUBJECT],
        new_address,
    )


class _Found(NamedTuple):
    kind: Kind
    reason: str
    failures: tuple[Failure, ...] = ()
    new_address: str = ""


def _what(mail: Mail, returned: Headers, *, null_path: bool) -> _Found:
    complaint = complaint_of(mail, returned)
    if complaint:
        named = tuple(Failure(address, known, complaint.kind, Cause.UNKNOWN) for address, known in complaint.recipients)
        return _Found(complaint.kind, complaint.reason, named)
    told = told_by(mail)
    if told:
        return _reported(told, mail, returned)
    if mail.report == "disposition-notification" or mail.of_kind("message/disposition-notification"):
        refused = refusal_in(mail)
        return (
            _reported([refused], mail, returned)
            if refused
            else _Found(Kind.AUTO_REPLY, "A receipt: somebody's mail program tells what became of it.")
        )
    automatic = answers.is_automatic(mail)
    if forms.is_report(mail, automatic=automatic, null_path=null_path):
        return _worded(mail, returned)
    return _written(mail, automatic=automatic or null_path)  # people's mail has a return path (RFC 3834 §3.3)


def _reported(told: list[Told], mail: Mail, returned: Headers) -> _Found:
    """By a report's fields. If none of its recipients failed, it is a receipt."""
    if all(_CHALLENGED.search(one.diagnostic) for one in told):
        return _Found(Kind.AUTO_REPLY, "A challenge: somebody's mail program wants to know you first.")
    words = mail.own
    named = [_named(one, mail, returned) for one in told if one.action not in _NOTHING_WRONG]
    failures = tuple(_failure(one, one.action == "delayed" or (not one.action and forms.is_waiting(mail)), words) for one in named)
    return _gravest(failures) if failures else _Found(Kind.AUTO_REPLY, "A receipt: it was delivered.")


def _named(told: Told, mail: Mail, returned: Headers) -> Told:
    """Some name a file or a local account; then the header names the address, or the message that came back does."""
    if "@" in told.recipient:
        return told
    for known, values in ((Known.HEADER, mail.headers.all("x-failed-recipients")), (Known.RETURNED, returned.all("to"))):
        addresses = [address for address in map(address_of, values) if "@" in address]
        if len(addresses) == 1:
            return told._replace(recipient=addresses[0], known=known)
    return told


def _worded(mail: Mail, returned: Headers) -> _Found:
    """By a report's words. One that tells nothing is a soft failure of whoever its token names."""
    wrapped = told_by(mail, level=1)
    if wrapped:
        return _reported(wrapped, mail, returned)  # some gateways put a report into one of their own
    delayed = forms.is_waiting(mail)
    failures = tuple(_failure(one, delayed, mail.own) for one in forms.told_in(mail, returned.all("to")))
    if failures:
        return _gravest(failures)
    text = mail.own
    kind, cause, status = verdict_of("", text, delayed=delayed)
    return _gravest((Failure("", Known.TEXT, kind, cause, status, diagnostic_of(text)),))


def _failure(told: Told, delayed: bool, words: str) -> Failure:
    """A recipient's failure. What the server said decides; the report's own words only where it said nothing."""
    said = told.diagnostic
    kind, cause, status = verdict_of(told.status, said, delayed=delayed)
    if cause is Cause.UNKNOWN and words:
        kind, cause, status = verdict_of(status or told.status, f"{said} {words}", delayed=delayed)
    return Failure(told.recipient, told.known, kind, cause, status, diagnostic_of(said or words))


def _gravest(failures: tuple[Failure, ...]) -> _Found:
    ordered = tuple(sorted(failures, key=lambda failure: _GRAVITY.index(failure.kind)))
    return _Found(ordered[0].kind, ordered[0].reason, ordered)


def _written(mail: Mail, *, automatic: bool) -> _Found:
    """By what a person or a person's program wrote."""
    sender = address_of(mail.headers.get("from"))
    if automatic:
        kind = answers.automatic_kind(mail)
        return _Found(kind, _AUTOMATIC[kind], (), answers.new_address_in(mail, sender) if kind is Kind.MOVED else "")
    kind, reason = next(((kind, reason) for asked, kind, reason in _QUESTIONS if asked(mail)), (Kind.OTHER, _other(mail)))
    return _Found(kind, reason, (), answers.new_address_in(mail, sender) if kind is Kind.MOVED else "")


def _other(mail: Mail) -> str:
    """Why it is nothing in particular; a file of another kind was written to us by nobody."""
    return "Somebody wrote." if mail.headers.names & _OF_A_MAIL else "It is no mail: it has none of a mail's headers."


_AUTOMATIC = {
    Kind.OUT_OF_OFFICE: "An absence notice.",
    Kind.AUTO_REPLY: "An automatic reply.",
    Kind.MOVED: "An automatic reply that tells of a new address.",
}
_QUESTIONS: tuple[tuple[Callable[[Mail], bool], Kind, str], ...] = (
    (answers.is_called_spam, Kind.SPAM, "The mail server's filter called it spam."),
    (answers.tells_absence, Kind.OUT_OF_OFFICE, _AUTOMATIC[Kind.OUT_OF_OFFICE]),
    (answers.is_from_list, Kind.OTHER, "A mailing list wrote."),
    (answers.asks_to_leave, Kind.UNSUBSCRIBE, "A person asks to be taken off the list."),
    (answers.tells_move, Kind.MOVED, "A person writes of a new address."),
    (answers.is_answer, Kind.REPLY, "A person answered."),
)
"""What is asked of a mail that no report and no program wrote, in this order."""


def _is_null(mail: Mail, envelope_from: str | None) -> bool:
    """Whether it came from the null return path, as reports do (RFC 5321 §4.5.5)."""
    if envelope_from is not None:
        return envelope_from in {"", "<>"}
    paths = mail.headers.all("return-path")
    return bool(paths) and (paths[0].strip() in {"<>", ""} or "mailer-daemon" in paths[0].lower())


def key_of(raw: bytes, headers: Headers) -> str:
    """The same for the same mail by whatever way it comes: made of what no way changes, without white space.

    Servers on the way add fields (Return-Path, Received, Delivered-To) and change line ends and the quoting of "From ".
    """
    made = hashlib.blake2b(digest_size=16, person=b"fob-mail event")
    for name in _KEYED:
        made.update(f"{''.join(''.join(headers.all(name)[:1]).split())}\0".encode("utf-8", "replace"))
    ends = re.search(rb"\r?\n[ \t]*\r?\n", raw.lstrip(_SPACE))
    body = raw.lstrip(_SPACE)[ends.end() :] if ends else raw
    made.update(body.replace(b"\n>From ", b"\nFrom ").translate(None, _SPACE))
    return made.hexdigest()
