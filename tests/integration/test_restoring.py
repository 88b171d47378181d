"""A copy of the database is put back: who was mailed since is not mailed again, and who left since is not mailed at all."""

import shutil
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from fob_mail import backups, balance, campaigns
from fob_mail.audience import forgetting, leaving, lists
from fob_mail.composing.composed import Composed
from fob_mail.database import Database, clock, connect
from fob_mail.errors import ConflictError, InputError
from fob_mail.journal import Journal
from fob_mail.links import Links
from fob_mail.models import Campaign, CampaignState, Feedback, Rendering, Subscriber, SubscriptionState
from fob_mail.reporting.report import report_of
from fob_mail.restoring import MARGIN, Proof, Restored, hold_campaigns, put_back
from fob_mail.sending.run import Controls, Ended, freeze, run
from fob_mail.sending.transmission import Transmission
from fob_mail.settings import Settings
from tests.builders import make_draft, make_list, make_subscriber
from tests.recording_relay import Faults, RecordingRelay

PEOPLE = 60
CONNECTIONS = 2
KEEP = timedelta(days=14)
KEY = b"d" * 40


@pytest.fixture
def here(database: Database, settings: Settings, tmp_path: Path) -> Settings:
    """Settings of a campaign `c` to sixty people, composed, in batches of ten."""
    with database.begin() as session:
        make_draft(session, PEOPLE)
    own = settings.sending.model_copy(update={"journal_folder": tmp_path / "journal", "batch_size": 10})
    return settings.model_copy(update={"sending": own})


def send(
    database: Database, here: Settings, relay: RecordingRelay, until: int = PEOPLE, at_each: Callable[[Transmission], None] | None = None
) -> Ended:
    """Send the campaign, until so many have their copy."""

    def stop(transmission: Transmission) -> None:
        if transmission.tally.total() >= until:
            transmission.stop()

    freeze(database, "c", here)
    smtp = here.smtp.model_copy(update={"host": "127.0.0.1", "port": relay.port, "connections": CONNECTIONS})
    told = here.model_copy(update={"smtp": smtp})
    return run(database, "c", told, Links(told.keys(), told.base_url), Controls(lambda _: None, at_each or stop, wait=False))


def restore(database: Database, here: Settings, copy: Path, *, one_host: bool = True, keep: timedelta = KEEP) -> Restored:
    return put_back(database, copy, Proof(here.sending.journal_folder, keep, one_host, KEY))


def copied(database: Database, tmp_path: Path) -> Path:
    backups.back_up(database, tmp_path / "copy", force=False)
    return tmp_path / "copy"


def test_nobody_who_was_mailed_since_the_copy_is_mailed_again(database: Database, here: Settings, tmp_path: Path) -> None:
    with RecordingRelay(Faults(delay=0.05)) as relay:
        send(database, here, relay, until=12)
        copy = copied(database, tmp_path)
        send(database, here, relay, until=20)
        mailed = len(relay.recipients)

        done = restore(database, here, copy)
        ended = send(database, here, relay)

    assert mailed > 12
    assert done.unknown == 0
    assert done.settled > 0
    assert done.paused == ("c",)
    assert Counter(relay.recipients.values()) == {1: PEOPLE}
    assert ended.counts.accepted == PEOPLE


def accepted(database: Database) -> int:
    with database.read() as session:
        return balance.counts(session, campaigns.find(session, "c").id).accepted


def test_what_a_killed_worker_sent_is_settled_and_counted_at_once(database: Database, here: Settings, tmp_path: Path) -> None:
    class KilledError(Exception):
        """The end of a worker in the middle of its batches."""

    def die(transmission: Transmission) -> None:
        if transmission.tally.total() >= 15:
            raise KilledError

    with RecordingRelay(Faults(delay=0.05)) as relay:
        send(database, here, relay, until=12)
        copy, at_copy = copied(database, tmp_path), accepted(database)
        with pytest.raises(KilledError):
            send(database, here, relay, at_each=die)
        mailed = len(relay.recipients)

        done = restore(database, here, copy)
        after = accepted(database)
        send(database, here, relay)

    assert at_copy < after <= mailed
    assert done.settled == after - at_copy
    assert mailed <= after + done.unknown <= mailed + CONNECTIONS
    assert done.unknown <= CONNECTIONS
    assert max(relay.recipients.values()) == 1
    assert accepted(database) == PEOPLE - done.unknown


