"""One process of the bench of sending, which imports what sending needs and nothing else: its memory is measured.

`python -m bench.sender JSON` does what its JSON says, and prints what it took.
"""

import json
import resource
import sys
import time
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import insert, text

from fob_mail import campaigns
from fob_mail.addresses import digest
from fob_mail.composing.composed import Composed
from fob_mail.database import clock, connect
from fob_mail.links import Links
from fob_mail.models import MailingList, Subscriber
from fob_mail.sending.run import Controls, freeze, run
from fob_mail.settings import Sending, Settings, Smtp
from fob_mail.slots import mark

KEY = "b" * 40
CHUNK = 10_000


def _prepare(url: str, messages: int, size: int) -> dict[str, float]:
    """A fresh database, a list, a campaign, frozen: the seconds that the freezing took."""
    if url.startswith("sqlite"):
        for file in Path(url.removeprefix("sqlite:///")).parent.glob("bench.db*"):
            file.unlink()
    database = connect(url)
    if not database.is_sqlite:
        with database.engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE; CREATE SCHEMA public"))
    from fob_mail import migrations  # noqa: PLC0415 Alembic is large, and who sends has no use for it

    migrations.upgrade(database)
    with database.begin() as session:
        now = clock(session)
        to = MailingList(slug="people", name="People", sender="Bench <bench@example.org>", created_at=now)
        session.add(to)
        session.flush()
        for first in range(0, messages, CHUNK):
            people = (f"p{number}@example.org" for number in range(first, min(first + CHUNK, messages)))
            rows = [{"address": a, "digest": digest(a, KEY.encode()), "name": "Ana Flores", "created_at": now} for a in people]
            session.execute(insert(Subscriber), rows)
            if not first:
                session.execute(text("ANALYZE"))  # so that the database takes its tables for small ones from then on
        session.execute(
            text(
                "INSERT INTO subscriptions (subscriber_id, list_id, state, since) SELECT id, :to, 'confirmed', created_at FROM subscribers"
            ),
            {"to": to.id},
        )
        campaigns.save_draft(session, "c", to, "a.txt", "", [_composed(size)], now)
    began = time.perf_counter()
    freeze(database, "c", _settings(url))
    freezing = time.perf_counter() - began
    database.close()
    return {"freezing": freezing}


def _send(url: str, port: int, journal: str, connections: int, window: int = 1) -> dict[str, float]:
    """What is measured: one worker's part of the frozen campaign."""
    settings = _settings(url, port, journal, connections, window)
    database = connect(url)
    links = Links(settings.keys(), settings.base_url)
    began, spent = time.time(), time.process_time()
    ended = run(database, "c", settings, links, Controls(lambda _: None, lambda _: None, wait=False))
    processor, end = time.process_time() - spent, time.time()
    database.close()
    return {"began": began, "ended": end, "processor": processor, "mebibytes": _most_memory(), "accepted": ended.counts.accepted}


def _most_memory() -> float:
    """MiB that this process had at the most. What getrusage says counts the bench's own too, from which it was forked."""
    status = Path("/proc/self/status")
    if status.exists():
        (peak,) = (line.split()[1] for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM"))
        return int(peak) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _settings(url: str, port: int = 25, journal: str = ".", connections: int = 1, window: int = 1) -> Settings:
    return Settings(
        database_url=SecretStr(url),
        secret_key=SecretStr(KEY),
        digest_key=SecretStr(KEY),
        smtp=Smtp(host="127.0.0.1", port=port, connections=connections, window=window),
        sending=Sending(journal_folder=Path(journal)),
    )


def _composed(size: int) -> Composed:
    """A message of about that many KB, most of it HTML, with the slots of an invitation."""
    line = "<p>" + "All of this has been said before, and will be said again. " * 6 + "</p>\n"
    out = f'<a href="{mark("unsubscribe_url")}">Leave</a> {mark("address")}\n'
    return Composed(
        "en", "An evening", "", out + line * max(1, (size * 1000 - 2500) // len(line)) + out, f"Leave: {mark('unsubscribe_url')}\n"
    )


if __name__ == "__main__":
    told = json.loads(sys.argv[1])
    print(json.dumps(_send(**told) if told.pop("do") == "send" else _prepare(**told)))
