"""Sessions that are opened in threads: none is lost, however late it comes."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from fob_mail.smtp.openers import Openers
from fob_mail.smtp.relay import Opened, RelayGoneError


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """A connection: our end, and the relay's."""
    ours, theirs = socket.socketpair()
    theirs.settimeout(5)
    with ours, theirs:
        yield ours, theirs


def test_a_session_is_handed_over_once_it_is_open(ends: tuple[socket.socket, socket.socket]) -> None:
    awake = threading.Event()
    opened = Opened(ends[0], pipelining=True, size=0)

    with Openers(lambda: opened, 2, awake.set) as openers:
        openers.begin()
        assert awake.wait(5)
        arrived = openers.collect()

    assert arrived == [opened]
    assert openers.pending == 0
    assert ends[0].fileno() > 0


def test_what_went_wrong_is_handed_over_too() -> None:
    awake = threading.Event()

    def fail() -> Opened:
        raise RelayGoneError("It is gone.", "Wait.", permanent=False)

    with Openers(fail, 2, awake.set) as openers:
        openers.begin()
        assert awake.wait(5)
        (arrived,) = openers.collect()

    assert isinstance(arrived, RelayGoneError)


def test_a_session_that_nobody_collected_is_closed(ends: tuple[socket.socket, socket.socket]) -> None:
    awake = threading.Event()

    with Openers(lambda: Opened(ends[0], pipelining=True, size=0), 2, awake.set) as openers:
        openers.begin()
        assert awake.wait(5)

    assert ends[1].recv(1) == b""


def test_a_session_that_comes_after_the_end_is_closed_and_wakes_nobody(ends: tuple[socket.socket, socket.socket]) -> None:
    answered, woken = threading.Event(), threading.Event()

    def slow() -> Opened:
        answered.wait(5)
        return Opened(ends[0], pipelining=True, size=0)

    began = time.monotonic()
    with Openers(slow, 2, woken.set) as openers:
        openers.begin()
    took = time.monotonic() - began
    answered.set()

    assert ends[1].recv(1) == b""
    assert took < 1
    assert not woken.is_set()
