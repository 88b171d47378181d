"""What a worker asks for each batch costs the same whether a thousand are mailed or a million: nothing reads a table from end to end.

The databases believe what they counted when there were ten people, as after a large import: statistics are stale.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.orm import Session

from fob_mail import campaigns, freezing, ledger, returns
from fob_mail.audience import leaving
from fob_mail.audience.leaving import OneClick
from fob_mail.composing.composed import Composed
from fob_mail.database import Database, clock
from fob_mail.links import Links, Place
from fob_mail.models import DeliveryState
from fob_mail.outcomes import Outcome, Retries
from tests.builders import make_list, make_subscriber

PEOPLE = 20_000
FEW = 10
LARGE = ("deliveries", "subscribers", "subscriptions")
SMALL = ("json_each", "SCAN r'", "SCAN owed", "CONSTANT ROW", "SCAN campaigns")
"""What SQLite may scan: what it was told, what it has found of a batch, and campaigns, which are few."""

MANY = {
    "sqlite": "WITH RECURSIVE numbers(n) AS (SELECT 11 UNION ALL SELECT n + 1 FROM numbers WHERE n < :people)",
    "postgresql": "WITH numbers(n) AS (SELECT generate_series(11, :people))",
}
DIGEST = {"sqlite": "CAST(printf('%032d', n) AS BLOB)", "postgresql": "decode(lpad(n::text, 64, '0'), 'hex')"}


@pytest.fixture(params=["when ten people were on the list", "when nobody was on it"])
def campaign(database: Database, request: pytest.FixtureRequest) -> int:
    """A frozen campaign to twenty thousand, in a database that counted when there were ten, or none."""
    dialect = database.engine.dialect.name
    with database.begin() as session:
        to = make_list(session, "supporters")
        if request.param == "when nobody was on it":
            session.execute(text("ANALYZE"))
        for number in range(1, FEW + 1):
            make_subscriber(session, f"p{number}@example.org", to)
        if request.param == "when ten people were on the list":
            session.execute(text("ANALYZE"))
    database.close()  # else PostgreSQL's checks of references go on as they were planned for ten
    with database.begin() as session:
        session.execute(
            text(
                f"""{MANY[dialect]} INSERT INTO subscribers (id, address, digest, name, created_at)
                SELECT n + 100, 'p' || n || '@example.org', {DIGEST[dialect]}, '', :now FROM numbers"""  # noqa: S608 a table of ours
            ),
            {"people": PEOPLE, "now": "2026-01-01 00:00:00"},
        )
        session.execute(
            text(
                """INSERT INTO subscriptions (subscriber_id, list_id, state, since)
                SELECT id, :to, 'confirmed', created_at FROM subscribers WHERE id > 100"""
            ),
            {"to": to.id},
        )
        draft = campaigns.save_draft(session, "c", to, "a.txt", "", [Composed("en", "An evening", "", "<p>x</p>", "x")], clock(session))
        freezing.freeze(session, draft, 500, clock(session))
    return draft.id


def of_a_batch(session: Session, campaign_id: int) -> None:
    """A batch's life."""
    now = clock(session)
    got = ledger.lease(session, campaign_id, "worker", now, now + timedelta(minutes=5))
    assert got
    outcomes = [Outcome(one.position, DeliveryState.ACCEPTED, 250, "2.0.0 Ok") for one in got.recipients]
    ledger.settle(session, campaign_id, outcomes, now)
    ledger.finish(session, got.batch_id, "worker", now, Retries((60,), timedelta(days=2)))


def of_an_event(session: Session, campaign_id: int) -> None:
    """What is asked about one event that came back, and about people who leave."""
    links = Links([b"s" * 40], "")
    sent = links.message_id(campaign_id, 105, "x")
    place = returns.place_by_message_id(session, (sent,), ("p12@example.org", "p15@example.org", "p16@example.org"), links)
    assert place is None or place.campaign_id == campaign_id
    assert returns.newest_to(session, ("p15@example.org",)) is None  # it has not gone out
    place = Place(campaign_id, 15)
    assert returns.reader_of(session, place)
    assert not returns.told_otherwise(session, "mailgun:1", place, "hard")
    assert not returns.often(session, 115, "soft", clock(session))
    leaving.leave_by_one_click(session, [OneClick(number, 1, campaign_id) for number in range(110, 120)], clock(session))


def plans(database: Database, campaign_id: int, live: Callable[[Session, int], None]) -> dict[str, str]:
    """How the database would run each statement of what is done, by the statement."""
    asked: list[tuple[str, Any]] = []

    def note(connection: Connection, cursor: DBAPICursor, statement: str, parameters: Sequence[Any], *_: object) -> None:
        del connection, cursor
        asked.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    with database.begin() as session:
        live(session, campaign_id)
    event.remove(database.engine, "before_cursor_execute", note)
    explain = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
    fences = "" if database.is_sqlite else "".join(f"{statement};" for statement, _ in asked if statement.startswith("SET LOCAL"))
    told = {}
    with database.engine.connect() as reader:
        if fences:
            reader.exec_driver_sql(fences)
        for statement, parameters in asked:
            if statement.lstrip().startswith(("SELECT", "UPDATE", "WITH")) and "clock_timestamp" not in statement:
                told[statement] = "\n".join(str(row) for row in reader.exec_driver_sql(explain + statement, parameters))
        reader.rollback()
    return told


@pytest.mark.parametrize("live", [of_a_batch, of_an_event])
def test_no_statement_of_a_batch_or_an_event_reads_a_large_table_from_end_to_end(
    database: Database, campaign: int, live: Callable[[Session, int], None]
) -> None:
    told = plans(database, campaign, live)

    assert len(told) >= 5
    for statement, plan in told.items():
        for table in LARGE:
            assert f"Seq Scan on {table}" not in plan, f"{statement}\n{plan}"
        assert "hashed SubPlan" not in plan, f"made of a whole list for each batch anew: {statement}\n{plan}"
        read = [line for line in plan.splitlines() if "SCAN" in line or "SEARCH deliveries USING PRIMARY KEY (campaign_id=?)" in line]
        assert not [line for line in read if not any(small in line for small in SMALL)], f"{statement}\n{plan}"


def test_what_is_settled_stays_on_its_page_so_that_postgresql_changes_no_index(database: Database, campaign: int) -> None:
    """A heap-only update: as long as a batch's rows find room where they are, settling writes them and nothing else."""
    if database.is_sqlite:
        return  # which writes rows in their place
    pages = text(
        "SELECT position, (ctid::text::point)[0] FROM deliveries WHERE campaign_id = :campaign AND position <= 500 ORDER BY position"
    )
    with database.begin() as session:
        before = session.execute(pages, {"campaign": campaign}).all()
        said = "2.0.0 OK  1616161616 a1si1234567pjr.123 - gsmtp"
        ledger.settle(session, campaign, [Outcome(n, DeliveryState.ACCEPTED, 250, said) for n in range(1, 501)], clock(session))
    with database.read() as session:
        assert session.execute(pages, {"campaign": campaign}).all() == before
