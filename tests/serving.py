"""The real `fob-mail serve` on a free port, for as long as a test needs it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Server:
    """A running server: where it listens, and after its end what it wrote to standard error."""

    address: str
    running: subprocess.Popen[str]
    errors: str = ""

    @property
    def port(self) -> int:
        """The port that it took."""
        return int(self.address.rpartition(":")[2])

    def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        """End it by a signal; gives its exit code."""
        self.running.send_signal(by)
        _, self.errors = self.running.communicate(timeout=20)
        return self.running.returncode


@contextmanager
def serving(settings_file: Path, *options: str) -> Iterator[Server]:
    """`fob-mail serve --port 0` over these settings."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("FOB_MAIL_")}
    command = [sys.executable, "-m", "fob_mail", "--config", str(settings_file), "serve", "--port", "0", *options]
    with subprocess.Popen(command, env=clean, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout
            line = running.stdout.readline()
            assert line.startswith("Listening on http://"), line or running.communicate()[1]
            yield Server(line.split()[-1], running)
        finally:
            if running.poll() is None:
                running.kill()
