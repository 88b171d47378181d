"""What in a mail looks as if it was made here: return paths, Message-IDs, unsubscribe tokens. Links tells whether it was."""

import re

from fob_mail.inbound.incoming import Tokens
from fob_mail.inbound.mail import LONGEST_TEXT, Headers, Mail, headers_in
from fob_mail.links import TOKEN_LENGTH

MOST = 20
"""Of each kind are kept; a bounce has one or two."""

_PLACES = (
    "return-path",
    "to",
    "cc",
    "delivered-to",
    "x-original-to",
    "envelope-to",
    "x-envelope-to",
    "original-recipient",
    "x-rcpt-to",
    "apparently-to",
    "x-delivered-to",
)
_RETURNED_PLACES = (
    "return-path",
    "x-return-path",
    "envelope-from",
    "x-envelope-from",
    "errors-to",
    "sender",
    "original-mail-from",
    "x-original-from",
)
_RETURN_PATH = re.compile(r"\+[a-z2-7]{29}@[a-z0-9.-]{1,255}", re.IGNORECASE)
_LOCAL_END = re.compile(r"[A-Za-z0-9._-]{1,64}$")
_MESSAGE_ID = re.compile(r"<[0-9a-f]{32}@[a-z0-9.-]{1,255}>", re.IGNORECASE)
_SUBJECT = re.compile(rf"\bunsubscribe(?:%20|[ +:]{{1,3}})([A-Za-z0-9_-]{{{TOKEN_LENGTH}}})(?![A-Za-z0-9_-])", re.IGNORECASE)
_LINK = re.compile(rf"(?:/u/|unsubscribe(?:%20|\+| ))([A-Za-z0-9_-]{{{TOKEN_LENGTH}}})(?![A-Za-z0-9_-])")


def tokens_of(mail: Mail, returned: Headers, recipients: tuple[str, ...] = ()) -> Tokens:
    """The tokens of a mail and of the headers of what it returned; `recipients` are those of its envelope, if known."""
    sent_to = [*recipients, *mail.headers.all(*_PLACES), *(value for value in mail.headers.all("received", "message-id") if "+" in value)]
    back = returned.all(*_RETURNED_PLACES)
    texts = [part.text for part in mail.parts if part.level == 0 and part.kind in _READ]
    answers = [*mail.headers.all("in-reply-to", "references"), *returned.all("message-id", "references"), *texts]
    asked = _SUBJECT.search(mail.headers.get("subject"))
    return Tokens(
        return_paths=_return_paths([*sent_to, *back, *texts]),
        message_ids=_found(_MESSAGE_ID, answers),
        unsubscribe=asked[1] if asked else "",
        links=_found(_LINK, [*returned.all("list-unsubscribe"), *texts]),
    )


def tokens_told(paths: list[str], values: list[str]) -> Tokens:
    """The tokens of what a vendor tells of a mail: its return path, and values of its headers."""
    return Tokens(return_paths=_return_paths([*paths, *values]), message_ids=_found(_MESSAGE_ID, values), links=_found(_LINK, values))


_READ = frozenset(
    {
        "text/plain",
        "text/rfc822-headers",
        "message/rfc822",
        "message/delivery-status",
        "message/global-delivery-status",
        "message/feedback-report",
    }
    | {"text/html", "message/global-headers", "message/disposition-notification"}
)


def _return_paths(values: list[str]) -> tuple[str, ...]:
    """Found by the sign before the token: a local part that is tried at each character of a text would take long."""
    found: dict[str, None] = {}
    for value in values:
        for match in _RETURN_PATH.finditer(value[:LONGEST_TEXT]):
            local = _LOCAL_END.search(value, max(0, match.start() - 64), match.start())
            if local and len(found) < MOST:
                found.setdefault((local[0] + match[0]).lower())
    return tuple(found)


def _found(form: re.Pattern[str], values: list[str]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for value in values:
        for match in form.finditer(value[:LONGEST_TEXT]):
            found.setdefault(match[1] if form.groups else match[0])
            if len(found) >= MOST:
                return tuple(found)
    return tuple(found)


def returned_headers(mail: Mail, quoted: str = "") -> Headers:
    """The headers of the message that came back: of its part, or of the text in which it is quoted."""
    for part in mail.of_kind("message/rfc822", "text/rfc822-headers", "message/global-headers", "message/partial"):
        return headers_in(part.text)
    return headers_in(quoted)
