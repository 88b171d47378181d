"""Choosing by the link of any mail: name, language, lists, a pause, another address; one's own data, to take along or have forgotten."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from fob_mail import balance, campaigns, freezing, ledger
from fob_mail.addresses import digest
from fob_mail.audience import forgetting, retention, suppressions
from fob_mail.audience.retention import Lapsing, Terms
from fob_mail.composing.composed import Composed
from fob_mail.database import Database, clock
from fob_mail.links import Subscribed
from fob_mail.models import (
    Consent,
    Delivery,
    DeliveryState,
    MailingList,
    Note,
    Subscriber,
    Subscription,
    SubscriptionState,
    SuppressionReason,
)
from tests.builders import make_subscriber
from tests.groups import Group, link_in

KEY = b"d" * 40
CONFIRMED, LEFT = SubscriptionState.CONFIRMED, SubscriptionState.LEFT
MONTH = timedelta(days=30)


@pytest.fixture
def rosa(group: Group) -> str:
    """The link of a mail to Rosa, who is on the list 1 and has a name; her number is 1."""
    with group.database.begin() as session:
        make_subscriber(session, "rosa@example.org", session.get_one(MailingList, 1), name="Rosa Mamani", attributes={"city": "=Leeds"})
    return f"/p/{group.links.unsubscribe_token(Subscribed(1, 1, 12))}"


def states(database: Database) -> dict[int, SubscriptionState]:
    """How Rosa stands with each list."""
    with database.read() as session:
        return dict(session.execute(select(Subscription.list_id, Subscription.state).where(Subscription.subscriber_id == 1)).all())


def frozen(database: Database, slug: str) -> int:
    """A campaign to the list 1, frozen; gives its number."""
    with database.begin() as session:
        to, part = session.get_one(MailingList, 1), Composed("en", "Come", "", "<p>Come</p>", "Come")
        made = campaigns.save_draft(session, slug, to, "a.txt", "Come", [part], clock(session))
        freezing.freeze(session, made, 500, clock(session))
        return made.id


def test_what_is_chosen_is_kept_and_only_what_is_offered_can_be(group: Group, rosa: str) -> None:
    page = group.web.get(rosa).text
    assert "Rosa Mamani" in page
    assert "rosa@" not in page
    assert "Committee" not in page

    chosen = {"action": "save", "name": "Rosa\r\nBcc: x", "language": "es", "list": ["2", "3", "999", "x"]}
    answer = group.web.post(rosa, data=chosen)

    assert '<html lang="es">' in answer.text
    assert states(group.database) == {1: LEFT, 2: CONFIRMED}
    with group.database.read() as session:
        person = session.get_one(Subscriber, 1)
        assert (person.name, person.language) == ("Rosa Bcc: x", "es")
        assert session.execute(select(Consent.list_id, Consent.what).order_by(Consent.list_id)).all() == [(1, "left"), (2, "joined")]


def test_a_pause_keeps_a_campaign_away_before_it_is_frozen_and_after(group: Group, rosa: str) -> None:
    with group.database.begin() as session:
        make_subscriber(session, "ana@example.org", session.get_one(MailingList, 1))
    before = frozen(group.database, "before")
    assert "gets nothing from us until" in group.web.post(rosa, data={"action": "pause"}).text
    after = frozen(group.database, "after")

    with group.database.begin() as session:
        now = clock(session)
        leased = ledger.lease(session, before, "w", now, now + MONTH)
        assert leased
        assert [one.address for one in leased.recipients] == ["ana@example.org"]
        assert [one.reply for one in balance.settled_as(session, before, DeliveryState.SKIPPED)] == ["paused"]
        assert balance.counts(session, after).audience == 1
        assert freezing.reach(session, session.get_one(MailingList, 1)).paused == 1
    assert "gets our mail again" in group.web.post(rosa, data={"action": "resume"}).text
    with group.database.read() as session:
        assert freezing.reach(session, session.get_one(MailingList, 1)).audience == 2


def test_another_address_is_written_to_once_it_has_said_yes(group: Group, rosa: str) -> None:
    group.web.post(rosa, data={"action": "move", "address": "Rosa@New.example.org"})
    (mail,) = group.mails()
    assert (mail["To"], mail["List-Unsubscribe"]) == ("rosa@new.example.org", None)
    link = link_in(mail, "m")
    assert group.web.get(link).status_code == group.web.head(link).status_code == 200
    assert group.mails() == []

    assert "We write to you here" in group.web.post(link).text

    assert group.state("rosa@new.example.org") is CONFIRMED
    (told,) = group.mails()
    assert (told["To"], told["Subject"]) == ("rosa@example.org", "We write to your new address from now on")
    assert group.web.post(link).status_code == 410


def test_a_new_address_that_is_known_takes_over_what_the_old_one_was_on(group: Group, rosa: str) -> None:
    with group.database.begin() as session:
        make_subscriber(session, "other@example.org", session.get_one(MailingList, 2), LEFT)
    group.web.post(rosa, data={"action": "move", "address": "other@example.org"})
    (mail,) = group.mails()

    group.web.post(link_in(mail, "m"))

    assert states(group.database) == {1: LEFT}
    with group.database.read() as session:
        there = session.execute(select(Subscription.list_id, Subscription.state).where(Subscription.subscriber_id == 2)).all()
        assert sorted(there) == [(1, CONFIRMED), (2, LEFT)]


def test_one_takes_ones_data_along_by_a_link_that_only_goes_to_ones_address(group: Group, rosa: str) -> None:
    frozen(group.database, "april")
    assert group.web.get(rosa.replace("/p/", "/my/")).status_code == 404
    group.web.post(rosa, data={"action": "mine"})
    (mail,) = group.mails()
    link = link_in(mail, "my")

    page, whole, table = (group.web.get(link + kind) for kind in ("", ".json", ".csv"))

    assert "Rosa Mamani" in page.text
    known = json.loads(whole.text)
    assert (known["address"], known["lists"][0]["state"], known["mail"][0]["campaign"]) == ("rosa@example.org", "confirmed", "april")
    assert "attributes,1,city,'=Leeds" in table.text
    assert table.headers["Content-Disposition"] == "attachment; filename=my-data.csv"
    assert group.web.head(link).status_code == 200
    assert states(group.database) == {1: CONFIRMED}


def test_who_is_forgotten_is_nowhere_any_more_and_counts_still_add_up(group: Group, rosa: str) -> None:
    number = frozen(group.database, "april")
    group.web.post(rosa, data={"action": "mine"})
    (mail,) = group.mails()

    answer = group.web.post(link_in(mail, "my"), data={"action": "erase"})

    assert "We have forgotten you" in answer.text
    with group.database.begin() as session:
        for table in (Subscriber, Subscription, Consent, Delivery, Note):
            rows = [str(vars(row)) for row in session.scalars(select(table))]
            assert not [row for row in rows if "rosa" in row.lower() or "Leeds" in row]
        assert balance.counts(session, number).audience == 1
        leased = ledger.lease(session, number, "w", clock(session), clock(session) + MONTH)
        assert leased
        assert leased.recipients == ()
        assert suppressions.reason(session, digest("rosa@example.org", KEY)) is SuppressionReason.ERASED
        assert [(what, how) for _, what, how, _ in forgetting.proof(session, "rosa@example.org", KEY)] == [("erased", "page")]
    assert "no longer with us" in group.web.get(rosa.replace("/p/", "/u/")).text
    assert group.web.post(rosa.replace("/p/", "/u/"), data={"List-Unsubscribe": "One-Click"}).status_code == 200


def test_who_was_forgotten_may_join_again_by_their_own_press(group: Group, rosa: str) -> None:
    with group.database.begin() as session:
        forgetting.erase(session, 1, KEY, "organiser", clock(session))
    group.ask("rosa@example.org")
    (mail,) = group.mails()

    group.web.post(link_in(mail, "c"))

    assert group.state("rosa@example.org") is CONFIRMED
    assert rosa


def test_what_is_too_old_lapses_and_nobody_with_more_to_us(group: Group, rosa: str) -> None:
    group.ask("new@example.org")
    group.mails()
    with group.database.begin() as session:
        session.add(Subscription(subscriber_id=1, list_id=2, state=SubscriptionState.PENDING, since=clock(session)))
        session.flush()
        later = clock(session) + timedelta(days=40)
        lapsed = retention.lapse(session, Terms(timedelta(days=7), MONTH, timedelta(days=366)), KEY, later)

        assert lapsed == Lapsing(pending=2, strangers=1, notes=1, proofs=0, knocks=4, brought_back=0)
        assert session.scalars(select(Subscriber.address)).all() == ["rosa@example.org"]
    assert states(group.database) == {1: CONFIRMED}
    assert rosa


def test_a_reason_is_kept_once_in_the_words_of_who_left(group: Group, rosa: str) -> None:
    link = rosa.replace("/p/", "/u/")
    assert group.web.post(link, data={"action": "reason", "reason": "too early"}).status_code == 200
    assert "Why do you leave?" in group.web.post(link, data={"action": "leave"}).text
    for words in ("too <much>\n" + "x" * 900, "again"):
        assert "Thank you for telling us" in group.web.post(link, data={"action": "reason", "reason": words}).text

    with group.database.read() as session:
        (kept,) = session.scalars(select(Consent.evidence).where(Consent.what == "reason"))
    assert kept.startswith("too <much> xxx")
    assert len(kept) == 500
