"""Postfix's own smtp-sink as a relay: what it took, it tells from the files that it wrote."""

import os
import shutil
import socket
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Sink:
    """A running sink."""

    port: int
    folder: Path

    def recipients(self) -> Counter[str]:
        """How many messages each address got."""
        files = (file.read_bytes() for file in self.folder.iterdir())
        return Counter(content.partition(b"X-Rcpt-Args: <")[2].partition(b">")[0].decode() for content in files)


@contextmanager
def smtp_sink(folder: Path) -> Iterator[Sink]:
    """An smtp-sink on a free port that keeps each message in a file of this new folder. As root it runs as nobody, as it wants to."""
    program = shutil.which("smtp-sink", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program, "smtp-sink is not installed: make test installs it (package postfix), or says how"
    folder.mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    words = [program, "-d", "mail.", f"127.0.0.1:{port}", "100"]
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody")
        words[1:1] = ["-u", "nobody"]
    with subprocess.Popen(words, cwd=folder) as running:
        try:
            _await(port)
            yield Sink(port, folder)
        finally:
            running.terminate()


def _await(port: int) -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise TimeoutError("smtp-sink does not listen")
