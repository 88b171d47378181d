"""Many leavings, one commit: what waits is written in one transaction, and each is answered only after it is committed.

One commit of SQLite waits for the disk, however much is in it. Whoever comes while a commit is under way is in the next one.
"""

import queue
import threading
from collections.abc import Iterable
from concurrent.futures import Future
from datetime import datetime

from sqlalchemy.exc import OperationalError

from fob_mail.audience import leaving
from fob_mail.audience.leaving import OneClick
from fob_mail.database import Database, clock

MOST = 500
"""Leavings in one transaction, so that nobody waits for a very long one."""


class Together:
    """One thread that writes what many requests bring; it begins with the first of them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: queue.SimpleQueue[tuple[OneClick, Future[datetime]]] = queue.SimpleQueue()
        self._beginning = threading.Lock()
        self._thread: threading.Thread | None = None

    def leave(self, who: OneClick) -> datetime:
        """Take somebody off a list, and return when that is committed. Raises what the database raises."""
        done: Future[datetime] = Future()
        self._waiting.put((who, done))
        if self._thread is None:
            self._begin()
        return done.result()

    def _begin(self) -> None:
        with self._beginning:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="leavings", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        while True:
            taken = [self._waiting.get()]
            while len(taken) < MOST and not self._waiting.empty():
                taken.append(self._waiting.get())
            self._write(taken)

    def _write(self, taken: list[tuple[OneClick, "Future[datetime]"]]) -> None:
        try:
            moment = self._commit(who for who, _ in taken)
        except OperationalError as error:
            for _, done in taken:
                done.set_exception(error)
        except Exception as error:  # noqa: BLE001 one that cannot be written must not keep the others from leaving
            if len(taken) == 1:
                taken[0][1].set_exception(error)
                return
            for one in taken:
                self._write([one])
        else:
            for _, done in taken:
                done.set_result(moment)

    def _commit(self, who: Iterable[OneClick]) -> datetime:
        with self._database.begin() as session:
            now = clock(session)
            leaving.leave_by_one_click(session, list(who), now)
        return now
