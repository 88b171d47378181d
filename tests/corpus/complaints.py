"""Feedback reports by RFC 5965 and the forms of Yahoo, AOL, Microsoft, Amazon and others; also reports that are no complaint."""

from collections.abc import Iterator

from fob_mail.inbound.incoming import Kind
from tests.corpus.sample import READER, Sample, mail, multipart, returned

_WORDS = "This is an email abuse report for an email message received from IP address 192.0.2.10 on Thu, 6 May 2027 19:00:00 +0000.\n"
_FIELDS = "Feedback-Type: {}\nUser-Agent: {}/1.0\nVersion: 1\nOriginal-Mail-From: <bounces@lists.example.org>\n{}Arrival-Date: Thu, 6 May 2027 19:00:00 +0000\nSource-IP: 192.0.2.10\n"

_ARF = (
    # name, sender, agent, recipient field
    ("yahoo", "Yahoo! Mail AntiSpam Feedback <feedback@arf.mail.yahoo.example.com>", "Yahoo!-Mail-Feedback", "Original-Rcpt-To: {}\n"),
    ("comcast", "Comcast Feedback Loop <feedback@fbl.comcast.example.net>", "ReturnPathFBL", "Original-Rcpt-To: <{}>\n"),
    ("fastmail", "FastMail <fbl@fastmail.example.com>", "FastMail-FBL", "Original-Rcpt-To: rfc822;{}\nRemoval-Recipient: {}\n"),
    ("mailru", "fbl@corp.mail.example.ru", "Mail.Ru-Feedback", "Original-Rcpt-To: {}\n"),
    ("ses", "complaints@eu-west-1.email-abuse.amazonses.com", "Amazon SES Feedback", "Original-Rcpt-To: {}\n"),
    ("orange", "fbl@orange.example.fr", "SignalSpam-FBL", "Original-Rcpt-To: {}\n"),
)


def samples() -> Iterator[Sample]:
    """Complaints, opt-outs, and reports that ask for nothing."""
    for name, sender, agent, field in _ARF:
        for kind in ("abuse", "fraud"):
            yield Sample(f"arf-{name}/{kind}", _arf(sender, agent, kind, field.replace("{}", READER)), Kind.COMPLAINT, READER)
    sender = "AOL Email Feedback <scomp@aol.net>"
    yield Sample(
        "arf-aol/redacted",
        _arf(sender, "AOL SComp", "abuse", "Redacted-Address: ruth\nRedacted-Address: ruth@\n", to="redacted@aol.example.com"),
        Kind.COMPLAINT,
    )
    yield Sample("arf/no-recipient", _arf(sender, "X", "abuse", ""), Kind.COMPLAINT, READER)
    yield Sample("arf/virus", _arf(sender, "X", "virus", f"Original-Rcpt-To: {READER}\n"), Kind.COMPLAINT, READER)
    yield Sample("arf/unheard-of-type", _arf(sender, "X", "annoyance", f"Original-Rcpt-To: {READER}\n"), Kind.COMPLAINT, READER)
    yield Sample("arf/not-spam", _arf(sender, "X", "not-spam", f"Original-Rcpt-To: {READER}\n"), Kind.OTHER, READER)
    yield Sample("arf/auth-failure", _arf(sender, "OpenDMARC", "auth-failure", f"Original-Rcpt-To: {READER}\n"), Kind.OTHER, READER)
    yield Sample("arf/opt-out", _arf(sender, "X", "opt-out", f"Original-Rcpt-To: {READER}\n"), Kind.UNSUBSCRIBE, READER)
    yield from _microsoft()


def _arf(sender: str, agent: str, kind: str, field: str, to: str = READER) -> bytes:
    parts = [
        ("text/plain", _WORDS),
        ("message/feedback-report", _FIELDS.format(kind, agent, field)),
        ("message/rfc822", returned(to) + "\nHello\n"),
    ]
    return multipart("FW: Water is not for sale", parts, sender=sender, kind="report; report-type=feedback-report")


def _microsoft() -> Iterator[Sample]:
    old = f"X-HmXmrOriginalRecipient: <{READER}>\n{returned('redacted@hotmail.example.com')}\nHello\n"
    whole = [("message/rfc822", old)]
    yield Sample(
        "jmrp/old",
        multipart("complaint about message from 192.0.2.10", whole, sender="staff@hotmail.com", kind="mixed"),
        Kind.COMPLAINT,
        READER,
    )
    inline = [("text/plain", "Complaint"), ("message/rfc822\nContent-Disposition: attachment", returned())]
    yield Sample(
        "jmrp/without-field",
        multipart("complaint about message from 192.0.2.10", inline, sender="staff@hotmail.com", kind="mixed"),
        Kind.COMPLAINT,
        READER,
    )
    sender = "complaints@email-abuse.amazonses.com"
    yield Sample(
        "ses/old",
        multipart(
            "complaint about message from 192.0.2.10", [("text/plain", "Hi"), ("message/rfc822", returned())], sender=sender, kind="mixed"
        ),
        Kind.COMPLAINT,
        READER,
    )
    words = "I am getting spam from your list, please look into it. Your abuse report form is broken."
    yield Sample("person/complains-in-words", mail("Spam report", words, sender="Ruth <ruth@example.net>"), Kind.OTHER)
