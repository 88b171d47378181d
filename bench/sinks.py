"""Where the benches send to, and smtp-source, which sends there in turn: Postfix's own programs, a sink that takes BDAT, a long line."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

CONNECTIONS = 10
DELAY = 0.05
"""Seconds by which what comes over the long line is late."""


def smtp_source(sink: int, messages: int, size: int) -> float:
    """Seconds that smtp-source takes."""
    began = time.perf_counter()
    count = ["-d", "-s", str(CONNECTIONS), "-m", str(messages), "-l", str(size * 1000)]
    subprocess.run(
        [program("smtp-source"), *count, "-f", "bounces@example.org", "-t", "people@example.org", f"127.0.0.1:{sink}"], check=True
    )
    return time.perf_counter() - began


def program(name: str) -> str:
    """One of Postfix's, which stand where not everybody's path leads."""
    return shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin") or name


@contextmanager
def smtp_sink() -> Iterator[int]:
    """Postfix's smtp-sink on a free port, which takes everything and keeps nothing."""
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    port = _free_port()
    with _running([program("smtp-sink"), *user, f"127.0.0.1:{port}", "500"]):
        yield port


@contextmanager
def chunking_sink() -> Iterator[int]:
    """A sink of our own that takes BDAT."""
    port = _free_port()
    with _running([sys.executable, "-m", "bench.sink", str(port)]):
        yield port


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def _running(words: list[str]) -> Iterator[None]:
    with subprocess.Popen(words) as process:
        try:
            time.sleep(0.5)
            yield
        finally:
            process.terminate()


def _end(loop: asyncio.AbstractEventLoop) -> None:
    """Call off what is under way, and stop when that is done."""
    for task in asyncio.all_tasks(loop):
        task.cancel()
    loop.call_later(0.1, loop.stop)


@contextmanager
def late_replies(sink: int) -> Iterator[int]:
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
