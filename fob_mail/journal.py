"""The wire journal of one worker: which final dots were on the wire, and which replies were read, as it happens.

A line is written before each final dot and after each reply, those of one round of the loop by one write and without
fsync: it survives the process, not the power. The boot's id is noted too; a journal of another boot is not trusted to be complete.

    journal/<worker>/owner          locked while the worker lives; {"boot": …, "host": …, "pid": …}
    journal/<worker>/<batch id>     "= bolivia-april" first: the campaign; "> 17" before the final dot of position 17,
                                    "< 17 dot 250 2.0.0 Ok" after the reply that decided it, "! 17" when none of
                                    that counts: 17 is owed again
    journal/kept/<batch id>.<worker>    the same, once it is settled: if an older copy of the database has to be put
                                    back, it tells what was sent since; ".cut" at its end if lines may be missing
"""

import errno
import fcntl
import json
import os
import platform
import secrets
import shutil
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from fob_mail.errors import ConflictError
from fob_mail.replies import Reply, Stage

HOST = f"{platform.node()[:30]}-"
"""How the names of this machine's workers begin."""

KEPT = "kept"
_CUT = ".cut"
_REPLY_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class Notes:
    """What a dead worker's journal says of one batch: dots sent, and replies read, by position."""

    dotted: frozenset[int]
    replied: dict[int, tuple[Reply, Stage]]
    campaign: str = ""  # by its name
    whole: bool = True  # whether no line can be missing


@dataclass(frozen=True, slots=True)
class Estate:
    """What a dead worker left behind. Of another boot it may lack lines, so silence there proves nothing."""

    worker: str
    same_boot: bool
    batches: dict[int, Notes]

    @property
    def process(self) -> str:
        """The name of the process that the worker was: its host and its number."""
        return self.worker.rpartition("-")[0]


