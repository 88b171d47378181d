"""The quick ways of normalising an address agree with email-validator, and with each other."""

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st

from fob_mail import addresses
from fob_mail.errors import InputError

label = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9-]{0,9}", fullmatch=True)
written = st.one_of(
    st.emails(),
    st.builds(
        lambda local, labels, top: f"{local}@{'.'.join([*labels, top])}",
        st.from_regex(r"[A-Za-z0-9_+.-]{1,70}", fullmatch=True),
        st.lists(label, min_size=1, max_size=3),
        st.one_of(label, st.sampled_from(["org", "test", "LOCAL", "arpa", "invalid", "o--rg", "xn--p1ai", "123"])),
    ),
    st.text(alphabet="aB.@-_+\n é", max_size=12),
)


def by_email_validator(text: str) -> str | None:
    """What the library says, with the local part folded as normalise() does."""
    try:
        return validate_email(text.strip(), check_deliverability=False, test_environment=True, strict=True).normalized.lower()
    except EmailNotValidError:
        return None


def by_normalise(text: str) -> str | None:
    """The normalised address, or None."""
    try:
        return addresses.normalise(text)
    except InputError:
        return None


@given(written)
def test_normalising_agrees_with_email_validator(text: str) -> None:
    """For ordinary addresses, which are not shown to it, and for all others."""
    assert by_normalise(text) == by_email_validator(text)


@pytest.mark.parametrize(("letters", "taken"), [(64, True), (65, False), (70, False)])
def test_before_the_at_sign_there_is_room_for_64_octets(letters: int, taken: bool) -> None:
    """RFC 5321 §4.5.3.1.1; no relay is asked for longer ones, nor by many at once."""
    address = f"{'x' * letters}@example.org"

    assert (by_normalise(address) == address) is taken
    assert addresses.normalise_plain([address]) is None


@given(st.lists(written, min_size=1, max_size=5))
def test_normalising_many_agrees_with_normalising_each(texts: list[str]) -> None:
    """Or says that it cannot."""
    together = addresses.normalise_plain(texts)

    assert together is None or together == [by_normalise(text) for text in texts]


def test_ordinary_addresses_are_normalised_together() -> None:
    """Otherwise importing would be slow, and nobody would know why."""
    assert addresses.normalise_plain(["Rosa.Mamani+x@Example.org", "a_b@mail.example.co.uk"]) == [
        "rosa.mamani+x@example.org",
        "a_b@mail.example.co.uk",
    ]


@pytest.mark.parametrize(
    ("address", "form"),
    [
        ("ana@example.org", "ana@example.org"),
        ("josé@exámple.org", "josé@xn--exmple-qta.org"),
        ("ana@exámple.org", "ana@xn--exmple-qta.org"),
        ("jos\u00e9\r\nDATA@example.org", None),
        ("jos\u00e9> SIZE=1@example.org", None),
        ("jos\u2028\u00e9@example.org", None),
        ("\u00e9" * 33 + "@example.org", None),
    ],
)
def test_the_international_form_can_end_no_command_early(address: str, form: str | None) -> None:
    assert addresses.international_form(address) == form
