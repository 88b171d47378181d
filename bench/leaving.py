"""How many one-clicks a second does fob-mail serve take? The real server on SQLite, real sockets, every answer after its commit.

Three rows: alone; while a campaign is sent at full speed from the same file; and with the server killed in the middle, after which
everybody who was answered has left, and everybody else leaves by the same request again.
"""

import os
import platform
import signal
import socket
import sqlite3
import statistics
import subprocess
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import click

from bench.sending import _begun, _told
from bench.sinks import smtp_sink
from fob_mail.database import connect
from fob_mail.links import Links, Subscribed
from tests.serving import serving

KEY = "b" * 40
LINKS = Links([KEY.encode()], "")
REQUEST = (
    b"POST %b HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 26\r\n\r\n"
    b"List-Unsubscribe=One-Click"
)


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of many one-clicks: how many a second, and how long one waited, in milliseconds."""

    answered: tuple[int, ...]  # who got a 200
    seconds: float
    waits: tuple[float, ...]

    @property
    def rate(self) -> float:
        """A second."""
        return len(self.answered) / self.seconds

    def percentile(self, per: int) -> float:
        """Of the waits."""
        return statistics.quantiles(self.waits, n=100)[per - 1] if len(self.waits) > 1 else 0.0


@click.command("leaving")
@click.option("--people", default=10_000, show_default=True, help="How many leave in each row.")
@click.option("--connections", default=32, show_default=True, help="How many of them at the same time, each on a connection that is kept.")
@click.option("--campaign", default=100_000, show_default=True, help="To how many a campaign goes meanwhile, in the second row.")
def command(people: int, connections: int, campaign: int) -> None:
    """Send one-click POSTs to fob-mail serve on SQLite, alone, beside a campaign, and with the server killed in the middle.

    \b
    Example:
      python -m bench leaving --people 2000
    """  # noqa: D301 click's \b keeps the lines of an example
    machine = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {os.cpu_count()} cores"
    print(f"{machine}, {people:,} one-clicks over {connections} connections\n")
    print("| one-clicks | a second | median, ms | p99, ms | lost |")
    print("|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="fob-mail-bench-") as folder:
        url = f"sqlite:///{folder}/bench.db"
        _told(_begun({"do": "prepare", "url": url, "messages": max(campaign, 3 * people), "size": 8}))
        settings = _settings_file(Path(folder), url)
        _alone(settings, url, people, connections)
        with smtp_sink() as sink:
            sending = _begun({"do": "send", "url": url, "port": sink, "journal": folder, "connections": 10})
            time.sleep(1)
            _beside(settings, url, sending, people, connections)
        _killed(settings, url, people, connections)


def _alone(settings: Path, url: str, people: int, connections: int) -> None:
    with serving(settings, forked=False) as server:
        _print("alone", _leave(server.port, range(1, people + 1), connections), url)


def _beside(settings: Path, url: str, sending: "subprocess.Popen[bytes]", people: int, connections: int) -> None:
    """How fast the campaign went in that time is told too."""
    with serving(settings, forked=False) as server:
        taken = _leave(server.port, range(people + 1, 2 * people + 1), connections)
        running = sending.poll() is None
    told = _told(sending)
    going = f"{told['accepted'] / (told['ended'] - told['began']):,.0f} mails a second"
    _print(f"beside a campaign ({going}{'' if running else ', over before they were'})", taken, url)


def _killed(settings: Path, url: str, people: int, connections: int) -> None:
    everybody = range(2 * people + 1, 3 * people + 1)
    with serving(settings, forked=False) as server:
        threading.Timer(people / 4_000, lambda: server.running.send_signal(signal.SIGKILL)).start()
        first = _leave(server.port, everybody, connections)
    _print("until the server is killed", first, url)
    with serving(settings, forked=False) as server:
        again = _leave(server.port, everybody, connections)
    _print("all of them again", again, url)


def _print(what: str, taken: Taken, url: str) -> None:
    left = _left(url)
    lost = [person for person in taken.answered if person not in left]
    waits = f"{statistics.median(taken.waits):.1f} | {taken.percentile(99):.1f}" if taken.waits else "– | –"
    print(f"| {len(taken.answered):,} {what} | {taken.rate:,.0f} | {waits} | {len(lost)} |", flush=True)


def _left(url: str) -> set[int]:
    database = connect(url)
    with database.read() as session:
        rows = session.connection().exec_driver_sql("SELECT subscriber_id FROM subscriptions WHERE state = 'left'")
        found = {int(row[0]) for row in rows}
    database.close()
    return found


def _leave(port: int, who: range, connections: int) -> Taken:
    """All of them leave, over so many connections at the same time; who gets no answer is not among the answered."""
    with ThreadPoolExecutor(connections) as crowd:
        began = time.perf_counter()
        parts = list(crowd.map(lambda first: _leave_in_turn(port, who[first::connections]), range(connections)))
        seconds = time.perf_counter() - began
    return Taken(tuple(p for part in parts for p, _ in part), seconds, tuple(wait for part in parts for _, wait in part))


def _leave_in_turn(port: int, who: range) -> list[tuple[int, float]]:
    done: list[tuple[int, float]] = []
    requests = [(one, REQUEST % f"/u/{LINKS.unsubscribe_token(Subscribed(one, 1, 1))}".encode()) for one in who]
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            for one, request in requests:
                began = time.perf_counter()
                connection.sendall(request)
                if not _answered(connection):
                    break
                done.append((one, 1000 * (time.perf_counter() - began)))
    except OSError:
        pass  # the server was killed
    return done


def _answered(connection: socket.socket) -> bool:
    """Whether a whole answer came, and it was 200."""
    heard = b""
    while b"\r\n\r\n" not in heard or len(heard.partition(b"\r\n\r\n")[2]) < _length(heard):
        chunk = connection.recv(65_536)
        if not chunk:
            return False
        heard += chunk
    return heard.startswith(b"HTTP/1.1 200 ")


def _length(heard: bytes) -> int:
    return int(heard.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])


def _settings_file(folder: Path, url: str) -> Path:
    file = folder / "fob-mail.toml"
    file.write_text(
        f'database_url = "{url}"\nsecret_key = "{KEY}"\ndigest_key = "{KEY}"\n[web]\nmetrics = ""\n[logs]\nfile = "serve.log"\n',
        encoding="utf-8",
    )
    file.chmod(0o600)
    return file
