"""A sender is a mailbox of RFC 5322, and nothing in it ends a header early."""

from email.utils import parseaddr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fob_mail.audience.mailbox import Mailbox, parse
from fob_mail.errors import InputError


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Friends of Bolivia <news@example.org>", "Friends of Bolivia <news@example.org>"),
        ("news@example.org", "news@example.org"),
        ("<news@example.org>", "news@example.org"),
        ("Bolivia, Friends of <news@example.org>", '"Bolivia, Friends of" <news@example.org>'),
        ('"Bolivia, Friends of" <news@example.org>', '"Bolivia, Friends of" <news@example.org>'),
        ("Amigos del Perú <news@example.org>", "Amigos del Perú <news@example.org>"),
        ("Bücher <news@bücher.example>", "Bücher <news@xn--bcher-kva.example>"),
    ],
)
def test_a_sender_is_kept_as_rfc_5322_writes_it(written: str, kept: str) -> None:
    """With quotes where they are needed, and the domain as SMTP takes it."""
    assert str(parse(written)) == kept


@pytest.mark.parametrize(
    "written",
    [
        "Friends <news@example.org>\r\nBcc: all@example.org",
        "Friends\nX: y <news@example.org>",
        "Friends\u2028 <news@example.org>",
        "Friends <news@example.org\r\n>",
        "Friends <news@example.org>, Others <x@example.org>",
        "Friends <news>",
        "Friends",
        "",
        "Friends <ñews@example.org>",
        f"{'x' * 300} <news@example.org>",
    ],
)
def test_what_is_no_sender_is_refused(written: str) -> None:
    """Header injection above all."""
    with pytest.raises(InputError):
        parse(written)


@given(st.text(max_size=40))
def test_any_name_that_is_accepted_comes_back_as_it_was(name: str) -> None:
    """Through the very function that sending uses; and it is one line."""
    try:
        mailbox = parse(str(Mailbox(name, "news@example.org")))
    except InputError:
        return

    assert parseaddr(str(mailbox)) == (mailbox.name, "news@example.org")
    assert len(str(mailbox).splitlines()) == 1
