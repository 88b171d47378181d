"""Reports by RFC 3464 as Postfix, Exim, Sendmail, Exchange, Microsoft 365, Gmail, SES, Domino, Zimbra, iCloud, Yahoo and GMX write them."""

from collections.abc import Iterator
from typing import NamedTuple

from fob_mail.inbound.incoming import Kind
from tests.corpus.reasons import REASONS, Reason
from tests.corpus.sample import READER, Sample, multipart, returned


class Form(NamedTuple):
    """How a server writes: its From and subject, its words, its fields; {rcpt}, {status}, {text}, {code} are filled in."""

    sender: str
    subject: str
    words: str
    fields: str
    more: str = ""
    third: str = "message/rfc822"


_POSTFIX_WORDS = """This is the mail system at host mx.example.com.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

For further assistance, please send mail to postmaster.

                   The mail system

<{rcpt}>: host mx.example.net[192.0.2.25] said: {text} (in reply to RCPT TO command)
"""
_POSTFIX_FIELDS = """Reporting-MTA: dns; mx.example.com
X-Postfix-Queue-ID: 4F0A11C0123
X-Postfix-Sender: rfc822; bounces@lists.example.org
Arrival-Date: Thu,  6 May 2027 18:59:00 +0000 (UTC)

Final-Recipient: rfc822; {rcpt}
Original-Recipient: rfc822;{rcpt}
Action: failed
Status: {status}
Remote-MTA: dns; mx.example.net
Diagnostic-Code: smtp; {text}
"""
_EXCHANGE_FIELDS = """Reporting-MTA: dns;EX01.corp.example.com
Received-From-MTA: dns;mail.example.org
Arrival-Date: Thu, 6 May 2027 18:59:00 +0000

Original-Recipient: rfc822;{rcpt}
Final-Recipient: rfc822;{rcpt}
Action: failed
Status: {status}
Diagnostic-Code: smtp;{text}
X-Display-Name: Ruth Okafor
"""
_EXCHANGE = "Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@corp.example.com>"
_EXCHANGE_MORE = "Return-Path: <>\nAuto-Submitted: auto-replied\nX-MS-Exchange-Message-Is-Ndr:\nIn-Reply-To: <c0ffee@example.org>\nReferences: <c0ffee@example.org>\nContent-Language: {}"

