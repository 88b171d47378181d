"""A relay that cannot be had, or turns everyone away: the campaign pauses with a sentence, and nobody is refused for it."""

from collections.abc import Callable

from fob_mail import balance, campaigns
from fob_mail.database import Database
from fob_mail.models import CampaignState
from fob_mail.sending.run import Ended, Ending
from tests.recording_relay import Faults, RecordingRelay
from tests.sending import a_campaign, everyone, send

__all__ = ["send"]  # a fixture


def test_a_dead_relay_pauses_the_campaign_with_a_sentence(database: Database, send: Callable[..., Ended]) -> None:
    a_campaign(database, 5)

    ended = send(1)

    assert ended.how is Ending.TURNED_AWAY
    assert ended.problem is not None
    assert "127.0.0.1:1 cannot be reached" in ended.problem.problem
    assert ended.counts == balance.Counts(audience=5, queued=5)
    with database.read() as session:
        assert campaigns.find(session, "c").state is CampaignState.PAUSED


def test_a_paused_campaign_goes_on_with_the_same_command(database: Database, send: Callable[..., Ended]) -> None:
    a_campaign(database, 5)
    with RecordingRelay(Faults(mail="553 5.7.1 Sender address rejected")) as away:
        send(away)

    with RecordingRelay() as relay:
        ended = send(relay)

    assert ended.how is Ending.FINISHED
    assert relay.recipients == everyone(5)


def test_a_refused_sender_pauses_and_nobody_is_refused(database: Database, send: Callable[..., Ended]) -> None:
    a_campaign(database, 25)

    with RecordingRelay(Faults(mail="553 5.7.1 Sender address rejected")) as relay:
        ended = send(relay)

    assert ended.how is Ending.TURNED_AWAY
    assert ended.problem is not None
    assert "Sender address rejected" in ended.problem.problem
    assert ended.counts == balance.Counts(audience=25, queued=25)


def test_the_same_refusal_for_everyone_pauses_and_nobody_is_refused(database: Database, send: Callable[..., Ended]) -> None:
    a_campaign(database, 40)

    with RecordingRelay(Faults(rcpt=dict.fromkeys(everyone(40), "550 5.7.1 Relay access denied"))) as relay:
        ended = send(relay)

    assert ended.how is Ending.TURNED_AWAY
    assert ended.counts == balance.Counts(audience=40, queued=40)


def test_a_message_too_large_for_the_relay_pauses_with_its_size(database: Database, send: Callable[..., Ended]) -> None:
    a_campaign(database, 5)

    with RecordingRelay(Faults(size=300)) as relay:
        ended = send(relay)

    assert ended.problem is not None
    assert "300 octets" in ended.problem.problem
    assert ended.counts.owed == 5
