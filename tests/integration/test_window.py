"""Campaigns that go out several messages at a time on each connection, where the relay takes BDAT: whatever it does, the counts add up."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from fob_mail import balance
from fob_mail.composing.composed import Composed
from fob_mail.database import Database
from fob_mail.links import Links
from fob_mail.sending.run import Controls, Ended, Ending, freeze, run
from fob_mail.settings import Settings
from tests.builders import make_draft
from tests.recording_relay import Faults, RecordingRelay

PEOPLE = 60
WINDOW = 8
CONNECTIONS = 2
CHUNKING = Faults(chunking=True)


@pytest.fixture
def send(database: Database, settings: Settings, tmp_path: Path) -> Callable[..., Ended]:
    """Freeze and run a campaign to sixty people through a relay, with a window of eight."""
    with database.begin() as session:
        words = Composed("en", "An evening", "", "<p>.Hello</p>", ".Hello\n.\nand good night\n")
        make_draft(session, PEOPLE, words)

    def sending(relay: RecordingRelay) -> Ended:
        smtp = settings.smtp.model_copy(update={"port": relay.port, "connections": CONNECTIONS, "timeout": 2.0, "window": WINDOW})
        own = settings.sending.model_copy(update={"journal_folder": tmp_path / "journal", "batch_size": 20, "retry_after": [1]})
        here = settings.model_copy(update={"smtp": smtp, "sending": own})
        freeze(database, "c", here)
        return run(database, "c", here, Links(here.keys(), here.base_url), Controls(lambda _: None, lambda _: None, wait=True))

    return sending


def everyone() -> Counter[str]:
    """One message each."""
    return Counter(f"p{number}@example.org" for number in range(PEOPLE))


def test_everyone_gets_one_message_whole(send: Callable[..., Ended]) -> None:
    with RecordingRelay(CHUNKING) as relay:
        ended = send(relay)

    assert ended.counts == balance.Counts(audience=PEOPLE, accepted=PEOPLE)
    assert relay.recipients == everyone()
    assert all(message.content.endswith(b"--\r\n") for message in relay.messages)


def test_a_relay_without_chunking_is_sent_one_at_a_time(send: Callable[..., Ended]) -> None:
    with RecordingRelay() as relay:
        ended = send(relay)

    assert ended.counts.accepted == PEOPLE
    assert relay.recipients == everyone()


def test_those_refused_in_a_window_are_refused_by_their_own_reply_and_the_others_are_mailed(send: Callable[..., Ended]) -> None:
    refused = {f"p{number}@example.org": "550 5.1.1 Unknown" for number in (3, 4, 5, 17)}
    later = {"p9@example.org": "451 4.7.1 later"}

    with RecordingRelay(Faults(chunking=True, rcpt=refused, once=later, a_byte_at_a_time=True)) as relay:
        ended = send(relay)

    assert ended.counts == balance.Counts(audience=PEOPLE, accepted=PEOPLE - 4, refused=4)
    assert relay.recipients == everyone() - Counter(refused.keys())


def test_a_relay_that_falls_silent_leaves_a_whole_window_unknown_and_nobody_is_mailed_twice(send: Callable[..., Ended]) -> None:
    """So much a window costs: all of it was on the wire."""
    with RecordingRelay(Faults(chunking=True, hang=frozenset({"p0@example.org"}))) as relay:
        ended = send(relay)

    assert ended.how is Ending.FINISHED
    assert ended.counts == balance.Counts(audience=PEOPLE, accepted=PEOPLE - WINDOW, unknown=WINDOW)
    assert max(relay.recipients.values()) == 1


def test_a_relay_that_hangs_up_in_a_window_is_given_the_rest_on_another_connection(send: Callable[..., Ended]) -> None:
    with RecordingRelay(Faults(chunking=True, dot={"p7@example.org": None})) as relay:
        ended = send(relay)

    assert ended.how is Ending.FINISHED
    assert 1 <= ended.counts.unknown <= WINDOW
    assert ended.counts.accepted + ended.counts.unknown == PEOPLE
    assert max(relay.recipients.values()) == 1