def test_a_campaign_that_was_finished_since_is_finished_again(database: Database, here: Settings, tmp_path: Path) -> None:
    with RecordingRelay(Faults(delay=0.05)) as relay:
        send(database, here, relay, until=12)
        copy = copied(database, tmp_path)
        send(database, here, relay)

        done = restore(database, here, copy)
        with database.read() as session:
            state = campaigns.find(session, "c").state

    assert done.paused == ()
    assert state is CampaignState.FINISHED
    assert Counter(relay.recipients.values()) == {1: PEOPLE}


def test_what_another_host_may_have_sent_is_unknown(database: Database, here: Settings, tmp_path: Path) -> None:
    with RecordingRelay() as relay:
        freeze(database, "c", here)
        copy = copied(database, tmp_path)

        done = restore(database, here, copy, one_host=False)
        ended = send(database, here, relay)

    assert done.unknown == PEOPLE
    assert not relay.recipients
    assert ended.counts.unknown == PEOPLE


def test_a_copy_that_is_older_than_the_journals_proves_nothing(database: Database, here: Settings, tmp_path: Path) -> None:
    freeze(database, "c", here)
    copy = copied(database, tmp_path)

    done = restore(database, here, copy, keep=timedelta(0))

    assert done.unknown == PEOPLE


def test_who_left_since_the_copy_has_left_still(database: Database, here: Settings, tmp_path: Path) -> None:
    with database.begin() as session:
        first = session.scalars(select(Subscriber.id).where(Subscriber.address == "p0@example.org")).one()
        second = session.scalars(select(Subscriber.id).where(Subscriber.address == "p1@example.org")).one()
    copy = copied(database, tmp_path)
    with database.begin() as session:
        leaving.leave(session, first, 1, "one-click", "", clock(session))
        leaving.leave_all(session, second, "page", "", clock(session))

    done = restore(database, here, copy)
    with database.read() as session:
        standing = [leaving.standing(session, who, 1) for who in (first, second)]
    with RecordingRelay() as relay:
        send(database, here, relay)

    assert [where and where.state for where in standing] == [SubscriptionState.LEFT] * 2
    assert (done.left, done.suppressed) == (2, 1)
    assert {"p0@example.org", "p1@example.org"}.isdisjoint(relay.recipients)
    assert len(relay.recipients) == PEOPLE - 2


def test_who_was_forgotten_since_the_copy_is_forgotten_again(database: Database, here: Settings, tmp_path: Path) -> None:
    with database.begin() as session:
        who = session.scalars(select(Subscriber.id).where(Subscriber.address == "p0@example.org")).one()
    copy = copied(database, tmp_path)
    with database.begin() as session:
        forgetting.erase(session, who, KEY, "organiser", clock(session))

    restore(database, here, copy)

    with database.read() as session:
        assert session.scalar(select(Subscriber.id).where(Subscriber.address == "p0@example.org")) is None


def test_a_draft_that_was_sent_since_the_copy_is_not_sent_again(database: Database, here: Settings, tmp_path: Path) -> None:
    copy = copied(database, tmp_path)
    with RecordingRelay() as relay:
        send(database, here, relay)

        done = restore(database, here, copy)
        with pytest.raises(ConflictError, match="would get it twice"):
            send(database, here, relay)

    assert done.not_in_copy == ("c",)
    assert max(relay.recipients.values()) == 1


def save(database: Database, name: str) -> None:
    with database.begin() as session:
        to = lists.find(session, "supporters")
        campaigns.save_draft(
            session, name, to, "article.txt", "", [Composed("en", "An evening", "", "<p>Hello</p>", "Hello")], clock(session)
        )


