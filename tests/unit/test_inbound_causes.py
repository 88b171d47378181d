"""Why a mail failed, by its status and the words of servers of every kind."""

import pytest

from fob_mail.inbound.causes import verdict_of

SAID = (
    # status field, what the server said, kind
    ("5.1.1", "550 5.1.1 <a@b.c>... User unknown", "hard"),
    ("5.0.0", "550 Requested action not taken: mailbox unavailable", "hard"),
    ("5.0.0", "550 5.1.1 sorry, no mailbox here by that name", "hard"),
    ("5.1.1", "550 5.1.1 Account disabled", "hard"),
    ("5.0.0", "550 User account is not active", "hard"),
    ("5.2.1", "550 5.2.1 Mailbox unavailable", "hard"),
    ("5.0.0", "511 sorry, no mailbox here by that name (#5.1.1 - chkuser)", "hard"),
    ("5.0.0", "550 Invalid recipient <a@b.c>", "hard"),
    ("5.0.0", "553 sorry, your message was rejected: user does not exist", "hard"),
    ("5.0.0", "554 No such mailbox", "hard"),
    ("5.0.0", "550 mailbox not found", "hard"),
    ("5.0.0", "550 RCPT TO:<a@b.c> User unknown", "hard"),
    ("5.0.0", "550 5.1.1 unknown or illegal alias: a@b.c", "hard"),
    ("5.1.1", "550 5.1.1 Recipient address rejected: undeliverable address: host said: 550 5.1.1 User unknown", "hard"),
    ("5.4.4", "550 5.4.4 Invalid domain", "hard"),
    ("5.4.4", "Host not found", "hard"),
    ("5.1.2", "[internal] Unable to resolve MX record", "hard"),
    ("5.0.0", "550 unrouteable address", "hard"),
    ("5.0.0", "550 Verification failed: could not deliver mail to a@b.c. The account or domain may not exist", "hard"),
    ("", "the address has letters beyond ASCII before its @, and the relay does not offer SMTPUTF8", "blocked"),  # our own words
    ("5.6.7", "550 5.6.7 Non-ASCII addresses not permitted for that sender/recipient", "blocked"),
    ("5.0.0", "553 5.6.7 SMTPUTF8 is required, but was not offered by that host", "blocked"),
    ("4.2.2", "452 4.2.2 Mailbox full", "soft"),
    ("5.0.0", "552 5.2.2 The email account that you tried to reach is over quota", "soft"),
    ("5.0.0", "550 Mailbox is full / Blz limit exceeded", "soft"),
    ("5.2.2", "554 5.2.2 Quota exceeded", "soft"),
    ("5.0.0", "552 5.7.0 Number of messages exceeded quota", "soft"),
    ("4.0.0", "451 Temporary local problem - please try later", "soft"),
    ("4.0.0", "421 Service not available, closing transmission channel", "soft"),
    ("4.4.2", "lost connection with mx.b.c while receiving the initial server greeting", "soft"),
    ("4.4.3", "Host or domain name not found. Name service error for name=b.c type=MX: Host not found, try again", "soft"),
    ("4.7.0", "450 4.7.0 Greylisted, please try again in 300 seconds", "soft"),
    ("4.0.0", "450 Please try again later (greylisted)", "soft"),
    ("4.7.1", "450 4.7.1 Client host rejected: too many connections", "soft"),
    ("5.0.0", "552 Message size exceeds maximum permitted", "soft"),
    ("5.3.4", "552 5.3.4 Error: message file too big", "soft"),
    ("5.0.0", "554 Message too large", "soft"),
    ("5.7.1", "550 5.7.1 Service unavailable, Client host [1.2.3.4] blocked using Spamhaus", "blocked"),
    ("5.0.0", "550 IP 1.2.3.4 is blacklisted", "blocked"),
    ("5.7.1", "554 5.7.1 Your access to this mail system has been rejected due to the sending MTA's poor reputation.", "blocked"),
    ("5.0.0", "554 Blocked - see http://csi.cloudmark.com/reset-request", "blocked"),
    ("5.0.0", "550 SPF check failed", "blocked"),
    ("5.7.1", "550 5.7.1 DMARC policy violation", "blocked"),
    ("5.0.0", "550 DKIM verification failed", "blocked"),
    ("5.7.0", "550 5.7.0 Local Policy Violation", "blocked"),
    ("5.0.0", "550 rejected for policy reasons", "blocked"),
    ("5.0.0", "554 5.7.1 URL found in blocklist", "blocked"),
    ("5.0.0", "550 JunkMail rejected - mail.example.org [1.2.3.4] is in an RBL", "blocked"),
    ("5.7.1", "550 5.7.1 Command rejected", "blocked"),
    ("5.6.0", "554 5.6.0 Message contains invalid header", "blocked"),
    ("5.0.0", "550 Message was blocked by the recipient's spam filter", "blocked"),
    ("5.7.1", "550 5.7.1 Unable to deliver to <a@b.c>, bulk mail", "blocked"),
    ("5.0.0", "571 Delivery not authorized, message refused", "blocked"),
    ("5.7.1", "550 5.7.1 <a@b.c>: Recipient address rejected: Mailbox does not exist", "hard"),
    ("5.0.0", "550 Sorry, I've got no space left for you", "soft"),
    ("5.0.0", "550 Host unknown", "hard"),
    ("5.0.0", "550 Adresse inconnue", "hard"),
    ("5.0.0", "550 Empfänger existiert nicht", "hard"),
    ("5.0.0", "550 El usuario no existe", "hard"),
    ("4.3.2", "452 4.3.2 System not accepting network messages", "soft"),
    ("5.5.0", "550 5.5.0 Invalid recipient", "hard"),
    ("5.5.1", "554 5.5.1 Error: no valid recipients", "hard"),
    ("4.1.1", "450 4.1.1 <a@b.c>: Recipient address rejected: unverified address: unknown user", "soft"),
    ("4.1.8", "450 4.1.8 <x@y>: Sender address rejected: Domain not found", "blocked"),
    ("5.1.1", "550 5.1.1 The email account that you tried to reach is blocked", "hard"),
    ("5.0.0", "550 Mail rejected: too many recipients", "soft"),
    ("5.4.14", "554 5.4.14 Hop count exceeded - possible mail loop ATTR34", "soft"),
    ("5.0.0", "550 4.4.7 QUEUE.Expired; message expired", "soft"),
    ("4.4.7", "550 4.4.7 QUEUE.Expired; message expired", "soft"),
    ("5.7.124", "550 5.7.124 RESOLVER.RST.RestrictedToRecipientsPermission; sender not in allowed-senders list", "blocked"),
    ("5.7.750", "550 5.7.750 Service unavailable. Client blocked from sending from unregistered domains.", "blocked"),
    ("5.1.20", "554 5.1.20 Multiple From addresses", "blocked"),
    ("5.2.122", "550 5.2.122 The recipient has exceeded their limit for the number of messages they can receive per hour", "soft"),
)  # fmt: skip


@pytest.mark.parametrize(("status", "text", "kind"), SAID)
def test_a_refusal_is_of_the_kind_that_status_and_words_together_tell(status: str, text: str, kind: str) -> None:
    assert verdict_of(status, text).kind == kind


def test_the_more_telling_status_is_kept() -> None:
    assert verdict_of("5.0.0", "550 5.1.1 unknown").status == "5.1.1"
    assert verdict_of("5.2.2", "550 5.1.1 unknown").status == "5.2.2"
    assert verdict_of("", "host [192.0.2.10] said: 550 no").status == "5.0.0"
    assert not verdict_of("", "no 10.5.1.1 here, nor version 5.5.2657.72").status


def test_a_passing_failure_is_never_for_good() -> None:
    assert verdict_of("4.1.1", "450 4.1.1 unknown user").kind == "soft"
    assert verdict_of("5.1.1", "550 5.1.1 unknown user", delayed=True).kind == "delayed"
