"""A PostgreSQL of the tests' own: a private cluster in a temporary folder, on a free port of 127.0.0.1."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from fob_mail import migrations
from fob_mail.database import connect

PLENTY = 10 * 2**30


def program(name: str) -> Path:
    """A program of the newest PostgreSQL on this machine."""
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    found = versions[-1] if versions else shutil.which(name)
    assert found, f"PostgreSQL's {name} is not installed: make test installs it, or says how"
    return Path(found)


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running cluster: its maintenance database, and its death and rebirth at will."""

    url: str
    folder: str
    options: str

    def start(self) -> None:
        """Start it, or start it again; after a kill that may take some tries, until the last of the killed has let go of its memory."""
        log, tries = Path(self.folder) / "log", 10
        while True:
            try:
                return _as_nobody(self.folder, [program("pg_ctl"), "-D", self._data, "-w", "-l", log, "-o", self.options, "start"])
            except subprocess.CalledProcessError:
                tries -= 1
                if not tries:
                    raise
                time.sleep(0.5)

    def stop(self, mode: str = "immediate") -> None:
        """Stop it: `fast` says goodbye, `immediate` does not."""
        _as_nobody(self.folder, [program("pg_ctl"), "-D", self._data, "-m", mode, "-w", "stop"])

    def kill(self) -> None:
        """SIGKILL to the whole server."""
        head = int((self._data / "postmaster.pid").read_text().split()[0])
        others = subprocess.run(["ps", "-o", "pid=", "--ppid", str(head)], capture_output=True, text=True, check=False).stdout.split()
        for pid in (head, *map(int, others)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.5)
        (self._data / "postmaster.pid").unlink(missing_ok=True)  # where nobody reaps the dead, it would seem to run still

    def create(self, name: str, template: str = "template1") -> str:
        """A database of that name, like the template; gives its URL."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
        return self.url.removesuffix("postgres") + name

    @property
    def _data(self) -> Path:
        return Path(self.folder) / "data"


@contextmanager
def cluster() -> Iterator[str]:
    """The URL of a running cluster's maintenance database; it is gone at the end."""
    with running() as made:
        yield made.url


@contextmanager
def migrated(network: str = "") -> Iterator[Cluster]:
    """A running cluster with a database `migrated`, which has all our tables: a template for others.

    Nothing is vacuumed: of some hundred databases each would have its turn every minute.
    """
    with running(network, "-c autovacuum=off") as made:
        database = connect(made.create("migrated"))
        migrations.upgrade(database)
        database.close()
        yield made


@contextmanager
def running(network: str = "", more: str = "") -> Iterator[Cluster]:
    """A running cluster, for this machine and perhaps a network; it is gone at the end. PostgreSQL refuses root, so nobody runs it."""
    with tempfile.TemporaryDirectory(prefix="fob-mail-pg-", dir=_in_memory()) as folder:
        data = Path(folder) / "data"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        _as_nobody(folder, [program("initdb"), "-D", data, "-U", "tests", "-A", "trust", "--no-sync", "-E", "UTF8", "--no-locale"])
        if network:
            with (data / "pg_hba.conf").open("a", encoding="utf-8") as rules:
                rules.write(f"host all all {network} trust\n")
        listen = "'*'" if network else "127.0.0.1"
        options = f"-p {port} -c listen_addresses={listen} -c unix_socket_directories={folder} -c fsync=off -c max_connections=60 {more}"
        made = Cluster(f"postgresql://tests@127.0.0.1:{port}/postgres", folder, options)
        made.start()
        try:
            yield made
        finally:
            made.stop()


def _in_memory() -> Path | None:
    """Where there is memory to spare, files in it: some hundred databases of 9 MB are made, and thrown away."""
    memory = Path("/dev/shm")  # noqa: S108 a folder of its own within
    free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return memory if memory.is_dir() and min(free, shutil.disk_usage(memory).free) > PLENTY else None


def _as_nobody(folder: str, command: list[str | Path]) -> None:
    user: str | None = None
    if os.geteuid() == 0:
        user = "postgres" if "postgres" in {entry.pw_name for entry in pwd.getpwall()} else "nobody"
        shutil.chown(folder, user)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder, user=user)
