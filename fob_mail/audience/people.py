"""From a row to a person: a checked address, a tidy name, a language, and the rest as attributes."""

import json
import re
from collections.abc import Callable, Sequence

from fob_mail.addresses import normalise, normalise_plain
from fob_mail.audience import languages
from fob_mail.audience.cells import is_tidy, one_line, tidied
from fob_mail.audience.columns import Columns
from fob_mail.audience.csv_rows import Row
from fob_mail.errors import InputError

_MAILBOX = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>]+)>")
_quoted: Callable[[str], str] = json.JSONEncoder(ensure_ascii=False).encode
_UNSEEN_EDGES = " \u200b\u200e\u200f\u2060\ufeff"
_MOST_TAGS = 1_000


Person = tuple[str, str, str | None, str]
"""Address, name, language, and the attributes as JSON, since that is how they are written down: a plain tuple, for speed."""


Alike = tuple[list[str], list[str], list[str | None], list[str]]
"""People, as a list of addresses, one of names, one of languages, and one of attributes."""


class DeclinedError(InputError):
    """A row of which the file itself says that this person is not to be mailed."""


class PersonReader:
    """Makes a person of each row of one file."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._width = len(columns.header)
        self._others = tuple((place, _quoted(key)) for place, key in columns.others)
        self._language_key = "" if columns.language is None else _quoted(one_line(columns.header[columns.language]))
        self._tags: dict[str, str | None] = {"": None}  # as written in the file, a few

    def read(self, row: Row) -> Person | None:
        """The person of a row, None for a blank one. Raises InputError with the reason for a row that cannot be used."""
        _, cells, problem = row
        columns = self._columns
        if problem:
            raise InputError(problem, "Correct that line of the file.")
        if len(cells) != self._width:
            cells = self._fitted(cells)
        cells = tidied(cells)
        written = cells[columns.address]
        if not written:
            return self._without_address(cells)
        try:
            address, name = normalise(written), ""
        except InputError:
            address, name = _from_mailbox(written)
        for wish in columns.wishes:
            if said := wish.against(cells[wish.place]):
                raise DeclinedError(f"the file says: {said}", "Leave them out; or, if they asked to come back, correct that column.")
        named = cells[columns.names[0]] if len(columns.names) == 1 else " ".join([cells[place] for place in columns.names])
        name = one_line(named) or name
        if columns.language is None:
            return address, name, None, self._attributes(cells, "")
        said = cells[columns.language]
        language = self._tag(said)
        return address, name, language, self._attributes(cells, said if language is None else "")

    def read_alike(self, rows: Sequence[Row]) -> Alike | None:
        """As read() of each, at a third of the price, if nothing in any of these rows is out of the ordinary; else None."""
        _, cells, problems = zip(*rows, strict=True)
        if any(problems) or set(map(len, cells)) != {self._width} or not is_tidy("".join(map("".join, cells))):
            return None
        columns = [list(map(str.strip, column)) for column in zip(*cells, strict=True)]
        addresses = normalise_plain(columns[self._columns.address])
        if addresses is None or any(wish.any_against(columns[wish.place]) for wish in self._columns.wishes):
            return None
        names = [columns[place] for place in self._columns.names]
        said = columns[self._columns.language] if self._columns.language is not None else [""] * len(rows)
        tags = [self._tag(one) for one in said]
        if None in tags and any(one and tag is None for one, tag in zip(said, tags, strict=True)):
            return None
        named = names[0] if len(names) == 1 else [" ".join(parts).strip() for parts in zip(*names, strict=True)] or [""] * len(rows)
        return addresses, named, tags, self._attributes_alike(columns, len(rows))

    def _attributes_alike(self, columns: list[list[str]], number: int) -> list[str]:
        if not self._others:
            return ["{}"] * number
        parts = [[f"{key}: {_quoted(value)}" if value else "" for value in columns[place]] for place, key in self._others]
        return [f"{{{', '.join(filter(None, kept))}}}" for kept in zip(*parts, strict=True)]

    def _fitted(self, cells: list[str]) -> list[str]:
        """A ragged row as wide as the header; only values that belong to no column make it unusable."""
        if any(cell.strip() for cell in cells[self._width :]):
            problem = f"there are {len(cells)} values for {self._width} {'column' if self._width == 1 else 'columns'}"
            raise InputError(problem, "Put quotation marks around a value with a delimiter in it.")
        return cells[: self._width] + [""] * (self._width - len(cells))

    @staticmethod
    def _without_address(cells: list[str]) -> None:
        if any(cells):
            raise InputError("there is no address", "Add it, or leave this person out.")

    def _tag(self, said: str) -> str | None:
        tags = self._tags
        if said not in tags:
            if len(tags) > _MOST_TAGS:
                tags.clear()
            tags[said] = languages.tag(said)
        return tags[said]

    def _attributes(self, cells: list[str], unknown_language: str) -> str:
        """The other columns' values as JSON; what is said of the language and understood by nobody is not lost either."""
        kept = [f"{key}: {_quoted(cells[place])}" for place, key in self._others if cells[place]]
        if unknown_language:
            kept.append(f"{self._language_key}: {_quoted(unknown_language)}")
        return f"{{{', '.join(kept)}}}" if kept else "{}"


def _from_mailbox(written: str) -> tuple[str, str]:
    """Address and name of `Rosa Mamani <rosa@example.org>`, `<rosa@…>` or `mailto:rosa@…`, as address books give them."""
    written = written.strip(_UNSEEN_EDGES).removeprefix("mailto:")
    found = _MAILBOX.fullmatch(written)
    if not found:
        return normalise(written), ""
    return normalise(found["address"]), one_line(found["name"]).strip("\"'")
