"""What becomes of a campaign when things go wrong? The real command, broken in every way we know of, and an SMTP server that records.

After each fault the same command is run until nothing is owed, and counted: audience = accepted + refused + skipped + unknown,
duplicates 0, lost 0, and no more unknown than the fault allows.
"""

import json
import logging
import os
import platform
import resource
import signal
import sqlite3
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import click

from fob_mail import campaigns, migrations
from fob_mail.audience import leaving
from fob_mail.database import Database, clock, connect
from fob_mail.sending.run import freeze
from fob_mail.settings import load
from tests import postgres
from tests.builders import composed_parts, make_list, make_subscriber
from tests.certificates import make_certificate
from tests.postgres import Cluster
from tests.recording_relay import Faults, RecordingRelay

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
    cluster: Cluster | None = None
    settings: dict[str, object] = field(default_factory=dict)

    @property
    def server(self) -> Cluster:
        """PostgreSQL itself."""
        if self.cluster is None:
            raise BrokenError("SQLite has no server")
        return self.cluster

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

    def start(self, *words: str, limit: int = 0, journal: str = "journal") -> subprocess.Popen[bytes]:
        """The real command as a process; `limit` is how large a file of it may become, in octets."""

        def limited() -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

        clean = {name: value for name, value in os.environ.items() if not name.startswith("FOB_MAIL_")}
        there = {**clean, "FOB_MAIL_SENDING__JOURNAL_FOLDER": journal}
        with (self.folder / "log").open("ab") as log:
            command = [sys.executable, "-m", "fob_mail", *words]
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

    def until(self, taken: int, process: subprocess.Popen[bytes], seconds: float = 30) -> None:
        """Wait until the relay has taken so many messages, or the process has ended."""
        give_up = time.monotonic() + seconds
        while len(self.relay.messages) < taken and process.poll() is None and time.monotonic() < give_up:
            time.sleep(0.001)

    def finish(self, fault: str, allowed: int, skipped: frozenset[str] = frozenset()) -> Verdict:
        """Run the same command until nothing is owed; then count."""
        for _ in range(ENOUGH):
            if not self.send():
                break
        told = self._status()
        got = self.relay.recipients
        doubtful = set(self._unknown())
        lost = [a for a in self.addresses if a not in got and a not in doubtful and a not in skipped]
        refused, passed_over = told["refused"], told["skipped"]
        missing = max(0, len(lost) - refused) + max(0, passed_over - len(skipped))
        kind = "SQLite" if self.url.startswith("sqlite") else "PostgreSQL"
        twice = sum(number - 1 for number in got.values())
        counted = (told["audience"], told["accepted"], refused, passed_over, told["unknown"])
        return Verdict(fault, kind, *counted, allowed, twice, missing)

    def _status(self) -> dict[str, int]:
        told: dict[str, int] = json.loads(self._ask("status", "c", "--json"))
        return told

    def _unknown(self) -> list[str]:
        return [row["address"] for row in json.loads(self._ask("unknown", "ls", "c", "--json"))["unknown"]]

    def _ask(self, *words: str) -> bytes:
        return subprocess.run([sys.executable, "-m", "fob_mail", *words], cwd=self.folder, check=True, capture_output=True).stdout


def killed(case: Case) -> int:
    """SIGKILL at random moments."""
    for moment in sorted(case.chance.sample(range(5, case.people - 10), case.times)):
        process = case.start("send", "c", "--yes", "--json")
        case.until(moment, process)
        time.sleep(case.chance.uniform(0, 0.02))
        process.kill()
        process.wait()
    return CONNECTIONS * case.times


def asked_to_end(case: Case) -> int:
    """SIGTERM at random moments."""
    for moment in sorted(case.chance.sample(range(5, case.people - 10), case.times)):
        process = case.start("send", "c", "--yes", "--json")
        case.until(moment, process)
        process.terminate()
        process.wait(30)
    return 0


def without_disturbance(case: Case) -> int:
    """The relay alone is at fault: one message may be unknown for each time that it hung up or never answered."""
    case.send()
    faults = case.relay.faults
    return len(faults.hang) + len(faults.after_reply) + sum(reply is None for reply in faults.dot.values())


