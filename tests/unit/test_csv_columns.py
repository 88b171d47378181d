"""Columns are recognised by what people call them, and by what is in them where they are not called anything."""

import pytest

from fob_mail.audience.columns import columns_of
from fob_mail.errors import InputError


@pytest.mark.parametrize(
    "name", ["email", "E-mail", "EMAIL ADDRESS", "Mail", "correo", "Correo electrónico", "CORREO ELECTRÓNICO", "e_mail", "E-mail 1 - Value"]
)
def test_the_address_goes_by_many_names(name: str) -> None:
    """In any case, with any hyphen, accent or space."""
    assert columns_of([["Town", name]]).address == 1


@pytest.mark.parametrize(
    ("header", "names"),
    [
        (["email", "Name"], (1,)),
        (["email", "Full Name", "Surname"], (1,)),
        (["Last name", "First Name", "email"], (1, 0)),
        (["Nombre", "Apellidos", "correo"], (0, 1)),
        (["nombre", "correo"], (0,)),
        (["Name", "Surname", "email"], (0, 1)),
        (["surname", "email", "forename"], (2, 0)),
        (["email"], ()),
    ],
)
def test_names_are_whole_or_joined(header: list[str], names: tuple[int, ...]) -> None:
    """First name first, wherever the columns stand."""
    assert columns_of([header]).names == names


@pytest.mark.parametrize("name", ["Language", "lang", "Idioma"])
def test_the_language_is_recognised(name: str) -> None:
    """In the languages of the group."""
    assert columns_of([["email", name]]).language == 1


def test_other_columns_are_kept_under_their_own_names() -> None:
    """One without a name is numbered, one of two is too."""
    columns = columns_of([["email", "Town", "", "Town"]])

    assert columns.others == ((1, "Town"), (2, "column 3"), (3, "Town 2"))


def test_of_several_columns_of_addresses_it_is_told_to_which_mail_goes() -> None:
    """One is written to; nobody is left to find out which."""
    columns = columns_of([["Mail", "Name", "E-mail"]])

    assert (columns.address, columns.others) == (2, ((0, "Mail"),))
    assert columns.assumed == (
        "The columns Mail and E-mail all seem to hold addresses: mail goes to those of E-mail, the others were kept as attributes.",
    )
    assert not columns_of([["Mail", "Name"]]).assumed


def test_a_rejects_file_can_be_corrected_and_imported() -> None:
    """Its own two columns are not the people's."""
    assert columns_of([["email", "Town", "line", "reason"]]).others == ((1, "Town"),)


def test_a_file_without_a_header_is_read_by_what_is_in_it() -> None:
    """And the organiser is told what was assumed."""
    columns = columns_of([["Ana", "ana@example.org"], ["Luis", "luis@example.org"]])

    assert (columns.has_header, columns.address, columns.names) == (False, 1, (0,))
    assert columns.assumed == ("The file has no header: column 2 was taken for addresses, the other for names.",)


def test_two_columns_of_addresses_without_a_header_are_not_guessed_between() -> None:
    """To mail the wrong one would be worse than to ask."""
    with pytest.raises(InputError, match="columns 1 and 2 both look like addresses"):
        columns_of([["ana@example.org", "ana@work.example"], ["luis@example.org", "luis@work.example"]])


def test_a_file_without_addresses_is_refused_with_the_columns_that_it_has() -> None:
    """The remedy says what to call the column."""
    with pytest.raises(InputError, match=r"The columns are: Phone, Town\.\nName one of them email"):
        columns_of([["Phone", "Town"], ["0123", "Leeds"]])


def test_an_empty_file_is_refused() -> None:
    """With what it should hold."""
    with pytest.raises(InputError, match="empty"):
        columns_of([])


@pytest.mark.parametrize(
    ("name", "cell", "said"),
    [
        ("Status", "Unsubscribed", "Unsubscribed"),
        ("Status", "cleaned", "cleaned"),
        ("Email Status", "Hard bounce", "Hard bounce"),
        ("State", "left", "left"),
        ("Estado", "Dado de baja", "Dado de baja"),
        ("Unsubscribed", "yes", "Unsubscribed: yes"),
        ("Opt-out", "✓", "Opt-out: ✓"),
        ("UNSUB_TIME", "2026-03-01 10:11:12", "UNSUB_TIME: 2026-03-01 10:11:12"),
        ("Accepts Marketing", "no", "Accepts Marketing: no"),
        ("Subscribed", "FALSE", "Subscribed: FALSE"),
    ],
)
def test_whom_the_file_says_not_to_mail_is_understood(name: str, cell: str, said: str) -> None:
    """As the programs that people come from write it."""
    (wish,) = columns_of([["email", name]]).wishes

    assert wish.against(cell) == said


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("Status", "subscribed"),
        ("Status", "member since 2019"),
        ("Estado", "Baja California"),
        ("Unsubscribed", "no"),
        ("Opt-out", ""),
        ("Opt-out", "–"),
        ("UNSUB_TIME", "0000-00-00 00:00:00"),
        ("Subscribed", ""),
        ("Subscribed", "2026-03-01"),
        ("Newsletter", "yes"),
    ],
)
def test_whom_the_file_says_nothing_against_may_come(name: str, cell: str) -> None:
    """A federal state is no status, and an empty cell is no answer."""
    (wish,) = columns_of([["email", name]]).wishes

    assert not wish.against(cell)


@pytest.mark.parametrize("name", ["Town", "Unsubscribe link", "Bounces", "Statement", "Opt-in date"])
def test_other_columns_say_nothing_of_whom_to_mail(name: str) -> None:
    """Their rows stay as quick as they were."""
    assert not columns_of([["email", name]]).wishes
