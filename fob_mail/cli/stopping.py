"""A calm end: the first Ctrl-C or SIGTERM finishes what is under way; the second ends at once, and the journal knows what was sent."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

    from fob_mail.sending.transmission import Transmission


class Stopper:
    """Told by a signal; tells the transmission under way, if there is one."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self._transmission: Transmission | None = None

    def hand(self, transmission: "Transmission") -> None:
        """What to stop."""
        self._transmission = transmission
        if self.asked.is_set():
            transmission.stop()

    def __call__(self, number: int, frame: "FrameType | None") -> None:
        """The signal's handler."""
        del number, frame
        self.asked.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if self._transmission:
            self._transmission.stop()
            sys.stderr.write("\nFinishing what is under way…\n")


@contextmanager
def interrupts() -> Iterator[Stopper]:
    """A stopper that Ctrl-C and SIGTERM speak to; what they did before is put back at the end."""
    stopper = Stopper()
    former = {number: signal.signal(number, stopper) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopper
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
