"""Did a reader complain? Feedback reports (RFC 5965), and those of providers that have a form of their own.

Providers often redact the reader's address; then our token in what they return names the reader.
"""

import re
from typing import NamedTuple

from fob_mail.inbound.incoming import Kind, Known
from fob_mail.inbound.mail import Headers, Mail, headers_in
from fob_mail.inbound.reports import address_of

_MICROSOFT = ("x-hmxmroriginalrecipient", "x-ms-exchange-organization-originalenveloperecipients")
_VENDORS = re.compile(
    r"staff@hotmail\.com|complaints@email-abuse\.amazonses\.com|fbl[\w.-]{0,20}@|feedbackloop@|abuse-?reports?@|scomp@aol\.net|"
    r"@arf\.mail\.yahoo\.com",
    re.IGNORECASE,
)
_SUBJECTS = re.compile(
    r"complaint about message from|e-?mail feedback report|abuse report|spam (?:report|complaint)|feedback loop", re.IGNORECASE
)
_REDACTED = re.compile(r"redacted|^\*+@|\bxxx+\b|undisclosed", re.IGNORECASE)
_REASONS = {
    "abuse": (Kind.COMPLAINT, "The reader marked it as spam"),
    "fraud": (Kind.COMPLAINT, "The reader reported it as fraud"),
    "virus": (Kind.COMPLAINT, "It was reported as carrying a virus"),
    "other": (Kind.COMPLAINT, "The reader complained"),
    "miscategorized": (Kind.OTHER, "A provider says that it was filed wrongly"),
    "not-spam": (Kind.OTHER, "The reader said that it is not spam"),
    "auth-failure": (Kind.OTHER, "A report on SPF, DKIM or DMARC"),
    "dmarc": (Kind.OTHER, "A report on DMARC"),
    "opt-out": (Kind.UNSUBSCRIBE, "The reader pressed unsubscribe at the provider"),
    "opt-out-list": (Kind.UNSUBSCRIBE, "The reader pressed unsubscribe at the provider"),
}


class Complaint(NamedTuple):
    """What a feedback report comes to: its kind, the reason, and whom it names, if it does."""

    kind: Kind
    reason: str
    recipients: tuple[tuple[str, Known], ...]


def complaint_of(mail: Mail, returned: Headers) -> Complaint | None:
    """The complaint that this mail is; None if it is none."""
    reports = mail.of_kind("message/feedback-report")
    if reports or mail.report == "feedback-report":
        fields = headers_in(reports[0].text) if reports else headers_in(mail.text)
        kind, reason = _REASONS.get(fields.get("feedback-type").strip().lower(), _REASONS["other"])
        return Complaint(kind, f"{reason}.", _named(fields, returned))
    if _by_vendor(mail, returned):
        return Complaint(Kind.COMPLAINT, f"{_REASONS['abuse'][1]}.", _named(Headers(""), returned))
    return None


def _by_vendor(mail: Mail, returned: Headers) -> bool:
    """Reports without the standard's part: Microsoft's program and older ones. The sender and the subject both say so."""
    if any(name in returned for name in _MICROSOFT[:1]):
        return True
    return bool(returned.names and _VENDORS.search(mail.headers.get("from")) and _SUBJECTS.search(mail.headers.get("subject")))


def _named(fields: Headers, returned: Headers) -> tuple[tuple[str, Known], ...]:
    told = [(address, Known.REPORT) for address in map(address_of, fields.all("original-rcpt-to", "removal-recipient"))]
    told += [(address, Known.HEADER) for address in map(address_of, returned.all(*_MICROSOFT))]
    told += [(address, Known.RETURNED) for address in map(address_of, returned.all("to"))]
    whole = [(address, known) for address, known in told if "@" in address.strip("@") and not _REDACTED.search(address)]
    surest = [one for one in whole if one[1] is whole[0][1]]
    return tuple(dict.fromkeys(surest))