FORMS = {
    "postfix": Form(
        "MAILER-DAEMON@mx.example.com (Mail Delivery System)",
        "Undelivered Mail Returned to Sender",
        _POSTFIX_WORDS,
        _POSTFIX_FIELDS,
        "Return-Path: <>\nAuto-Submitted: auto-replied",
    ),
    "zimbra": Form(
        "MAILER-DAEMON@zimbra.example.com (Mail Delivery System)",
        "Undelivered Mail Returned to Sender",
        _POSTFIX_WORDS,
        _POSTFIX_FIELDS,
        "Return-Path: <>\nX-Zimbra-Received: yes",
    ),
    "mailjet": Form(
        "MAILER-DAEMON@bnc3.mailjet.com (Mail Delivery System)",
        "Undelivered Mail Returned to Sender",
        _POSTFIX_WORDS,
        _POSTFIX_FIELDS,
        "Return-Path: <>",
        "text/rfc822-headers",
    ),
    "exim": Form(
        "Mail Delivery System <Mailer-Daemon@exim.example.com>",
        "Mail delivery failed: returning message to sender",
        "This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\n"
        "recipients. This is a permanent error. The following address(es) failed:\n\n  {rcpt}\n    host mx.example.net [192.0.2.25]\n"
        "    SMTP error from remote mail server after RCPT TO:<{rcpt}>:\n    {text}\n",
        "Reporting-MTA: dns; exim.example.com\n\nAction: failed\nFinal-Recipient: rfc822;{rcpt}\nStatus: {group}.0.0\nRemote-MTA: dns; mx.example.net\nDiagnostic-Code: smtp; {text}\n",
        "Return-Path: <>\nX-Failed-Recipients: {rcpt}\nAuto-Submitted: auto-replied\nContent-Language: en",
    ),
    "sendmail": Form(
        "Mail Delivery Subsystem <MAILER-DAEMON@sm.example.com>",
        "Returned mail: see transcript for details",
        "The original message was received at Thu, 6 May 2027 18:59:00 GMT\nfrom mail.example.org [192.0.2.10]\n\n"
        "   ----- The following addresses had permanent fatal errors -----\n<{rcpt}>\n    (reason: {text})\n\n   ----- Transcript of session follows -----\n"
        "... while talking to mx.example.net.:\n>>> DATA\n<<< {text}\n",
        "Reporting-MTA: dns; sm.example.com\nReceived-From-MTA: DNS; mail.example.org\nArrival-Date: Thu, 6 May 2027 18:59:00 GMT\n\n"
        "Final-Recipient: RFC822; {rcpt}\nAction: failed\nStatus: {status}\nRemote-MTA: DNS; mx.example.net\nDiagnostic-Code: SMTP; {text}\nLast-Attempt-Date: Thu, 6 May 2027 18:59:05 GMT\n",
        "Return-Path: <MAILER-DAEMON@sm.example.com>\nAuto-Submitted: auto-generated (failure)",
        "text/rfc822-headers",
    ),
    "exchange-en": Form(
        _EXCHANGE,
        "Undeliverable: Water is not for sale",
        "Delivery has failed to these recipients or groups:\n\nRuth Okafor ({rcpt})\nSomething went wrong.\n\n",
        _EXCHANGE_FIELDS,
        _EXCHANGE_MORE.format("en-US"),
    ),
    "exchange-de": Form(
        _EXCHANGE,
        "Unzustellbar: Water is not for sale",
        "Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Gruppen:\n\nRuth Okafor ({rcpt})\n\n",
        _EXCHANGE_FIELDS,
        _EXCHANGE_MORE.format("de-DE"),
    ),
    "exchange-es": Form(
        _EXCHANGE,
        "No se puede entregar: Water is not for sale",
        "Error de entrega a estos destinatarios o grupos:\n\nRuth Okafor ({rcpt})\n\n",
        _EXCHANGE_FIELDS,
        _EXCHANGE_MORE.format("es-ES"),
    ),
    "exchange-fr": Form(
        _EXCHANGE,
        "Non remis : Water is not for sale",
        "Échec de la remise pour ces destinataires ou groupes :\n\nRuth Okafor ({rcpt})\n\n",
        _EXCHANGE_FIELDS,
        _EXCHANGE_MORE.format("fr-FR"),
    ),
    "exchange-ja": Form(
        _EXCHANGE,
        "配信不能: Water is not for sale",
        "次の受信者またはグループへの配信に失敗しました:\n\nRuth Okafor ({rcpt})\n\n",
        _EXCHANGE_FIELDS,
        _EXCHANGE_MORE.format("ja-JP"),
    ),
    "gmail": Form(
        "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
        "Delivery Status Notification (Failure)",
        "** Address not found **\n\nYour message wasn't delivered to {rcpt}.\n\nThe response from the remote server was:\n\n{text}\n",
        "Reporting-MTA: dns; googlemail.com\nReceived-From-MTA: dns; bounces@lists.example.org\nArrival-Date: Thu, 06 May 2027 11:59:00 -0700 (PDT)\nX-Original-Message-ID: <c0ffee@example.org>\n\n"
        "Final-Recipient: rfc822; {rcpt}\nAction: failed\nStatus: {status}\nRemote-MTA: dns; mx.example.net. (192.0.2.25, the server for the domain example.net.)\nDiagnostic-Code: smtp; {text}\n",
        "Return-Path: <>\nX-Failed-Recipients: {rcpt}\nAuto-Submitted: auto-replied\nIn-Reply-To: <c0ffee@example.org>\nReferences: <c0ffee@example.org>",
    ),
    "ses": Form(
        "MAILER-DAEMON@eu-west-1.amazonses.com",
        "Delivery Status Notification (Failure)",
        "An error occurred while trying to deliver the mail to the following recipients:\n{rcpt}\n",
        "Reporting-MTA: dns; b224-11.smtp-out.eu-west-1.amazonses.com\n\nAction: failed\nFinal-Recipient: rfc822; {rcpt}\nDiagnostic-Code: smtp; {text}\nStatus: {status}\n",
        "Return-Path: <>",
    ),
    "icloud": Form(
        "Internet Mail Delivery <postmaster@icloud.example.com>",
        "Delivery Notification: Delivery has failed",
        "This report relates to a message you sent with the following header fields:\n\n  Message-id: <c0ffee@example.org>\n  From: news@example.org\n  To: {rcpt}\n\n"
        "Your message cannot be delivered to the following recipients:\n\n  Recipient address: {rcpt}\n  Reason: Remote SMTP server has rejected address\n  Diagnostic code: smtp;{text}\n",
        "Original-envelope-id: 0PQR00ABC123\nReporting-MTA: dns;icloud.example.com (tcp-daemon)\nArrival-date: Thu, 06 May 2027 18:59:00 +0000 (GMT)\n\n"
        "Original-recipient: rfc822;{rcpt}\nFinal-recipient: rfc822;{rcpt}\nAction: failed\nStatus: {status} (Remote SMTP server has rejected address)\nRemote-MTA: dns;mx.example.net\nDiagnostic-code: smtp;{text}\n",
        "Return-Path: <>",
    ),
    "domino": Form(
        "Lotus Notes Router <postmaster@domino.example.com>",
        "DELIVERY FAILURE: {text40}",
        "Your message\n\n  Subject: Water is not for sale\n\nwas not delivered to:\n\n  {rcpt}\n\nbecause:\n\n  {text}\n",
        "Reporting-MTA: dns;domino.example.com\n\nFinal-Recipient: rfc822;{rcpt}\nAction: failed\nStatus: {status}\nDiagnostic-Code: X-Notes; {text}\n",
        "Return-Path: <>\nX-Mailer: Lotus Domino",
    ),
    "yahoo": Form(
        "MAILER-DAEMON@yahoo.example.com",
        "Failure Notice",
        "Sorry, we were unable to deliver your message to the following address.\n\n<{rcpt}>:\n{text}\n\n--- Below this line is a copy of the message.\n",
        "Reporting-MTA: dns; sonic301.yahoo.example.com\n\nFinal-Recipient: rfc822; {rcpt}\nAction: failed\nStatus: {status}\nDiagnostic-Code: smtp; {text}\n",
        "Return-Path: <>",
    ),
    "outlook": Form(
        "postmaster@outlook.com",
        "Undeliverable: Water is not for sale",
        "Delivery has failed to these recipients or groups:\n\n{rcpt}\nYour message couldn't be delivered.\n",
        _EXCHANGE_FIELDS.replace("EX01.corp.example.com", "DB7PR01MB1234.eurprd01.prod.exchangelabs.com"),
        "Return-Path: <>\nAuto-Submitted: auto-replied\nX-MS-Exchange-CrossTenant-OriginalArrivalTime: 06 May 2027 19:00:00.0000 (UTC)",
    ),
}

