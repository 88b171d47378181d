"""What came back is told apart, and what of it was made here is found."""

import pytest

from fob_mail.inbound.classifying import classify
from fob_mail.inbound.incoming import Cause, Kind, Known
from fob_mail.links import Links, Place, Subscribed

LINKS = Links([b"k" * 32], "https://lists.example.org")
PATH = LINKS.return_path("bounces@lists.example.org", Place(7, 12))
TOKEN = LINKS.unsubscribe_token(Subscribed(12, 1, 7))
MESSAGE_ID = LINKS.message_id(7, 12, "lists.example.org")

REPORT = f"""Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mx.example.net>
To: {PATH}
Subject: Undelivered Mail Returned to Sender
Message-ID: <20270506.1@mx.example.net>
Date: Thu, 6 May 2027 19:00:00 +0100
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; ruth@example.net
Action: delayed
Status: 4.2.2
Diagnostic-Code: smtp; 452 4.2.2 Mailbox full

Final-Recipient: rfc822; office@example.net
Original-Recipient: rfc822;tomas@example.net
Action: failed
Status: 5.0.0
Diagnostic-Code: smtp; 550 5.1.1 <office@example.net> User unknown

--b1
Content-Type: message/rfc822

From: news@lists.example.org
To: tomas@example.net
Message-ID: {MESSAGE_ID}
List-Unsubscribe: <https://lists.example.org/u/{TOKEN}>, <mailto:leave@lists.example.org?subject=unsubscribe%20{TOKEN}>
Subject: Come on Thursday

Come.
--b1--
"""

ANSWER = """Return-Path: <ruth@example.net>
From: Ruth <ruth@example.net>
To: news@lists.example.org
Subject: {subject}
Message-ID: <1@example.net>
Date: Thu, 6 May 2027 19:00:00 +0100

{text}
"""


def test_a_report_tells_of_each_of_its_recipients_the_gravest_first() -> None:
    incoming = classify(REPORT.encode())

    assert (incoming.kind, incoming.cause, incoming.status) == (Kind.HARD, Cause.NO_SUCH_PERSON, "5.1.1")
    assert incoming.recipients == ("tomas@example.net", "ruth@example.net")
    assert [failure.kind for failure in incoming.failures] == [Kind.HARD, Kind.DELAYED]
    assert {failure.known for failure in incoming.failures} == {Known.REPORT}


def test_what_was_made_here_is_found_and_can_be_verified() -> None:
    tokens = classify(REPORT.encode()).tokens

    assert [LINKS.read_return_path(path) for path in tokens.return_paths] == [Place(7, 12)]
    assert tokens.message_ids == (MESSAGE_ID,)
    assert [LINKS.read_unsubscribe_token(link) for link in tokens.links] == [Subscribed(12, 1, 7)]
    assert not tokens.unsubscribe


def test_a_link_in_what_came_back_asks_for_nothing_and_one_in_the_subject_does() -> None:
    asked = classify(ANSWER.format(subject=f"unsubscribe {TOKEN}", text="").encode())

    assert (asked.kind, asked.tokens.unsubscribe) == (Kind.UNSUBSCRIBE, TOKEN)
    assert classify(REPORT.encode()).kind is not Kind.UNSUBSCRIBE


def test_the_envelope_names_the_delivery_where_no_header_does() -> None:
    incoming = classify(b"Subject: returned mail: see transcript\n\nuseless\n", envelope_to=(PATH,), envelope_from="")

    assert (incoming.kind, incoming.tokens.return_paths) == (Kind.SOFT, (PATH,))


def test_the_same_mail_has_the_same_key_by_whatever_way_it_comes() -> None:
    by_imap = REPORT.encode().replace(b"\n", b"\r\n")
    by_pipe = b"From MAILER-DAEMON Thu May  6 19:00:00 2027\nDelivered-To: bounces@lists.example.org\nReceived: by here\n" + REPORT.encode()

    assert classify(by_imap).key == classify(by_pipe).key == classify(REPORT.encode()).key


def test_another_mail_has_another_key() -> None:
    other = REPORT.replace("20270506.1", "20270506.2")

    assert classify(REPORT.encode()).key != classify(other.encode()).key
    assert classify(REPORT.encode()).key != classify(REPORT.replace("tomas", "lucia").encode()).key


def test_a_person_who_quotes_a_bounce_is_still_a_person() -> None:
    text = "I got this, what is it?\n\n> Undelivered Mail Returned to Sender\n> <x@example.net>: 550 5.1.1 User unknown"

    assert classify(ANSWER.format(subject="Re: Undeliverable: Come on Thursday", text=text).encode()).kind is Kind.REPLY
    assert classify(ANSWER.format(subject="Fwd: Undeliverable: Come on Thursday", text=text).encode()).kind is Kind.OTHER


def test_a_name_that_reads_like_a_verdict_is_no_verdict() -> None:
    spamhaus = REPORT.replace("office@example.net", "spamhaus-blocklist@example.net")

    assert classify(spamhaus.encode()).kind is Kind.HARD


def test_our_own_fault_is_never_the_persons() -> None:
    listed = REPORT.replace("550 5.1.1 <office@example.net> User unknown", "550 5.7.1 blocked using zen.spamhaus.org, user unknown to us")

    incoming = classify(listed.encode())

    assert (incoming.kind, incoming.cause) == (Kind.BLOCKED, Cause.REPUTATION)


@pytest.mark.parametrize("place", ["To", "Delivered-To", "X-Original-To", "Envelope-To", "Return-Path", "Received"])
def test_the_return_path_is_found_wherever_servers_write_it(place: str) -> None:
    value = f"from mx by us for <{PATH.upper()}>; Thu" if place == "Received" else f"<prvs=0123abcd=SRS0={PATH}>"
    raw = f"From: MAILER-DAEMON@mx.example.net\n{place}: {value}\nSubject: failure notice\n\nno\n"

    tokens = classify(raw.encode()).tokens

    assert [LINKS.read_return_path(path) for path in tokens.return_paths] == [Place(7, 12)]


@pytest.mark.parametrize("subject", ["unsubscribe {}", "Unsubscribe%20{}", "unsubscribe+{}", "=?utf-8?q?unsubscribe_{}?="])
def test_a_wish_to_leave_is_heard_however_the_mail_program_spells_its_subject(subject: str) -> None:
    incoming = classify(ANSWER.format(subject=subject.format(TOKEN), text="").encode())

    assert (incoming.kind, incoming.tokens.unsubscribe) == (Kind.UNSUBSCRIBE, TOKEN)


def test_a_complaint_that_names_nobody_is_traced_by_the_link_in_what_came_back() -> None:
    raw = f"""From: AOL <scomp@aol.net>
Subject: Email Feedback Report
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary=b

--b
Content-Type: message/feedback-report

Feedback-Type: abuse
Redacted-Address: redacted@

--b
Content-Type: message/rfc822

To: redacted@aol.example.com
List-Unsubscribe: <https://lists.example.org/u/{TOKEN}>

--b--
"""

    incoming = classify(raw.encode())

    assert (incoming.kind, incoming.recipients) == (Kind.COMPLAINT, ())
    assert [LINKS.read_unsubscribe_token(link) for link in incoming.tokens.links] == [Subscribed(12, 1, 7)]
