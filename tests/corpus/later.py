"""What was written when the rules stood, to try them on what they had not seen; they have been mended since where it showed a fault."""

from base64 import b64encode
from collections.abc import Iterator

from fob_mail.inbound.incoming import Kind
from tests.corpus import complaints, reports
from tests.corpus.sample import READER, Sample, mail, multipart, returned

HARD, SOFT, BLOCKED, DELAYED = Kind.HARD, Kind.SOFT, Kind.BLOCKED, Kind.DELAYED
OOO, AUTO, REPLY, OTHER, LEAVE, MOVED = Kind.OUT_OF_OFFICE, Kind.AUTO_REPLY, Kind.REPLY, Kind.OTHER, Kind.UNSUBSCRIBE, Kind.MOVED
_NULL = "Return-Path: <>"
_ANSWER = "In-Reply-To: <c0ffee@example.org>"
_RUTH = "Ruth Okafor <ruth@example.net>"

_DIAGNOSES = (
    # text of Diagnostic-Code, Status, kind
    ("smtp; 550 5.1.1 The email account that you tried to reach does not exist", "5.1.1", HARD),
    ("smtp; 550 5.1.0 Address rejected", "5.1.0", HARD),
    ("smtp; 553 5.1.3 Invalid address syntax", "5.1.3", HARD),
    ("smtp; 550 5.1.2 Bad destination mailbox address: gone.example.net", "5.1.2", HARD),
    ("smtp; 550 #5.1.0 Address rejected.", "5.1.0", HARD),
    ("smtp; 550 5.4.1 All recipient addresses rejected : Access denied", "5.4.1", HARD),
    ("smtp; 550 sorry, no mailbox here by that name (#5.7.17)", "5.7.17", HARD),
    ("smtp; 550 5.2.1 The user you are trying to contact is receiving mail too quickly", "5.2.1", SOFT),
    ("smtp; 554 5.7.1 <ruth@example.net>: Relay access denied", "5.7.1", SOFT),
    ("smtp; 554 5.7.1 <mail.example.org[192.0.2.10]>: Client host rejected: Access denied", "5.7.1", BLOCKED),
    ("smtp; 550 5.7.1 Message rejected due to content restrictions", "5.7.1", BLOCKED),
    ("smtp; 554 5.7.1 This message has been blocked because it contains a virus", "5.7.1", BLOCKED),
    ("smtp; 550 5.7.1 TRANSPORT.RULES.RejectMessage; the message was rejected by organization policy", "5.7.1", BLOCKED),
    ("smtp; 550 5.7.129 RESOLVER.RST.RestrictedToRecipientsPermission; not authorized to send to the recipient", "5.7.129", BLOCKED),
    ("smtp; 550 5.7.64 TenantAttribution; Relay Access Denied", "5.7.64", SOFT),
    ("smtp; 421 4.7.0 Try again later, closing connection.", "4.7.0", BLOCKED),
    ("smtp; 421 RP-001 The mail server IP connecting to Outlook.com server has exceeded the rate limit allowed", "4.0.0", SOFT),
    ("smtp; 452 4.2.2 The recipient's inbox is out of storage space", "4.2.2", SOFT),
    ("smtp; 552 5.2.2 Over quota", "5.2.2", SOFT),
    ("smtp; 550 5.2.2 Le quota de la boite aux lettres est atteint", "5.2.2", SOFT),
    ("smtp; 522 5.7.1 Mailbox over quota", "5.7.1", SOFT),
    ("smtp; 450 4.7.1 <ruth@example.net>: Recipient address rejected: Please see http://www.openspf.net/why", "4.7.1", BLOCKED),
    ("smtp; 451 4.7.650 The mail server [192.0.2.10] has been temporarily rate limited due to IP reputation", "4.7.650", BLOCKED),
    ("smtp; 550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP", "5.7.708", BLOCKED),
    ("smtp; 550 High probability of spam", "5.0.0", BLOCKED),
    ("smtp; 550 Administrative prohibition", "5.0.0", BLOCKED),
    ("smtp; 554 Message refused by DNSBL, see http://njabl.example.com", "5.0.0", BLOCKED),
    ("smtp; 571 5.7.1 Email from 192.0.2.10 is currently blocked by Verizon Online's anti-spam system", "5.7.1", BLOCKED),
    ("smtp; 550 Sender verify failed", "5.0.0", BLOCKED),
    ("smtp; 501 5.1.8 Sender domain does not exist", "5.1.8", BLOCKED),
    ("smtp; 550 5.6.0 Message contains illegal characters", "5.6.0", BLOCKED),
    ("smtp; 554 5.4.6 Too many hops", "5.4.6", SOFT),
    ("smtp; 554 5.3.5 Local configuration error", "5.3.5", SOFT),
    ("smtp; 550 5.4.310 DNS domain gone.example.net does not exist [Message=InfoDomainNonexistent]", "5.4.310", HARD),
    ("smtp; 550 5.1.6 Recipient no longer on server", "5.1.6", HARD),
    ("smtp; 551 5.1.6 User not local; please try <ruth@new.example.com>", "5.1.6", HARD),
    ("smtp; 550 5.1.1 RecipientNotFound; mailbox not found for forwarding address", "5.1.1", HARD),
    ("smtp; 550 This account has been suspended", "5.0.0", HARD),
    ("smtp; 525 5.7.13 Disabled recipient address", "5.7.13", HARD),
    ("smtp; 550 Account closed due to inactivity", "5.0.0", HARD),
)  # fmt: skip

