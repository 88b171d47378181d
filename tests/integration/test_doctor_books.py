"""The doctor on the database: its version, its health, and what stands still in it."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from fob_mail import campaigns, freezing, ledger
from fob_mail.database import Database, clock, connect
from fob_mail.doctor import books
from fob_mail.doctor.finding import State
from fob_mail.models import Batch, BatchState, Campaign, CampaignState, Delivery, DeliveryState
from tests.builders import composed_parts, make_list, make_subscriber
from tests.findings import by_name

HOUR = timedelta(hours=1)
ROOT = "SELECT rootpage FROM sqlite_master WHERE name = 'subscribers'"


def a_sent_campaign(session: Session, slug: str = "april") -> Campaign:
    """One to four people in two batches, frozen."""
    to = make_list(session, "supporters")
    for number in range(4):
        make_subscriber(session, f"p{number}@example.org", to)
    campaigns.save_draft(session, slug, to, "a.txt", "", [composed_parts()], clock(session))
    campaign = campaigns.find(session, slug)
    freezing.freeze(session, campaign, 2, clock(session))
    return campaign


def test_the_database_tells_its_stuck_leases_unknowns_and_late_campaigns(database: Database) -> None:
    with database.begin() as session:
        to, now = make_list(session, "supporters"), clock(session)
        for number in range(4):
            make_subscriber(session, f"p{number}@example.org", to)
        for slug in ("sent", "late"):
            campaigns.save_draft(session, slug, to, "a.txt", "", [composed_parts()], now)
        sent = campaigns.find(session, "sent")
        freezing.freeze(session, sent, 2, now)
        ledger.lease(session, sent.id, "gone", now, now + timedelta(minutes=5))
        session.execute(update(Batch).where(Batch.worker == "gone").values(leased_until=now - HOUR))
        campaigns.schedule(session, campaigns.find(session, "late"), now - HOUR)

    found = by_name(books.check_database(database))

    assert found["health"].state is State.FINE
    assert found["leases"].state is State.WARNING
    assert "sent (1)" in found["leases"].seen
    assert found["scheduled campaigns"].state is State.WRONG


def test_a_database_in_which_all_goes_on_says_so_line_by_line(database: Database) -> None:
    with database.begin() as session:
        a_sent_campaign(session)

    found = by_name(books.check_database(database))

    assert {finding.state for finding in found.values()} == {State.FINE}
    assert {name: found[name].seen for name in ("health", "leases", "unknown deliveries")} == {
        "health": "no damage", "leases": "no lease is stuck", "unknown deliveries": "none",
    }  # fmt: skip
    assert ("clock beside the database" in found) is not database.is_sqlite  # SQLite's clock is this machine's own


def test_what_is_deferred_waits_for_its_time_until_nobody_takes_it_up(database: Database) -> None:
    with database.begin() as session:
        make_list(session, "others")
    nothing = by_name(books.check_database(database))["retries"]
    with database.begin() as session:
        campaign = a_sent_campaign(session)
        later = update(Batch).where(Batch.campaign_id == campaign.id, Batch.first_position == 1)
        session.execute(later.values(state=BatchState.WAITING, due_at=clock(session) + HOUR))
    waits = by_name(books.check_database(database))["retries"]
    with database.begin() as session:
        session.execute(update(Batch).where(Batch.state == BatchState.WAITING).values(due_at=clock(session) - HOUR))
    overdue = by_name(books.check_database(database))["retries"]

    assert (nothing.state, nothing.seen) == (State.FINE, "nothing waits")
    assert (waits.state, waits.seen) == (State.FINE, "deferred mail waits for its time: april (1)")
    assert (overdue.state, overdue.seen) == (State.WARNING, "deferred mail is overdue: april (1)")
    assert "fob-mail worker" in overdue.remedy


def test_deliveries_of_which_nobody_knows_and_campaigns_that_wait_are_told_with_the_next_command(database: Database) -> None:
    with database.begin() as session:
        campaign = a_sent_campaign(session)
        session.execute(update(Delivery).where(Delivery.position <= 3).values(state=DeliveryState.UNKNOWN))
        session.execute(update(Campaign).values(state=CampaignState.PAUSED, pause_reason="the relay turns us away"))
        assert campaign.slug == "april"

    found = by_name(books.check_database(database))

    assert (found["unknown deliveries"].state, found["unknown deliveries"].seen) == (State.WARNING, "perhaps sent: april (3)")
    assert found["unknown deliveries"].remedy == "See who: fob-mail unknown ls april"
    assert (found["campaign april"].state, found["campaign april"].seen) == (State.WARNING, "paused: the relay turns us away")
    assert found["campaign april"].remedy == "Go on: fob-mail send april"


@pytest.mark.parametrize(
    ("change", "seen"),
    [("DROP TABLE alembic_version", "no tables yet"), ("UPDATE alembic_version SET version_num = '0001'", "is of version 0001")],
)
def test_a_database_of_another_version_is_told_and_looked_at_no_further(database: Database, change: str, seen: str) -> None:
    with database.begin() as session:
        session.execute(text(change))

    (found,) = books.check_database(database)

    assert (found.name, found.state) == ("version", State.WRONG)
    assert seen in found.seen
    assert "fob-mail db upgrade" in found.remedy


def test_a_table_that_is_not_as_it_should_be_is_damage(database: Database) -> None:
    with database.begin() as session:
        session.execute(text("DROP INDEX ix_grounds_digest"))

    found = by_name(books.check_database(database))["health"]

    assert (found.state, found.seen) == (State.WRONG, "The index ix_grounds_digest is missing.")
    assert "fob-mail db restore" in found.remedy


def test_a_row_that_points_nowhere_is_damage(sqlite_database: Database) -> None:
    with sqlite_database.begin() as session:
        make_subscriber(session, "rosa@example.org", make_list(session, "supporters"))
    with sqlite3.connect(str(sqlite_database.engine.url.database)) as raw:
        raw.execute("DELETE FROM mailing_lists")

    found = by_name(books.check_database(sqlite_database))["health"]

    assert (found.state, found.seen) == (State.WRONG, "subscriptions row 1 points to no row of mailing_lists")


def test_a_file_that_is_no_database_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "letters.db").write_bytes(b"Dear Rosa, " * 1000)
    database = connect(f"sqlite:///{tmp_path / 'letters.db'}")

    (found,) = books.check_database(database)
    database.close()

    assert (found.name, found.state) == ("version", State.WRONG)
    assert "is damaged: file is not a database" in found.seen
    assert "fob-mail db backup" in found.remedy


def test_a_page_of_the_file_that_was_overwritten_is_damage(sqlite_database: Database) -> None:
    file = Path(str(sqlite_database.engine.url.database))
    with sqlite_database.read() as session:
        size, page = session.scalars(text("PRAGMA page_size")).one(), session.scalars(text(ROOT)).one()
    sqlite_database.close()
    with file.open("r+b") as pages:
        pages.seek((page - 1) * size)
        pages.write(b"x" * size)
    database = connect(f"sqlite:///{file}")

    found = by_name(books.check_database(database))
    database.close()

    assert found["health"].state is State.WRONG
    assert found["health"].remedy
