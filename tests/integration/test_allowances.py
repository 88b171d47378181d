"""Limits that all workers share: never more in any second, hour or day, whoever takes them, by the database's clock."""

from datetime import UTC, datetime, timedelta

from fob_mail.allowances import give_back, take
from fob_mail.database import Database
from fob_mail.settings import Limits

NOON = datetime(2027, 5, 6, 12, 0, 30, tzinfo=UTC)


def taken(database: Database, limits: Limits, wanted: int, now: datetime) -> tuple[int, float]:
    """Take some in a transaction of its own: how many messages, and the seconds to wait."""
    with database.begin() as session:
        block = take(session, "main", limits, wanted, now)
    return block.messages, block.wait.total_seconds()


def test_blocks_of_a_second_follow_each_other_whoever_takes_them(database: Database) -> None:
    limits = Limits(per_second=10)

    assert taken(database, limits, 5, NOON) == (5, 0)
    assert taken(database, limits, 5, NOON) == (5, 0.5)
    assert taken(database, limits, 5, NOON + timedelta(seconds=0.75)) == (5, 0.25)
    assert taken(database, limits, 5, NOON + timedelta(seconds=60)) == (5, 0)


def test_an_hour_is_any_sixty_minutes(database: Database) -> None:
    limits = Limits(per_hour=10)

    assert taken(database, limits, 6, NOON)[0] == 6
    assert taken(database, limits, 6, NOON + timedelta(minutes=30))[0] == 4
    assert taken(database, limits, 6, NOON + timedelta(minutes=59))[0] == 0
    assert taken(database, limits, 6, NOON + timedelta(minutes=64))[0] == 6
    assert taken(database, limits, 6, NOON + timedelta(minutes=65))[0] == 0


def test_a_full_hour_says_when_it_is_worth_while_to_ask_again(database: Database) -> None:
    limits = Limits(per_hour=10)
    taken(database, limits, 10, NOON)

    messages, wait = taken(database, limits, 1, NOON + timedelta(minutes=10))

    assert (messages, wait) == (0, 52.5 * 60)
    assert taken(database, limits, 1, NOON + timedelta(minutes=10, seconds=wait))[0] == 1


def test_the_day_holds_where_the_hour_would_allow_more(database: Database) -> None:
    limits = Limits(per_hour=10, per_day=15)

    assert [taken(database, limits, 10, NOON + timedelta(hours=2 * n))[0] for n in range(3)] == [10, 5, 0]
    assert taken(database, limits, 10, NOON + timedelta(days=1, minutes=4))[0] == 10


def test_what_is_given_back_can_be_taken_again(database: Database) -> None:
    limits = Limits(per_hour=10)
    with database.begin() as session:
        block = take(session, "main", limits, 10, NOON)
        give_back(session, "main", block, 7)

    assert taken(database, limits, 10, NOON) == (7, 0)


def test_each_name_has_an_allowance_of_its_own(database: Database) -> None:
    limits = Limits(per_hour=10, per_second=1)
    taken(database, limits, 10, NOON)

    with database.begin() as session:
        assert take(session, "@gmail.com", limits, 10, NOON).messages == 10


def test_a_clock_that_was_set_back_stops_nobody(database: Database) -> None:
    limits = Limits(per_second=10)
    taken(database, limits, 5, NOON)

    assert taken(database, limits, 5, NOON - timedelta(hours=1)) == (5, 0)
