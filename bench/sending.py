"""How fast does a campaign go out? fob-mail, whole, beside smtp-source (C, fixed text, no ledger), in turn, against the same smtp-sink.

fob-mail leases, personalises, journals and settles each message; its time is that of sending.run, from the first worker's
beginning to the last one's end, without the start of Python. smtp-source runs as its authors advise for speed: `-d -s 10`,
ten connections that are kept. Both are told about by medians over rounds in which they take turns.
"""

import asyncio
import json
import os
import platform
import resource
import shutil
import smtplib
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
from pydantic import SecretStr
from sqlalchemy import insert, text

from fob_mail import campaigns
from fob_mail.addresses import digest
from fob_mail.composing.composed import Composed
from fob_mail.database import clock, connect
from fob_mail.links import Links
from fob_mail.models import MailingList, Subscriber
from fob_mail.sending.run import Controls, freeze, run
from fob_mail.settings import Sending, Settings, Smtp
from fob_mail.slots import mark
from tests import postgres

CONNECTIONS = 10
KEY = "b" * 40
CHUNK = 10_000
DELAY = 0.05
"""Seconds by which each reply comes late in the last two rows."""


@dataclass(frozen=True, slots=True)
class Case:
    """One row of the table."""

    kind: str
    size: int
    workers: int = 1
    delayed: bool = False


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
@click.option("--size", "sizes", multiple=True, default=(8, 40), show_default=True, help="KB of a message; may be given more than once.")
@click.option("--only", type=click.Choice(["campaigns", "peers", "million"]), help="One of the three tables.")
@click.option("--part", hidden=True, help="JSON of what a process that the bench starts has to do.")
def command(messages: int, rounds: int, sizes: tuple[int, ...], only: str | None, part: str | None) -> None:
    """Send made-up campaigns to a sink on this machine, on SQLite and PostgreSQL, in turn with smtp-source.

    \b
    Examples:
      python -m bench sending
      python -m bench sending --only million
    """  # noqa: D301 click's \b keeps the lines of an example
    if part is not None:
        told = json.loads(part)
        print(json.dumps(_send(**told) if told.pop("do") == "send" else _prepare(**told)))
        return
    machine = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {os.cpu_count()} cores"
    print(f"{machine}, {messages:,} messages, {rounds} rounds\n")
    with ExitStack() as stack:
        sink = stack.enter_context(_sink())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fob-mail-bench-")))
        urls = {"SQLite": f"sqlite:///{folder}/bench.db"}
        if only in {None, "campaigns"}:
            urls["PostgreSQL"] = stack.enter_context(postgres.cluster())
            _campaigns(urls, sink, messages, rounds, sizes)
        if only in {None, "peers"}:
            _peers(sink, messages, min(sizes))
        if only in {None, "million"}:
            _million(urls["SQLite"], sink)


def _campaigns(urls: dict[str, str], sink: int, messages: int, rounds: int, sizes: tuple[int, ...]) -> None:
    print("| database | KB | workers | fob-mail/s | smtp-source/s | ratio | processor, µs a message | most memory, MiB |")
    print("|---|---|---|---|---|---|---|---|")
    cases = [Case(kind, size, workers) for workers in (1, 2) for kind in urls for size in sizes if workers == 1 or kind == "PostgreSQL"]
    for case in cases:
        print(_row(case, urls[case.kind], sink, messages, rounds), flush=True)
    with _late_replies(sink) as late:
        for kind, url in urls.items():
            print(_row(Case(kind, min(sizes), delayed=True), url, late, min(messages, 1_000), rounds), flush=True)


def _row(case: Case, url: str, sink: int, messages: int, rounds: int) -> str:
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(_round(url, sink, messages, case.size, case.workers))
        theirs.append(messages / _smtp_source(sink, messages, case.size))
    speeds = [messages / one.seconds for one in ours]
    ratio = statistics.median(mine / other for mine, other in zip(speeds, theirs, strict=True))
    processor = statistics.median(one.processor for one in ours) / messages * 1e6
    memory = max(one.mebibytes for one in ours)
    kind = f"{case.kind}, replies {DELAY * 1000:.0f} ms late" if case.delayed else case.kind
    medians = f"{statistics.median(speeds):,.0f} | {statistics.median(theirs):,.0f} | {ratio:.2f} | {processor:.0f} | {memory:.0f}"
    return f"| {kind} | {case.size} | {case.workers} | {medians} |"


