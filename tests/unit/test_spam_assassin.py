"""What SpamAssassin writes below a message is read, and nothing that stands in the message itself."""

from fob_mail.spam_assassin import read

REPORT = """Subject: x

Content analysis details:   (-9.9 points, 5.0 required)

Spam detection software, running on the system "host",
Content analysis details:   (3.3 points, 5.0 required)

 pts rule name              description
---- ---------------------- --------------------------------------------------
-0.0 NO_RELAYS              Informational: message was not relayed via SMTP
 1.6 SUBJ_ALL_CAPS          Subject is all capitals
 1.7 DEAR_FRIEND            BODY: Dear Friend? That's not very dear!
"""


def test_the_last_report_is_the_one_that_counts() -> None:
    verdict = read(REPORT)

    assert verdict
    assert verdict.score == 3.3
    assert verdict.rules[1] == (1.6, "SUBJ_ALL_CAPS", "Subject is all capitals")


def test_a_message_without_a_report_has_no_verdict() -> None:
    assert read("Subject: x\n\nHello.\n") is None
