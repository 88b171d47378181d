"""Signed links and return paths: what was made here is read back to the letter, and nothing else is believed."""

import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as some

from fob_mail.links import Links, Place, Subscribed, unsubscribe_mailto

KEY, OTHER_KEY = b"k" * 40, b"o" * 40
ALPHABET = string.ascii_letters + string.digits + "-_"

ids = some.integers(0, 2**32 - 1)
people = some.builds(Subscribed, subscriber_id=some.integers(0, 2**64 - 1), list_id=ids, campaign_id=ids)
places = some.builds(Place, campaign_id=ids, position=ids)
links = Links([KEY], "https://mail.example.org")
WHO = Subscribed(subscriber_id=7, list_id=3, campaign_id=12)
TOKEN = links.unsubscribe_token(WHO)
PATH = links.return_path("bounces@example.org", Place(12, 345))


@given(people)
def test_an_unsubscribe_token_says_who_leaves_what(who: Subscribed) -> None:
    assert links.read_unsubscribe_token(links.unsubscribe_token(who)) == who


@given(people)
def test_an_unsubscribe_url_is_the_base_and_43_characters_that_need_no_quoting(who: Subscribed) -> None:
    base, _, token = links.unsubscribe_url(who).rpartition("/")

    assert base == "https://mail.example.org/u"
    assert len(token) == 43
    assert set(token) <= set(ALPHABET)


@given(places)
def test_a_return_path_says_which_delivery_it_was(place: Place) -> None:
    assert links.read_return_path(links.return_path("bounces@example.org", place)) == place


@given(places)
def test_a_return_path_is_short_enough_for_a_mailbox(place: Place) -> None:
    """RFC 5321 §4.5.3.1.1: 64 octets of local part, `bounces+` among them."""
    local, _, domain = links.return_path("bounces@example.org", place).rpartition("@")

    assert len(local) <= 64
    assert local.isascii()
    assert local == local.lower()
    assert domain == "example.org"


def test_a_return_path_in_other_case_is_the_same() -> None:
    """Some servers raise or lower what they bounce."""
    assert links.read_return_path(PATH.upper()) == Place(12, 345)
    assert links.read_return_path(PATH.title()) == Place(12, 345)


def test_a_mailbox_with_a_plus_of_its_own_may_have_return_paths() -> None:
    path = links.return_path("news+bounces@example.org", Place(12, 345))

    assert path.startswith("news+bounces+")
    assert links.read_return_path(path) == Place(12, 345)


@given(some.integers(0, 42), some.sampled_from(ALPHABET))
def test_a_token_with_one_letter_changed_is_refused(at: int, letter: str) -> None:
    """That holds for the last letter too, two bits of which base64 does not use."""
    assume(TOKEN[at] != letter)

    assert links.read_unsubscribe_token(TOKEN[:at] + letter + TOKEN[at + 1 :]) is None


@given(some.integers(0, 42))
def test_a_token_cut_short_is_refused(length: int) -> None:
    assert links.read_unsubscribe_token(TOKEN[:length]) is None
    assert links.read_unsubscribe_token(TOKEN[43 - length :]) is None


@pytest.mark.parametrize("more", ["=", "A", " ", "\n", ".", "/", "?", "\x00", "é"])
def test_a_token_with_something_after_it_is_refused(more: str) -> None:
    assert links.read_unsubscribe_token(TOKEN + more) is None
    assert links.read_unsubscribe_token(more + TOKEN) is None


@given(some.text(max_size=60) | some.text(ALPHABET, min_size=43, max_size=43))
def test_any_other_text_is_refused_without_a_fuss(text: str) -> None:
    assume(text != TOKEN)

    assert links.read_unsubscribe_token(text) is None
    assert links.read_return_path(text) is None
    assert links.read_return_path(f"bounces+{text}@example.org") is None


@given(some.integers(0, len(PATH) - 1), some.sampled_from(string.ascii_lowercase + string.digits))
def test_a_return_path_with_a_letter_of_its_token_changed_is_refused(at: int, letter: str) -> None:
    start, end = PATH.index("+") + 1, PATH.index("@")
    at = start + at % (end - start)
    assume(PATH[at] != letter)

    assert links.read_return_path(PATH[:at] + letter + PATH[at + 1 :]) is None


def test_no_two_spellings_of_a_return_path_are_both_believed() -> None:
    """The last of its 29 letters has a bit that base32 does not use."""
    last = PATH.index("@") - 1
    spellings = [PATH[:last] + letter + PATH[last + 1 :] for letter in string.ascii_lowercase + "234567"]

    assert [spelling for spelling in spellings if links.read_return_path(spelling)] == [PATH]


def test_links_of_another_installation_are_refused() -> None:
    others = Links([OTHER_KEY], "https://mail.example.org")

    assert others.read_unsubscribe_token(TOKEN) is None
    assert others.read_return_path(PATH) is None


def test_links_signed_with_a_former_key_live_on_and_new_ones_are_signed_with_the_new_key() -> None:
    rotated = Links([OTHER_KEY, KEY], "https://mail.example.org")

    assert rotated.read_unsubscribe_token(TOKEN) == WHO
    assert rotated.read_return_path(PATH) == Place(12, 345)
    assert links.read_unsubscribe_token(rotated.unsubscribe_token(WHO)) is None


def test_a_token_is_worth_nothing_for_another_purpose() -> None:
    """The bytes of a return path, spelt as an unsubscribe token and the other way round, are refused."""
    assert links.read_return_path(f"bounces+{TOKEN}@example.org") is None
    assert links.read_unsubscribe_token(PATH.partition("+")[2].partition("@")[0]) is None
    assert links.read_unsubscribe_token(links.message_id(12, 7, "example.org").strip("<>").partition("@")[0]) is None


def test_a_message_id_is_the_same_for_ever_and_another_for_each_mail() -> None:
    rotated = Links([OTHER_KEY, KEY], "https://mail.example.org")

    assert links.message_id(12, 7, "example.org") == rotated.message_id(12, 7, "example.org")
    assert len({links.message_id(campaign, person, "example.org") for campaign in range(9) for person in range(9)}) == 81


def test_a_mailto_carries_the_token_in_its_subject_and_quotes_what_a_uri_cannot_hold() -> None:
    assert unsubscribe_mailto("leave+list@example.org", "TOKEN") == "mailto:leave+list@example.org?subject=unsubscribe%20TOKEN"
    assert unsubscribe_mailto('"a b?c"@example.org', "TOKEN") == "mailto:%22a%20b%3Fc%22@example.org?subject=unsubscribe%20TOKEN"
