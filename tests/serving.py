"""The real `fob-mail serve` on a free port, for as long as a test needs it."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.ready_command import Forked, outside, start


@dataclass
class Server:
    """A running server: where it listens, and after its end what it wrote to standard error."""

    address: str
    running: "Forked | subprocess.Popen[str]"
    errors: str = ""

    @property
    def port(self) -> int:
        """The port that it took."""
        return int(self.address.rpartition(":")[2])

    def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        """End it by a signal; gives its exit code."""
        self.running.send_signal(by)
        _, self.errors = self.running.communicate(timeout=20)
        return self.running.wait()


@contextmanager
def serving(settings_file: Path, *options: str, forked: bool = True) -> Iterator[Server]:
    """`fob-mail serve --port 0` over these settings; forked from one with its imports made, unless that would change what is measured."""
    words: tuple[str | Path, ...] = ("--config", settings_file, "serve", "--port", "0", *options)
    command = [sys.executable, "-m", "fob_mail", *words]
    with (
        start(*words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if forked
        else subprocess.Popen(command, env=outside(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    ) as running:
        try:
            assert running.stdout
            line = running.stdout.readline()
            assert line.startswith("Listening on http://"), line or running.communicate()[1]
            yield Server(line.split()[-1], running)
        finally:
            running.kill()
