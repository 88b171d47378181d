"""`send` is killed ten times in the middle of a campaign and started again: nobody gets two, nobody is missed, and doubt is counted."""

import json
import os
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from random import Random, SystemRandom

import pytest

from fob_mail import balance, campaigns
from fob_mail.addresses import digest
from fob_mail.database import Database, clock
from fob_mail.models import Subscriber, Subscription, SubscriptionState
from fob_mail.sending.run import freeze
from fob_mail.settings import load
from tests.builders import composed_parts, make_list
from tests.ready_command import start
from tests.recording_relay import Faults, RecordingRelay

PEOPLE = 2000
KILLS = 10
CONNECTIONS = 4
WINDOW = 8
DELAY = 0.005
"""Seconds that the relay takes for each message: the campaign lasts long enough to be killed in the middle."""

EVERYONE = {f"p{number}@example.org" for number in range(1, PEOPLE + 1)}


@pytest.fixture
def campaign_id(database: Database, settings_file: Path) -> int:
    """Campaign `c` to 2,000 people, frozen: `send` goes on with it."""
    with database.begin() as session:
        to, now = make_list(session, "supporters"), clock(session)
        people = [Subscriber(address=address, digest=digest(address, b"d" * 40), created_at=now) for address in sorted(EVERYONE)]
        session.add_all(people)
        session.flush()
        session.add_all(Subscription(subscriber_id=who.id, list_id=to.id, state=SubscriptionState.CONFIRMED, since=now) for who in people)
        campaigns.save_draft(session, "c", to, "article.txt", "", [composed_parts()], now)
    return freeze(database, "c", load(settings_file))[0]


@pytest.fixture
def chance() -> Random:
    """Chance that can be had again: pytest shows its seed where a test fails."""
    seed = SystemRandom().randrange(1_000_000)
    print(f"The kills are at the moments of seed {seed}.")  # noqa: T201 for whoever reads the failure
    return Random(seed)  # noqa: S311 moments, not secrets


def killed_at(moment: int, pause: float, relay: RecordingRelay, folder: Path) -> int:
    """Start `send` and kill it a pause after the relay has taken so many messages in all; gives the command's exit code."""
    with (folder / "send.log").open("ab") as log:
        child = start("send", "c", "--yes", "--json", cwd=folder, stdout=log, stderr=log)
        give_up = time.monotonic() + 60
        while len(relay.messages) < moment and child.poll() is None and time.monotonic() < give_up:
            time.sleep(0.0005)
        time.sleep(pause)
        child.kill()
        return child.wait()


@pytest.fixture
def relay(monkeypatch: pytest.MonkeyPatch) -> RecordingRelay:
    """A relay, not yet running, that takes its time."""
    for name in [name for name in os.environ if name.startswith("FOB_MAIL_")]:
        monkeypatch.delenv(name)
    return RecordingRelay(Faults(delay=DELAY))


def test_ten_kills_give_nobody_two_and_miss_nobody(  # noqa: PLR0913, PLR0917 fixtures
    database: Database,
    campaign_id: int,
    chance: Random,
    relay: RecordingRelay,
    tmp_path: Path,
    fob_mail: Callable[..., subprocess.CompletedProcess[str]],
    settings_file: Path,
) -> None:
    """The promise of the ledger: after each kill at most one message a connection is unknown, and only an organiser sends it again."""
    moments = sorted(chance.sample(range(20, PEOPLE - 200), KILLS))
    unknown = [0]

    with relay:
        with settings_file.open("a", encoding="utf-8") as file:
            file.write(f'[smtp]\nhost = "127.0.0.1"\nport = {relay.port}\nconnections = {CONNECTIONS}\n[sending]\nbatch_size = 100\n')
        for moment in moments:
            assert killed_at(moment, chance.uniform(0, DELAY), relay, tmp_path) == -9, (tmp_path / "send.log").read_text()
            with database.read() as session:
                unknown.append(balance.counts(session, campaign_id).unknown)
        last = fob_mail("send", "c", "--yes", "--json")
        got = relay.recipients
        status = json.loads(fob_mail("status", "c", "--json").stdout)
        doubts = {row["address"] for row in json.loads(fob_mail("unknown", "ls", "c", "--json").stdout)["unknown"]}
        fob_mail("unknown", "resend", "c", "--yes")
        again = json.loads(fob_mail("send", "c", "--yes", "--json").stdout)

    assert last.returncode == 0, last.stderr
    assert max(got.values()) == 1
    assert EVERYONE - doubts <= got.keys() <= EVERYONE
    assert all(after - before <= CONNECTIONS for before, after in pairwise([*unknown, len(doubts)]))
    assert {name: status[name] for name in ("audience", "accepted", "unknown", "queued", "leased", "deferred", "refused", "skipped")} == {
        "audience": PEOPLE,
        "accepted": PEOPLE - len(doubts),
        "unknown": len(doubts),
        **dict.fromkeys(("queued", "leased", "deferred", "refused", "skipped"), 0),
    }
    assert relay.recipients - got == Counter(doubts)
    assert (again["accepted"], again["unknown"]) == (PEOPLE, 0)


def test_a_kill_with_a_window_leaves_no_more_unknown_than_the_windows_hold(  # noqa: PLR0913, PLR0917 fixtures
    database: Database,
    campaign_id: int,
    chance: Random,
    relay: RecordingRelay,
    tmp_path: Path,
    fob_mail: Callable[..., subprocess.CompletedProcess[str]],
    settings_file: Path,
) -> None:
    """What smtp.window costs after a crash, as its documentation says."""
    relay.faults = Faults(chunking=True, delay=DELAY)

    with relay:
        with settings_file.open("a", encoding="utf-8") as file:
            file.write(f'[smtp]\nhost = "127.0.0.1"\nport = {relay.port}\nconnections = {CONNECTIONS}\nwindow = {WINDOW}\n')
        assert killed_at(chance.randrange(100, PEOPLE - 500), chance.uniform(0, DELAY), relay, tmp_path) == -9
        counts = json.loads(fob_mail("send", "c", "--yes", "--json").stdout)

    with database.read() as session:
        doubts = {doubt.address for doubt in balance.doubts(session, campaign_id)}
    assert max(relay.recipients.values()) == 1
    assert EVERYONE - doubts <= relay.recipients.keys()
    assert (counts["accepted"], counts["unknown"]) == (PEOPLE - len(doubts), len(doubts))
    assert len(doubts) <= CONNECTIONS * WINDOW
