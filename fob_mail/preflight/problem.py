"""A problem of a mail: how bad it is, where it is, and what to do about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad it is."""

    ERROR = "error"  # must not go like this
    WARNING = "warning"  # may be as it should be


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. `about` is a stable word for programs.

    `place` is where: html, text, subject, sender, article, settings, audience, dns, relay or links.
    """

    severity: Severity
    about: str
    place: str
    problem: str
    remedy: str


def error(about: str, place: str, problem: str, remedy: str) -> Problem:
    """What must not go out."""
    return Problem(Severity.ERROR, about, place, problem, remedy)


def warning(about: str, place: str, problem: str, remedy: str) -> Problem:
    """What a person is to weigh."""
    return Problem(Severity.WARNING, about, place, problem, remedy)


def errors(problems: Iterable[Problem]) -> list[Problem]:
    """Those that must not go out."""
    return [problem for problem in problems if problem.severity is Severity.ERROR]


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Each once, errors first."""
    return sorted(dict.fromkeys(problems), key=lambda problem: problem.severity is Severity.WARNING)