_WRITTEN = (
    # name, sender, subject, text, more, kind, recipient, status
    ("courier-es", "Administrador del sistema <postmaster@correo.example.es>", "No se puede entregar: El agua", "El mensaje no llegó a estos destinatarios:\n\n{}\n\n#550 5.1.1 RESOLVER.ADR.RecipNotFound ##\n", _NULL, HARD, READER, "5.1.1"),
    ("de-daemon", "Mailzustellsystem <MAILER-DAEMON@post.example.de>", "Rückläufer: Water is not for sale", "Leider konnte Ihre Nachricht nicht zugestellt werden.\n\nAdresse: {}\nFehler: 550 5.1.1 Benutzer unbekannt\n", _NULL, HARD, READER, "5.1.1"),
    ("fr-quota", "Postmaster <postmaster@poste.example.fr>", "Retour de courrier", "Le message destiné à {} n'a pas pu être distribué : quota de la boîte dépassé (552 5.2.2)\n", _NULL, SOFT, READER, "5.2.2"),
    ("ja-domain", "MAILER-DAEMON@mail.example.jp", "送信エラーのお知らせ", "<{}> へのメールは送信できませんでした。\n\nホストが見つかりません: Host not found\n", _NULL, HARD, READER, ""),
    ("surgemail", "MAILER-DAEMON@surge.example.com", "Message Delivery Failure - Mailbox full", "Your message could not be delivered to {} because the mailbox is full.\n", _NULL, SOFT, READER, ""),
    ("smartermail", "System Administrator <postmaster@smarter.example.com>", "Delivery Failure", "Could not deliver message to the following recipient(s):\n\nFailed Recipient: {}\nReason: Remote host said: 550 5.1.1 User unknown\n", "", HARD, READER, "5.1.1"),
    ("merak", "MAILER-DAEMON@icewarp.example.com", "Undeliverable mail", "Failed to deliver to '{}'\nSMTP module(domain example.net) reports:\n message text rejected by mx.example.net:\n 554 5.7.1 spam message rejected\n", _NULL, BLOCKED, READER, "5.7.1"),
    ("kerio", "postmaster@kerio.example.com", "Mail Delivery Failure", "Your message was not delivered to {}\nThis is a permanent error.\n\nThe server said: 550 5.1.1 No such user here\n", _NULL, HARD, READER, "5.1.1"),
    ("james", "postmaster@james.example.com", "Re: Water is not for sale", "Hi. This is the James mail server at james.example.com.\nI'm afraid I wasn't able to deliver your message to the following addresses.\nThis is a permanent error; I've given up.\n\nFailed recipient(s):\n{}\n\nError message:\n550 5.1.1 Unknown user\n", _NULL, HARD, READER, "5.1.1"),
    ("delay-de", "Mailer-Daemon@exim.example.de", "Warnung: Nachricht verzögert", "Die Nachricht an {} konnte noch nicht zugestellt werden. Weitere Zustellversuche folgen.\n", _NULL, DELAYED, READER, ""),
    ("delay-qmail", "MAILER-DAEMON@q.example.com", "deferral notice", "Hi. This is the qmail-send program. Your message has not yet been delivered to the following address. I will keep trying.\n\n<{}>:\n192.0.2.25 does not respond\n", _NULL, DELAYED, READER, ""),
    # what is no failure
    ("ooo-lotus", _RUTH, "Ruth Okafor is out of the office.", "I will be out of the office from 3 May and will not return until 17 May.\n", "Auto-Submitted: auto-generated", OOO, "", ""),
    ("ooo-groupwise", _RUTH, "Out of Office", "I will be back on Monday.\n", "X-Mailer: Novell GroupWise", OOO, "", ""),
    ("ooo-outlook-nl", _RUTH, "Automatisch antwoord: Water", "Ik ben afwezig tot 17 mei.\n", "X-Auto-Response-Suppress: All\nAuto-Submitted: auto-generated", OOO, "", ""),
    ("ooo-maternity", _RUTH, "Automatic reply: Water", "I am on maternity leave until January.\n", "Auto-Submitted: auto-replied", OOO, "", ""),
    ("ooo-fr", _RUTH, "Je suis absente : Re: Water", "Je suis absente du bureau et serai de retour le 17 mai.\n", "X-Autoreply: yes", OOO, "", ""),
    ("ooo-qmail", _RUTH, "Water is not for sale [auto-reply]", "I am away from my mail.\n", "Auto-Submitted: auto-replied\nPrecedence: junk", OOO, "", ""),
    ("auto-full-words", "noreply@council.example.net", "Automatic reply: your message", "Your e-mail could not be processed because this mailbox is not monitored. Delivery to the inbox failed; use our form.\n", "Auto-Submitted: auto-replied", AUTO, "", ""),
    ("auto-left", _RUTH, "Automatic reply: Water", "Ruth Okafor no longer works for the council. Please write to office@example.net.\n", "Auto-Submitted: auto-replied", AUTO, "", ""),
    ("auto-unmarked", _RUTH, "Thank you for your e-mail", "I will answer as soon as I can.\n", "Return-Path: <>\nPrecedence: bulk", AUTO, "", ""),
    ("auto-null", _RUTH, "Thank you for your message", "Thank you for your message. We have received your e-mail.\n", "Return-Path: <>\nAuto-Submitted: auto-replied", AUTO, "", ""),
    ("calendar", _RUTH, "Accepted: Water is not for sale", "Ruth Okafor has accepted.\n", "", OTHER, "", ""),
    ("reply-short", _RUTH, "Re: Water is not for sale", "Yes!\n", _ANSWER, REPLY, "", ""),
    ("reply-postmaster", "Postmaster <postmaster@example.net>", "Re: block list", "Hello, your server's address was on a block list and messages could not be delivered; I have removed it. Regards, the postmaster\n", _ANSWER, REPLY, "", ""),
    ("reply-html-free", _RUTH, "Re: Delivery of leaflets", "The leaflets could not be delivered to 12 Canal Street, nobody there.\n", _ANSWER, REPLY, "", ""),
    ("reply-stop", _RUTH, "Re: Water is not for sale", "Stop the privatisation of water! I am with you.\n", _ANSWER, REPLY, "", ""),
    ("question-unsubscribe", _RUTH, "How do I unsubscribe my late mother?", "Her address is mother@example.net.\n", "", OTHER, "", ""),
    ("leave-polite", _RUTH, "Unsubscribe please", "", "", LEAVE, "", ""),
    ("leave-body", _RUTH, "Re: Water is not for sale", "Please remove me from your mailing list.\n\nOn Thu, 6 May 2027, News wrote:\n> Come\n", _ANSWER, LEAVE, "", ""),
    ("leave-es", _RUTH, "Re: Water is not for sale", "Por favor, darme de baja.\n", _ANSWER, LEAVE, "", ""),
    ("leave-fr", _RUTH, "Se désabonner", "", "", LEAVE, "", ""),
    ("leave-de", _RUTH, "Bitte vom Newsletter abmelden", "", "", LEAVE, "", ""),
    ("moved-person", _RUTH, "My e-mail address has changed", "Please use ruth.okafor@example.com\n", "", MOVED, "", ""),
    ("report-of-news", "news@example.com", "Delivery status of your parcel", "Your parcel was returned to sender: address unknown.\n", "", OTHER, "", ""),
    ("shop-failed", "shop@example.com", "Payment failed: card expired", "Your account is suspended until you pay. Error 550.\n", "", OTHER, "", ""),
    ("returned-books", "library@example.com", "Undeliverable: your reserved books", "The books that you asked for could not be found.\n", "", OTHER, "", ""),
)  # fmt: skip


