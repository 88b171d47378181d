"""One thing that was looked at: how it stands, what was seen, and what to do."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum


class State(StrEnum):
    """How something stands."""

    FINE = "fine"
    UNKNOWN = "unknown"  # could not be looked at from here, or not now
    WARNING = "warning"  # works, and may not for long or for everybody
    WRONG = "wrong"  # does not work, or breaks a promise


class ExitCode(IntEnum):
    """What monitoring programs read, as Nagios' plug-ins have it."""

    FINE = 0
    WARNING = 1
    WRONG = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """`area` and `name` are stable words for programs; the remedy is empty where nothing is to be done."""

    area: str
    name: str
    state: State
    seen: str
    remedy: str = ""


def exit_code(findings: Iterable[Finding]) -> ExitCode:
    """The worst of them."""
    states = {finding.state for finding in findings}
    if State.WRONG in states:
        return ExitCode.WRONG
    return ExitCode.WARNING if State.WARNING in states else ExitCode.FINE
