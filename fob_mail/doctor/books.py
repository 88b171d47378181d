"""The database: does it answer, is it of this version and whole, and does anything in it stand still?"""

from collections.abc import Iterator
from datetime import UTC, datetime

from fob_mail import migrations
from fob_mail.database import Database, clock, damages, require_current
from fob_mail.doctor.finding import Finding, State
from fob_mail.doctor.here import check_clock
from fob_mail.errors import DatabaseError
from fob_mail.models import SCHEMA_REVISION
from fob_mail.standstill import Standstill, standstill


def check_database(database: Database) -> Iterator[Finding]:
    """Everything about it; nothing more once it does not answer or is damaged."""
    try:
        require_current(database)
    except DatabaseError as error:
        yield Finding("database", "version", State.WRONG, error.problem, error.remedy)
        return
    yield Finding("database", "version", State.FINE, f"{database.place} is of version {SCHEMA_REVISION}")
    damaged = damages(database)
    wrong = damaged or migrations.differences(database)
    remedy = "Put a copy back: fob-mail db restore FILE" if wrong else ""
    yield Finding("database", "health", State.WRONG if wrong else State.FINE, "; ".join(wrong[:3]) or "no damage", remedy)
    if damaged:
        return
    with database.read() as session:
        now = clock(session)
        found = standstill(session, now)
    if not database.is_sqlite:
        yield check_clock(datetime.now(UTC), now, "the database")
    yield from check_standstill(found)


def check_standstill(found: Standstill) -> Iterator[Finding]:
    """What stands still, a line a kind."""
    if found.expired:
        remedy = f"Go on: fob-mail send {next(iter(found.expired))}; what a dead worker may have sent is then listed as unknown."
        yield Finding("database", "leases", State.WARNING, f"workers went silent in the middle of {_named(found.expired)}", remedy)
    else:
        yield Finding("database", "leases", State.FINE, "no lease is stuck")
    if found.unknown:
        remedy = f"See who: fob-mail unknown ls {next(iter(found.unknown))}"
        yield Finding("database", "unknown deliveries", State.WARNING, f"perhaps sent: {_named(found.unknown)}", remedy)
    else:
        yield Finding("database", "unknown deliveries", State.FINE, "none")
    yield _retries(found)
    if found.late:
        remedy = "Start a worker: fob-mail worker"
        yield Finding("database", "scheduled campaigns", State.WRONG, f"their time is past: {', '.join(found.late)}", remedy)
    for slug, reason in found.paused.items():
        yield Finding(
            "database", f"campaign {slug}", State.WARNING, f"paused: {reason or 'by an organiser'}", f"Go on: fob-mail send {slug}"
        )


def _retries(found: Standstill) -> Finding:
    if found.overdue:
        remedy = "Start a worker, or run fob-mail send for it once more: fob-mail worker"
        return Finding("database", "retries", State.WARNING, f"deferred mail is overdue: {_named(found.overdue)}", remedy)
    if found.waiting:
        return Finding("database", "retries", State.FINE, f"deferred mail waits for its time: {_named(found.waiting)}")
    return Finding("database", "retries", State.FINE, "nothing waits")


def _named(numbers: dict[str, int]) -> str:
    return ", ".join(f"{slug} ({number:,})" for slug, number in numbers.items())
