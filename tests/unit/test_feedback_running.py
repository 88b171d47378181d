"""Sources are read side by side, and what goes wrong with one is told once, in words, and keeps no other from going on."""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy.exc import OperationalError

from fob_mail.errors import DatabaseError, InputError
from fob_mail.feedback.running import Source, StoppedError, Tally, read_once, read_until
from fob_mail.feedback.taking import Taken
from fob_mail.inbound.incoming import Kind

TAKEN = Taken(Kind.REPLY, new=True, traced=False, followed="kept for the organiser", reason="A person answered.")


def failing(error: Exception) -> Callable[[bytes, tuple[str, ...]], Taken]:
    def take(raw: bytes, envelope_to: tuple[str, ...]) -> Taken:
        del raw, envelope_to
        raise error

    return take


def test_what_goes_wrong_with_disk_or_database_is_told_in_words() -> None:
    stopped = threading.Event()

    with pytest.raises(InputError, match="cannot be kept: No space left"):
        Tally(failing(OSError(28, "No space left")), stopped)(b"x")
    with pytest.raises(DatabaseError, match="does not answer: database is locked"):
        Tally(failing(OperationalError("INSERT", {}, Exception("database is locked"))), stopped)(b"x")


def test_after_a_stop_no_mail_is_taken() -> None:
    stopped = threading.Event()
    tally = Tally(lambda *_: TAKEN, stopped)
    tally(b"one")
    stopped.set()

    with pytest.raises(StoppedError):
        tally(b"two")
    assert tally.kinds == {"reply": 1}


def test_once_all_are_read_and_the_troubles_of_all_are_given() -> None:
    read: list[str] = []

    def away() -> None:
        raise InputError("It is away.", "Try again.")

    troubles = read_once([Source("a", away), Source("b", lambda: read.append("b")), Source("c", away)])

    assert [str(trouble) for trouble in troubles] == ["It is away.\nTry again."] * 2
    assert read == ["b"]


def test_one_that_fails_goes_on_and_is_told_once_until_it_is_well_again() -> None:
    stopped, tries, others = threading.Event(), [0], [0]
    told: list[str] = []

    def fails_but_for_the_fifth_time() -> None:
        tries[0] += 1
        if tries[0] >= 10:
            stopped.set()
        if tries[0] != 5:
            raise RuntimeError("a defect") if tries[0] > 5 else InputError("It is away.", "Try again.")

    def well() -> None:
        others[0] += 1

    sources = [Source("bad", fails_but_for_the_fifth_time), Source("good", well)]
    read_until(sources, stopped, 0.01, lambda name, error: told.append(f"{name}: {getattr(error, 'problem', error)}"))

    assert told == ["bad: It is away.", "bad: a defect"]
    assert others[0] > 1