OF_FORM = {
    "postfix": "gmail-nobody gmail-full postfix-big greylisted postgrey unreachable no-domain null-mx spamhaus gmail-dmarc yahoo-deferred icloud-nobody icloud-full m365-denied gmx-listed fault",
    "zimbra": "postfix-nobody dovecot-full yahoo-policy outlook-listed terra-nobody expired too-many",
    "mailjet": "orange-nobody orange-full laposte-nobody gmx-nobody gmail-rate icloud-policy proofpoint web-nobody",
    "exim": "exim-nobody mailru-nobody gmail-disabled dovecot-full barracuda content gmail-spam bare-full yahoo-disabled",
    "sendmail": "suspended yahoo-nobody docomo-nobody postfix-big bare-full spf reverse m365-busy gmail-full-for-now",
    "exchange-en": "m365-nobody m365-full m365-big members-only m365-expired m365-banned spf",
    "exchange-de": "m365-nobody m365-full m365-big members-only m365-expired m365-dmarc",
    "exchange-es": "m365-nobody m365-full m365-big members-only m365-denied m365-level",
    "exchange-fr": "m365-nobody m365-full m365-big members-only m365-expired gmail-sender",
    "exchange-ja": "m365-nobody m365-full m365-big members-only m365-denied spamhaus",
    "gmail": "m365-denied postfix-nobody icloud-full mimecast gmail-big proofpoint no-domain gmail-spam",
    "ses": "gmail-nobody yahoo-nobody gmail-full outlook-nobody gmail-rate-ours m365-banned gmail-disabled icloud-policy",
    "icloud": "gmail-nobody gmail-full-for-now yahoo-policy suspended m365-level",
    "domino": "postfix-nobody no-domain dovecot-full content terra-nobody",
    "yahoo": "gmail-nobody mailru-nobody gmail-full outlook-listed expired",
    "outlook": "gmail-nobody m365-denied gmail-full gmail-dmarc yahoo-disabled m365-expired",
}


