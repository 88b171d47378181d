"""Which column holds what? Headers in any case and in the usual variants, or none at all."""

from collections.abc import Sequence
from dataclasses import dataclass

from fob_mail import addresses
from fob_mail.audience.cells import one_line, unguard
from fob_mail.audience.folding import folded
from fob_mail.audience.wishes import Wish, wishes_of
from fob_mail.errors import InputError

ADDRESS = (
    "email", "emailaddress", "mail", "correo", "correoelectronico", "direcciondecorreo", "direcciondecorreoelectronico", "emailid",
    "primaryemail", "email1", "email1value", "emailadresse", "mailadresse", "courriel", "adresseemail", "adressemail", "mailaddress",
)  # fmt: skip
NAME = ("name", "fullname", "nombrecompleto", "displayname", "nombreyapellido", "nombreyapellidos", "contactname")
FIRST = ("firstname", "forename", "givenname", "first", "nombre", "nombres", "prenom", "vorname")
LAST = ("lastname", "surname", "familyname", "last", "apellido", "apellidos", "nachname")
LANGUAGE = ("language", "lang", "idioma", "preferredlanguage", "locale", "lengua", "sprache", "langue")
REJECTED = ("line", "reason")
"""The last two columns of a rejects file, which are not the people's own."""

_ENOUGH = 0.6  # of a column's sampled cells must be addresses for the column to be taken for theirs
_NAME_AND_ADDRESS = 2


@dataclass(frozen=True, slots=True)
class Columns:
    """Where a file's rows keep what; `others` are kept as attributes under the name given."""

    header: tuple[str, ...]  # as in the file, or "column 1" and so on
    has_header: bool
    address: int
    names: tuple[int, ...] = ()  # joined by a space
    language: int | None = None
    others: tuple[tuple[int, str], ...] = ()
    wishes: tuple[Wish, ...] = ()  # columns that say whom not to mail
    assumed: tuple[str, ...] = ()  # sentences for the organiser


def has_address(header: Sequence[str]) -> bool:
    """Whether this row names a column of addresses."""
    return any(folded(cell) in ADDRESS for cell in header)


def columns_of(sample: Sequence[Sequence[str]]) -> Columns:
    """What the columns hold, from the first rows that are not blank. Raises InputError where that cannot be told."""
    if not sample:
        raise InputError("The file is empty.", "Give a CSV file with a column email and a line for each person.")
    if has_address(sample[0]):
        return _named(sample[0])
    if any(_is_address(cell) for cell in sample[0]):
        return _guessed(sample)
    found = ", ".join(one_line(cell)[:40] or "(empty)" for cell in sample[0][:20])
    raise InputError(f"No column of addresses was found. The columns are: {found}.", "Name one of them email in the file's first line.")


def _named(header: Sequence[str]) -> Columns:
    called = [folded(cell) for cell in header]
    address = _first(called, ADDRESS)
    language = _first(called, LANGUAGE)
    names = tuple(place for place in _name_parts(called) if place is not None)
    taken = {address, language, *names}
    if tuple(called[-len(REJECTED) :]) == REJECTED:
        taken |= {len(header) - 2, len(header) - 1}
    if address is None:  # has_address() was asked first
        raise AssertionError(header)
    others: dict[str, int] = {}
    for place, cell in enumerate(header):
        if place not in taken:
            others[_unused(one_line(unguard(cell)) or f"column {place + 1}", others)] = place
    return Columns(
        header=tuple(header),
        has_header=True,
        address=address,
        names=names,
        language=language,
        others=tuple((place, key) for key, place in others.items()),
        wishes=wishes_of([unguard(cell) for cell in header]),
        assumed=_chosen_among([one_line(unguard(header[place])) for place, name in enumerate(called) if name in ADDRESS], header[address]),
    )


def _chosen_among(named: list[str], chosen: str) -> tuple[str, ...]:
    """What to tell of several columns of addresses."""
    if len(named) == 1:
        return ()
    columns, taken = " and ".join(named), one_line(unguard(chosen))
    return (f"The columns {columns} all seem to hold addresses: mail goes to those of {taken}, the others were kept as attributes.",)


def _guessed(sample: Sequence[Sequence[str]]) -> Columns:
    """The columns of a file without a header: exactly one must look like addresses."""
    width = max(len(row) for row in sample)
    shares = [sum(_is_address(row[place]) for row in sample if len(row) > place) / len(sample) for place in range(width)]
    places = [place for place, share in enumerate(shares) if share >= _ENOUGH]
    if len(places) != 1:
        which = " and ".join(str(place + 1) for place in places)
        problem = f"The file has no header, and columns {which} both look like addresses." if places else "The file has no header."
        raise InputError(problem, "Add a first line that names the columns: email, name, language, …")
    header = tuple(f"column {place + 1}" for place in range(width))
    others = tuple(place for place in range(width) if place != places[0])
    assumed = f"The file has no header: column {places[0] + 1} was taken for addresses"
    if width == _NAME_AND_ADDRESS:
        return Columns(header, has_header=False, address=places[0], names=others, assumed=(f"{assumed}, the other for names.",))
    kept = tuple((place, header[place]) for place in others)
    rest = ", the others were kept as attributes." if kept else "."
    return Columns(header, has_header=False, address=places[0], others=kept, assumed=(f"{assumed}{rest}",))


def _name_parts(called: list[str]) -> tuple[int | None, ...]:
    """The column of whole names, else those of first and last names; `name` beside `surname` is a first name."""
    whole, first, last = (_first(called, variants) for variants in (NAME, FIRST, LAST))
    if whole is None:
        return first, last
    return (whole, last) if first is None and called[whole] == "name" else (whole,)


def _first(called: list[str], variants: tuple[str, ...]) -> int | None:
    """The column of the first variant that there is; with two of the same name, the left one."""
    return next((called.index(variant) for variant in variants if variant in called), None)


def _unused(key: str, taken: dict[str, int]) -> str:
    number = 2
    candidate = key
    while candidate in taken:
        candidate, number = f"{key} {number}", number + 1
    return candidate


def _is_address(cell: str) -> bool:
    try:
        addresses.normalise(unguard(cell))
    except InputError:
        return False
    return True