def samples() -> Iterator[Sample]:
    """Diagnoses in a report of Postfix's form, then mails in words."""
    for place, (diagnosis, status, kind) in enumerate(_DIAGNOSES):
        fields = f"Reporting-MTA: dns; mx.example.com\n\nFinal-Recipient: rfc822; {READER}\nAction: failed\nStatus: {status}\nDiagnostic-Code: {diagnosis}\n"
        parts = [
            ("text/plain", "I'm sorry to have to inform you that your message could not be delivered.\n"),
            ("message/delivery-status", fields),
            ("text/rfc822-headers", returned()),
        ]
        raw = multipart(
            "Undelivered Mail Returned to Sender", parts, sender="MAILER-DAEMON@mx.example.com (Mail Delivery System)", more=_NULL
        )
        yield Sample(f"diagnosis/{place}", raw, kind, READER, status)
    for name, sender, subject, text, more, kind, recipient, status in _WRITTEN:
        yield Sample(f"later/{name}", mail(subject, text.format(READER), sender=sender, more=more), kind, recipient, status)
    yield from _within()


def _within() -> Iterator[Sample]:
    """Reports within mails that are none, and parts of reports in base64."""
    bounce = next(reports.samples()).raw.decode().replace("=_part", "=_inner")
    forwarded = [("text/plain", "I got this, what does it mean?\n"), ("message/rfc822", bounce)]
    yield Sample(
        "within/forwarded-bounce", multipart("Fwd: Undelivered Mail Returned to Sender", forwarded, sender=_RUTH, kind="mixed"), OTHER
    )
    yield Sample("within/answered-bounce", multipart("Re: your bounce", forwarded, sender=_RUTH, more=_ANSWER, kind="mixed"), REPLY)
    gateway = [("message/rfc822", bounce), ("text/plain", "This mail was scanned.\n")]
    yield Sample(
        "within/gateway",
        multipart("Delivery Status Notification (Failure)", gateway, sender="postmaster@corp.example.com", kind="mixed"),
        HARD,
        READER,
        "5.1.1",
    )
    complaint = next(complaints.samples()).raw.decode().replace("=_part", "=_inner")
    parts = [("text/plain", "Somebody complained, see below.\n"), ("message/rfc822", complaint)]
    yield Sample("within/forwarded-complaint", multipart("Fwd: complaint", parts, sender=_RUTH, kind="mixed"), OTHER)
    fields = f"Reporting-MTA: dns; mx.example.com\n\nFinal-Recipient: rfc822; {READER}\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 unknown\n"
    packed = [
        ("text/plain; charset=utf-16\nContent-Transfer-Encoding: base64", b64encode("Nicht zugestellt".encode("utf-16")).decode()),
        ("message/delivery-status\nContent-Transfer-Encoding: base64", b64encode(fields.encode()).decode()),
        ("message/rfc822\nContent-Transfer-Encoding: base64", b64encode(returned().encode()).decode()),
    ]
    yield Sample(
        "within/base64", multipart("Unzustellbar", packed, sender="postmaster@corp.example.com", more=_NULL), HARD, READER, "5.1.1"
    )
