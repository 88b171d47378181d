"""A bar while a campaign goes out: how many of how many, how fast, how long still; plain lines where there is no terminal."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from fob_mail.audience.cells import one_line
from fob_mail.balance import Counts
from fob_mail.models import DeliveryState
from fob_mail.plurals import counted
from fob_mail.sending.transmission import Transmission

LINE_EVERY = 10.0
"""Seconds between two plain lines."""


LONGEST_TROUBLE = 60
"""Characters of a relay's words beside the bar."""


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{task.speed or 0:,.0f}/s")


@contextmanager
def watching(before: Counts) -> Iterator[Callable[[Transmission], None]]:
    """What to call with the transmission ten times a second."""
    done = before.audience - before.owed
    if not sys.stderr.isatty():
        yield _Lines(done, before.audience)
        return
    columns = (
        TextColumn("Sending"),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[trouble]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=False) as progress:
        task = progress.add_task("Sending", total=before.audience, completed=done, trouble="")

        def report(transmission: Transmission) -> None:
            progress.update(task, completed=done + _settled(transmission), trouble=_trouble(transmission))

        yield report


class _Lines:
    def __init__(self, done: int, audience: int) -> None:
        self._done, self._audience, self._said_at = done, audience, time.monotonic()

    def __call__(self, transmission: Transmission) -> None:
        if time.monotonic() >= self._said_at + LINE_EVERY:
            self._said_at = time.monotonic()
            sys.stderr.write(f"{self._done + _settled(transmission):,} of {self._audience:,} {_trouble(transmission)}\n")


def _settled(transmission: Transmission) -> int:
    return sum(number for state, number in transmission.tally.items() if state is not DeliveryState.DEFERRED)


def _trouble(transmission: Transmission) -> str:
    """Who did not get it, and which relay makes it slow."""
    tally = transmission.tally
    people = [f"{tally[state]:,} {state}" for state in (DeliveryState.REFUSED, DeliveryState.UNKNOWN) if tally[state]]
    if tries := tally[DeliveryState.DEFERRED]:  # the same person may be deferred many times
        people.append(f"{counted(tries, 'try', 'tries')} deferred")
    relays = [f"{one.relay}: {one_line(one.trouble)[:LONGEST_TROUBLE]}" for one in transmission.routes.reports() if one.trouble]
    return ", ".join(people + relays)
