"""One campaign that is to be broken: its folder, its database, its relay and the real command; and the verdict on what became of it."""

import json
import os
import resource
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from bench.networks import Networks
from fob_mail import balance, campaigns, migrations
from fob_mail.database import Database, clock, connect
from fob_mail.sending.run import counts_of, freeze
from fob_mail.settings import load
from tests.builders import composed_parts, make_list, make_subscriber
from tests.postgres import Cluster
from tests.ready_command import Forked, ReadyCommand
from tests.recording_relay import RecordingRelay

CONNECTIONS = 3
BATCH = 25
ENOUGH = 40  # runs of the same command until nothing is owed


class BrokenError(Exception):
    """What must never be has come to pass."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a fault led to; `allowed` is how many may be unknown."""

    fault: str
    database: str
    audience: int
    accepted: int
    refused: int
    skipped: int
    unknown: int
    allowed: int
    duplicates: int
    lost: int

    @property
    def kept(self) -> bool:
        """Whether the promise was kept."""
        adds_up = self.audience == self.accepted + self.refused + self.skipped + self.unknown
        return adds_up and not self.duplicates and not self.lost and self.unknown <= self.allowed

    def __str__(self) -> str:
        numbers = (self.audience, self.accepted, self.refused, self.skipped, self.unknown, self.allowed, self.duplicates, self.lost)
        cells = "".join(f"{number:>9,}" for number in numbers)
        return f"{self.fault:<46}{self.database:<11}{cells}  {'kept' if self.kept else 'BROKEN'}"


HEAD = f"{'fault':<46}{'database':<11}" + "".join(
    f"{word:>9}" for word in ("audience", "accepted", "refused", "skipped", "unknown", "at most", "twice", "lost")
)


@dataclass
class Case:
    """A frozen campaign `c` in a folder of its own, a relay, and the real command."""

    folder: Path
    url: str
    people: int
    relay: RecordingRelay
    chance: Random
    times: int  # how often a fault that comes again does
    server: Cluster  # PostgreSQL, where that has the database
    networks: Networks | None = None
    ready: ReadyCommand | None = None  # from which the command is forked, if it need not be started as one does
    settings: dict[str, object] = field(default_factory=dict)

    @property
    def nets(self) -> Networks:
        """The two hosts."""
        if self.networks is None:
            raise BrokenError("there is one host alone")
        return self.networks

    @property
    def tls(self) -> ssl.SSLContext:
        """What the relay shows itself by."""
        if self.relay.tls is None:
            raise BrokenError("the relay speaks no TLS")
        return self.relay.tls

    def owed(self) -> int:
        """How many are still to be settled."""
        with self.database() as database:
            return counts_of(database, 1).owed

    @property
    def addresses(self) -> list[str]:
        """Everyone on the list."""
        return [f"p{number}@example.org" for number in range(self.people)]

    @contextmanager
    def database(self) -> Iterator[Database]:
        """The campaign's database, to look into."""
        database = connect(self.url)
        try:
            yield database
        finally:
            database.close()

    def write_settings(self, **smtp: object) -> None:
        """The settings file, with what a fault wants to be otherwise in [smtp]."""
        relay = {"host": "127.0.0.1", "port": self.relay.port, "connections": CONNECTIONS, "timeout": 2, **smtp}
        lines = [f"{name} = {json.dumps(value)}" for name, value in relay.items()]
        keys = f'secret_key = "{"s" * 40}"\ndigest_key = "{"d" * 40}"\ndatabase_url = "{self.url}"\n'
        sending = {"batch_size": BATCH, "retry_after": [1], "lease": 300, **self.settings}
        more = "\n".join(f"{name} = {json.dumps(value)}" for name, value in sending.items())
        file = self.folder / "fob-mail.toml"
        file.write_text(keys + "[smtp]\n" + "\n".join(lines) + "\n[sending]\n" + more + "\n", encoding="utf-8")
        file.chmod(0o600)

    def begin(self) -> None:
        """The people, the list, and the campaign, frozen."""
        with self.database() as database:
            migrations.upgrade(database)
            with database.begin() as session:
                to = make_list(session, "supporters")
                for address in self.addresses:
                    make_subscriber(session, address, to)
                article = "The well\n\nA story of it.\n"
                campaigns.save_draft(session, "c", to, "article.txt", article, [composed_parts()], clock(session))
            self.write_settings()
            if self.people:
                freeze(database, "c", load(self.folder / "fob-mail.toml"))

    def start(
        self, *words: str, limit: int = 0, journal: str = "journal", before: Sequence[str] = (), env: Mapping[str, str] | None = None
    ) -> "subprocess.Popen[bytes] | Forked":
        """The real command as a process; `limit` is how large a file of it may become, in octets, `before` what starts it elsewhere."""

        def limited() -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

        clean = {name: value for name, value in os.environ.items() if not name.startswith("FOB_MAIL_")}
        there = {**clean, "FOB_MAIL_SENDING__JOURNAL_FOLDER": journal, **(env or {})}
        with (self.folder / "log").open("ab") as log:
            if self.ready and not limit and not before:
                return self.ready.start(words, self.folder, there, stdout=log, stderr=log)
            command = [*before, sys.executable, "-m", "fob_mail", *words]
            return subprocess.Popen(
                command,
                cwd=self.folder,
                env=there,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=limited if limit else None,  # noqa: PLW1509 no thread here holds a lock that it needs
            )

    def send(self) -> int:
        """The same command once, to its end; gives its exit code."""
        return self.start("send", "c", "--yes", "--json").wait(120)

    def until(self, taken: int, process: "subprocess.Popen[bytes] | Forked", seconds: float = 30) -> None:
        """Wait until the relay has taken so many messages, or the process has ended."""
        give_up = time.monotonic() + seconds
        while len(self.relay.messages) < taken and process.poll() is None and time.monotonic() < give_up:
            time.sleep(0.001)

    def finish(self, fault: str, allowed: int, skipped: frozenset[str] = frozenset()) -> Verdict:
        """Run the same command until nothing is owed; then count."""
        for _ in range(ENOUGH):
            if not self.send():
                break
        with self.database() as database, database.read() as session:
            told = balance.counts(session, 1)
            doubtful = {doubt.address for doubt in balance.doubts(session, 1)}
        got = self.relay.recipients
        lost = [a for a in self.addresses if a not in got and a not in doubtful and a not in skipped]
        missing = max(0, len(lost) - told.refused) + max(0, told.skipped - len(skipped))
        kind = "SQLite" if self.url.startswith("sqlite") else "PostgreSQL"
        twice = sum(number - 1 for number in got.values())
        counted = (told.audience, told.accepted, told.refused, told.skipped, told.unknown)
        return Verdict(fault, kind, *counted, allowed, twice, missing)
