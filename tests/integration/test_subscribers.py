"""One person: put on a list at their word, shown with all that is known, taken off; and everyone, as a CSV."""

import io
import json
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from sqlalchemy import select

from fob_mail.addresses import digest
from fob_mail.audience import exporting, leaving, lists, subscribers, suppressions
from fob_mail.audience.subscribers import Added, Newcomer
from fob_mail.database import Database
from fob_mail.errors import ConflictError, InputError, NotFoundError
from fob_mail.models import Consent, Subscriber, Subscription, SubscriptionState, SuppressionReason

KEY = b"d" * 40
NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
ROSA = Newcomer("Rosa@Example.org", "asked by phone", "Rosa Mamani", "español")
BACK = Newcomer("rosa@example.org", "wrote to us", again=True)


@pytest.fixture(autouse=True)
def _a_list(database: Database) -> None:
    with database.begin() as session:
        lists.create(session, "supporters", "Friends", "news@example.org", now=NOW)


def add(database: Database, who: Newcomer = ROSA) -> Added:
    """Put someone on the list, in a transaction of their own."""
    with database.begin() as session:
        return subscribers.add(session, lists.find(session, "supporters"), who, KEY, NOW)


def diary(database: Database) -> list[str]:
    """What the consents say, in order."""
    with database.read() as session:
        return list(session.scalars(select(Consent.what).order_by(Consent.id)))


def test_a_person_is_added_at_their_word(database: Database) -> None:
    """And a second time changes nothing."""
    assert (add(database), add(database)) == (Added.ADDED, Added.ALREADY)

    with database.read() as session:
        profile = subscribers.profile(session, "ROSA@example.org", KEY)
    assert profile.subscriber is not None
    assert (profile.subscriber.name, profile.subscriber.language) == ("Rosa Mamani", "es")
    assert profile.subscriber.digest == digest("rosa@example.org", KEY)
    assert [(place.slug, place.state) for place in profile.places] == [("supporters", SubscriptionState.CONFIRMED)]
    assert [(word.what, word.how, word.evidence) for word in profile.words] == [("joined", "organiser", "asked by phone")]


def test_who_was_waiting_is_confirmed(database: Database) -> None:
    """Their word is as good as a click."""
    with database.begin() as session:
        session.add(Subscriber(address="rosa@example.org", digest=digest("rosa@example.org", KEY), created_at=NOW))
        session.flush()
        session.add(Subscription(subscriber_id=1, list_id=1, state=SubscriptionState.PENDING, since=NOW))

    assert add(database) is Added.CONFIRMED


def test_who_left_comes_back_only_if_they_asked_to(database: Database) -> None:
    """The organiser says so, and it is written down."""
    add(database)
    with database.begin() as session:
        assert subscribers.remove(session, lists.find(session, "supporters"), "rosa@example.org", "", NOW)

    with pytest.raises(ConflictError, match="left the list supporters on 2026-04-01"):
        add(database)
    assert add(database, BACK) is Added.RETURNED
    assert diary(database) == ["joined", "left", "returned"]


def test_who_left_all_lists_comes_back_only_if_they_asked_to(database: Database) -> None:
    """The suppression that they asked for is lifted then."""
    add(database)
    with database.begin() as session:
        leaving.leave_all(session, 1, "page", "", NOW)

    with pytest.raises(ConflictError, match="left all lists"):
        add(database)
    assert add(database, BACK) is Added.RETURNED
    with database.read() as session:
        assert suppressions.find(session, digest("rosa@example.org", KEY)) is None


@pytest.mark.parametrize("why", [SuppressionReason.BOUNCE, SuppressionReason.COMPLAINT, SuppressionReason.ERASED])
def test_who_is_suppressed_for_another_reason_is_not_added_at_all(database: Database, why: SuppressionReason) -> None:
    """Whatever the organiser says; no row is made of them."""
    with database.begin() as session:
        suppressions.suppress(session, digest("rosa@example.org", KEY), why, NOW)

    with pytest.raises(ConflictError, match="never mailed again"):
        add(database, BACK)
    with database.read() as session:
        assert session.scalar(select(Subscriber)) is None
        assert subscribers.profile(session, "rosa@example.org", KEY).subscriber is None


