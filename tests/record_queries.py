"""Write down every statement by which this version plays a small campaign, for the versions that come: python -m tests.record_queries

The file, tests/integration/queries_of_REVISION.json, is kept when a version is released: tests/integration/test_upgrade.py plays it on
the newest tables, so that a worker of the version before goes on working while the database is brought up to date.
"""

import base64
import json
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event

from fob_mail import balance, campaigns, freezing, ledger, migrations, workers
from fob_mail.audience import leaving, lists
from fob_mail.database import Database, clock, connect
from fob_mail.models import SCHEMA_REVISION, DeliveryState
from fob_mail.outcomes import Outcome, Retries, unknown
from tests import postgres
from tests.builders import composed_parts, make_subscriber

Statement = list[Any]
"""Its text, its parameters, and whether there are several sets of them."""

WORKER = "host-1"
RETRIES = Retries((60,), timedelta(days=2))


def recorded(url: str) -> list[Statement]:
    """What is said to a fresh database there while the campaign is played."""
    database, said = connect(url), list[Statement]()
    migrations.upgrade(database)

    @event.listens_for(database.engine, "before_cursor_execute")
    def note(_c: Connection, _cursor: object, statement: str, parameters: Any, _context: object, many: bool) -> None:  # noqa: ANN401 SQLAlchemy's
        if not statement.startswith(("BEGIN", "PRAGMA", "ROLLBACK", "COMMIT")):
            said.append([statement, [_plain_set(one) for one in parameters] if many else _plain_set(parameters), many])

    play(database)
    database.close()
    return said


def play(database: Database) -> None:
    """Twelve people in three batches: accepted, refused, unknown, deferred and skipped; some leave and come back."""
    with database.begin() as session:
        to = lists.create(session, "supporters", "Supporters", "news@example.org", now=clock(session))
        people = [make_subscriber(session, f"p{number}@example.org", to).id for number in range(12)]
        campaign = campaigns.save_draft(session, "c", to, "a.txt", "words", [composed_parts()], clock(session)).id
    with database.begin() as session:
        found = campaigns.find(session, "c")
        freezing.reach(session, campaigns.list_of(session, found))
        campaigns.parts(session, found)
        freezing.freeze(session, found, 4, clock(session))
        campaigns.resume(session, found)
        leaving.leave(session, people[5], to.id, "one-click", "campaign c", clock(session))
        workers.beat(session, WORKER, campaign, clock(session))
    for number in range(3):
        _send_batch(database, campaign, number)
    with database.begin() as session:
        leaving.leave_all(session, people[7], "page", "campaign c", clock(session))
        leaving.undo(session, people[5], to.id, "page", "campaign c", clock(session))
        leaving.standing(session, people[5], to.id)
        campaigns.pause(session, campaign, "held")
        campaigns.to_send(session, clock(session))
        workers.alive(session, clock(session))
        workers.leave(session, WORKER)
        balance.doubts(session, campaign)
        list(balance.settled_as(session, campaign, DeliveryState.REFUSED))
        balance.counts(session, campaign)


def _send_batch(database: Database, campaign: int, number: int) -> None:
    with database.begin() as session:
        now = clock(session)
        got = ledger.lease(session, campaign, WORKER, now, now + timedelta(minutes=5))
        assert got
        ledger.renew(session, WORKER, now + timedelta(minutes=5))
        outcomes = [Outcome(who.position, DeliveryState.ACCEPTED, 250, "2.0.0 Ok") for who in got.recipients]
        if number == 1:
            outcomes[0] = Outcome(outcomes[0].position, DeliveryState.REFUSED, 550, "5.1.1 no")
            outcomes[1] = unknown(outcomes[1].position, "lost")
        if number == 2:
            outcomes[0] = Outcome(outcomes[0].position, DeliveryState.DEFERRED, 450, "4.2.0 later")
        ledger.settle(session, campaign, outcomes, now)
        ledger.finish(session, got.batch_id, WORKER, now, RETRIES)
        ledger.finish_campaign(session, campaign, now)
        ledger.next_due(session, campaign)
        ledger.has_free(session, campaign)
        ledger.expired(session, now)


def _plain_set(parameters: Any) -> Any:  # noqa: ANN401 what drivers take
    if isinstance(parameters, dict):
        return {name: _plain(value) for name, value in parameters.items()}
    return [_plain(value) for value in parameters or ()]


def _plain(value: Any) -> Any:  # noqa: ANN401 whatever stands in a parameter
    if isinstance(value, bytes | memoryview):
        return {"bytes": base64.b64encode(value).decode()}
    if isinstance(value, datetime):
        return {"datetime": value.isoformat()}
    if hasattr(value, "obj"):  # psycopg's wrappers
        return {"json": value.obj} if isinstance(value.obj, dict) else _plain(value.obj)
    return str(value) if isinstance(value, str) else value


def main() -> None:
    """Write the file of this version."""
    with tempfile.TemporaryDirectory() as folder, postgres.cluster() as url:
        said = {"sqlite": recorded(f"sqlite:///{folder}/recorded.db"), "postgresql": recorded(url)}
    file = Path(__file__).parent / "integration" / f"queries_of_{SCHEMA_REVISION}.json"
    file.write_text(json.dumps(said, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