def certificate_wrong(case: Case) -> int:
    """A certificate that nobody vouches for: nothing goes; then it is trusted."""
    case.write_settings(security="tls")
    case.send()
    if case.relay.messages:
        raise BrokenError("a message went to a relay that is not trusted")
    case.write_settings(security="tls", ca_file=str(case.folder / "relay.pem"))
    return 0


def password_changed(case: Case) -> int:
    """AUTH fails in the middle, as connections are made anew."""
    case.write_settings(username="u", password="p", messages_per_connection=5)  # noqa: S106 the relay's own
    process = case.start("send", "c", "--yes", "--json")
    case.until(case.people // 3, process)
    case.relay.login = ("u", "another")
    process.wait(60)
    case.relay.login = ("u", "p")
    return 0


def disk_full(case: Case) -> int:
    """No file may become larger than it is: the database cannot be written."""
    process = case.start("send", "c", "--yes", "--json", limit=(case.folder / "c.db").stat().st_size)
    process.wait(120)
    return CONNECTIONS


def database_locked(case: Case) -> int:
    """Another program holds SQLite's write lock."""
    process = case.start("send", "c", "--yes", "--json")
    case.until(case.people // 4, process)
    with sqlite3.connect(case.folder / "c.db", timeout=30, isolation_level=None) as holder:
        holder.execute("BEGIN IMMEDIATE")
        time.sleep(min(30, 3 * case.times))
        holder.execute("ROLLBACK")
    holder.close()
    process.wait(120)
    return 0


def server_restarted(case: Case) -> int:
    """PostgreSQL says goodbye and comes back, in the middle."""
    process = case.start("send", "c", "--yes", "--json")
    case.until(case.people // 4, process)
    case.server.stop("fast")
    time.sleep(1)
    case.server.start()
    process.wait(120)
    return 0


def server_killed(case: Case) -> int:
    """PostgreSQL gets a SIGKILL, in the middle."""
    process = case.start("send", "c", "--yes", "--json")
    case.until(case.people // 4, process)
    case.server.kill()
    time.sleep(1)
    case.server.start()
    process.wait(120)
    return 0


def two_at_once(case: Case) -> int:
    """Two runs of the same command at the same time."""
    return _together(case, 2)


def four_at_once(case: Case) -> int:
    """Four."""
    return _together(case, 4)


def _together(case: Case, number: int) -> int:
    for process in [case.start("send", "c", "--yes", "--json") for _ in range(number)]:
        process.wait(120)
    return 0


def cut_off(case: Case) -> int:
    """One of two workers, each with a journal of its own, stands still for longer than its lease, and comes back."""
    case.settings["lease"] = 2
    case.write_settings()
    one = case.start("worker", journal="journal-one")
    case.until(case.people // 5, one)
    two = case.start("worker", journal="journal-two")
    time.sleep(0.5)
    one.send_signal(signal.SIGSTOP)
    time.sleep(4)
    one.send_signal(signal.SIGCONT)
    time.sleep(2)
    for process in (one, two):
        process.terminate()
    for process in (one, two):
        process.wait(60)
    return 2 * BATCH + CONNECTIONS  # what the one that stood still had leased: nobody else can know what it had sent


def someone_leaves(case: Case) -> int:
    """In the middle: who is in a batch that is leased later is passed over, and no other."""
    process = case.start("send", "c", "--yes", "--json")
    case.until(5, process)
    with case.database() as database, database.begin() as session:
        leaving.leave(session, case.people, 1, "one-click", "", clock(session))
    process.wait(120)
    return 0


def nobody(case: Case) -> int:
    """An empty list: a clear refusal, and no campaign."""
    if case.send() != 1:
        raise BrokenError("a campaign to nobody was begun")
    return 0


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault: its name, what disturbs, how the relay is, and on which databases it can happen."""

    name: str
    disturb: Callable[[Case], int]
    relay: Callable[[list[str]], Faults] = lambda _: Faults()
    databases: tuple[str, ...] = ("sqlite", "postgresql")
    people: int | None = None
    tls: bool = False
    login: bool = False
    leaver: bool = False


SLOW = Faults(delay=0.01)
FAULTS = (
    Fault("SIGKILL at random moments", killed, lambda _: SLOW),
    Fault("SIGTERM at random moments", asked_to_end, lambda _: SLOW),
    Fault("the relay hangs up before the dot", without_disturbance, lambda a: Faults(before_dot=frozenset(a[::9]))),
    Fault("the relay hangs up after the dot", without_disturbance, lambda a: Faults(dot=dict.fromkeys(a[::40]))),
    Fault("the relay hangs up after the reply", without_disturbance, lambda a: Faults(after_reply=frozenset(a[::9]), delay=0.002)),
    Fault("the relay hangs up at connecting", without_disturbance, lambda _: Faults(connections=3)),
    Fault("replies come a byte at a time", without_disturbance, lambda _: Faults(a_byte_at_a_time=True)),
    Fault("the relay never answers some dots", without_disturbance, lambda a: Faults(hang=frozenset(a[7::60]))),
    Fault("a certificate that is not trusted", certificate_wrong, tls=True, databases=("sqlite",)),
    Fault("AUTH fails in the middle", password_changed, lambda _: SLOW, login=True, databases=("sqlite",)),
    Fault("the disk is full", disk_full, databases=("sqlite",)),
    Fault("the database is locked by another program", database_locked, lambda _: SLOW, databases=("sqlite",)),
    Fault("PostgreSQL is restarted", server_restarted, lambda _: SLOW, databases=("postgresql",)),
    Fault("PostgreSQL is killed", server_killed, lambda _: SLOW, databases=("postgresql",)),
    Fault("two at once", two_at_once, lambda _: SLOW),
    Fault("four at once", four_at_once, lambda _: SLOW),
    Fault("a worker stands still beyond its lease", cut_off, lambda _: Faults(delay=0.02)),
    Fault("someone leaves in the middle", someone_leaves, lambda _: SLOW, leaver=True),
    Fault("nobody on the list", nobody, people=0),
    Fault("one person on the list", without_disturbance, people=1),
)


def try_fault(fault: Fault, kind: str, people: int, times: int, seed: int) -> Verdict:
    """Bring one fault about on a fresh database of its own; the promise is judged by whoever gets the verdict."""
    with tempfile.TemporaryDirectory(prefix="fob-mail-fault-") as folder, _database(kind, Path(folder)) as (url, cluster):
        number = people if fault.people is None else fault.people
        addresses = [f"p{n}@example.org" for n in range(number)]
        tls: ssl.SSLContext | None = make_certificate(Path(folder)).server_context() if fault.tls else None
        with RecordingRelay(fault.relay(addresses), tls=tls, login=("u", "p") if fault.login else None) as relay:
            case = Case(Path(folder), url, number, relay, Random(seed), times, cluster)  # noqa: S311 moments, not secrets
            case.begin()
            allowed = fault.disturb(case)
            if not number:
                return Verdict(fault.name, "SQLite" if kind == "sqlite" else "PostgreSQL", 0, 0, 0, 0, 0, 0, 0, len(relay.messages))
            return case.finish(fault.name, allowed, frozenset(addresses[-1:]) if fault.leaver else frozenset())


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[tuple[str, Cluster | None]]:
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'c.db'}", None
        return
    with postgres.running() as cluster:
        yield cluster.url, cluster


@click.command("faults")
@click.option("--people", default=400, show_default=True, help="How many the campaign goes to.")
@click.option("--times", default=10, show_default=True, help="How often a fault that comes again does: 100 SIGKILLs take their time.")
@click.option("--only", default="", help="Only faults with these words in their name.")
@click.option("--seed", type=int, help="Of the random moments; else another each time, and told.")
def command(people: int, times: int, only: str, seed: int | None) -> None:
    """Break sending in every way we know of, and count.

    \b
    Example:
      python -m bench faults --only SIGKILL --times 100 --people 3000
    """  # noqa: D301 click's \b keeps the lines of an example
    logging.disable(logging.WARNING)  # aiosmtpd has much to say
    seed = Random().randrange(1_000_000) if seed is None else seed  # noqa: S311
    print(f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {os.cpu_count()} cores; moments of seed {seed}")
    print(HEAD)
    verdicts = []
    for fault in FAULTS:
        for kind in fault.databases:
            if only.lower() in fault.name.lower():
                verdicts.append(try_fault(fault, kind, people, times, seed))
                print(verdicts[-1], flush=True)
    if not all(verdict.kept for verdict in verdicts):
        raise SystemExit(1)
