"""Two hosts on one machine: network namespaces with a wire each to this one, which can be pulled out and put back. As root, on Linux."""

import os
import subprocess
from contextlib import suppress
from types import TracebackType
from typing import Self

ADDRESSES = "10.203.0.0/16"
"""Where they are; PostgreSQL has to let these in."""


def can_be_made() -> bool:
    """Whether this process may make network namespaces: as root, with the right to change the network."""
    wire, host = f"fobprobe{os.getpid()}"[:15], f"fob-probe-{os.getpid()}"
    with suppress(FileNotFoundError):
        made = _tried("netns", "add", host) and _tried("link", "add", wire, "type", "veth", "peer", "name", "eth0", "netns", host)
        made = made and _tried("-n", host, "link")  # in a bare chroot a namespace can be made, and not be entered
        _tried("netns", "del", host)
        return made
    return False


class Networks:
    """The hosts 0 and 1, from `with` to the end of it; each reaches this one by an address of its own."""

    def __init__(self) -> None:
        self._names = [f"fob-{os.getpid()}-{number}" for number in range(2)]

    def __enter__(self) -> Self:
        for number, name in enumerate(self._names):
            _ip("netns", "add", name)
            _ip("link", "add", self._wire(number), "type", "veth", "peer", "name", "eth0", "netns", name)
            _ip("addr", "add", f"{self.address(number)}/30", "dev", self._wire(number))
            _ip("link", "set", self._wire(number), "up")
            _ip("-n", name, "addr", "add", f"{_far_end(number)}/30", "dev", "eth0")
            _ip("-n", name, "link", "set", "eth0", "up")
            _ip("-n", name, "link", "set", "lo", "up")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for name in self._names:
            _tried("netns", "del", name)  # its wire goes with it

    def address(self, number: int) -> str:
        """Where that host finds this machine."""
        return f"10.203.{os.getpid() % 250}.{4 * number + 1}"

    def on(self, number: int) -> list[str]:
        """What stands before a command that is to run on that host."""
        return ["ip", "netns", "exec", self._names[number]]

    def pull_out(self, number: int) -> None:
        """Cut it off: nothing arrives any more, in neither direction, and nobody is told."""
        _ip("link", "set", self._wire(number), "down")

    def put_back(self, number: int) -> None:
        """Bring it back."""
        _ip("link", "set", self._wire(number), "up")

    @staticmethod
    def _wire(number: int) -> str:
        return f"fob{os.getpid()}w{number}"


def _far_end(number: int) -> str:
    return f"10.203.{os.getpid() % 250}.{4 * number + 2}"


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


def _tried(*words: str) -> bool:
    return subprocess.run(["ip", *words], capture_output=True, check=False).returncode == 0
