"""A copy is made and put back while the real command sends: the campaign goes on, and nobody gets two."""

import json
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from fob_mail import campaigns
from fob_mail.database import Database, clock
from fob_mail.sending.run import freeze
from fob_mail.settings import load
from tests.builders import composed_parts, make_list, make_subscriber
from tests.ready_command import start
from tests.recording_relay import Faults, RecordingRelay

PEOPLE = 400


def wait_for(relay: RecordingRelay, number: int) -> None:
    """Until the relay has taken so many."""
    give_up = time.monotonic() + 60
    while len(relay.messages) < number and time.monotonic() < give_up:
        time.sleep(0.002)


def test_a_copy_put_back_in_the_middle_of_a_campaign_gives_nobody_two(
    database: Database, settings_file: Path, tmp_path: Path, fob_mail: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    with database.begin() as session:
        to = make_list(session, "supporters")
        for number in range(PEOPLE):
            make_subscriber(session, f"p{number}@example.org", to)
        campaigns.save_draft(session, "c", to, "article.txt", "", [composed_parts()], clock(session))
    freeze(database, "c", load(settings_file))

    with RecordingRelay(Faults(delay=0.1)) as relay:
        with settings_file.open("a", encoding="utf-8") as file:
            file.write(f'[smtp]\nhost = "127.0.0.1"\nport = {relay.port}\nconnections = 2\n[sending]\nbatch_size = 10\n')
        with start("send", "c", "--yes", cwd=tmp_path) as sender:
            wait_for(relay, 20)
            copied = fob_mail("db", "backup", "copy")
            wait_for(relay, 60)
            restored = fob_mail("db", "restore", "copy", "--yes", "--one-host", "--json")
            sender.wait(60)
        mailed = len(relay.recipients)
        relay.faults = Faults()
        last = fob_mail("send", "c", "--yes", "--json")

    assert (copied.returncode, restored.returncode) == (0, 0), copied.stderr + restored.stderr
    told = json.loads(restored.stdout)
    assert 60 <= mailed < PEOPLE
    assert (told["paused"], told["unknown"]) == (["c"], 0)
    assert json.loads(last.stdout)["accepted"] == PEOPLE
    assert Counter(relay.recipients.values()) == {1: PEOPLE}
