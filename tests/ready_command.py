"""The command as a process of its own, without half a second of imports each time: forked from one that has made them all.

`ReadyCommand` starts this module as a program, and asks it by a socket for one command after another. The fork has its own folder,
environment, standard streams and arguments, and then does what `python -m fob_mail` does. That imports are late is held by
tests/unit/test_cli_start.py.
"""

import gc
import importlib
import json
import os
import pkgutil
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Self

ROOT = Path(__file__).resolve().parent.parent
LONGEST = 120
"""Seconds that a command may take."""

_REQUEST = 1_000_000


class Forked:
    """A command that runs, or has ended: as much of a subprocess.Popen as those who break it need."""

    def __init__(self, words: list[str], asked: socket.socket) -> None:
        self.args = words
        self.returncode: int | None = None
        self._asked = asked
        self.pid = int(asked.recv(100))

    def poll(self) -> int | None:
        """Its exit code, if it has ended."""
        with suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float = LONGEST) -> int:
        """Its exit code, once it has ended; the signal's number below 0 if one ended it. Raises subprocess.TimeoutExpired."""
        if self.returncode is None:
            if not select.select([self._asked], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(self.args, timeout)
            self.returncode = int(self._asked.recv(100))
            self._asked.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL."""
        self.send_signal(signal.SIGKILL)


class ReadyCommand:
    """Runs `fob-mail` and gives what became of it, as subprocess.run does; or starts it, as Popen does."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="fob-mail-")  # a socket's path may have no more than 107 octets
        self._path = str(Path(self._folder.name) / "ready")

    def __enter__(self) -> Self:
        self._server = subprocess.Popen([sys.executable, "-m", "tests.ready_command", self._path], cwd=ROOT)
        until = time.monotonic() + LONGEST
        while not Path(self._path).exists():
            assert self._server.poll() is None, "the command did not start"
            assert time.monotonic() < until, "the command was not ready in time"
            time.sleep(0.01)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.kill()
        self._server.wait()
        self._folder.cleanup()

    def run(self, words: list[str], folder: Path, environment: Mapping[str, str], stdin: str) -> subprocess.CompletedProcess[str]:
        """Run one command to its end. Raises subprocess.TimeoutExpired."""
        with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as told, tempfile.TemporaryFile() as wrong:
            given.write(stdin.encode())
            given.seek(0)
            started = self.start(words, folder, environment, (given.fileno(), told.fileno(), wrong.fileno()))
            try:
                code = started.wait()
            finally:
                started.kill()
            told.seek(0)
            wrong.seek(0)
            return subprocess.CompletedProcess(words, code, _text(told.read()), _text(wrong.read()))

    def start(self, words: list[str], folder: Path, environment: Mapping[str, str], streams: tuple[int, int, int]) -> Forked:
        """Start one command, with these as its standard input, output and error."""
        asked = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        asked.connect(self._path)
        request = json.dumps({"words": words, "folder": str(folder), "environment": dict(environment)}).encode()
        socket.send_fds(asked, [request], list(streams))
        return Forked(words, asked)


def _text(raw: bytes) -> str:
    return raw.decode().replace("\r\n", "\n").replace("\r", "\n")  # as text=True has it


def _serve(path: str) -> None:
    """Answer until killed; comes back only in a fork that is to be the command."""
    import fob_mail

    for module in pkgutil.walk_packages(fob_mail.__path__, "fob_mail."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    _compose_one()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listening:
        listening.bind(f"{path}.new")
        listening.listen()
        Path(f"{path}.new").rename(path)
        while True:
            asked, _ = listening.accept()
            if os.fork() == 0:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                listening.close()
                _answer(asked)
                return
            asked.close()


def _compose_one() -> None:
    """What composing imports late is imported, and what it keeps is kept."""
    from fob_mail.articles.encoding import mojibake
    from fob_mail.composing.writing import compose
    from tests.builders import a_masthead, an_article

    mojibake("Añez")
    compose(an_article(), a_masthead(), "en")


def _answer(asked: socket.socket) -> None:
    """Fork the command, and tell how it ended; comes back only in that fork."""
    request, streams, _, _ = socket.recv_fds(asked, _REQUEST, 3)
    pid = os.fork()
    if pid:
        with suppress(OSError):
            asked.send(str(pid).encode())
            _, status = os.waitpid(pid, 0)
            asked.send(str(os.waitstatus_to_exitcode(status)).encode())
        os._exit(0)
    asked.close()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    told = json.loads(request)
    os.chdir(told["folder"])
    os.environ.clear()
    os.environ.update(told["environment"])
    time.tzset()
    sys.path[0] = told["folder"]
    sys.argv[1:] = told["words"]


if __name__ == "__main__":
    _serve(sys.argv[1])
    runpy.run_module("fob_mail", run_name="__main__", alter_sys=True)
