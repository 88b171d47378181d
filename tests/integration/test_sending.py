"""A campaign against a real SMTP server, on both databases: whatever the relay does, the counts add up and nobody gets two."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from fob_mail import balance, campaigns, ledger
from fob_mail.database import Database, clock
from fob_mail.errors import ConflictError
from fob_mail.models import CampaignState
from fob_mail.sending.run import Ended, Ending
from fob_mail.sending.transmission import Transmission
from tests.recording_relay import Faults, RecordingRelay
from tests.sending import WORDS, a_campaign, everyone, send

__all__ = ["send"]  # a fixture


def test_everyone_gets_one_message_of_their_own(database: Database, send: Callable[..., Ended]) -> None:
    a_campaign(database, 45)

    with RecordingRelay() as relay:
        ended = send(relay)

    assert ended.how is Ending.FINISHED
    assert ended.counts == balance.Counts(audience=45, accepted=45)
    assert relay.recipients == everyone(45)
    assert len({message.content for message in relay.messages}) == 45


def test_sending_again_sends_nothing(database: Database, send: Callable[..., Ended]) -> None:
    a_campaign(database, 12)

    with RecordingRelay() as relay:
        send(relay)
        ended = send(relay)

    assert ended.how is Ending.FINISHED
    assert relay.recipients == everyone(12)


def test_a_relay_without_pipelining_is_spoken_to_step_by_step(database: Database, send: Callable[..., Ended]) -> None:
    a_campaign(database, 15)

    with RecordingRelay(Faults(pipelining=False, rcpt={"p4@example.org": "550 5.1.1 Unknown"})) as relay:
        ended = send(relay)

    assert (ended.counts.accepted, ended.counts.refused) == (14, 1)
    assert relay.recipients == everyone(15) - Counter(["p4@example.org"])


def test_a_refusal_is_an_outcome_with_its_words(database: Database, send: Callable[..., Ended]) -> None:
    a_campaign(database, 12)

    with RecordingRelay(Faults(rcpt={"p7@example.org": "550 5.1.1 No such user"}, dot={"p8@example.org": "554 5.7.1 Spam"})) as relay:
        ended = send(relay)

    assert (ended.counts.accepted, ended.counts.refused) == (10, 2)
    with database.read() as session:
        rows = session.execute(text("SELECT address, code, reply FROM deliveries WHERE state = 'refused' ORDER BY position")).all()
    assert [tuple(row) for row in rows] == [("p7@example.org", 550, "5.1.1 No such user"), ("p8@example.org", 554, "5.7.1 Spam")]


def test_a_deferral_is_tried_again_and_reaches_its_reader(database: Database, send: Callable[..., Ended]) -> None:
    a_campaign(database, 12)

    with RecordingRelay(Faults(once={"p3@example.org": "450 4.2.0 Greylisted"})) as relay:
        ended = send(relay, wait=True)

    assert ended.counts == balance.Counts(audience=12, accepted=12)
    assert relay.recipients == everyone(12)


def test_without_waiting_a_deferral_is_owed_and_says_when(database: Database, send: Callable[..., Ended]) -> None:
    a_campaign(database, 12)

    with RecordingRelay(Faults(rcpt={"p3@example.org": "450 4.2.0 Later"})) as relay:
        ended = send(relay)

    assert ended.how is Ending.OWED
    assert ended.counts.deferred == 1
    assert ended.next_due is not None


def test_deferrals_that_never_end_are_given_up_as_refused(database: Database, send: Callable[..., Ended]) -> None:
    a_campaign(database, 11)
    from datetime import timedelta

    with RecordingRelay(Faults(rcpt={"p3@example.org": "450 4.2.0 Later"})) as relay:
        ended = send(relay, wait=True, give_up_after=timedelta(seconds=2))

    assert ended.counts == balance.Counts(audience=11, accepted=10, refused=1)
    assert 2 <= relay.met["p3@example.org"] <= 3  # a second apart, and a little more or less


def test_a_connection_lost_after_the_final_dot_is_unknown_and_never_resent(database: Database, send: Callable[..., Ended]) -> None:
    a_campaign(database, 12)

    with RecordingRelay(Faults(dot={"p5@example.org": None})) as relay:
        ended = send(relay)
        send(relay)

    assert ended.counts == balance.Counts(audience=12, accepted=11, unknown=1)
    assert relay.recipients == everyone(12)
    with database.read() as session:
        assert [doubt.address for doubt in balance.doubts(session, 1)] == ["p5@example.org"]


def test_an_unknown_is_sent_again_only_when_it_is_asked_for(database: Database, send: Callable[..., Ended]) -> None:
    a_campaign(database, 12)

    with RecordingRelay(Faults(dot={"p5@example.org": None})) as relay:
        send(relay)
        with database.begin() as session:
            assert ledger.owe_again(session, 1, [doubt.position for doubt in balance.doubts(session, 1)]) == 1
        relay.faults = Faults()
        ended = send(relay)

    assert ended.counts == balance.Counts(audience=12, accepted=12)
    assert relay.recipients["p5@example.org"] == 2
    ids = [m.content.partition(b"Message-ID: ")[2].partition(b"\r\n")[0] for m in relay.messages if m.recipient == "p5@example.org"]
    assert len(set(ids)) == 1


def test_a_connection_lost_before_the_final_dot_is_owed_and_sent(database: Database, send: Callable[..., Ended]) -> None:
    a_campaign(database, 12)

    with RecordingRelay(Faults(before_dot=frozenset({"p5@example.org"}))) as relay:
        ended = send(relay)

    assert ended.counts == balance.Counts(audience=12, accepted=12)
    assert relay.recipients == everyone(12)


def test_stopping_drains_and_the_next_run_goes_on(database: Database, send: Callable[..., Ended]) -> None:
    a_campaign(database, 60)

    with RecordingRelay(Faults(delay=0.02)) as relay:

        def stop_soon(transmission: Transmission) -> None:
            def stop_in_the_middle() -> None:
                while len(relay.messages) < 5:
                    time.sleep(0.005)
                transmission.stop()

            threading.Thread(target=stop_in_the_middle, daemon=True).start()

        first = send(relay, started=stop_soon)
        second = send(relay)

    assert first.how is Ending.STOPPED
    assert 0 < first.counts.accepted < 60
    assert first.counts.unknown == 0
    assert second.how is Ending.FINISHED
    assert relay.recipients == everyone(60)


def test_a_database_slower_than_the_relay_is_told_of_outcomes_all_the_same(
    database: Database, send: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is leased and not settled is unknown if the host is lost: all of it was, where a lease took longer than the sending."""
    a_campaign(database, 200)
    unsettled = []

    def slowly(  # noqa: PLR0913 as lease() has it
        session: Session, campaign_id: int, worker: str, now: datetime, until: datetime, *, attributes: bool
    ) -> ledger.Lease | None:
        time.sleep(0.1)
        unsettled.append(len(ledger.leased_by(session, worker)))
        return lease(session, campaign_id, worker, now, until, attributes=attributes)

    lease = ledger.lease
    monkeypatch.setattr(ledger, "lease", slowly)

    with RecordingRelay() as relay:
        ended = send(relay)

    assert ended.counts == balance.Counts(audience=200, accepted=200)
    assert max(unsettled) <= 6, "of twenty batches; what a quarter of a second brings waits for the next settlement"


