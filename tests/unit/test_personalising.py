"""Whatever bytes are in a name, the message is valid, and says what it should."""

import email
import email.policy
import html
import re
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fob_mail.composing.composed import Composed
from fob_mail.composing.mime import Heading, message_template
from fob_mail.encoding import clean, encoded_words, quoted_printable
from fob_mail.envelopes import Recipient
from fob_mail.links import Links
from fob_mail.personalising import Personaliser, Sender
from fob_mail.slots import mark

LINKS = Links([b"k" * 40], "https://mail.example.org")
HEADING = Heading("Amigos de Bolivia – Áñez", "news@example.org", ("", "hello@example.org"), "supporters", "Friends of Bolivia")
HTML = f'<p title="{mark("name")}">Hello {mark("name", "friend")},</p>\n<a href="{mark("unsubscribe_url")}">leave</a>\n.\n..dots\n'
TEXT = f"Hello {mark('name', 'friend')}, a line\n.\n.with dots\ntrailing space \n\nLeave: {mark('unsubscribe_url')}\n-- \nfoot"


def a_personaliser(subject: str = "An evening", *, verp: bool = False) -> Personaliser:
    """One campaign in English."""
    composed = Composed("en", subject, "", HTML, TEXT)
    sender = Sender(3, 5, "bounces@example.org", verp, "leave@example.org", HEADING.domain)
    return Personaliser({"en": message_template(composed, HEADING)}, "en", sender, LINKS)


def sent_to(name: str, subject: str = "An evening") -> tuple[bytes, EmailMessage]:
    """The bytes of one person's message, and what the standard library makes of them."""
    recipient = Recipient(1, 17, 4711, "ana@example.org", name)
    content = a_personaliser(subject).envelope(recipient, recipient.address, "Mon, 19 Apr 2021 18:30:00 +0100").content
    return content, email.message_from_bytes(content, policy=email.policy.default)


def part(message: EmailMessage, kind: str) -> str:
    """The words of the text or HTML part."""
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def assert_valid(content: bytes) -> None:
    """CRLF only, 7 bit, no line over 78, none that begins with a dot (RFC 5322 §2.1.1, 2045 §6.7, 5321 §4.5.2)."""
    assert content.isascii()
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)|\x00", content)
    lines = content.split(b"\r\n")
    assert not [line for line in lines if line.startswith(b".")]
    _, _, body = content.partition(b"\r\n\r\n")
    assert max(len(line) for line in body.split(b"\r\n")) <= 76


@given(st.text(max_size=300))
def test_any_name_gives_a_valid_message_that_says_it(name: str) -> None:
    content, message = sent_to(name)

    assert_valid(content)
    assert not message.defects
    assert f"Hello {clean(name) or 'friend'}," in part(message, "plain").replace("\r\n", "\n")
    assert f"Hello {html.escape(clean(name) or 'friend')}," in part(message, "html")
    assert [address.addr_spec for address in message["To"].addresses] == ["ana@example.org"]


@pytest.mark.parametrize(
    "name",
    [
        "Ana\r\nBcc: victim@example.org",
        "Ana\r\n\r\n<script>",
        '"><img src=x onerror=alert(1)>',
        "=?utf-8?q?evil?=",
        "a,b;c:d <e@f>",
        "\u202eevil",
        "ñ" * 500,
        "\\\"'",
    ],
)
def test_a_name_cannot_add_a_header_or_a_tag(name: str) -> None:
    content, message = sent_to(name)

    assert_valid(content)
    assert message["Bcc"] is None
    assert len(message["To"].addresses) == 1
    assert "<script" not in part(message, "html")
    assert "<img" not in part(message, "html")


def test_every_reader_has_their_own_way_out_by_https_and_by_mail() -> None:
    _, message = sent_to("Ana")
    header = message["List-Unsubscribe"]

    url, mailto = re.fullmatch(r"<(https://[^>]+)>,\s*<(mailto:[^>]+)>", header).groups()  # type: ignore[union-attr]

    assert url in part(message, "plain")
    assert url in part(message, "html")
    assert mailto.startswith("mailto:leave@example.org?subject=unsubscribe%20")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    found = LINKS.read_unsubscribe_token(url.rpartition("/")[2])
    assert found is not None
    assert found.subscriber_id == 4711


def test_the_headers_are_those_of_a_good_citizen() -> None:
    _, message = sent_to("Ana")

    for once in ("From", "To", "Subject", "Date", "Message-ID", "Reply-To", "List-Id", "List-Unsubscribe", "MIME-Version"):
        assert len(message.get_all(once, [])) == 1, once
    assert message["From"].addresses[0].display_name == "Amigos de Bolivia – Áñez"
    assert message["List-Id"] == "Friends of Bolivia <supporters.example.org>"
    assert message["List-Post"] == "NO"
    assert [p.get_content_type() for p in message.iter_parts()] == ["text/plain", "text/html"]


def test_the_message_id_is_the_same_for_the_same_person_and_campaign() -> None:
    assert sent_to("Ana")[1]["Message-ID"] == sent_to("Otra")[1]["Message-ID"]


@given(st.text(max_size=200))
def test_any_subject_comes_back_as_it_was(subject: str) -> None:
    content, message = sent_to("Ana", subject)

    assert " ".join(message["Subject"].split()) == " ".join(clean(subject).split())
    assert (
        max(len(line) for line in content.partition(b"\r\n\r\n")[0].split(b"\r\n") if b"mailto" not in line and b"http" not in line) <= 78
    )


@given(st.text(min_size=1, max_size=200))
def test_encoded_words_keep_to_their_length(text: str) -> None:
    assert max(len(word) for word in encoded_words(text).split("\r\n ")) <= 75


@given(st.binary(max_size=400))
def test_quoted_printable_is_read_back_the_same(content: bytes) -> None:
    import quopri

    lines = quoted_printable(content).split(b"\r\n")

    assert quopri.decodestring(b"\r\n".join(lines)) == content
    assert max(len(line) for line in lines) <= 76
    assert not any(line[-1:] in {b" ", b"\t"} or line.startswith(b".") for line in lines)


def test_a_return_path_of_its_own_leads_back_to_the_delivery() -> None:
    recipient = Recipient(1, 17, 4711, "ana@example.org")

    envelope = a_personaliser(verp=True).envelope(recipient, recipient.address, "now")

    place = LINKS.read_return_path(envelope.return_path.upper())
    assert place is not None
    assert (place.campaign_id, place.position) == (3, 17)
    assert len(envelope.return_path.partition("@")[0]) <= 64
