"""How many rows a second does `subscribers import` bring in, the real command, as a process? Beside plain ORM adds of the same people."""

import csv
import json
import os
import platform
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import click

from fob_mail import migrations
from fob_mail.addresses import digest, normalise
from fob_mail.audience import lists
from fob_mail.database import Database, connect
from fob_mail.models import Consent, Subscriber, Subscription, SubscriptionState
from tests import postgres

KEY = "b" * 40
PEER_ROWS = 20_000
FIRST = ["Rosa", "Luis", "Ana", "Juan", "Wara", "Inti", "Nina", "Saúl", "María", "José"]
LAST = ["Mamani", "Quispe", "Condori", "Flores", "Choque", "Vargas", "Rojas", "Gutiérrez"]
TOWNS = ["La Paz", "El Alto", "Cochabamba", "Sucre", "London", "Leeds"]


@dataclass(frozen=True, slots=True)
class Run:
    """One import by the real command: the rows, how long the process took, its own processor time, and the most memory it held."""

    rows: int
    seconds: float
    processor: float
    mebibytes: float

    def __str__(self) -> str:
        microseconds = self.processor / self.rows * 1e6
        return f"{self.rows / self.seconds:>9,.0f} rows/s  {self.seconds:6.1f} s  {microseconds:5.1f} µs/row  {self.mebibytes:5.0f} MiB"


@click.command("import")
@click.option("--rows", default=1_000_000, show_default=True, help="How many made-up people.")
@click.option("--postgresql", metavar="URL", help="An empty database to use; else a private cluster is started.")
def command(rows: int, postgresql: str | None) -> None:
    """Import made-up people into a fresh SQLite and a fresh PostgreSQL database, twice each.

    \b
    Example:
      python -m bench import --rows 300000
    """  # noqa: D301 click's \b keeps the lines of an example
    print(f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {os.cpu_count()} cores, {rows:,} rows")
    with tempfile.TemporaryDirectory(prefix="fob-mail-bench-") as name:
        folder = Path(name)
        write_people(folder / "people.csv", rows)
        print(f"email-validator alone    {validator_speed(folder / 'people.csv'):>9,.0f} addresses/s, one core")
        measure("SQLite", f"sqlite:///{folder / 'import.db'}", f"sqlite:///{folder / 'peer.db'}", folder)
        with _postgresql(postgresql) as (url, peer_url):
            measure("PostgreSQL", url, peer_url, folder)


def measure(kind: str, url: str, peer_url: str | None, folder: Path) -> None:
    """Import into one database, again into the same, and a part of the file by the peer."""
    prepared(url).close()
    first, again = run(url, folder), run(url, folder)
    print(f"{kind:<10} new people    {first}")
    print(f"{kind:<10} the same file {again}")
    if peer_url:
        peer = orm_speed(prepared(peer_url), folder / "people.csv")
        ratio = first.rows / first.seconds / peer
        print(f"{kind:<10} the peer      {peer:>9,.0f} rows/s  (ORM adds in chunks of 1,000, {PEER_ROWS:,} rows); ratio {ratio:.1f}")


def write_people(file: Path, rows: int) -> None:
    """People of example.org in no order, with a name, a language and a town; the same for the same number."""
    chance = random.Random(7)  # noqa: S311 made-up people
    numbers = list(range(rows))
    chance.shuffle(numbers)
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["Email", "Name", "Language", "Town"])
        for number in numbers:
            first, last = chance.choice(FIRST), chance.choice(LAST)
            writer.writerow(
                [
                    f"{first[0].lower()}.{last[:4].lower()}{number}@example.org",
                    f"{first} {last}",
                    chance.choice(["es", "en"]),
                    chance.choice(TOWNS),
                ]
            )


def run(url: str, folder: Path) -> Run:
    """One `fob-mail subscribers import`, from the start of its process to its end."""
    words = ["subscribers", "import", "supporters", "people.csv", "--consent", "a bench", "--json"]
    environment = {**os.environ, "FOB_MAIL_DATABASE_URL": url, "FOB_MAIL_SECRET_KEY": KEY, "FOB_MAIL_DIGEST_KEY": KEY}
    started = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-m", "fob_mail", "--config", folder / "none.toml", *words], cwd=folder, env=environment, stdout=subprocess.PIPE
    ) as process:
        report = json.loads(process.stdout.read() if process.stdout else b"")
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return Run(report["rows"], time.monotonic() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def prepared(url: str) -> Database:
    """A migrated database with one list."""
    database = connect(url)
    migrations.upgrade(database)
    with database.begin() as session:
        lists.create(session, "supporters", "Supporters", "news@example.org", now=datetime.now(UTC))
    return database


def orm_speed(database: Database, file: Path) -> float:
    """Rows a second by the ORM as its tutorial has it: the same checks and the same three rows a person."""
    now = datetime.now(UTC)
    started = time.monotonic()
    with file.open(encoding="utf-8", newline="") as text, database.begin() as session:
        rows = islice(csv.DictReader(text), PEER_ROWS)
        while chunk := list(islice(rows, 1_000)):
            people = [_subscriber(row, now) for row in chunk]
            session.add_all(people)
            session.flush()
            for person in people:
                session.add(Subscription(subscriber_id=person.id, list_id=1, state=SubscriptionState.CONFIRMED, since=now))
                session.add(Consent(subscriber_id=person.id, list_id=1, what="joined", how="import", evidence="a bench", given_at=now))
            session.flush()
            session.expunge_all()
    taken = time.monotonic() - started
    database.close()
    return PEER_ROWS / taken


def validator_speed(file: Path) -> float:
    """Addresses a second by email-validator alone: how fast this machine is today."""
    from email_validator import validate_email  # noqa: PLC0415 slow to import, for this alone

    with file.open(encoding="utf-8", newline="") as text:
        sample = [row["Email"] for row in islice(csv.DictReader(text), PEER_ROWS)]
    started = time.monotonic()
    for address in sample:
        validate_email(address, check_deliverability=False)
    return len(sample) / (time.monotonic() - started)


def _subscriber(row: dict[str, str], now: datetime) -> Subscriber:
    address = normalise(row["Email"])
    return Subscriber(
        address=address,
        digest=digest(address, KEY.encode()),
        name=row["Name"],
        language=row["Language"],
        attributes={"Town": row["Town"]},
        created_at=now,
    )


@contextmanager
def _postgresql(given: str | None) -> Iterator[tuple[str, str | None]]:
    """The database that was given; or two of a private cluster, one for the peer."""
    if given:
        yield given, None
        return
    with postgres.cluster() as url:
        subprocess.run([postgres.program("psql"), "-q", url, "-c", "CREATE DATABASE peer"], check=True)
        yield url, url.replace("/postgres", "/peer")
