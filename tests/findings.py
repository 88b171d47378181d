"""What the doctor found, by the name of what was looked at."""

from collections.abc import Iterable

from fob_mail.doctor.finding import Finding, State


def by_name(found: Iterable[Finding]) -> dict[str, Finding]:
    """Each finding by its name."""
    return {finding.name: finding for finding in found}


def states(found: Iterable[Finding]) -> dict[str, State]:
    """How each stands."""
    return {name: finding.state for name, finding in by_name(found).items()}