@pytest.mark.parametrize("journals", [True, False])
def test_a_campaign_that_the_copy_lacks_keeps_its_name_taken(database: Database, here: Settings, tmp_path: Path, journals: bool) -> None:
    """By the journals or, where another host has them, by the database that is replaced; also after a second restoring."""
    with database.begin() as session:
        session.execute(delete(Rendering))
        session.execute(delete(Campaign))
    copy = copied(database, tmp_path)
    save(database, "c")
    with RecordingRelay() as relay:
        send(database, here, relay)
        if not journals:
            shutil.rmtree(tmp_path / "journal")

        done, again = restore(database, here, copy), restore(database, here, copy)
        with pytest.raises(ConflictError, match="c went out after the copy") as refused:
            save(database, "c")
        with pytest.raises(ConflictError, match="would get it twice"):
            send(database, here, relay)

    assert done.not_in_copy == again.not_in_copy == ("c",)
    assert "twice" in refused.value.remedy
    assert Counter(relay.recipients.values()) == {1: PEOPLE}


def test_what_nobody_got_is_composed_again_after_a_copy_is_put_back(database: Database, here: Settings, tmp_path: Path) -> None:
    copy = copied(database, tmp_path)
    save(database, "later")

    done = restore(database, here, copy)
    save(database, "later")

    assert done.not_in_copy == ()


def test_each_command_says_of_a_draft_sent_since_who_would_get_it_twice(database: Database, here: Settings, tmp_path: Path) -> None:
    copy = copied(database, tmp_path)
    with RecordingRelay() as relay:
        send(database, here, relay)
    restore(database, here, copy)

    with database.begin() as session:
        campaign = campaigns.find(session, "c")
        for asked in (
            lambda: campaigns.refuse_cancelled(campaign),
            lambda: campaigns.schedule(session, campaign, clock(session)),
            lambda: report_of(session, campaign, here.base_url),
        ):
            with pytest.raises(ConflictError, match="c went out after the copy") as refused:
                asked()
            assert "those who got it would get it twice" in refused.value.remedy
    with pytest.raises(ConflictError, match="went out after the copy"):
        save(database, "c")


def test_a_forward_that_the_copy_still_owes_may_have_gone_and_is_unknown(database: Database, here: Settings, tmp_path: Path) -> None:
    with database.begin() as session:
        session.add(Feedback(event_key="k", kind="reply", kept="1.x", forward="queued", at=clock(session)))
    copy = copied(database, tmp_path)

    restore(database, here, copy)

    with database.read() as session:
        assert session.scalars(select(Feedback.forward)).all() == ["unknown"]


def test_ids_that_were_used_since_the_copy_are_not_used_again(database: Database, here: Settings, tmp_path: Path) -> None:
    """A link in a mail names a person by number: it must never open another's subscription."""
    copy = copied(database, tmp_path)
    with database.begin() as session:
        to = campaigns.list_of(session, session.scalars(select(Campaign)).one())
        later = make_subscriber(session, "later@example.org", to).id

    restore(database, here, copy)
    with database.begin() as session:
        to = campaigns.list_of(session, session.scalars(select(Campaign)).one())
        newest = make_subscriber(session, "newest@example.org", to).id

    assert newest > later


def test_a_damaged_database_is_moved_aside_and_its_ids_are_left_out(sqlite_database: Database, tmp_path: Path) -> None:
    with sqlite_database.begin() as session:
        known = make_subscriber(session, "ana@example.org", make_list(session, "supporters")).id
    copy = copied(sqlite_database, tmp_path)
    file = Path(str(sqlite_database.engine.url.database))
    sqlite_database.close()
    file.write_bytes(b"no database, but of some length" * 400)

    done = put_back(connect(f"sqlite:///{file}"), copy, Proof(tmp_path / "journal", KEEP, True, KEY))
    again = connect(f"sqlite:///{file}")
    with again.begin() as session:
        newest = make_subscriber(session, "bea@example.org", make_list(session, "other")).id
    again.close()

    assert not done.readable
    assert newest > known + MARGIN
    assert list(tmp_path.glob("*-damaged-*"))


def test_nothing_is_put_back_while_a_worker_sends(database: Database, here: Settings, tmp_path: Path) -> None:
    with Journal(tmp_path / "journal"), pytest.raises(ConflictError, match="still sending"):
        hold_campaigns(database, here.sending.journal_folder, patience=0.3)


def test_what_is_no_copy_is_not_put_back(database: Database, here: Settings, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear friends")

    with pytest.raises(InputError, match="is no copy"):
        restore(database, here, tmp_path / "letter.txt")
    with pytest.raises(InputError, match="cannot be read"):
        restore(database, here, tmp_path / "nothing")