def test_two_runs_at_the_same_time_share_the_work(database: Database, send: Callable[..., Ended]) -> None:
    import threading

    a_campaign(database, 120)
    ends: list[Ended] = []

    with RecordingRelay(Faults(delay=0.01)) as relay:
        threads = [threading.Thread(target=lambda: ends.append(send(relay, wait=True))) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)

    assert [end.how for end in ends] == [Ending.FINISHED, Ending.FINISHED]
    assert relay.recipients == everyone(120)


def test_a_campaign_to_nobody_is_refused_and_stays_a_draft(database: Database, send: Callable[..., Ended]) -> None:
    a_campaign(database, 0)

    with pytest.raises(ConflictError, match="nobody confirmed"):
        send(1)

    with database.read() as session:
        assert campaigns.find(session, "c").state is CampaignState.DRAFT


def test_a_frozen_campaign_cannot_be_composed_again(database: Database, send: Callable[..., Ended]) -> None:
    a_campaign(database, 1)
    with RecordingRelay() as relay:
        send(relay)

    with database.begin() as session:
        to = campaigns.list_of(session, campaigns.find(session, "c"))
        with pytest.raises(ConflictError, match="can no longer be changed"):
            campaigns.save_draft(session, "c", to, "a.txt", "", [replace(WORDS, subject="Other")], clock(session))
