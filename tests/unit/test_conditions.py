"""Conditions are read once, and what they cannot mean is told."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fob_mail.conditions import Shared, compiled, fields, renamed
from fob_mail.envelopes import Recipient
from fob_mail.errors import InputError

RUTH = Recipient(1, 1, 1, "ruth@example.org", "Dr Ruth Okafor", "es-BO", {"City": " leeds ", "favourite colour": "red", "member": ""})
SUPPORTERS = Shared("supporters", "en")


@pytest.mark.parametrize(
    "expression",
    [
        'attribute.City == "Leeds"',
        'attribute["favourite colour"] != "blue"',
        'language == "es"',
        'language in ("en", "es") and not attribute.member',
        'list == "supporters"',
        'first_name == "ruth" or attribute.nothing',
        "not (attribute.member or attribute.nothing)",
        'attribute.City not in ["York", "Hull"]',
        "name",
    ],
)
def test_a_condition_that_holds(expression: str) -> None:
    assert compiled(expression, SUPPORTERS)(RUTH)
    assert not compiled(f"not ({expression})", SUPPORTERS)(RUTH)


def test_who_has_no_language_reads_the_messages() -> None:
    assert compiled('language == "en"', SUPPORTERS)(Recipient(1, 1, 1, "a@example.org"))


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("attribute.City = 'Leeds'", "not finished"),
        ("", "not finished"),
        ("age > 18", "'age' is no field"),
        ("attribute.age > 18", "only ==, !=, in and not in"),
        ("attribute.City == Leeds", "stands in quotation marks"),
        ("'a' < name < 'b'", "three things"),
        ("__import__('os').system('true')", "is no field"),
        ("(lambda: 1)()", "is no field"),
        ("(" * 5000, "over 400 characters"),
    ],
)
def test_what_is_no_condition_is_told(expression: str, said: str) -> None:
    with pytest.raises(InputError, match="The condition") as refused:
        compiled(expression)

    assert said in refused.value.problem


@given(st.text(max_size=60))
def test_any_text_is_a_condition_or_a_sentence(expression: str) -> None:
    with suppress(InputError):
        assert compiled(expression)(RUTH) in {True, False}


def test_attributes_are_named_as_people_have_them() -> None:
    expression = 'attribute.city == "Leeds" and attribute["Favourite Colour"]'

    assert fields(expression) == {"city", "Favourite Colour"}
    assert compiled(renamed(expression, {"city": "City", "Favourite Colour": "favourite colour"}))(RUTH)
