"""A row becomes a person: address checked, name tidied, language known, the rest kept; alike one by one and all together."""

import codecs
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fob_mail.audience import languages
from fob_mail.audience.cells import guard, one_line, tidied, unguard
from fob_mail.audience.columns import columns_of
from fob_mail.audience.csv_rows import Row
from fob_mail.audience.decoding import encoding_of, open_text
from fob_mail.audience.people import Person, PersonReader
from fob_mail.errors import InputError

HEADER = ["email", "first name", "last name", "language", "Town", "Branch"]
TEXT = "email,name\nrosa@example.org,Íñigo Añez – Sucre\n"


def reader() -> PersonReader:
    """Reads rows of HEADER."""
    return PersonReader(columns_of([HEADER]))


def test_a_row_becomes_a_person() -> None:
    """Everything that is said is kept."""
    person = reader().read((2, [" Rosa@Example.ORG ", "Rosa", " Mamani ", "ES_bo", "La Paz", ""], ""))

    assert person == ("rosa@example.org", "Rosa Mamani", "es-BO", '{"Town": "La Paz"}')


@pytest.mark.parametrize(
    ("cell", "address", "name"),
    [
        ("Rosa Mamani <rosa@example.org>", "rosa@example.org", "Rosa Mamani"),
        ('"Rosa" <rosa@example.org>', "rosa@example.org", "Rosa"),
        ("mailto:rosa@example.org", "rosa@example.org", ""),
        ("\u200brosa@example.org\ufeff", "rosa@example.org", ""),
        ("rosa@münchen.example", "rosa@münchen.example", ""),
    ],
)
def test_addresses_as_address_books_give_them(cell: str, address: str, name: str) -> None:
    """The name beside an address is used where no other is given."""
    found = PersonReader(columns_of([["email"]])).read((2, [cell], ""))

    assert found == (address, name, None, "{}")


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (["", "Rosa", "", "", "", ""], "there is no address"),
        (["rosa@@example", "Rosa", "", "", "", ""], "is not an e-mail address"),
        (["rosa@example.org\r\nBcc: x@example.org", "", "", "", "", ""], "is not an e-mail address"),
        (["rosa@example.org", "Mamani", "Rosa", "es", "La Paz", "", "x"], "7 values for 6 columns"),
    ],
)
def test_a_row_that_cannot_be_used_says_why(cells: list[str], reason: str) -> None:
    """In words for the rejects file."""
    with pytest.raises(InputError, match=reason):
        reader().read((2, cells, ""))


@pytest.mark.parametrize("cells", [[], [""], ["", " ", "", "", "", "", "", ""]])
def test_a_blank_row_is_nobody(cells: list[str]) -> None:
    """Spreadsheets export hundreds of them."""
    assert reader().read((2, cells, "")) is None


def test_a_language_that_nobody_knows_is_not_lost() -> None:
    """It stays with the attributes; the list's language is used."""
    found = reader().read((2, ["rosa@example.org", "", "", "the old one", "", ""], ""))

    assert found == ("rosa@example.org", "", None, '{"language": "the old one"}')


@pytest.mark.parametrize(("said", "tag"), [("en", "en"), ("Español", "es"), ("pt_br", "pt-BR"), ("zh-hans", "zh-hans"), ("no idea", None)])
def test_languages_go_by_tag_or_name(said: str, tag: str | None) -> None:
    """BCP 47, as far as it is needed."""
    assert languages.tag(said) == tag


cells = st.one_of(
    st.sampled_from(
        ["", " ", "Rosa", "'=1+1", "María  José", "e\u0301", "x\ny", "\x1b[31m", "es", "?", "a@example.org", "B@x.test", "a--b@x.org"]
    ),
    st.text(max_size=12),
    st.emails(),
)


@given(st.lists(st.lists(cells, min_size=6, max_size=6), min_size=1, max_size=6))
def test_rows_read_together_give_what_they_give_one_by_one(table: list[list[str]]) -> None:
    """The quick way is quick only where it is right."""
    rows: list[Row] = [(number, row, "") for number, row in enumerate(table, 2)]

    together = reader().read_alike(rows)

    if together is not None:
        assert list(zip(*together, strict=True)) == [reader().read(row) for row in rows]


def test_ordinary_rows_are_read_together() -> None:
    """Otherwise the speed would be gone and nobody would know."""
    rows: list[Row] = [(n, [f"rosa{n}@example.org", "Saúl", "Añez", "es", "La Paz", ""], "") for n in range(2, 9)]
    expected: list[Person] = [(f"rosa{n}@example.org", "Saúl Añez", "es", '{"Town": "La Paz"}') for n in range(2, 9)]

    together = reader().read_alike(rows)

    assert together is not None
    assert list(zip(*together, strict=True)) == expected


@given(st.text())
def test_guarding_is_undone_exactly(value: str) -> None:
    """Whatever the value; and no guarded cell starts a formula."""
    guarded = guard(value)

    assert unguard(guarded) == value
    assert not guarded.startswith(("=", "+", "-", "@", "\t", "\r"))


@given(st.text())
def test_a_tidied_name_is_one_line_of_what_can_be_seen(value: str) -> None:
    """So that it can stand in a header, a greeting or a terminal."""
    name = one_line(tidied([value])[0])

    assert not set(name) & set("\r\n\t\x1b\u202e\u2028\0")
    assert one_line(name) == name


@given(st.text())
def test_attributes_are_json_whatever_they_hold(value: str) -> None:
    """Quotes, line ends and all."""
    found = reader().read((2, ["rosa@example.org", "", "", "", value, ""], ""))

    assert found is not None
    assert set(json.loads(found[3])) <= {"Town"}


@pytest.mark.parametrize(
    ("raw", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (codecs.BOM_UTF8 + TEXT.encode(), "utf-8-sig"),
        (TEXT.encode("windows-1252"), "windows-1252"),
        (TEXT.encode("utf-16"), "utf-16"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-16"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("utf-16-be"), "utf-16-be"),
    ],
)
def test_the_encoding_is_found(raw: bytes, encoding: str) -> None:
    """And the text is what was written."""
    text, found = open_text(io.BytesIO(raw))

    assert (text.read(), found) == (TEXT, encoding)


def test_a_file_pasted_together_of_two_encodings_is_read() -> None:
    """What is not UTF-8 is Windows-1252, wherever it stands."""
    text, _ = open_text(io.BytesIO("Añez\n".encode() + "Añez\n".encode("windows-1252")))

    assert text.read() == "Añez\nAñez\n"


def test_a_character_cut_in_two_by_the_sample_is_still_utf_8() -> None:
    """The head of a file ends anywhere."""
    assert encoding_of("añ".encode()[:-1]) == "utf-8"


@pytest.mark.parametrize("start", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0"])
def test_a_workbook_is_refused_with_the_remedy(start: bytes) -> None:
    """The commonest mistake of all."""
    with pytest.raises(InputError, match="save it as CSV"):
        open_text(io.BytesIO(start + b"xl/workbook.xml"))
