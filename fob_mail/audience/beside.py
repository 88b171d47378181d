"""The chunks of a large file, made by a process beside this one: while the database takes one, the next is read and checked.

The other process gets the open file and the key of the digests, and writes each chunk to a pipe, marshalled, its length before it.
"""

import gc
import io
import marshal
import os
import signal
import subprocess
import sys
from collections.abc import Generator
from typing import IO, BinaryIO

from fob_mail.audience import csv_rows
from fob_mail.audience.chunks import Chunk, chunks
from fob_mail.audience.tables import PeopleTable, opened_table
from fob_mail.errors import InputError

WORTH_IT = 4_000_000
"""Bytes of a file from which on a second process is worth its start."""

_LENGTH = 8  # bytes
_VERSION = 2  # of marshal: the one that does not look for what is the same object


def read(table: PeopleTable, key: bytes) -> Generator[Chunk, None, None]:
    """The chunks of the table's file: by a second process, where the file is large and there is a processor for it."""
    return _read_beside(table.file, key) if _is_worth_it(table.file) else chunks(table, key)


def _is_worth_it(file: BinaryIO) -> bool:
    try:
        return os.name == "posix" and (os.cpu_count() or 1) > 1 and os.fstat(file.fileno()).st_size >= WORTH_IT
    except io.UnsupportedOperation:
        return False  # no file of the system's


def _read_beside(file: BinaryIO, key: bytes) -> Generator[Chunk, None, None]:
    here = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}  # the same code as here
    command = [sys.executable, "-P", "-m", __name__]
    handle = file.fileno()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, pass_fds=[handle], env=here) as other:  # noqa: S603 our own  # nosec B603
        assert other.stdin is not None  # noqa: S101 it is a pipe  # nosec B101
        assert other.stdout is not None  # noqa: S101 the same  # nosec B101
        try:
            other.stdin.write(marshal.dumps((handle, key)))
            other.stdin.close()
            while length := int.from_bytes(_exactly(other.stdout, _LENGTH)):
                told = marshal.loads(_exactly(other.stdout, length))  # noqa: S302 from our own process  # nosec B302
                if isinstance(told, dict):
                    raise InputError(told["problem"], told["remedy"])
                yield Chunk(*told)
        finally:
            other.kill()  # it has nothing to lose, and may be in the middle of a chunk


def _exactly(pipe: IO[bytes], length: int) -> bytes:
    """So many bytes. If the other process died, the file is not at its end: nothing of it may be taken for the whole."""
    content = pipe.read(length)
    if len(content) < length:
        raise InputError("The process that reads the file has died.", "Nothing was changed. Run it again; if it dies again, see to memory.")
    return content


def _answer(content: bytes) -> None:
    sys.stdout.buffer.write(len(content).to_bytes(_LENGTH) + content)


def main() -> None:
    """What the other process does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who asked for the chunks decides
    handle, key = marshal.loads(sys.stdin.buffer.read())  # noqa: S302 from our own process  # nosec B302
    gc.disable()  # many rows and no cycles
    try:
        with open(handle, "rb") as file, csv_rows.value_limit():  # noqa: PTH123 it has no name
            file.seek(0)
            with opened_table(file) as table:
                for chunk in chunks(table, key):
                    _answer(marshal.dumps(tuple(chunk), _VERSION))
            sys.stdout.buffer.write(bytes(_LENGTH))
    except InputError as error:
        _answer(marshal.dumps({"problem": error.problem, "remedy": error.remedy}, _VERSION))
    except BrokenPipeError:
        os._exit(1)  # nobody listens any more
    sys.stdout.flush()


if __name__ == "__main__":
    main()