def _round(url: str, port: int, messages: int, size: int, workers: int) -> Round:
    """A fresh database and a frozen campaign, made by one process; sent by others."""
    with tempfile.TemporaryDirectory(prefix="fob-mail-bench-") as folder:
        freezing = _told(_begun({"do": "prepare", "url": url, "messages": messages, "size": size}))["freezing"]
        sending = [_begun({"do": "send", "url": url, "port": port, "journal": folder}) for _ in range(workers)]
        told = [_told(one) for one in sending]
    seconds = max(one["ended"] for one in told) - min(one["began"] for one in told)
    if told[0]["accepted"] != messages and told[-1]["accepted"] != messages:
        raise SystemExit(f"only {told[-1]['accepted']} of {messages} were accepted")
    return Round(seconds, sum(one["processor"] for one in told), max(one["mebibytes"] for one in told), freezing)


def _begun(part: dict[str, object]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-m", "bench", "sending", "--part", json.dumps(part)], stdout=subprocess.PIPE)


def _told(running: "subprocess.Popen[bytes]") -> dict[str, float]:
    output, _ = running.communicate()
    if running.returncode:
        raise SystemExit("a part of the bench failed")
    figures: dict[str, float] = json.loads(output)
    return figures


def _smtp_source(sink: int, messages: int, size: int) -> float:
    """Seconds that smtp-source takes."""
    program = shutil.which("smtp-source", path=f"{os.environ['PATH']}:/usr/sbin") or "smtp-source"
    began = time.perf_counter()
    count = ["-d", "-s", str(CONNECTIONS), "-m", str(messages), "-l", str(size * 1000)]
    subprocess.run([program, *count, "-f", "bounces@example.org", "-t", "people@example.org", f"127.0.0.1:{sink}"], check=True)
    return time.perf_counter() - began


def _settings(url: str, port: int = 25, journal: str = ".") -> Settings:
    return Settings(
        database_url=SecretStr(url),
        secret_key=SecretStr(KEY),
        digest_key=SecretStr(KEY),
        smtp=Smtp(host="127.0.0.1", port=port, connections=CONNECTIONS),
        sending=Sending(journal_folder=Path(journal)),
    )


def _prepare(url: str, messages: int, size: int) -> dict[str, float]:
    """A fresh database, a list, a campaign, frozen: the seconds that the freezing took."""
    if url.startswith("sqlite"):
        for file in Path(url.removeprefix("sqlite:///")).parent.glob("bench.db*"):
            file.unlink()
    database = connect(url)
    if not database.is_sqlite:
        with database.engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE; CREATE SCHEMA public"))
    from fob_mail import migrations  # noqa: PLC0415 Alembic is large, and the part that is measured has no use for it

    migrations.upgrade(database)
    with database.begin() as session:
        now = clock(session)
        to = MailingList(slug="people", name="People", sender="Bench <bench@example.org>", created_at=now)
        session.add(to)
        session.flush()
        for first in range(0, messages, CHUNK):
            people = (f"p{number}@example.org" for number in range(first, min(first + CHUNK, messages)))
            rows = [{"address": a, "digest": digest(a, KEY.encode()), "name": "Ana Flores", "created_at": now} for a in people]
            session.execute(insert(Subscriber), rows)
        session.execute(text("INSERT INTO subscriptions (subscriber_id, list_id, state, since) SELECT id, :to, 'confirmed', created_at FROM subscribers"), {"to": to.id})
        campaigns.save_draft(session, "c", to, "a.txt", "", [_composed(size)], now)
    began = time.perf_counter()
    freeze(database, "c", _settings(url))
    freezing = time.perf_counter() - began
    database.close()
    return {"freezing": freezing}


def _send(url: str, port: int, journal: str) -> dict[str, float]:
    """What is measured: one worker's part of the frozen campaign."""
    settings = _settings(url, port, journal)
    database = connect(url)
    links = Links(settings.keys(), settings.base_url)
    began, spent = time.time(), time.process_time()
    ended = run(database, "c", settings, links, Controls(lambda _: None, lambda _: None, wait=False))
    processor, end = time.process_time() - spent, time.time()
    database.close()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"began": began, "ended": end, "processor": processor, "mebibytes": memory, "accepted": ended.counts.accepted}


