"""The command as a process of its own, without half a second of imports each time: forked from one that has made them all.

`ReadyCommand` starts this module as a program, and asks it by a socket for one command after another. The fork has its own folder,
environment, standard streams and arguments, and then does what `python -m fob_mail` does. That imports are late is held by
tests/unit/test_cli_start.py.
"""

import atexit
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
import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from functools import cache
from pathlib import Path
from typing import IO, NoReturn, Self, TextIO, TypeAlias

ROOT = Path(__file__).resolve().parent.parent
LONGEST = 120
"""Seconds that a command may take."""
Stream: TypeAlias = "int | IO[bytes] | IO[str]"

_REQUEST = 1_000_000


class Forked:
    """A command that runs, or has ended: as much of a subprocess.Popen in text mode as tests need."""

    def __init__(self, words: list[str], asked: socket.socket, stdout: TextIO | None = None, stderr: TextIO | None = None) -> None:
        self.args = words
        self.returncode: int | None = None
        self.stdout = stdout
        self.stderr = stderr
        self._asked = asked
        self.pid = int(asked.recv(100))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for stream in filter(None, (self.stdout, self.stderr)):
            stream.close()
        self.wait()

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

    def communicate(self, timeout: float = LONGEST) -> tuple[str, str]:
        """All that it still writes to its pipes, once it has ended. Raises subprocess.TimeoutExpired, and then it is killed."""
        with ThreadPoolExecutor(2) as readers:
            rest = [readers.submit(stream.read if stream else str) for stream in (self.stdout, self.stderr)]
            try:
                self.wait(timeout)
            except subprocess.TimeoutExpired:
                self.kill()
                raise
        return rest[0].result(), rest[1].result()

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
        self._server = subprocess.Popen([sys.executable, "-m", "tests.ready_command", self._path], cwd=ROOT, stdin=subprocess.PIPE)
        until = time.monotonic() + LONGEST
        while not Path(self._path).exists():
            assert self._server.poll() is None, "the command did not start"
            assert time.monotonic() < until, "the command was not ready in time"
            time.sleep(0.01)

    def close(self) -> None:
        """Start no more; what runs goes on."""
        self._server.kill()
        self._server.communicate()
        self._folder.cleanup()

    def run(self, words: list[str], folder: Path, environment: Mapping[str, str], stdin: str) -> subprocess.CompletedProcess[str]:
        """Run one command to its end. Raises subprocess.TimeoutExpired."""
        with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as told, tempfile.TemporaryFile() as wrong:
            given.write(stdin.encode())
            given.seek(0)
            started = self.start(words, folder, environment, stdin=given, stdout=told, stderr=wrong)
            try:
                code = started.wait()
            finally:
                started.kill()
                started.wait()
            told.seek(0)
            wrong.seek(0)
            return subprocess.CompletedProcess(words, code, _text(told.read()), _text(wrong.read()))

    def start(  # noqa: PLR0913 subprocess.Popen's
        self,
        words: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        *,
        stdin: Stream = subprocess.DEVNULL,
        stdout: Stream = subprocess.DEVNULL,
        stderr: Stream = subprocess.DEVNULL,
    ) -> Forked:
        """Start one command; its streams are files, or as subprocess.Popen takes them (of PIPE what it writes)."""
        asked = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        asked.connect(self._path)
        request = json.dumps({"words": [*words], "folder": str(folder), "environment": dict(environment)}).encode()
        with ExitStack() as ends:
            given, told, wrong = (_opened(stream, ends) for stream in (stdin, stdout, stderr))
            socket.send_fds(asked, [request], [given[0], told[0], wrong[0]])
        return Forked([*words], asked, told[1], wrong[1])


@cache
def shared() -> ReadyCommand:
    """One for all tests of this process; it ends with it."""
    return ReadyCommand()


def start(
    *words: str | Path,
    cwd: Path = ROOT,
    env: Mapping[str, str] | None = None,
    stdout: Stream = subprocess.DEVNULL,
    stderr: Stream = subprocess.DEVNULL,
) -> Forked:
    """`fob-mail` with these words, as a process, with no FOB_MAIL_ variable of the outside but these."""
    return shared().start([*map(str, words)], cwd, outside() | dict(env or {}), stdout=stdout, stderr=stderr)


def outside() -> dict[str, str]:
    """The environment, without what would set up fob-mail."""
    return {name: value for name, value in os.environ.items() if not name.startswith("FOB_MAIL_")}


def _opened(stream: Stream, ends: ExitStack) -> tuple[int, TextIO | None]:
    """What the command is to have as a stream, closed here with `ends`; of a pipe the end to read too."""
    if stream == subprocess.PIPE:
        mine, its = os.pipe()
        ends.callback(os.close, its)
        return its, open(mine, encoding="utf-8", errors="replace")  # noqa: PTH123 closed by whoever reads it
    if stream == subprocess.DEVNULL:
        its = os.open(os.devnull, os.O_RDWR)
        ends.callback(os.close, its)
        return its, None
    return stream if isinstance(stream, int) else stream.fileno(), None


def _text(raw: bytes) -> str:
    return raw.decode().replace("\r\n", "\n").replace("\r", "\n")  # as text=True has it


def _serve(path: str) -> None:
    """Answer until nobody asks any more; comes back only in a fork that is to be the command."""
    import fob_mail

    for module in pkgutil.walk_packages(fob_mail.__path__, "fob_mail."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    _compose_one()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # which a shell takes away from what it starts in the background
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listening:
        listening.bind(f"{path}.new")
        listening.listen()
        Path(f"{path}.new").rename(path)
        while listening in select.select([listening, sys.stdin], [], [])[0]:  # whoever asks holds the other end of stdin
            asked, _ = listening.accept()
            if os.fork() == 0:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                listening.close()
                _answer(asked)
                return
            asked.close()
    os._exit(0)


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


def _be_the_command() -> NoReturn:
    """What `python -m fob_mail` does; but the interpreter is not taken down, which would copy all the memory that a fork shares."""
    code: int | str | None = 0
    try:
        runpy.run_module("fob_mail", run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        code = ended.code
    except BaseException:  # noqa: BLE001 what the interpreter would do at its end is done here
        code = 1
        traceback.print_exc()
    threading._shutdown()  # type: ignore[attr-defined] # noqa: SLF001
    atexit._run_exitfuncs()  # noqa: SLF001
    if isinstance(code, str):
        sys.stderr.write(code + "\n")
        code = 1
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code or 0)


if __name__ == "__main__":
    _serve(sys.argv[1])
    _be_the_command()
