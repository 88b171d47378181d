"""How fast does a campaign go out? fob-mail, whole, beside smtp-source (C, fixed text, no ledger), in turn, against the same smtp-sink.

fob-mail leases, personalises, journals and settles each message; its time is that of sending.run, from the first worker's
beginning to the last one's end, without the start of Python. smtp-source runs as its authors advise for speed: `-d -s 10`,
ten connections that are kept. Both are told about by medians over rounds in which they take turns; the ratio is to what smtp-source
took before and after, since a machine is faster in one minute than in the next. The last rows are of replies
that come late, as over a long line; a window of messages needs a sink that takes BDAT, which smtp-sink does not: see bench.sink.
"""

import json
import os
import platform
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import click

from bench.peers import peers
from bench.sinks import CONNECTIONS, DELAY, chunking_sink, late_replies, program, smtp_sink, smtp_source
from fob_mail import __version__
from tests import postgres

WINDOW = 8
"""Messages under way on a connection, in those of the last rows that have a window."""

QUICK = (2_000, 1, (1_000, 20_000))
EVERYTHING = (10_000, 1_000_000)


@dataclass(frozen=True, slots=True)
class Case:
    """One row of the table."""

    kind: str
    size: int
    workers: int = 1
    delayed: bool = False
    window: int = 1

    @property
    def words(self) -> str:
        """As the table has it."""
        late = f", replies {DELAY * 1000:.0f} ms late" if self.delayed else ""
        return f"{self.kind}{late}{f', window {self.window}' if self.window > 1 else ''}"


@dataclass(frozen=True, slots=True)
class Sinks:
    """Where the two send to: one sink, but where ours has a window."""

    ours: int
    theirs: int


@dataclass(frozen=True, slots=True)
class Round:
    """What one sending by fob-mail took."""

    seconds: float
    processor: float
    mebibytes: float
    freezing: float


@click.command("sending")
@click.option("--messages", default=20_000, show_default=True, help="How many each of the two sends in a round.")
@click.option("--rounds", default=5, show_default=True, help="How many rounds; medians are told.")
@click.option("--quick", is_flag=True, help="All tables, but of few messages and one round: does the bench work, and about how fast is it?")
@click.option("--size", "sizes", multiple=True, default=(8, 40), show_default=True, help="KB of a message; may be given more than once.")
@click.option("--only", type=click.Choice(["campaigns", "peers", "million"]), help="One of the three tables.")
def command(messages: int, rounds: int, quick: bool, sizes: tuple[int, ...], only: str | None) -> None:
    """Send made-up campaigns to a sink on this machine, on SQLite and PostgreSQL, in turn with smtp-source.

    \b
    Examples:
      python -m bench sending
      python -m bench sending --quick
      python -m bench sending --only million
    """  # noqa: D301 click's \b keeps the lines of an example
    people = EVERYTHING
    if quick:
        messages, rounds, people = QUICK
    _print_head(messages, rounds)
    with ExitStack() as stack:
        sink = stack.enter_context(smtp_sink())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fob-mail-bench-")))
        urls = {"SQLite": f"sqlite:///{folder}/bench.db"}
        if only != "peers":
            urls["PostgreSQL"] = stack.enter_context(postgres.cluster())
        if only in {None, "campaigns"}:
            _campaigns(urls, sink, messages, rounds, sizes)
        if only in {None, "peers"}:
            peers(sink, messages, min(sizes))
        if only in {None, "million"}:
            _million(urls, sink, people)


def _print_head(messages: int, rounds: int) -> None:
    """When, on what, with which versions: what a table needs to be worth anything."""
    today = datetime.now(UTC).date()
    processors = Path("/proc/cpuinfo").read_text(encoding="utf-8") if Path("/proc/cpuinfo").exists() else ""
    model = next(
        (line.partition(":")[2].strip() for line in processors.splitlines() if line.startswith("model name")), platform.processor()
    )
    postfix = subprocess.run([program("postconf"), "-d", "-h", "mail_version"], capture_output=True, text=True, check=False).stdout.strip()
    load = f"{os.getloadavg()[0]:.1f}"
    print(f"Measured on {today:%d %B %Y}, fob-mail {__version__}: {os.cpu_count()} cores ({model}), load {load} when it began,")
    print(
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, Postfix {postfix}; {messages:,} messages, {rounds} rounds.\n"
    )


