"""How fast does a campaign go out? fob-mail, whole, beside smtp-source (C, fixed text, no ledger), in turn, against the same smtp-sink.

fob-mail leases, personalises, journals and settles each message; its time is that of sending.run, without the start of Python.
smtp-source runs as its authors advise for speed: `-d -s 10`, ten connections that are kept.
"""

import json
import os
import platform
import resource
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click
from pydantic import SecretStr
from sqlalchemy import insert, text

from fob_mail import campaigns, migrations
from fob_mail.addresses import digest
from fob_mail.composing.composed import Composed
from fob_mail.database import clock, connect
from fob_mail.links import Links
from fob_mail.models import MailingList, Subscriber
from fob_mail.personalising import mark
from fob_mail.sending.run import Controls, freeze, run
from fob_mail.settings import Sending, Settings, Smtp
from tests import postgres

CONNECTIONS = 10
KEY = "b" * 40


@click.command("sending")
@click.option("--messages", default=20_000, show_default=True, help="How many each of the two sends in a round.")
@click.option("--rounds", default=5, show_default=True, help="How many rounds; medians are told.")
@click.option("--size", "sizes", multiple=True, default=(8, 40), show_default=True, help="KB of a message; may be given more than once.")
@click.option("--one", hidden=True, help="Send one round to this port, from the database of this URL: what the bench starts.")
@click.option("--port", hidden=True, type=int)
def command(messages: int, rounds: int, sizes: tuple[int, ...], one: str | None, port: int | None) -> None:
    """Send made-up campaigns to a sink on this machine, on SQLite and PostgreSQL, in turn with smtp-source.

    \b
    Example:
      python -m bench sending --messages 20000
    """  # noqa: D301 click's \b keeps the lines of an example
    if one is not None and port is not None:
        print(json.dumps(_send(one, port, messages, sizes[0])))
        return
    machine = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {os.cpu_count()} cores"
    print(f"{machine}, {messages:,} messages, {rounds} rounds")
    print("| database | KB | fob-mail/s | smtp-source/s | ratio | processor, µs a message | most memory, MiB |")
    print("|---|---|---|---|---|---|---|")
    with ExitStack() as stack:
        sink = stack.enter_context(_sink())
        server = stack.enter_context(postgres.cluster())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fob-mail-bench-")))
        for kind in ("SQLite", "PostgreSQL"):
            for size in sizes:
                url = f"sqlite:///{folder}/bench.db" if kind == "SQLite" else server
                print(_row(kind, url, sink, messages, rounds, size), flush=True)


def _row(kind: str, url: str, sink: int, messages: int, rounds: int, size: int) -> str:  # noqa: PLR0913, PLR0917 a row is all of these
    ours, theirs, ratios, processor, memory = [], [], [], [], 0.0
    for _ in range(rounds):
        told = subprocess.run(
            [sys.executable, "-m", "bench", "sending", "--one", url, "--port", str(sink), "--messages", str(messages), "--size", str(size)],
            check=True,
            stdout=subprocess.PIPE,
        )
        figures: dict[str, float] = json.loads(told.stdout)
        ours.append(messages / figures["seconds"])
        theirs.append(_smtp_source(sink, messages, size))
        ratios.append(ours[-1] / theirs[-1])
        processor.append(figures["processor"] / messages * 1e6)
        memory = max(memory, figures["mebibytes"])
    medians = [statistics.median(values) for values in (ours, theirs, ratios, processor)]
    return f"| {kind} | {size} | {medians[0]:,.0f} | {medians[1]:,.0f} | {medians[2]:.2f} | {medians[3]:.0f} | {memory:.0f} |"


def _smtp_source(sink: int, messages: int, size: int) -> float:
    program = shutil.which("smtp-source", path=f"{os.environ['PATH']}:/usr/sbin") or "smtp-source"
    began = time.perf_counter()
    count = ["-d", "-s", str(CONNECTIONS), "-m", str(messages), "-l", str(size * 1000)]
    subprocess.run([program, *count, "-f", "bounces@example.org", "-t", "people@example.org", f"127.0.0.1:{sink}"], check=True)
    return messages / (time.perf_counter() - began)


def _send(url: str, port: int, messages: int, size: int) -> dict[str, float]:
    """A fresh database, a list, a frozen campaign; then what is measured."""
    with tempfile.TemporaryDirectory(prefix="fob-mail-bench-") as folder:
        settings = Settings(
            database_url=SecretStr(url),
            secret_key=SecretStr(KEY),
            digest_key=SecretStr(KEY),
            smtp=Smtp(host="127.0.0.1", port=port, connections=CONNECTIONS),
            sending=Sending(journal_folder=Path(folder)),
        )
        database = connect(url)
        with database.engine.begin() as connection:
            if not database.is_sqlite:
                connection.execute(text("DROP SCHEMA public CASCADE; CREATE SCHEMA public"))
        if database.is_sqlite:
            database.close()
            for file in Path(url.removeprefix("sqlite:///")).parent.glob("bench.db*"):
                file.unlink()
            database = connect(url)
        migrations.upgrade(database)
        with database.begin() as session:
            now = clock(session)
            to = MailingList(slug="people", name="People", sender="Bench <bench@example.org>", created_at=now)
            session.add(to)
            session.flush()
            people = (f"p{number}@example.org" for number in range(messages))
            rows = [{"address": a, "digest": digest(a, KEY.encode()), "name": "Ana Flores", "created_at": now} for a in people]
            session.execute(insert(Subscriber), rows)
            session.execute(text("INSERT INTO subscriptions SELECT id, :to, 'confirmed', created_at FROM subscribers"), {"to": to.id})
            campaigns.save_draft(session, "c", to, "a.txt", "", [_composed(size)], now)
        freeze(database, "c", settings)
        links = Links(settings.keys(), settings.base_url)
        began, spent = time.perf_counter(), time.process_time()
        ended = run(database, "c", settings, links, Controls(lambda _: None, lambda _: None, wait=False))
        seconds, processor = time.perf_counter() - began, time.process_time() - spent
        if ended.counts.accepted != messages:
            raise SystemExit(f"only {ended.counts.accepted} of {messages} were accepted")
        database.close()
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return {"seconds": seconds, "processor": processor, "mebibytes": memory}


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