def _million(url: str, sink: int) -> None:
    """Does it stay as fast and as small at a million?"""
    print("\n| people, SQLite | frozen in, s | fob-mail/s | processor, µs a message | most memory, MiB |")
    print("|---|---|---|---|---|")
    for people in (10_000, 1_000_000):
        one = _round(url, sink, people, 8, 1)
        print(
            f"| {people:,} | {one.freezing:.1f} | {people / one.seconds:,.0f} | {one.processor / people * 1e6:.0f} | {one.mebibytes:.0f} |",
            flush=True,
        )


def _peers(sink: int, messages: int, size: int) -> None:
    """What programs do that do not think of it: the same message to everybody, no ledger, no journal."""
    print("\n| peer, no ledger | KB | messages/s |")
    print("|---|---|---|")
    content = f"Subject: An evening\r\n\r\n{'All of this has been said before. ' * (size * 30)}\r\n".encode()
    for name, peer, number in (
        ("smtplib, a connection a message", _smtplib_each, messages // 10),
        ("smtplib, one connection", _smtplib_kept, messages // 2),
        ("aiosmtplib, ten connections", _aiosmtplib, messages // 4),
        ("smtp-source -d -s 10", lambda port, count, _: _smtp_source(port, count, size), messages),
    ):
        began = time.perf_counter()
        peer(sink, number, content)
        print(f"| {name} | {size} | {number / (time.perf_counter() - began):,.0f} |", flush=True)


def _smtplib_each(port: int, messages: int, content: bytes) -> None:
    for number in range(messages):
        with smtplib.SMTP("127.0.0.1", port, local_hostname="bench") as client:
            client.sendmail("bench@example.org", f"p{number}@example.org", content)


def _smtplib_kept(port: int, messages: int, content: bytes) -> None:
    with smtplib.SMTP("127.0.0.1", port, local_hostname="bench") as client:
        for number in range(messages):
            client.sendmail("bench@example.org", f"p{number}@example.org", content)


def _aiosmtplib(port: int, messages: int, content: bytes) -> None:
    import aiosmtplib  # noqa: PLC0415 a peer of this table alone

    async def one_connection(first: int) -> None:
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, local_hostname="bench", start_tls=False) as client:
            for number in range(first, messages, CONNECTIONS):
                await client.sendmail("bench@example.org", [f"p{number}@example.org"], content)

    async def everything() -> None:
        await asyncio.gather(*(one_connection(first) for first in range(CONNECTIONS)))

    asyncio.run(everything())


def _composed(size: int) -> Composed:
    """A message of about that many KB, most of it HTML, with the slots of an invitation."""
    line = "<p>" + "All of this has been said before, and will be said again. " * 6 + "</p>\n"
    out = f'<a href="{mark("unsubscribe_url")}">Leave</a> {mark("address")}\n'
    return Composed(
        "en", "An evening", "", out + line * max(1, (size * 1000 - 2500) // len(line)) + out, f"Leave: {mark('unsubscribe_url')}\n"
    )


@contextmanager
def _sink() -> Iterator[int]:
    """Postfix's smtp-sink on a free port, which takes everything and keeps nothing."""
    program = shutil.which("smtp-sink", path=f"{os.environ['PATH']}:/usr/sbin") or "smtp-sink"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    process = subprocess.Popen([program, *user, f"127.0.0.1:{port}", "500"])
    try:
        time.sleep(0.5)
        yield port
    finally:
        process.terminate()
        process.wait()


def _end(loop: asyncio.AbstractEventLoop) -> None:
    """Call off what is under way, and stop when that is done."""
    for task in asyncio.all_tasks(loop):
        task.cancel()
    loop.call_later(0.1, loop.stop)


@contextmanager
def _late_replies(sink: int) -> Iterator[int]:
    """A way to the sink on which all that it says comes late, as over a long line."""
    loop = asyncio.new_event_loop()

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, late: float) -> None:
        while chunk := await reader.read(65_536):
            loop.call_later(late, writer.write, chunk)
        loop.call_later(late, writer.close)

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_connection("127.0.0.1", sink)
        await asyncio.gather(pass_on(reader, there[1], 0.0), pass_on(there[0], writer, DELAY), return_exceptions=True)

    server = loop.run_until_complete(asyncio.start_server(connected, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        loop.call_soon_threadsafe(_end, loop)
        thread.join()
