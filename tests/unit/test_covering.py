"""Whatever was written, it is attached as it came, and the mail around it stands on the wire."""

import re
from datetime import UTC, datetime
from email import message_from_bytes, policy

from hypothesis import example, given
from hypothesis import strategies as st

from fob_mail.feedback.covering import Cover, covered
from fob_mail.signing.keys import Kind, new_key, signer_of, txt_record
from tests.verifying import verdicts

NOW = datetime(2027, 4, 19, 10, tzinfo=UTC)
KEY = new_key(Kind.ED25519)
COVER = Cover(("Friends – Amigos", "news@example.org"), "office@example.net", "<forward+x@example.org>", 7, "", "Re: hi", False, "april")


def as_received(message: bytes) -> bytes:
    """What is left of a message when SMTP has taken its dots out."""
    assert b"\r\n.\r\n" not in message
    assert not message.startswith(b".")
    return message.replace(b"\r\n..", b"\r\n.")


@given(
    st.binary(max_size=300)
    | st.text(max_size=300).map(str.encode)
    | st.lists(st.sampled_from((b".", b"\r\n", b"\n", b"\r", b"a"))).map(b"".join)
)
@example(b"From: a@example.net\n\n.\n..\n.x")
@example(b"--fob-mail-b--\r\n.\r\nQUIT")
@example(b"x" * 999)
@example(b"")
def test_a_mail_of_any_bytes_is_attached_as_it_came(raw: bytes) -> None:
    received = as_received(covered(COVER, raw, NOW, "fob-mail-boundary", [signer_of("example.org", "april", KEY)]))

    head, _, rest = received.rpartition(b"\r\n\r\n" if b"base64" in received else b'mail-7.eml"\r\n\r\n')
    assert received.isascii()
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n|[^\r\n]{999}", received)
    assert head.isascii()
    [_, part] = message_from_bytes(received, policy=policy.default).iter_parts()
    if part.get_content_type() == "message/rfc822":
        assert rest.removesuffix(b"\r\n--fob-mail-boundary--\r\n") == re.sub(rb"\r?\n", b"\r\n", raw)
    else:
        assert part.get_content() == raw
    assert verdicts(received, {"april._domainkey.example.org": txt_record(KEY)}) == [True]


@given(st.text(max_size=300), st.booleans())
def test_no_words_of_a_subject_reach_another_header(subject: str, asks: bool) -> None:
    cover = Cover(COVER.sender, COVER.to, COVER.message_id, 7, "luis@example.net", subject, asks, "")

    mail = message_from_bytes(as_received(covered(cover, b"Subject: x\n\nhello\n", NOW, "b")), policy=policy.default)

    assert sorted(mail.keys()) == sorted(
        [
            "From",
            "Reply-To",
            "To",
            "Subject",
            "Date",
            "Message-ID",
            "Auto-Submitted",
            "X-Auto-Response-Suppress",
            "MIME-Version",
            "Content-Type",
        ]
    )
