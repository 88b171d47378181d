"""Sessions are opened in threads, so that a slow TLS handshake holds nobody up; this hands them to the loop."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from threading import Lock
from types import TracebackType
from typing import Self

from fob_mail.smtp.relay import Opened, RelayGoneError


class Openers:
    """A context manager: what was opened and not collected is closed at its end, and what is opened later, as soon as it is."""

    def __init__(self, open_one: Callable[[], Opened], most: int, wake: Callable[[], None]) -> None:
        self._open_one = open_one
        self._threads = ThreadPoolExecutor(most, thread_name_prefix="opener")
        self._done: SimpleQueue[Future[Opened]] = SimpleQueue()
        self._wake = wake
        self._ended = False
        self._ending = Lock()
        self.pending = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        with self._ending:
            self._ended = True
        while not self._done.empty():
            _close(self._done.get())

    def begin(self) -> None:
        """Open one more session, somewhere else."""
        self.pending += 1
        self._threads.submit(self._open_one).add_done_callback(self._finished)

    def collect(self) -> list[Opened | RelayGoneError]:
        """The sessions that have been opened since, and what went wrong with others."""
        arrived: list[Opened | RelayGoneError] = []
        while not self._done.empty():
            future = self._done.get()
            self.pending -= 1
            error = future.exception()
            if error is None:
                arrived.append(future.result())
            elif isinstance(error, RelayGoneError):
                arrived.append(error)
            else:
                raise error
        return arrived

    def _finished(self, future: Future[Opened]) -> None:
        with self._ending:
            if not self._ended:
                self._done.put(future)
                self._wake()
                return
        _close(future)


def _close(late: Future[Opened]) -> None:
    if not late.cancelled() and late.exception() is None:
        late.result().socket.close()
