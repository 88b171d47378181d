"""A PostgreSQL of the tests' own: a private cluster in a temporary folder, on a free port of 127.0.0.1."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def program(name: str) -> Path:
    """A program of the newest PostgreSQL on this machine."""
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    found = versions[-1] if versions else shutil.which(name)
    assert found, f"PostgreSQL's {name} is not installed: make test installs it, or says how"
    return Path(found)


@contextmanager
def cluster() -> Iterator[str]:
    """The URL of a running cluster's maintenance database; it is gone at the end. PostgreSQL refuses root, so nobody runs it."""
    with tempfile.TemporaryDirectory(prefix="fob-mail-pg-") as folder:
        data = Path(folder) / "data"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        _as_nobody(folder, [program("initdb"), "-D", data, "-U", "tests", "-A", "trust", "--no-sync", "-E", "UTF8", "--no-locale"])
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off -c max_connections=60"
        _as_nobody(folder, [program("pg_ctl"), "-D", data, "-w", "-l", Path(folder) / "log", "-o", options, "start"])
        try:
            yield f"postgresql://tests@127.0.0.1:{port}/postgres"
        finally:
            _as_nobody(folder, [program("pg_ctl"), "-D", data, "-m", "immediate", "-w", "stop"])


def _as_nobody(folder: str, command: list[str | Path]) -> None:
    user: str | None = None
    if os.geteuid() == 0:
        user = "postgres" if "postgres" in {entry.pw_name for entry in pwd.getpwall()} else "nobody"
        shutil.chown(folder, user)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder, user=user)
