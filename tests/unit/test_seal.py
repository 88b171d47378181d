"""Every signature verifies, whoever the message goes to and whatever stands in it: judged by dkimpy."""

import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fob_mail.composing.composed import Composed
from fob_mail.composing.mime import Heading, message_template
from fob_mail.envelopes import Recipient
from fob_mail.links import Links
from fob_mail.personalising import Personaliser, Sender
from fob_mail.signing import relaxed
from fob_mail.signing.keys import Kind, new_key, signer_of, txt_record
from fob_mail.signing.seal import SIGNED, Seal, Signer
from fob_mail.slots import mark
from tests.verifying import verdicts

KEYS = {kind: new_key(kind) for kind in Kind}
SIGNERS = [signer_of("example.org", str(kind), key) for kind, key in KEYS.items()]
RECORDS = {f"{kind}._domainkey.example.org": txt_record(key) for kind, key in KEYS.items()}
LINKS = Links([b"k" * 40], "https://mail.example.org")
HEADING = Heading("Amigos de Bolivia – Áñez", "news@example.org", ("", "hello@example.org"), "supporters", "Friends of Bolivia")
HEAD = b"From: news@example.org\r\nSubject:  two  blanks\t\r\nTo: "

words = st.text("ab \t", max_size=6).map(str.encode)
lines = st.lists(words, max_size=5).map(b"\r\n".join)


def a_personaliser(text: str, html: str, subject: str = "An evening", signers: Sequence[Signer] = SIGNERS) -> Personaliser:
    """One campaign in English."""
    sender = Sender(3, 5, "bounces@example.org", verp=False, unsubscribe_mailbox="leave@example.org", message_id_domain=HEADING.domain)
    return Personaliser({"en": message_template(Composed("en", subject, "", html, text), HEADING)}, "en", sender, LINKS, signers)


def sent_to(name: str, text: str = "", html: str = "", subject: str = "An evening") -> bytes:
    """The signed message of one person, as the sending loop has it."""
    recipient = Recipient(1, 17, 4711, "ana@example.org", name)
    date = "Mon, 19 Apr 2021 18:30:00 +0100"
    return a_personaliser(text, html, subject).envelope(recipient, recipient.address, date).content


@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=300), st.text(max_size=100))
def test_any_name_in_any_article_is_signed_so_that_it_verifies(name: str, before: str, after: str, subject: str) -> None:
    text = f"{before}{mark('name', 'friend')}{after}\n{mark('unsubscribe_url')}{after}"
    html = f"<p>{before}{mark('name')} {mark('name')}{after}</p>\n{mark('address')}{mark('unsubscribe_url')}"

    assert verdicts(sent_to(name, text, html, subject), RECORDS) == [True, True]


@given(lines, lines, lines, st.tuples(words, words, words))
def test_blanks_and_line_ends_beside_a_gap_change_nothing(
    before: bytes, between: bytes, after: bytes, values: tuple[bytes, bytes, bytes]
) -> None:
    """Not as the Personaliser makes them: gaps anywhere, values that are empty or all blanks, bodies that end as they like."""
    to, one, two = values
    pieces = [HEAD, to, b"\r\n\r\n" + before, one, between, two, after + b"\r\n"]

    fields = Seal(SIGNERS, pieces).fields(pieces)

    assert verdicts(fields + b"".join(pieces), RECORDS) == [True, True]


@given(lines, lines, words, words)
def test_one_seal_signs_message_after_message(before: bytes, after: bytes, first: bytes, second: bytes) -> None:
    template = [HEAD, b"", b"\r\n\r\n" + before, b"", after + b"\r\n"]
    seal = Seal(SIGNERS[1:], template)

    for value in (first, second, b"", first):
        pieces = [HEAD, b"ana@example.org", template[2], value, template[4]]
        assert verdicts(seal.fields(pieces) + b"".join(pieces), RECORDS) == [True]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\r\n",
        b"\r\n\r\n\r\n",
        b" \r\n\t\r\n",
        b"words\r\n\r\n\r\n",
        b"tab\there \t\r\n  two\r\n \r\n",
        b" \t leading\r\n",
        b"\0nought\0 \0999\0\r\n",
    ],
)
def test_a_body_of_blanks_tabs_and_empty_lines_verifies(body: bytes) -> None:
    pieces = [HEAD, b"ana@example.org", b"\r\n\r\n" + body]

    assert verdicts(Seal(SIGNERS, pieces).fields(pieces) + b"".join(pieces), RECORDS) == [True, True]


@given(lines)
def test_the_relaxed_body_is_that_of_dkimpy(body: bytes) -> None:
    from dkim.canonicalization import Relaxed

    assert relaxed.body(body + b"\r\n") == Relaxed.canonicalize_body(body + b"\r\n")


def test_the_signature_covers_both_headers_of_one_click_and_the_sender_once_more() -> None:
    """RFC 8058 §4: a mailbox provider offers the one click only if both are signed."""
    field = sent_to("Ana", "Hello").partition(b"\r\nDKIM-Signature:")[0]
    tags = dict(tag.partition(b"=")[::2] for tag in re.sub(rb"\s", b"", field.partition(b":")[2]).split(b";"))
    named = tags[b"h"].split(b":")

    assert set(SIGNED) - set(named) == {b"Content-Transfer-Encoding"}  # which stands in the parts
    assert named.count(b"From") == 2
    assert b"l" not in tags


@pytest.mark.parametrize(
    "added", [b"From: Someone Else <evil@example.com>\r\n", b"Subject: Your parcel\r\n", b"Reply-To: evil@example.com\r\n"]
)
def test_nobody_can_add_a_sender_a_subject_or_where_replies_go(added: bytes) -> None:
    assert verdicts(added + sent_to("Ana", "Hello"), RECORDS) == [False, False]


def test_a_word_that_is_changed_on_the_way_is_noticed() -> None:
    message = sent_to("Ana", "Hello, the meeting is on Monday.")

    assert verdicts(message.replace(b"Monday", b"Friday"), RECORDS) == [False, False]


def test_the_fields_of_a_signature_keep_to_the_length_of_lines() -> None:
    key = KEYS[Kind.RSA]
    long_name = signer_of("mail.friends-of-bolivia.example.org", "april2027", key)
    pieces = [HEAD, b"ana@example.org", b"\r\n\r\nwords\r\n"]

    fields = Seal([long_name, *SIGNERS], pieces).fields(pieces)

    assert max(map(len, fields.split(b"\r\n"))) <= 78
    assert fields.count(b"DKIM-Signature: ") == 3


@pytest.mark.parametrize("name", ["", "Ana", "Ana  María\t de  los Ángeles", "a" * 200, " ", "=20 ", "\r\n.\r\n"])
def test_a_message_is_never_brought_into_canonical_form_whole_for_anybodys_name(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """That would take longer than signing it."""
    text = f"Hello {mark('name')} \n{mark('name', 'friend')}, {mark('unsubscribe_url')}"
    personaliser = a_personaliser(text, f"<p>\n {mark('name')}\n</p>\n\n")
    monkeypatch.setattr(relaxed, "fields", None)

    content = personaliser.envelope(Recipient(1, 17, 4711, "ana@example.org", name), "ana@example.org", "now").content

    assert verdicts(content, RECORDS) == [True, True]


def test_without_a_key_nothing_is_signed() -> None:
    personaliser = a_personaliser("x", "<p>", signers=[])

    assert b"DKIM" not in personaliser.envelope(Recipient(1, 17, 4711, "ana@example.org"), "ana@example.org", "now").content