def _campaigns(urls: dict[str, str], sink: int, messages: int, rounds: int, sizes: tuple[int, ...]) -> None:
    print("| database | KB | workers | fob-mail/s | smtp-source/s | ratio | processor, µs a message | smtp-source's | most memory, MiB |")
    print("|---|---|---|---|---|---|---|---|---|")
    cases = [Case(kind, size, workers) for workers in (1, 2) for kind in urls for size in sizes if workers == 1 or kind == "PostgreSQL"]
    for case in cases:
        print(_row(case, urls[case.kind], Sinks(sink, sink), messages, rounds), flush=True)
    few = min(messages, 1_000)
    with late_replies(sink) as late, chunking_sink() as chunking, late_replies(chunking) as late_chunking:
        for kind, url in urls.items():
            print(_row(Case(kind, min(sizes), delayed=True), url, Sinks(late, late), few, rounds), flush=True)
            case = Case(kind, min(sizes), delayed=True, window=WINDOW)
            print(_row(case, url, Sinks(late_chunking, late), few, rounds), flush=True)


def _row(case: Case, url: str, sinks: Sinks, messages: int, rounds: int) -> str:
    ours, theirs = [], [_their_round(sinks.theirs, messages, case)]
    for _ in range(rounds):
        ours.append(_round(url, sinks.ours, messages, case))
        theirs.append(_their_round(sinks.theirs, messages, case))
    their_seconds, their_processor = zip(*theirs, strict=True)
    around = map(statistics.mean, pairwise(their_seconds))
    ratio = statistics.median(other / one.seconds for other, one in zip(around, ours, strict=True))
    speeds = [messages / one.seconds for one in ours]
    processor = statistics.median(one.processor for one in ours) / messages * 1e6
    memory = max(one.mebibytes for one in ours)
    speed = f"{statistics.median(speeds):,.0f} | {messages / statistics.median(their_seconds):,.0f} | {ratio:.2f}"
    their_share = statistics.median(their_processor) / messages * 1e6
    return f"| {case.words} | {case.size} | {case.workers} | {speed} | {processor:.0f} | {their_share:.0f} | {memory:.0f} |"


def _their_round(port: int, messages: int, case: Case) -> tuple[float, float]:
    """Seconds on the clock and of processor that smtp-source takes."""
    before = _children()
    seconds = smtp_source(port, messages, case.size)
    return seconds, _children() - before


def _children() -> float:
    """Processor seconds of all processes that were begun here and have ended."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def _round(url: str, port: int, messages: int, case: Case) -> Round:
    """A fresh database and a frozen campaign, made by one process; sent by others."""
    with tempfile.TemporaryDirectory(prefix="fob-mail-bench-") as folder:
        freezing = _told(_begun({"do": "prepare", "url": url, "messages": messages, "size": case.size}))["freezing"]
        part = {"do": "send", "url": url, "port": port, "journal": folder, "connections": CONNECTIONS, "window": case.window}
        sending = [_begun(part) for _ in range(case.workers)]
        told = [_told(one) for one in sending]
    seconds = max(one["ended"] for one in told) - min(one["began"] for one in told)
    if told[0]["accepted"] != messages and told[-1]["accepted"] != messages:
        raise SystemExit(f"only {told[-1]['accepted']} of {messages} were accepted")
    return Round(seconds, sum(one["processor"] for one in told), max(one["mebibytes"] for one in told), freezing)


def _begun(part: dict[str, object]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-m", "bench.sender", json.dumps(part)], stdout=subprocess.PIPE)


def _told(running: "subprocess.Popen[bytes]") -> dict[str, float]:
    output, _ = running.communicate()
    if running.returncode:
        raise SystemExit("a part of the bench failed")
    figures: dict[str, float] = json.loads(output)
    return figures


def _million(urls: dict[str, str], sink: int, numbers: tuple[int, ...]) -> None:
    """Does it stay as fast and as small at a million, though the database has not counted its rows since there were a few?"""
    print("\n| people | database | frozen in, s | fob-mail/s | processor, µs a message | most memory, MiB |")
    print("|---|---|---|---|---|---|")
    for people in numbers:
        for kind, url in urls.items():
            one = _round(url, sink, people, Case(kind, 8))
            speed = f"{people / one.seconds:,.0f} | {one.processor / people * 1e6:.0f}"
            print(f"| {people:,} | {kind} | {one.freezing:.1f} | {speed} | {one.mebibytes:.0f} |", flush=True)
