"""What servers say when they refuse: (kind, status, text), in the words that the large providers and the common programs use."""

from typing import NamedTuple

from fob_mail.inbound.incoming import Kind

HARD, SOFT, BLOCKED = Kind.HARD, Kind.SOFT, Kind.BLOCKED


class Reason(NamedTuple):
    """A refusal. {rcpt} in the text stands for whom it is about."""

    kind: Kind
    status: str
    text: str


REASONS = {
    "gmail-nobody": Reason(
        HARD,
        "5.1.1",
        "550-5.1.1 The email account that you tried to reach does not exist. Please try 550-5.1.1 double-checking the recipient's email "
        "address for typos or 550-5.1.1 unnecessary spaces. For more information, go to 550 5.1.1  https://support.google.com/mail/?p=NoSuchUser a1-gsmtp",
    ),
    "gmail-disabled": Reason(
        HARD,
        "5.2.1",
        "550 5.2.1 The email account that you tried to reach is inactive. Learn more at https://support.google.com/mail/?p=DisabledUser",
    ),
    "m365-nobody": Reason(HARD, "5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient {rcpt} not found by SMTP address lookup"),
    "m365-denied": Reason(
        HARD,
        "5.4.1",
        "550 5.4.1 Recipient address rejected: Access denied. [AMS0EPF00000012.eurprd05.prod.outlook.com 2027-05-06T19:00:00.000Z]",
    ),
    "outlook-nobody": Reason(HARD, "5.5.0", "550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302)."),
    "yahoo-nobody": Reason(
        HARD, "5.0.0", "554 delivery error: dd This user doesn't have a yahoo.com account ({rcpt}) [0] - mta4.mail.example.net"
    ),
    "yahoo-disabled": Reason(HARD, "5.0.0", "554 30 Sorry, your message to {rcpt} cannot be delivered. This mailbox is disabled (554.30)."),
    "postfix-nobody": Reason(HARD, "5.1.1", "550 5.1.1 <{rcpt}>: Recipient address rejected: User unknown in virtual mailbox table"),
    "exim-nobody": Reason(HARD, "5.0.0", "550 No Such User Here"),
    "icloud-nobody": Reason(HARD, "5.1.1", "550 5.1.1 <{rcpt}>: user does not exist"),
    "gmx-nobody": Reason(
        HARD,
        "5.0.0",
        "550 Requested action not taken: mailbox unavailable\n For explanation visit https://postmaster.example.com/error?c=hf",
    ),
    "orange-nobody": Reason(HARD, "5.1.1", "550 5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient. OFR204_416 [416]"),
    "laposte-nobody": Reason(HARD, "5.5.0", "550 5.5.0 Boite du destinataire inexistante. Bad recipient mailbox. LPN105_402"),
    "mailru-nobody": Reason(
        HARD, "5.0.0", "550 Message was not accepted -- invalid mailbox.  Local mailbox {rcpt} is unavailable: user not found"
    ),
    "docomo-nobody": Reason(HARD, "5.0.0", "550 Unknown user {rcpt}"),
    "web-nobody": Reason(HARD, "5.0.0", "550 Unbekannter Empfänger / Recipient unknown"),
    "terra-nobody": Reason(HARD, "5.1.1", "550 5.1.1 <{rcpt}>: usuario desconocido"),
    "no-domain": Reason(
        HARD, "5.4.4", "Host or domain name not found. Name service error for name=gone.example.net type=AAAA: Host not found"
    ),
    "null-mx": Reason(HARD, "5.1.0", "Domain gone.example.net does not accept mail (nullMX)"),
    "suspended": Reason(HARD, "5.2.1", "550 5.2.1 <{rcpt}>... Mailbox disabled for this recipient"),
    "gmail-full": Reason(
        SOFT,
        "5.2.2",
        "552-5.2.2 The recipient's inbox is out of storage space and inactive. Please direct the recipient to https://support.google.com/mail/?p=OverQuotaPerm",
    ),
    "gmail-full-for-now": Reason(
        SOFT, "4.2.2", "452-4.2.2 The email account that you tried to reach is over quota. https://support.google.com/mail/?p=OverQuotaTemp"
    ),
    "m365-full": Reason(
        SOFT,
        "5.2.2",
        "554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded; Failed to process message",
    ),
    "dovecot-full": Reason(SOFT, "5.2.2", "552 5.2.2 <{rcpt}> Quota exceeded (mailbox for user is full)"),
    "icloud-full": Reason(SOFT, "5.2.2", "552 5.2.2 <{rcpt}>: user is over quota"),
    "orange-full": Reason(SOFT, "5.1.1", "552 5.1.1 Boite du destinataire pleine. Recipient overquota. OFR204_417 [417]"),
    "bare-full": Reason(SOFT, "5.0.0", "552 Mailbox full"),
    "gmail-big": Reason(
        SOFT,
        "5.3.4",
        "552-5.3.4 Your message exceeded Google's message size limits. To view our guidelines, go to https://support.google.com/mail/?p=MaxSizeError",
    ),
    "postfix-big": Reason(SOFT, "5.3.4", "552 5.3.4 Message size exceeds fixed limit"),
    "m365-big": Reason(SOFT, "5.2.3", "550 5.2.3 RESOLVER.RST.RecipSizeLimit; message too large for this recipient"),
    "greylisted": Reason(SOFT, "4.7.1", "451 4.7.1 Greylisting in action, please come back in 00:04:57"),
    "postgrey": Reason(SOFT, "4.2.0", "450 4.2.0 <{rcpt}>: Recipient address rejected: Greylisted, see https://postgrey.example.com/help"),
    "gmail-rate": Reason(
        SOFT,
        "4.2.1",
        "450-4.2.1 The user you are trying to contact is receiving mail at a rate that 450-4.2.1 prevents additional messages from being delivered.",
    ),
    "m365-busy": Reason(SOFT, "4.7.500", "451 4.7.500 Server busy. Please try again later from [192.0.2.10]. (S77719)"),
    "too-many": Reason(SOFT, "4.7.0", "421 4.7.0 mx.example.net Error: too many connections from 192.0.2.10"),
    "unreachable": Reason(SOFT, "4.4.1", "connect to mx.example.net[192.0.2.25]:25: Connection timed out"),
    "m365-expired": Reason(SOFT, "5.4.300", "550 5.4.300 Message expired -> 421 4.4.1 Connection timed out"),
    "expired": Reason(SOFT, "4.4.7", "Message expired: unable to deliver in 5 days"),
    "fault": Reason(SOFT, "4.3.0", "451 4.3.0 <{rcpt}>: Temporary lookup failure"),
    "spamhaus": Reason(
        BLOCKED,
        "5.7.1",
        "554 5.7.1 Service unavailable; Client host [192.0.2.10] blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/192.0.2.10",
    ),
    "m365-banned": Reason(
        BLOCKED,
        "5.7.606",
        "550 5.7.606 Access denied, banned sending IP [192.0.2.10]. To request removal from this list please visit https://sender.office.com/",
    ),
    "outlook-listed": Reason(
        BLOCKED,
        "5.7.1",
        "550 5.7.1 Unfortunately, messages from [192.0.2.10] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3150).",
    ),
    "gmail-dmarc": Reason(
        BLOCKED,
        "5.7.26",
        "550-5.7.26 Unauthenticated email from example.org is not accepted due to domain's DMARC policy. Please contact the administrator of example.org domain",
    ),
    "gmail-spam": Reason(
        BLOCKED,
        "5.7.1",
        "550-5.7.1 [192.0.2.10      12] Our system has detected that this message is likely unsolicited mail. To reduce the amount of spam sent to Gmail, this message has been blocked.",
    ),
    "gmail-rate-ours": Reason(
        BLOCKED,
        "4.7.28",
        "421-4.7.28 Gmail has detected an unusual rate of unsolicited mail originating from your IP address. Mail sent from your IP address has been temporarily rate limited.",
    ),
    "gmail-sender": Reason(
        BLOCKED,
        "5.7.27",
        "550-5.7.27 Your email has been blocked because the sender is unauthenticated. Gmail requires all senders to authenticate with either SPF or DKIM.",
    ),
    "yahoo-policy": Reason(
        BLOCKED, "5.7.9", "554 5.7.9 Message not accepted for policy reasons. See https://postmaster.example.com/error-codes"
    ),
    "yahoo-deferred": Reason(
        BLOCKED,
        "4.7.0",
        "421 4.7.0 [TSS04] Messages from 192.0.2.10 temporarily deferred due to unexpected volume or user complaints - 4.16.55.1",
    ),
    "gmx-listed": Reason(
        BLOCKED,
        "5.0.0",
        "554-gmx.example.com (mxgmx012) Nemesis ESMTP Service not available\n 554-No SMTP service\n 554 IP address is block listed.",
    ),
    "proofpoint": Reason(BLOCKED, "5.7.0", "554 5.7.0 Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.10"),
    "icloud-policy": Reason(
        BLOCKED, "5.7.1", "554 5.7.1 [HM08] Message rejected due to local policy. Please visit https://support.apple.com/en-us/HT204137"
    ),
    "m365-dmarc": Reason(
        BLOCKED,
        "5.7.509",
        "550 5.7.509 Access denied, sending domain example.org does not pass DMARC verification and has a DMARC policy of reject.",
    ),
    "m365-level": Reason(
        BLOCKED, "5.7.515", "550 5.7.515 Access denied, sending domain EXAMPLE.ORG doesn't meet the required authentication level."
    ),
    "barracuda": Reason(
        BLOCKED,
        "5.0.0",
        "554 Service unavailable; Client host [mail.example.org] blocked using Barracuda Reputation; http://www.barracudanetworks.com/reputation/?r=1&ip=192.0.2.10",
    ),
    "content": Reason(BLOCKED, "5.7.1", "554 5.7.1 Message rejected as spam by Content Filtering."),
    "spf": Reason(BLOCKED, "5.7.23", "550 5.7.23 The message was rejected because of Sender Policy Framework violation"),
    "reverse": Reason(BLOCKED, "5.7.25", "550 5.7.25 Client host rejected: cannot find your reverse hostname, [192.0.2.10]"),
    "members-only": Reason(
        BLOCKED,
        "5.7.133",
        "550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required; Delivery restriction check failed",
    ),
    "mimecast": Reason(
        BLOCKED,
        "5.0.0",
        "550 Rejected by header based Anti-Spoofing policy: news@example.org - https://community.mimecast.com/docs/DOC-1369#550",
    ),
}