def samples() -> Iterator[Sample]:
    """Every form with the reasons that it is seen with, and the reports of delay and of success."""
    for name, reasons in OF_FORM.items():
        for reason in reasons.split():
            yield _sample(f"{name}/{reason}", FORMS[name], REASONS[reason])
    yield from _delays()
    yield from _odd()
    yield from _successes()


def _sample(name: str, form: Form, reason: Reason, rcpt: str = READER) -> Sample:
    text = reason.text.format(rcpt=rcpt)
    # Exim's Status is only a class: the text then says more, if it says anything.
    said = {"rcpt": rcpt, "status": reason.status, "text": text, "text40": text[:40].split("\n")[0], "group": reason.status[0]}
    parts = [
        ("text/plain; charset=utf-8", form.words.format(**said)),
        ("message/delivery-status", form.fields.format(**said)),
        (form.third, returned(rcpt)),
    ]
    raw = multipart(form.subject.format(**said), parts, sender=form.sender, more=form.more.format(**said))
    return Sample(name, raw, reason.kind, rcpt, reason.status)


def _delays() -> Iterator[Sample]:
    for name, subject, words in (
        (
            "postfix",
            "Delayed Mail (still being retried)",
            "Your message could not be delivered for more than 4 hour(s).\nIt will be retried until it is 5 day(s) old.\n",
        ),
        (
            "sendmail",
            "Warning: could not send message for past 4 hours",
            "    **      THIS IS A WARNING MESSAGE ONLY      **\n    **  YOU DO NOT NEED TO RESEND YOUR MESSAGE  **\n",
        ),
        (
            "exchange-en",
            "Delivery delayed: Water is not for sale",
            "Delivery is delayed to these recipients or groups:\n\nThis message hasn't been delivered yet.\n",
        ),
        ("exchange-de", "Verzögerung der Zustellung: Water is not for sale", "Die Zustellung an diese Empfänger verzögert sich.\n"),
        ("exchange-fr", "Remise retardée : Water is not for sale", "La remise est retardée pour ces destinataires.\n"),
        (
            "gmail",
            "Delivery Status Notification (Delay)",
            "Delivery incomplete. There was a temporary problem delivering your message. Gmail will retry for 46 more hours.\n",
        ),
        (
            "exim",
            "Warning: message 1abcDE-000123-Ab delayed 24 hours",
            "A message that you sent has not yet been delivered to one or more of its recipients after more than 24 hours.\n",
        ),
    ):
        form = FORMS[name]._replace(subject=subject, words=words, fields=FORMS[name].fields.replace("Action: failed", "Action: delayed"))
        reason = REASONS["unreachable"]._replace(kind=Kind.DELAYED)
        sample = _sample(f"{name}/delayed", form, reason)
        yield sample if name != "exim" else Sample(sample.name, sample.raw, sample.kind, sample.recipient, "4.0.0")


