"""The machine: may others read what they should not, is there room, does the clock agree?"""

import ctypes
import os
import shutil
import stat
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from fob_mail.doctor.finding import Finding, State
from fob_mail.plurals import counted
from fob_mail.settings import Settings

LITTLE_ROOM, TOO_LITTLE = 1_000_000_000, 100_000_000
"""Bytes free at which a disk is told, and at which a campaign might not come to its end."""

CLOCKS_DIFFER = timedelta(seconds=60)

_NOT_SET = 5
"""adjtimex(2)'s TIME_ERROR: the clock is not synchronised."""

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def check_files(settings_file: Path, settings: Settings, database_file: Path | None) -> Iterator[Finding]:
    """Settings, keys and database are their owner's alone."""
    files = [("settings file", settings_file), *((f"dkim key {key.selector}", key.key_file) for key in settings.dkim)]
    if database_file:
        files.append(("database file", database_file))
    for name, file in files:
        if not file.exists():
            if name.startswith("dkim"):
                yield Finding("here", name, State.WRONG, f"{file} is not there", "Make it: fob-mail dkim keygen DOMAIN SELECTOR")
            continue
        mode = stat.S_IMODE(file.stat().st_mode)
        if mode & _OTHERS:
            remedy = f"chmod 600 {file}"
            yield Finding("here", name, State.WRONG, f"{file} can be read by others on this machine (mode {mode:o})", remedy)
        else:
            yield Finding("here", name, State.FINE, f"{file} is its owner's alone")


def check_journal(folder: Path) -> Finding:
    """Workers can write their notes."""
    there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    if os.access(there, os.W_OK | os.X_OK):
        return Finding("here", "journal", State.FINE, f"{folder} can be written")
    return Finding("here", "journal", State.WRONG, f"{folder} cannot be written", "Make it yours, or set sending.journal_folder.")


def check_room(places: dict[str, Path]) -> Iterator[Finding]:
    """There is room where the database and the journal are."""
    for name, place in places.items():
        there = next(folder for folder in (place, *place.absolute().parents) if folder.exists())
        yield room(name, shutil.disk_usage(there).free)


def room(name: str, free: int) -> Finding:
    """Whether so many octets are enough to go on with."""
    state = State.WRONG if free < TOO_LITTLE else State.WARNING if free < LITTLE_ROOM else State.FINE
    remedy = "" if state is State.FINE else "Make room: a campaign takes about 200 MB for each 100,000 people."
    return Finding("here", f"room for {name}", state, f"{free / 1e9:,.2f} GB free", remedy)


def clock_kept(state: int | None) -> Finding:
    """Whether somebody sets the clock: by what the kernel says of it, none where it says nothing."""
    if state is not None and 0 <= state < _NOT_SET:
        return Finding("here", "clock", State.FINE, "set by NTP")
    seen = "no NTP sets it, as far as the kernel is told" if state == _NOT_SET else "this system does not tell whether NTP sets it"
    return Finding("here", "clock", State.UNKNOWN, seen, "See that it is set: timedatectl; then timedatectl set-ntp true")


def kernel_clock() -> int | None:
    """What the kernel says of its clock (adjtimex(2)): 5 if nobody sets it, less if somebody does; none where it is not to be had."""
    if sys.platform != "linux":
        return None
    room_for_timex = ctypes.create_string_buffer(512)  # zeros: nothing is to be changed
    state: int = ctypes.CDLL(None).adjtimex(room_for_timex)
    return None if state < 0 else state


def check_clock(here: datetime, there: datetime, whose: str) -> Finding:
    """The machine's clock beside another's."""
    apart = abs(here - there)
    seen = f"{counted(round(apart.total_seconds()), 'second')} apart"
    if apart <= CLOCKS_DIFFER:
        return Finding("here", f"clock beside {whose}", State.FINE, seen)
    remedy = "Set the clocks by NTP; leases go by the database's, Date headers and scheduled campaigns by these."
    return Finding("here", f"clock beside {whose}", State.WARNING, seen, remedy)
