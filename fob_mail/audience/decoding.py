"""In which encoding is a file of people written? UTF-8, UTF-16 and Windows-1252 are told apart by their bytes."""

import codecs
import io
from typing import BinaryIO

from fob_mail.errors import InputError

HEAD = 65_536
"""How many bytes are looked at to find out how a file is written."""

_ZEROS_SAMPLED = 4_096
_FALL_BACK = "fob-mail-windows-1252"
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # .xlsx and .ods are zip archives; .xls is an OLE document


def encoding_of(head: bytes) -> str:
    """`utf-8-sig`, `utf-16`, `utf-16-le`, `utf-16-be`, `utf-8` or `windows-1252`, from the first bytes of a file."""
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    sample = head[:_ZEROS_SAMPLED]
    even, odd, half = sample[::2].count(0), sample[1::2].count(0), len(sample) // 2
    if max(even, odd) > half * 0.3 and min(even, odd) < half * 0.05:
        return "utf-16-le" if odd > even else "utf-16-be"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "windows-1252"
    return "utf-8"


def open_text(file: BinaryIO) -> tuple[io.TextIOWrapper, str]:
    """The file's text from its start, line ends as they are, and the encoding found. Raises InputError for a workbook.

    Bytes that are not UTF-8 are read as Windows-1252 wherever they stand, for files that were pasted together of both.
    """
    head = file.read(HEAD)
    file.seek(0)
    if head.startswith(_WORKBOOKS):
        problem = "This is a spreadsheet program's own file, not a CSV."
        raise InputError(problem, "Open it in that program, save it as CSV (UTF-8), and import that.")
    encoding = encoding_of(head)
    if encoding.startswith("utf-16"):
        return io.TextIOWrapper(file, encoding=encoding, errors="replace", newline=""), encoding
    codec = "utf-8-sig" if encoding == "utf-8-sig" else "utf-8"
    return io.TextIOWrapper(file, encoding=codec, errors=_FALL_BACK, newline=""), encoding


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("windows-1252", "replace"), error.end


codecs.register_error(_FALL_BACK, _as_windows_1252)
