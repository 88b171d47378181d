"""Leaving a list is done once and noted once, can be taken back, and no other list is touched by it."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from fob_mail.audience import leaving, lists, suppressions
from fob_mail.audience.counting import Counts, counts
from fob_mail.audience.leaving import OneClick
from fob_mail.database import Database, clock
from fob_mail.models import Consent, Subscriber, Subscription, SubscriptionState, SuppressionReason

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
DIGEST = b"d" * 16
LEFT, CONFIRMED = SubscriptionState.LEFT, SubscriptionState.CONFIRMED


@pytest.fixture(autouse=True)
def _rosa_on_two_lists(database: Database) -> None:
    """Rosa is subscriber 1, on lists 1 and 2."""
    with database.begin() as session:
        session.add(Subscriber(address="rosa@example.org", digest=DIGEST, language="es", created_at=NOW))
        for slug in ("supporters", "press"):
            made = lists.create(session, slug, slug.title(), "news@example.org", now=NOW)
            session.flush()
            session.add(Subscription(subscriber_id=1, list_id=made.id, state=CONFIRMED, since=NOW))


def diary(session: Session) -> list[tuple[int, str, str, str]]:
    """The consents in order."""
    return [(word.list_id, word.what, word.how, word.evidence) for word in session.scalars(select(Consent).order_by(Consent.id))]


def state_of(session: Session, list_id: int) -> SubscriptionState:
    """How Rosa stands."""
    return session.get_one(Subscription, (1, list_id), populate_existing=True).state


def test_the_page_is_told_where_a_person_stands(database: Database) -> None:
    """And nothing of people or lists that are not there."""
    with database.read() as session:
        standing = leaving.standing(session, 1, 1)

        assert standing == leaving.Standing("rosa@example.org", "Supporters", "en", "es", CONFIRMED, None, other_lists=1)
        assert leaving.standing(session, 1, 99) is None
        assert leaving.standing(session, 99, 1) is None


def test_many_one_clicks_at_once_are_each_done_and_noted_once_by_their_own_mail(database: Database) -> None:
    with database.begin() as session:
        session.add(Subscriber(address="luis@example.org", digest=b"l" * 16, created_at=NOW))
        session.add(Subscription(subscriber_id=2, list_id=2, state=CONFIRMED, since=NOW))
    many = [OneClick(1, 1, 7), OneClick(1, 1, 8), OneClick(2, 2, 0), OneClick(2, 1, 7), OneClick(99, 1, 7)]

    for moment in (NOW, LATER):
        with database.begin() as session:
            leaving.leave_by_one_click(session, many, moment)

    with database.read() as session:
        assert sorted(diary(session)) == [(1, "left", "one-click", "campaign 7"), (2, "left", "one-click", "a note")]
        assert (state_of(session, 1), state_of(session, 2)) == (LEFT, CONFIRMED)
        assert session.get_one(Subscription, (2, 2)).since == NOW


def test_leaving_is_for_one_list_and_noted_once(database: Database) -> None:
    """A mail client may press the link as often as it likes."""
    for moment in (NOW, LATER):
        with database.begin() as session:
            leaving.leave(session, 1, 1, "one-click", "campaign 7", moment)

    with database.read() as session:
        assert (state_of(session, 1), state_of(session, 2)) == (LEFT, CONFIRMED)
        assert session.get_one(Subscription, (1, 1)).since == NOW
        assert diary(session) == [(1, "left", "one-click", "campaign 7")]


def test_leaving_a_list_one_never_was_on_changes_nothing(database: Database) -> None:
    """Nor does leaving as nobody."""
    with database.begin() as session:
        leaving.leave(session, 1, 99, "page", "", NOW)
        leaving.leave(session, 99, 1, "page", "", NOW)
        leaving.leave_all(session, 99, "page", "", NOW)
        leaving.undo(session, 99, 1, "page", "", NOW)

    with database.read() as session:
        assert diary(session) == []


def test_leaving_is_taken_back(database: Database) -> None:
    """Once; and a second time changes nothing."""
    with database.begin() as session:
        leaving.leave(session, 1, 1, "page", "", NOW)
    for moment in (LATER, LATER + timedelta(hours=1)):
        with database.begin() as session:
            leaving.undo(session, 1, 1, "page", "", moment)

    with database.read() as session:
        assert state_of(session, 1) is CONFIRMED
        assert [what for _, what, _, _ in diary(session)] == ["left", "returned"]


def test_leaving_all_lists_holds_for_lists_of_tomorrow(database: Database) -> None:
    """By a suppression; each list is noted once."""
    for moment in (NOW, LATER):
        with database.begin() as session:
            leaving.leave_all(session, 1, "page", "asked", moment)

    with database.read() as session:
        assert (state_of(session, 1), state_of(session, 2)) == (LEFT, LEFT)
        assert diary(session) == [(1, "left", "page", "asked"), (2, "left", "page", "asked")]
        suppression = suppressions.find(session, DIGEST)
        assert suppression is not None
        assert (suppression.why, suppression.since) == (SuppressionReason.ASKED, NOW)


def test_coming_back_to_one_list_after_leaving_all_leaves_the_others_left(database: Database) -> None:
    """The suppression goes, since they can be mailed again."""
    with database.begin() as session:
        leaving.leave_all(session, 1, "page", "", NOW)
    with database.begin() as session:
        leaving.undo(session, 1, 1, "page", "", LATER)

    with database.read() as session:
        assert (state_of(session, 1), state_of(session, 2)) == (CONFIRMED, LEFT)
        assert suppressions.find(session, DIGEST) is None


@pytest.mark.parametrize("why", [SuppressionReason.BOUNCE, SuppressionReason.COMPLAINT, SuppressionReason.ERASED])
def test_only_what_a_person_asked_for_can_be_taken_back(database: Database, why: SuppressionReason) -> None:
    """A complaint stays, whatever is pressed afterwards; and it takes the place of a wish."""
    with database.begin() as session:
        leaving.leave_all(session, 1, "page", "", NOW)
        assert suppressions.suppress(session, DIGEST, why, LATER)
        assert not suppressions.suppress(session, DIGEST, SuppressionReason.ASKED, LATER)
    with database.begin() as session:
        leaving.undo(session, 1, 1, "page", "", LATER)

    with database.read() as session:
        assert suppressions.reason(session, DIGEST) is why
        assert counts(session, 1) == Counts(confirmed=0, pending=0, left=0, suppressed=1)


def test_the_counts_hold_everybody_once(database: Database) -> None:
    """Confirmed are those whom a campaign would mail."""
    with database.begin() as session:
        for number, state in enumerate([CONFIRMED, SubscriptionState.PENDING, LEFT, CONFIRMED, LEFT], start=2):
            session.add(Subscriber(id=number, address=f"p{number}@example.org", digest=bytes([number]) * 16, created_at=NOW))
            session.flush()
            session.add(Subscription(subscriber_id=number, list_id=1, state=state, since=NOW))
        for number in (5, 6):
            suppressions.suppress(session, bytes([number]) * 16, SuppressionReason.BOUNCE, NOW)
        session.get_one(Subscription, (2, 1)).paused_until = clock(session) + timedelta(days=1)
        session.get_one(Subscription, (1, 1)).paused_until = clock(session) - timedelta(days=1)  # it is over

    with database.read() as session:
        assert counts(session, 1) == Counts(confirmed=1, paused=1, pending=1, left=2, suppressed=1)
