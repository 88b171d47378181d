"""The tutorial is true: its files are written, its commands run in order, and what they say is compared."""

import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.ready_command import outside, shared

PAGE = Path(__file__).parents[2] / "docs" / "tutorial.md"
STEP = re.compile(r"<!-- (run|file|start)(?:: ([^>]+?))? -->\n```(?:console)?\n(.*?)```", re.DOTALL)
PORTS = ("2525", "8000")


def fits(wanted: str, said: str) -> bool:
    """Whether what was said is what is shown: `…` stands for anything, on a line of its own for any lines."""
    pattern = "".join(".*" if part == "…" else re.escape(part) for part in re.split("(…)", wanted.strip()))
    return re.fullmatch(pattern, said.strip(), re.DOTALL) is not None


def commands(block: str) -> Iterator[tuple[str, str]]:
    """The commands of a block, each with what it says."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, said = part.partition("\n")
        yield command, said


@contextmanager
def running(words: list[str], ready: str, folder: Path, environment: dict[str, str]) -> Iterator[None]:
    """A command that goes on, from when it says that it is ready to the end."""
    with subprocess.Popen(words, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout
        lines: list[str] = []
        while not any(ready in line for line in lines):
            line = process.stdout.readline()
            assert line, "".join(lines)
            lines.append(line)
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=30)


@pytest.fixture
def ports() -> dict[str, str]:
    """Free ports in the place of those that the page names."""
    free = {}
    for named in PORTS:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            free[named] = str(probe.getsockname()[1])
    return free


def test_the_tutorial_runs_and_says_what_it_shows(tmp_path: Path, ports: dict[str, str]) -> None:
    environment = outside() | {"NO_COLOR": "1"}
    began, shown = time.monotonic(), 0

    with ExitStack() as still_running:
        for kind, told, block in STEP.findall(PAGE.read_text(encoding="utf-8")):
            if kind == "file":
                (tmp_path / told).write_text(block, encoding="utf-8")
                continue
            for command, wanted in commands(block):
                shown += 1
                words = [ports.get(word, word) for word in shlex.split(command)[1:]]
                if kind == "start":
                    port = next(port for named, port in ports.items() if named in told)
                    ready = told.replace(next(named for named in ports if named in told), port)
                    there = [sys.executable, "-m", "fob_mail", *words, "--port", port]
                    still_running.enter_context(running(there, ready, tmp_path, environment))
                    continue
                done = shared().run(words, tmp_path, environment, "")
                assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
                said = re.sub(r" +$", "", done.stderr + done.stdout if "send" in words else done.stdout, flags=re.MULTILINE)
                assert fits(wanted, said), f"$ {command}\n{said}\nshould be\n{wanted}"
        caught = list((tmp_path / "caught").glob("*.eml"))

    assert shown >= 10
    assert len(caught) == 3
    assert time.monotonic() - began < 600