class Journal:
    """The journal of a worker that lives. A context manager: it is removed at the end if every batch was settled."""

    def __init__(self, folder: Path, campaign: str = "") -> None:
        self.worker = f"{HOST}{os.getpid()}-{secrets.token_hex(4)}"
        self._folder = folder / self.worker
        self._campaign = campaign
        self._files: dict[int, int] = {}
        self._noted: defaultdict[int, str] = defaultdict(str)  # lines that are not written yet, by batch

    def __enter__(self) -> Self:
        """Raises ConflictError where it cannot be written, as all that writes here does."""
        try:
            return self._begin()
        except OSError as error:
            raise self._unwritable(error) from None

    def _begin(self) -> Self:
        self._folder.mkdir(parents=True, mode=0o700)
        begun = self._folder / "owner.new"  # it has its lock before it has its name: nobody takes us for dead in between
        self._owner = os.open(begun, os.O_CREAT | os.O_WRONLY, 0o600)
        fcntl.flock(self._owner, fcntl.LOCK_EX)
        os.write(self._owner, json.dumps({"boot": boot_id(), "host": platform.node(), "pid": os.getpid()}).encode())
        begun.rename(self._folder / "owner")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        settled = not self._files
        for file in self._files.values():
            os.close(file)
        if settled:
            shutil.rmtree(self._folder, ignore_errors=True)
        os.close(self._owner)

    def open(self, batch_id: int) -> None:
        """Begin a batch's notes; before the first byte of any of its messages."""
        try:
            self._files[batch_id] = os.open(self._folder / str(batch_id), os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
            _append(self._files[batch_id], f"= {self._campaign}\n".encode())
        except OSError as error:
            raise self._unwritable(error) from None

    def dotted(self, batch_id: int, position: int) -> None:
        """Note that a final dot is about to be written; on the socket only after write()."""
        self._noted[batch_id] += f"> {position}\n"

    def replied(self, batch_id: int, position: int, reply: Reply, at: Stage) -> None:
        """Note the reply that decided a delivery; to be believed by others only after write()."""
        text = reply.text if reply.text.isprintable() else " ".join(reply.text.split())
        self._noted[batch_id] += f"< {position} {at} {reply.code} {text[:_REPLY_CHARACTERS]}\n"

    def withdrawn(self, batch_id: int, position: int) -> None:
        """Note that a delivery is owed after all: its dot was never on the wire, or its reply was meant for everyone."""
        self._noted[batch_id] += f"! {position}\n"

    def write(self) -> None:
        """Write what was noted, one write a batch; what was not written whole counts as not written."""
        try:
            for batch_id, lines in self._noted.items():
                _append(self._files[batch_id], lines.encode("utf-8", "replace"))
        except OSError as error:
            raise self._unwritable(error) from None
        self._noted.clear()

    def forget(self, batch_id: int) -> None:
        """End a batch's notes; after what they say was committed. They are put by, and from here on survive the power too."""
        file = self._files.pop(batch_id)
        with suppress(OSError):  # a full disk: what they say is in the database
            os.fsync(file)
            _put_by(self._folder / str(batch_id), whole=True)
        os.close(file)
        (self._folder / str(batch_id)).unlink(missing_ok=True)

    def _unwritable(self, error: OSError) -> ConflictError:
        problem = f"The journal in {self._folder.parent} cannot be written: {error.strerror}."
        return ConflictError(problem, "Nothing is lost: make room, or let it be written there, and run the same command again.")


def _append(file: int, lines: bytes) -> None:
    if os.write(file, lines) < len(lines):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def estates(folder: Path) -> Iterator[Estate]:
    """What dead workers left in this folder, each held while it is looked at and removed once the caller goes on.

    A worker that lives holds its lock and is passed over.
    """
    for owner in sorted(folder.glob("*/owner")):
        try:
            lock = os.open(owner, os.O_RDWR)
        except FileNotFoundError:
            continue  # another recovery was quicker
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if owner.exists():
                estate = _estate(owner)
                yield estate
                for batch_id in estate.batches:
                    with suppress(OSError):
                        _put_by(owner.parent / str(batch_id), whole=estate.same_boot)
                shutil.rmtree(owner.parent, ignore_errors=True)
        except BlockingIOError:
            continue
        finally:
            os.close(lock)


def kept(folder: Path) -> dict[int, list[Notes]]:
    """What is kept of settled batches, by batch: one each time that a worker had it."""
    found: dict[int, list[Notes]] = {}
    for path in sorted((folder / KEPT).glob("*.*")):
        batch_id = path.name.partition(".")[0]
        if batch_id.isdigit():
            found.setdefault(int(batch_id), []).append(replace(_notes(path), whole=path.suffix != _CUT))
    return found


def drop_kept(folder: Path, before: float) -> None:
    """Throw away what was put by before this moment, in seconds of the system's clock."""
    for path in (folder / KEPT).glob("*.*"):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < before:
                path.unlink()


def _put_by(path: Path, *, whole: bool) -> None:
    aside = path.parent.parent / KEPT
    aside.mkdir(mode=0o700, exist_ok=True)
    path.rename(aside / f"{path.name}.{path.parent.name}{'' if whole else _CUT}")


def living(folder: Path) -> set[str]:
    """The workers of this folder that hold their locks."""
    alive = set()
    for owner in folder.glob("*/owner"):
        with owner.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                alive.add(owner.parent.name)
    return alive


def boot_id() -> str:
    """A word that is another after each start of the machine (Linux's own, else from the clocks)."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return f"up since {round((time.time() - time.monotonic()) / 60)}"


def _estate(owner: Path) -> Estate:
    try:
        same_boot = json.loads(owner.read_text(encoding="utf-8")).get("boot") == boot_id()
    except (ValueError, AttributeError):
        same_boot = not any(path.name.isdigit() for path in owner.parent.iterdir())  # killed before its first line
    batches = {int(path.name): _notes(path) for path in owner.parent.iterdir() if path.name.isdigit()}
    return Estate(owner.parent.name, same_boot, batches)


def _notes(path: Path) -> Notes:
    """The lines of one batch; the last may be cut off, and then stands for nothing but the dot before it."""
    dotted: set[int] = set()
    replied: dict[int, tuple[Reply, Stage]] = {}
    campaign = ""
    for line in path.read_text(encoding="utf-8", errors="replace").split("\n")[:-1]:
        sign, position, *rest = line.split(" ", 4)
        if sign == "=":
            campaign = position
        elif sign == ">":
            dotted.add(int(position))
        elif sign == "!":
            dotted.discard(int(position))
            replied.pop(int(position), None)
        elif sign == "<":
            at, code, text = rest
            replied[int(position)] = (Reply(int(code), text), Stage(at))
    return Notes(frozenset(dotted), replied, campaign)
