"""All that is read from, side by side: each in a thread of its own, so that none waits for another, or stops it."""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Event

from sqlalchemy.exc import OperationalError

from fob_mail.database import first_line
from fob_mail.errors import DatabaseError, FobMailError, InputError
from fob_mail.feedback.taking import Taken
from fob_mail.inbound.incoming import Kind

log = logging.getLogger("fob_mail.feedback")

PATIENCE = 8.0
"""Seconds that sources have to end with the mail that they are at."""


class StoppedError(Exception):
    """No more mail is to be taken."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where mail is read from: `read` takes what is there now; `follow`, where there is one, also what comes, until it is stopped."""

    name: str
    read: Callable[[], object]
    follow: Callable[[Event], object] | None = None


class Tally:
    """Takes mail for all sources, counts it, and takes no more once `stopped`."""

    def __init__(self, take: Callable[[bytes, tuple[str, ...]], Taken], stopped: Event) -> None:
        self._take = take
        self._stopped = stopped
        self._lock = threading.Lock()
        self.kinds: Counter[str] = Counter()
        self.blocked: Counter[str] = Counter()  # new refusals of our sending, by their cause

    def __call__(self, raw: bytes, envelope_to: tuple[str, ...] = ()) -> None:
        """Take a mail; when this returns, what follows is committed."""
        if self._stopped.is_set():
            raise StoppedError
        try:
            taken = self._take(raw, envelope_to)
        except OSError as error:
            problem = f"A mail for the organiser cannot be kept: {error.strerror or error}."
            raise InputError(problem, "Check feedback.kept, and the room on the disk; the mail is where it was.") from None
        except OperationalError as error:
            remedy = "Nothing is lost: the mail is where it was."
            raise DatabaseError(f"The database does not answer: {first_line(error)}.", remedy) from None
        with self._lock:
            self.kinds[str(taken.kind)] += 1
            if taken.new and taken.kind is Kind.BLOCKED:
                self.blocked[taken.cause] += 1


def read_once(sources: Sequence[Source]) -> list[Exception]:
    """Read what is there now from each; gives what went wrong, in their order."""
    troubles: dict[str, Exception] = {}

    def read(source: Source) -> None:
        try:
            source.read()
        except StoppedError:
            pass
        except Exception as error:  # noqa: BLE001 it is told when all have ended
            troubles[source.name] = error

    threads = [threading.Thread(target=read, args=(source,), name=source.name) for source in sources]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [troubles[source.name] for source in sources if source.name in troubles]


def read_until(sources: Sequence[Source], stopped: Event, every: float, tell: Callable[[str, Exception], object]) -> None:
    """Read from each until it is time to stop; what goes wrong is told once, and tried again."""
    threads = [
        threading.Thread(target=_keep_reading, args=(source, stopped, every, tell), name=source.name, daemon=True) for source in sources
    ]
    for thread in threads:
        thread.start()
    stopped.wait()
    for thread in threads:
        thread.join(PATIENCE)  # what it would still do comes again, and counts once


def _keep_reading(source: Source, stopped: Event, every: float, tell: Callable[[str, Exception], object]) -> None:
    told = ""
    while not stopped.is_set():
        try:
            if source.follow:
                source.follow(stopped)
            else:
                source.read()
            told = ""
        except StoppedError:
            return
        except Exception as error:  # whatever it is, the others go on, and so does this one
            if str(error) != told:
                tell(source.name, error)
                told = str(error)
                if not isinstance(error, FobMailError):
                    log.exception("reading failed", extra={"source": source.name})
        stopped.wait(every)