@pytest.mark.parametrize(
    "who", [Newcomer("nobody", "x"), Newcomer("rosa@example.org", " "), Newcomer("rosa@example.org", "x", language="very old")]
)
def test_what_cannot_be_used_is_refused(database: Database, who: Newcomer) -> None:
    """An address, words of consent, a language."""
    with pytest.raises(InputError):
        add(database, who)


def test_removing_is_noted_once_and_keeps_the_person(database: Database) -> None:
    """The links in mail that they have must work."""
    add(database)

    removed = []
    for _ in range(2):
        with database.begin() as session:
            removed.append(subscribers.remove(session, lists.find(session, "supporters"), "rosa@example.org", "by phone", NOW))

    assert removed == [True, False]
    assert diary(database) == ["joined", "left"]
    with database.read() as session:
        assert subscribers.find(session, "rosa@example.org").id == 1


def test_an_address_that_is_not_there_names_those_like_it(database: Database) -> None:
    """The same name at another domain."""
    add(database)

    with database.read() as session, pytest.raises(NotFoundError, match=r"Did you mean rosa@example\.org"):
        subscribers.find(session, "rosa@exmple.org")


def test_an_export_is_guarded_and_holds_whom_a_campaign_would_mail(database: Database) -> None:
    """Or, asked for everyone, how each of them stands."""
    for name in ("rosa", "+luis", "ana"):
        add(database, Newcomer(f"{name}@example.org", "x", "=1+1"))
    with database.begin() as session:
        leaving.leave(session, subscribers.find(session, "rosa@example.org").id, 1, "page", "", NOW)
        suppressions.suppress(session, digest("ana@example.org", KEY), SuppressionReason.BOUNCE, NOW)

    def exported(*, everyone: bool) -> list[str]:
        out = io.StringIO()
        with database.read() as session:
            exporting.write(exporting.rows(session, 1, everyone=everyone), out)
        return out.getvalue().splitlines()

    since = NOW.isoformat()
    assert exported(everyone=False) == ["email,name,language", "'+luis@example.org,'=1+1,"]
    assert sorted(exported(everyone=True)) == sorted(
        [
            "email,name,language,state,since",
            f"'+luis@example.org,'=1+1,,confirmed,{since}",
            f"ana@example.org,'=1+1,,bounce,{since}",
            f"rosa@example.org,'=1+1,,left,{since}",
        ]
    )


def test_the_commands_of_a_person(
    database: Database, fob_mail: Callable[..., CompletedProcess[str]], settings_file: Path, tmp_path: Path
) -> None:
    """Added, shown, exported for the organiser's eyes, taken off only when meant."""
    assert settings_file.exists()
    assert database

    added = fob_mail("subscribers", "add", "supporters", "rosa@example.org", "--consent", "by phone", "--json")
    exported = fob_mail("subscribers", "export", "supporters", "--out", "out.csv")
    asked = fob_mail("subscribers", "remove", "supporters", "rosa@example.org")
    removed = fob_mail("subscribers", "remove", "supporters", "rosa@example.org", "--yes")
    shown = fob_mail("subscribers", "show", "rosa@example.org", "--json")
    again = fob_mail("subscribers", "export", "supporters", "--out", "out.csv")

    assert json.loads(added.stdout)["result"] == "added"
    assert "1 people" not in exported.stderr
    assert stat.S_IMODE((tmp_path / "out.csv").stat().st_mode) == 0o600
    assert "rosa@example.org" in (tmp_path / "out.csv").read_text(encoding="utf-8-sig")
    assert (asked.returncode, "--yes" in asked.stderr) == (1, True)
    assert "is off the list" in removed.stdout
    assert json.loads(shown.stdout)["lists"][0]["state"] == "left"
    assert (again.returncode, "not there yet" in again.stderr) == (1, True)
