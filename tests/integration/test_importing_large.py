"""A large file of people is read by a process beside, which goes when it is done, and whose death is told."""

import os
import signal
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import func, select

from fob_mail.audience import beside
from fob_mail.audience.importing import import_people
from fob_mail.audience.rejects import Rejects
from fob_mail.database import Database
from fob_mail.errors import InputError
from fob_mail.models import Subscriber
from tests.bringing import TERMS, a_list

__all__ = ["a_list"]  # a fixture


def a_large_file(folder: Path) -> Path:
    """So large that a second process reads it; every thousandth row is of no use, every tenth address is there twice."""
    file = folder / "large.csv"
    rows = (f"person{number - number % 10 // 9}@example.org,Somebody with a name of some length {number}\n" for number in range(70_000))
    file.write_text("Email,Name\n" + "".join("nobody,\n" if not n % 1000 else row for n, row in enumerate(rows)), encoding="utf-8")
    assert file.stat().st_size > beside.WORTH_IT
    return file


def test_a_large_file_is_read_by_a_process_beside(database: Database, tmp_path: Path) -> None:
    """Which is gone when its work is done; and nothing else differs."""
    positions: list[int] = []

    with a_large_file(tmp_path).open("rb") as file, Rejects(tmp_path / "not.csv") as rejects, database.begin_bulk() as session:
        report = import_people(session, file, TERMS, rejects, positions.append)

    assert (report.rows, report.imported, report.duplicates, report.rejected) == (70_000, 62_930, 7_000, 70)
    assert positions == sorted(positions)
    assert positions[-1] == (tmp_path / "large.csv").stat().st_size
    assert (tmp_path / "not.csv").read_text(encoding="utf-8-sig").count("\n") == 71
    assert not _children()


def test_the_process_beside_goes_when_the_import_fails(database: Database, tmp_path: Path) -> None:
    """In the middle of the file; and nothing has been changed."""

    def fail(_: int) -> None:
        raise KeyboardInterrupt

    with (
        a_large_file(tmp_path).open("rb") as file,
        pytest.raises(KeyboardInterrupt),
        Rejects(None) as rejects,
        database.begin_bulk() as session,
    ):
        import_people(session, file, TERMS, rejects, fail)

    assert not _children()
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Subscriber)) == 0


def test_a_file_is_not_taken_for_whole_when_the_process_beside_dies(database: Database, tmp_path: Path) -> None:
    """The kernel may choose it when memory runs out."""

    def kill(_: int) -> None:
        for line in _children():
            os.kill(int(line.split()[0]), signal.SIGKILL)

    with (
        a_large_file(tmp_path).open("rb") as file,
        pytest.raises(InputError, match="has died"),
        Rejects(None) as rejects,
        database.begin_bulk() as session,
    ):
        import_people(session, file, TERMS, rejects, kill)

    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Subscriber)) == 0


def _children() -> list[str]:
    """The processes that this one has started to read files."""
    ours = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(os.getpid())], capture_output=True, text=True, check=True)
    return [line for line in ours.stdout.splitlines() if "beside" in line]
