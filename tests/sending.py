"""A campaign on both databases that is sent to a relay, and whether it adds up."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from fob_mail import balance, campaigns
from fob_mail.composing.composed import Composed
from fob_mail.database import Database, clock
from fob_mail.links import Links
from fob_mail.sending.run import Controls, Ended, freeze, run
from fob_mail.sending.transmission import Transmission
from fob_mail.settings import Settings
from fob_mail.slots import mark
from tests.builders import make_list, make_subscriber
from tests.recording_relay import RecordingRelay

WORDS = Composed(
    "en", "An evening", "", f'<a href="{mark("unsubscribe_url")}">leave</a>', f"Hello {mark('name', 'you')}\n{mark('unsubscribe_url')}"
)


def a_campaign(database: Database, people: int) -> None:
    """A draft `c` to a list of p1@example.org, p2@example.org, …"""
    with database.begin() as session:
        to = make_list(session, "supporters")
        for number in range(1, people + 1):
            make_subscriber(session, f"p{number}@example.org", to)
        campaigns.save_draft(session, "c", to, "article.txt", "", [WORDS], clock(session))


@pytest.fixture
def send(database: Database, settings: Settings, tmp_path: Path) -> Callable[..., Ended]:
    """Freeze and run campaign `c` through a relay."""

    def sending(
        relay: RecordingRelay | int, *, wait: bool = False, started: Callable[[Transmission], None] = lambda _: None, **changes: object
    ) -> Ended:
        port = relay if isinstance(relay, int) else relay.port
        smtp = settings.smtp.model_copy(update={"host": "127.0.0.1", "port": port, "connections": 3, "timeout": 5.0})
        own = settings.sending.model_copy(update={"journal_folder": tmp_path / "journal", "batch_size": 10, "retry_after": [1], **changes})
        here = settings.model_copy(update={"smtp": smtp, "sending": own})
        freeze(database, "c", here)
        return run(database, "c", here, Links(here.keys(), here.base_url), Controls(started, lambda _: None, wait))

    return sending


def assert_adds_up(counts: balance.Counts) -> None:
    """The sum of all states is the audience."""
    parts = (counts.queued, counts.leased, counts.deferred, counts.accepted, counts.refused, counts.skipped, counts.unknown)
    assert sum(parts) == counts.audience


def everyone(people: int) -> Counter[str]:
    """One message each."""
    return Counter({f"p{number}@example.org": 1 for number in range(1, people + 1)})