def _odd() -> Iterator[Sample]:
    """What Final-Recipient need not be: an address of ours, or an address at all."""
    file = FORMS["exim"]._replace(
        words="The following address(es) failed:\n\n  save to /mail/r/ruth\n    generated by {rcpt}\n    mailbox is full: retry timeout exceeded\n",
        fields="Reporting-MTA: dns; exim.example.com\n\nAction: failed\nFinal-Recipient: rfc822;/mail/r/ruth\nStatus: 5.0.0\n",
    )
    yield _sample("exim/a-file", file, Reason(Kind.SOFT, "5.0.0", ""))
    account = FORMS["yahoo"]._replace(
        subject="Undeliverable mail: Water",
        words="Failed to deliver to '<{rcpt}>'\nLOCAL module(account ruth) reports:\n account is full (quota exceeded)\n",
        fields="Reporting-MTA: dns; cgp.example.com\n\nOriginal-Recipient: rfc822;<{rcpt}>\nFinal-Recipient: LOCAL;<ruth>\nAction: failed\nStatus: 5.0.0\n",
    )
    yield _sample("communigate/an-account", account, Reason(Kind.SOFT, "5.0.0", ""))
    forwarded = FORMS["postfix"]._replace(
        fields=FORMS["postfix"].fields.replace("Final-Recipient: rfc822; {rcpt}", "Final-Recipient: rfc822; old.box@example.com")
    )
    yield _sample("postfix/forwarded", forwarded, REASONS["dovecot-full"])
    boxbe = FORMS["yahoo"]._replace(
        subject="Re: Water is not for sale (Action Required)",
        words="Your message has been waitlisted. Please add yourself to my Guest List.\n",
    )
    yield Sample(
        "challenge/as-report",
        _sample("", boxbe, Reason(Kind.AUTO_REPLY, "4.7.0", "Sender not pre-approved.  Follow instructions in above notice")).raw,
        Kind.AUTO_REPLY,
    )
    for said, kind in (("Quota exceeded (mailbox for user is full)", Kind.SOFT), ("I do not want mail from you", Kind.BLOCKED)):
        words = f"Your message to <{READER}> was automatically rejected:\n{said}\n"
        receipt = f"Reporting-UA: mx.example.net; Dovecot Mail Delivery Agent\nFinal-Recipient: rfc822; {READER}\nOriginal-Message-ID: <c0ffee@example.org>\nDisposition: automatic-action/MDN-sent-automatically; deleted\n"
        parts = [("text/plain; charset=utf-8", words), ("message/disposition-notification", receipt), ("message/rfc822", returned())]
        raw = multipart(
            "Automatically rejected mail",
            parts,
            sender=f"Mail Delivery Subsystem <{READER}>",
            more="Return-Path: <>\nAuto-Submitted: auto-replied (rejected)",
            kind="report; report-type=disposition-notification",
        )
        yield Sample(f"dovecot/{said}", raw, kind, READER)
    worldwide = FORMS["postfix"]._replace(
        fields=_POSTFIX_FIELDS.replace("rfc822; {rcpt}", "utf-8; r\\x{{FC}}th@example.net").replace(
            "Original-Recipient: rfc822;{rcpt}\n", ""
        )
    )
    sample = _sample("", worldwide, REASONS["postfix-nobody"])
    raw = sample.raw.replace(b"message/delivery-status", b"message/global-delivery-status")
    yield Sample("postfix/beyond-ascii", raw, Kind.HARD, "r\N{LATIN SMALL LETTER U WITH DIAERESIS}th@example.net", "5.1.1")


def _successes() -> Iterator[Sample]:
    for action in ("delivered", "relayed", "expanded"):
        form = FORMS["postfix"]._replace(
            subject="Successful Mail Delivery Report",
            words="Your message was successfully delivered.\n",
            fields=FORMS["postfix"].fields.replace("failed", action),
        )
        yield Sample(
            f"postfix/{action}", _sample("", form, Reason(Kind.AUTO_REPLY, "2.0.0", "250 2.0.0 Ok: queued as 123")).raw, Kind.AUTO_REPLY
        )
