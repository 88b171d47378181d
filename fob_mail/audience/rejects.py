"""The rows that were not imported, each with its line and the reason, in a file beside the one they came from."""

import csv
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from fob_mail.audience.cells import guard
from fob_mail.audience.columns import REJECTED
from fob_mail.errors import InputError

FIRST = 1_000
"""How many rejected rows a report carries itself; the file has all."""


@dataclass(frozen=True, slots=True)
class Reject:
    """One row that was not imported."""

    line: int
    what: str  # the address, or what stands where it should be
    reason: str


class Rejects:
    """Made when the first row is rejected, for its owner alone, under a name that no file has; removed if the import fails.

    Without a path nothing is written, and rows are only counted.
    """

    def __init__(self, path: Path | None) -> None:
        self._wanted = path
        self._file: TextIO | None = None
        self.path: Path | None = None
        self.first: list[Reject] = []
        self.header: Sequence[str] = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._file is not None:
            self._file.close()
        if kind is not None and self.path is not None:
            self.path.unlink(missing_ok=True)
            self.path = None

    @property
    def writes(self) -> bool:
        """Whether rows are written to a file at all."""
        return self._wanted is not None

    def add(self, reject: Reject, cells: Sequence[str]) -> None:
        """Note one row: its own cells first, then its line and the reason."""
        if len(self.first) < FIRST:
            self.first.append(reject)
        if self._wanted is None:
            return
        width = len(self.header)
        fitted = [*cells[: width - 1], ", ".join(cells[width - 1 :]), *[""] * (width - 1 - len(cells))]  # as wide as the header
        row = [guard(value) for value in fitted] + [str(reject.line), guard(reject.reason)]
        csv.writer(self._open(self._wanted)).writerow(row)

    def _open(self, wanted: Path) -> TextIO:
        if self._file is None:
            self.path, self._file = _create(wanted)
            csv.writer(self._file).writerow([guard(cell) for cell in self.header] + list(REJECTED))
        return self._file


def rejects_path(source: Path) -> Path:
    """`people.rejects.csv` for `people.csv`, beside it."""
    return source.with_name(f"{source.stem}.rejects.csv")


def _create(wanted: Path) -> tuple[Path, TextIO]:
    """A new file at the path, or at the same with a number; spreadsheets know by its first bytes that it is UTF-8."""
    path, number = wanted, 2
    while True:
        try:
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError:
            path, number = wanted.with_stem(f"{wanted.stem}-{number}"), number + 1
        except OSError as error:
            problem = f"The rejected rows cannot be written to {wanted}: {error.strerror}."
            raise InputError(problem, "Name another file for them: --rejects FILE") from None
        else:
            return path, os.fdopen(handle, "w", encoding="utf-8-sig", newline="")
