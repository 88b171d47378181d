"""Who is known already: nothing twice, nobody who left, moved or is suppressed comes back, and the rest get what they lack."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from fob_mail.addresses import digest
from fob_mail.audience import leaving, lists, subscribers, suppressions
from fob_mail.audience.counting import counts
from fob_mail.audience.readdressing import readdress
from fob_mail.database import Database
from fob_mail.models import Consent, Subscriber, Subscription, SubscriptionState, SuppressionReason
from tests.bringing import KEY, NOW, PEOPLE, TERMS, a_list, bring, everything

__all__ = ["a_list"]  # a fixture


def test_importing_twice_changes_nothing(database: Database) -> None:
    """No second consent, no new date."""
    bring(database, PEOPLE)
    with database.read() as session:
        before = everything(session)

    report = bring(database, PEOPLE, replace(TERMS, now=NOW + timedelta(days=1)))

    with database.read() as session:
        assert everything(session) == before
    assert (report.imported, report.already) == (0, 3)


@pytest.mark.parametrize("left_before", [False, True])
def test_nobody_who_moved_to_another_address_is_brought_back_at_the_old_one(database: Database, left_before: bool) -> None:
    """Or they would be mailed twice, or after they left; whoever joins anew by the old one comes back."""
    bring(database, PEOPLE)
    with database.begin() as session:
        rosa = subscribers.find(session, "rosa@example.org").id
        if left_before:
            leaving.leave(session, rosa, 1, "one-click", "campaign c", NOW)
        assert readdress(session, rosa, "rosa@new.example", KEY, NOW) == "rosa@example.org"

    report = bring(database, PEOPLE)

    assert (report.imported, report.already, report.suppressed) == (0, 2, 1)
    with database.begin() as session:
        assert session.scalar(select(Subscriber.id).where(Subscriber.address == "rosa@example.org")) is None
        assert readdress(session, rosa, "rosa@example.org", KEY, NOW) == "rosa@new.example"  # and may move back
        assert suppressions.reason(session, digest("rosa@example.org", KEY)) is None


def test_known_people_get_what_they_lack_and_keep_what_they_have(database: Database) -> None:
    """A name and a language; attributes are for new people."""
    bring(database, PEOPLE)

    bring(database, "email,name,language,Town\nrosa@example.org,R.,en,Oruro\nana@example.org,Ana,es,York\nluis@example.org,,qu,Sucre\n")

    with database.read() as session:
        rosa, ana, luis = (subscribers.find(session, f"{name}@example.org") for name in ("rosa", "ana", "luis"))
        assert (rosa.name, rosa.language, rosa.attributes) == ("Rosa Mamani", "es", {"Town": "La Paz"})
        assert (ana.name, ana.language) == ("Ana", "en")
        assert (luis.name, luis.language, luis.attributes) == ("Luis Quispe", "qu", {})


def test_an_update_overwrites_what_the_file_says_and_no_more(database: Database) -> None:
    """Other attributes stay, and what the file leaves empty does too."""
    bring(database, "email,name,language,Town,Branch\nrosa@example.org,Rosa Mamani,es,La Paz,north\n")

    bring(database, "email,name,language,Town\nrosa@example.org,Rosa M.,,Oruro\n", replace(TERMS, overwrite=True))

    with database.read() as session:
        rosa = subscribers.find(session, "rosa@example.org")
        assert (rosa.name, rosa.language, rosa.attributes) == ("Rosa M.", "es", {"Town": "Oruro", "Branch": "north"})


def test_the_first_of_several_rows_for_an_address_counts(database: Database) -> None:
    """However the address is written; the others are duplicates."""
    report = bring(database, "email,name\nzoe@example.org,Zoe\nrosa@example.org,First\nROSA@example.org,Second\nrosa@EXAMPLE.org,Third\n")

    assert (report.rows, report.imported, report.duplicates) == (4, 2, 2)
    with database.read() as session:
        assert subscribers.find(session, "rosa@example.org").name == "First"


def test_nobody_who_left_is_brought_back(database: Database) -> None:
    """They are counted and named, with the day."""
    bring(database, PEOPLE)
    with database.begin() as session:
        leaving.leave(session, subscribers.find(session, "rosa@example.org").id, 1, "one-click", "", NOW)
        before = everything(session)

    report = bring(database, PEOPLE.replace("Rosa Mamani", "Rosa"), replace(TERMS, now=NOW + timedelta(days=9), overwrite=True))

    assert (report.imported, report.already, report.left) == (0, 2, 1)
    assert [(kept.line, kept.what, kept.reason) for kept in report.kept_out] == [(2, "rosa@example.org", "left on 2026-04-01")]
    with database.read() as session:
        assert everything(session) == before


@pytest.mark.parametrize("why", list(SuppressionReason))
def test_nobody_who_is_suppressed_is_brought_back(database: Database, why: SuppressionReason) -> None:
    """Not even as a subscriber: who asked to be erased stays erased."""
    with database.begin() as session:
        suppressions.suppress(session, digest("rosa@example.org", KEY), why, NOW)

    report = bring(database, PEOPLE + "Rosa@example.org,,,\n")

    assert (report.imported, report.suppressed, report.duplicates) == (2, 1, 1)
    assert [kept.reason for kept in report.kept_out] == [f"suppressed: {why}"]
    with database.read() as session:
        assert session.scalar(select(Subscriber).where(Subscriber.address == "rosa@example.org")) is None


def test_people_who_were_waiting_are_confirmed_with_the_consent_given(database: Database) -> None:
    """The organiser has their word."""
    with database.begin() as session:
        session.add(Subscriber(address="rosa@example.org", digest=digest("rosa@example.org", KEY), created_at=NOW))
        session.flush()
        session.add(Subscription(subscriber_id=1, list_id=1, state=SubscriptionState.PENDING, since=NOW - timedelta(days=3)))

    report = bring(database, PEOPLE)

    assert (report.imported, report.confirmed) == (2, 1)
    with database.read() as session:
        assert session.get_one(Subscription, (1, 1)).state is SubscriptionState.CONFIRMED
        assert len(session.scalars(select(Consent).where(Consent.subscriber_id == 1)).all()) == 1


def test_people_of_another_list_come_onto_this_one_too(database: Database) -> None:
    """And who left the other is asked about this one alone."""
    bring(database, PEOPLE)
    with database.begin() as session:
        leaving.leave(session, subscribers.find(session, "rosa@example.org").id, 1, "page", "", NOW)
        other = lists.create(session, "press", "Press", "press@example.org", now=NOW)

    report = bring(database, PEOPLE, replace(TERMS, list_id=other.id))

    assert (report.imported, report.left) == (3, 0)
    with database.read() as session:
        assert counts(session, other.id).confirmed == 3
        assert session.scalar(select(func.count()).select_from(Subscriber)) == 3


def test_a_list_exported_whole_brings_back_only_those_who_were_on_it(database: Database) -> None:
    """Our own column `state` is understood, on another installation too."""
    report = bring(database, "email,state\na@example.org,confirmed\nb@example.org,left\nc@example.org,complaint\nd@example.org,asked\n")

    assert (report.imported, report.declined) == (1, 3)
