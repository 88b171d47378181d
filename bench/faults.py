"""What becomes of a campaign when things go wrong? The real command, broken in every way we know of, and an SMTP server that records.

After each fault the same command is run until nothing is owed, and counted: audience = accepted + refused + skipped + unknown,
duplicates 0, lost 0, and no more unknown than the fault allows.
"""

import logging
import os
import platform
import sqlite3
import ssl
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

import click

from bench import disturbing as by
from bench.case import HEAD, Case, Verdict
from bench.networks import ADDRESSES, Networks, can_be_made
from tests import postgres
from tests.certificates import make_certificate
from tests.postgres import Cluster
from tests.ready_command import ReadyCommand
from tests.recording_relay import Faults, RecordingRelay


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
    moments: int = 1  # so many times more often than others it comes again
    disk: str = ""  # a small one of its own: needs root
    hosts: bool = False  # two, with a network between: needs root

    @property
    def possible(self) -> bool:
        """Whether it can be brought about here."""
        return (not self.disk or os.geteuid() == 0) and (not self.hosts or can_be_made())


SLOW = Faults(delay=0.01)
FAULTS = (
    Fault("SIGKILL at random moments", by.killed, lambda _: SLOW, moments=10),
    Fault("SIGTERM at random moments", by.asked_to_end, lambda _: SLOW),
    Fault("the relay hangs up before the dot", by.without_disturbance, lambda a: Faults(before_dot=frozenset(a[::9]))),
    Fault("the relay hangs up after the dot", by.without_disturbance, lambda a: Faults(dot=dict.fromkeys(a[::40]))),
    Fault("the relay hangs up after the reply", by.without_disturbance, lambda a: Faults(after_reply=frozenset(a[::9]), delay=0.002)),
    Fault("the relay hangs up at connecting", by.without_disturbance, lambda _: Faults(connections=3)),
    Fault("replies come a byte at a time", by.without_disturbance, lambda _: Faults(a_byte_at_a_time=True)),
    Fault("the relay never answers some dots", by.without_disturbance, lambda a: Faults(hang=frozenset(a[7::60]))),
    Fault("a certificate that is not trusted", by.certificate_wrong, tls=True, databases=("sqlite",)),
    Fault("a certificate that expires in the middle", by.certificate_expired, lambda _: SLOW, tls=True, databases=("sqlite",)),
    Fault("the TLS handshake fails in the middle", by.handshake_fails, lambda _: SLOW, tls=True, databases=("sqlite",)),
    Fault("AUTH fails in the middle", by.password_changed, lambda _: SLOW, login=True, databases=("sqlite",)),
    Fault("the disk is full", by.disk_full, databases=("sqlite",)),
    Fault("the disk is full for a while", by.tmpfs_full, lambda _: SLOW, databases=("sqlite",), disk="4m"),
    Fault("the database is locked by another program", by.database_locked, lambda _: SLOW, databases=("sqlite",)),
    Fault("PostgreSQL is restarted", by.server_restarted, lambda _: SLOW, databases=("postgresql",)),
    Fault("PostgreSQL is killed", by.server_killed, lambda _: SLOW, databases=("postgresql",)),
    Fault("two at once", by.two_at_once, lambda _: SLOW),
    Fault("four at once", by.four_at_once, lambda _: SLOW),
    Fault("a worker stands still beyond its lease", by.cut_off, lambda _: Faults(delay=0.02)),
    Fault("a host is cut off beyond its lease", by.network_cut, lambda _: Faults(delay=0.02), databases=("postgresql",), hosts=True),
    Fault("the clock is set back an hour", by.clock_set_back, lambda _: SLOW, databases=("postgresql",)),
    Fault("someone leaves in the middle", by.someone_leaves, lambda _: SLOW, leaver=True),
    Fault("nobody on the list", by.nobody, people=0),
    Fault("one person on the list", by.without_disturbance, people=1),
)


def try_fault(  # noqa: PLR0913, PLR0917 what, where, how much
    fault: Fault, kind: str, people: int, times: int, seed: int, cluster: Cluster, ready: ReadyCommand | None = None
) -> Verdict:
    """Bring one fault about on a fresh database of its own; the promise is judged by whoever gets the verdict."""
    with ExitStack() as resources:
        folder = Path(resources.enter_context(_folder(fault.disk)))
        if fault.hosts:
            cluster = resources.enter_context(postgres.migrated(ADDRESSES))
        url = f"sqlite:///{folder / 'c.db'}" if kind == "sqlite" else cluster.create(folder.name, "migrated")
        networks = resources.enter_context(Networks()) if fault.hosts else None
        number = people if fault.people is None else fault.people
        addresses = [f"p{n}@example.org" for n in range(number)]
        tls: ssl.SSLContext | None = make_certificate(folder).server_context() if fault.tls else None
        login = ("u", "p") if fault.login else None
        relay = RecordingRelay(fault.relay(addresses), tls=tls, login=login, host="0.0.0.0" if fault.hosts else "127.0.0.1")  # noqa: S104 for the two hosts
        resources.enter_context(relay)
        case = Case(folder, url, number, relay, Random(seed), times, cluster, networks, ready)  # noqa: S311 moments, not secrets
        case.begin()
        allowed = fault.disturb(case)
        if not number:
            return Verdict(fault.name, "SQLite" if kind == "sqlite" else "PostgreSQL", 0, 0, 0, 0, 0, 0, 0, len(relay.messages))
        return case.finish(fault.name, allowed, frozenset(addresses[-1:]) if fault.leaver else frozenset())


@contextmanager
def _folder(disk: str) -> Iterator[str]:
    """A folder; with `disk`, on a file system of that size in memory, of its own."""
    with tempfile.TemporaryDirectory(prefix="fob-mail-fault-") as folder:
        if not disk:
            yield folder
            return
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={disk}", "none", folder], check=True)
        try:
            yield folder
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


@click.command("faults")
@click.option("--people", default=400, show_default=True, help="How many the campaign goes to.")
@click.option("--times", default=10, show_default=True, help="How often a fault that comes again does; SIGKILL ten times as often.")
@click.option("--only", default="", help="Only faults with these words in their name.")
@click.option("--seed", type=int, help="Of the random moments; else another each time, and told.")
def command(people: int, times: int, only: str, seed: int | None) -> None:
    """Break sending in every way we know of, and count.

    \b
    Example:
      python -m bench faults --only SIGKILL --times 100 --people 3000
    """  # noqa: D301 click's \b keeps the lines of an example
    logging.disable(logging.WARNING)  # aiosmtpd has much to say
    seed = Random().randrange(1_000_000) if seed is None else seed  # noqa: S311 no secret
    print(f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {os.cpu_count()} cores; moments of seed {seed}")
    print(HEAD)
    verdicts = []
    with postgres.migrated() as cluster:
        for fault, kind in ((one, kind) for one in FAULTS if only.lower() in one.name.lower() for kind in one.databases):
            if not fault.possible:
                print(f"{fault.name:<46}{kind:<11}not tried: it needs root, and the right to change the network", flush=True)
                continue
            moments = times * fault.moments
            verdicts.append(try_fault(fault, kind, max(people, 20 * moments), moments, seed, cluster))
            print(verdicts[-1], flush=True)
    if not all(verdict.kept for verdict in verdicts):
        raise SystemExit(1)
