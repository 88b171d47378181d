"""`fob-mail status --watch` in a real terminal: it follows what happens, and whoever leaves it changes nothing."""

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from fob_mail import campaigns, freezing, ledger, tallies
from fob_mail.database import Database, clock
from fob_mail.models import Delivery, DeliveryState
from fob_mail.outcomes import Outcome
from tests.builders import composed_parts, make_list, make_subscriber
from tests.ready_command import outside, shared, start
from tests.recording_relay import Faults, RecordingRelay

Run = Callable[..., subprocess.CompletedProcess[str]]
PATIENCE = 30.0
PEOPLE = 60
_CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
SHOW_CURSOR = "\x1b[?25h"


class Terminal:
    """A command in a terminal so many columns wide, and all that it has written there."""

    def __init__(self, folder: Path, *words: str, columns: int = 100) -> None:
        mine, its = pty.openpty()
        fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        clean = {name: value for name, value in outside().items() if name not in {"COLUMNS", "LINES", "NO_COLOR"}}
        self.process = shared().start(words, folder, clean | {"TERM": "xterm-256color"}, stdin=its, stdout=its, stderr=its)
        os.close(its)
        self.written = b""
        self._mine = mine
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        try:
            while said := os.read(self._mine, 4096):
                self.written += said
        except OSError:
            pass  # its end is gone

    @property
    def text(self) -> str:
        """What it wrote, without colours and without where it was written."""
        return _CODES.sub("", self.written.decode("utf-8", "replace"))

    def until(self, words: str) -> None:
        """Wait until it has written this."""
        give_up = time.monotonic() + PATIENCE
        while words not in self.text:
            assert time.monotonic() < give_up, self.text
            assert self.process.poll() is None, self.text
            time.sleep(0.05)

    def end(self, number: int = 0) -> int:
        """Its exit code, once it has ended; by this signal if one is given."""
        if number:
            self.process.send_signal(number)
        code = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        return code


@contextmanager
def terminal(folder: Path, *words: str, columns: int = 100) -> Iterator[Terminal]:
    """A command in a terminal, killed at the end if it runs still."""
    opened = Terminal(folder, *words, columns=columns)
    try:
        yield opened
    finally:
        opened.process.kill()
        opened.process.wait()


@pytest.fixture(autouse=True)
def _draft(database: Database, settings_file: Path) -> None:
    """Campaign `c` to sixty people at two domains."""
    with settings_file.open("a", encoding="utf-8") as file:
        file.write("[sending]\nbatch_size = 10\n")
    with database.begin() as session:
        to = make_list(session, "supporters")
        for number in range(PEOPLE):
            make_subscriber(session, f"p{number}@{'example.org' if number % 3 else 'example.net'}", to)
        campaigns.save_draft(session, "c", to, "article.txt", "The well\n\nA story of it.\n", [composed_parts()], clock(session))


def settle(database: Database, first: int, last: int, state: DeliveryState, words: str = "") -> None:
    """Settle the deliveries at these places."""
    with database.begin() as session:
        campaign = campaigns.find(session, "c")
        if not campaign.frozen_at:
            freezing.freeze(session, campaign, 10, clock(session))
        chosen = select(Delivery.position).where(Delivery.position.between(first, last))
        outcomes = [Outcome(position, state, 550 if words else 250, words) for position in session.scalars(chosen)]
        ledger.settle(session, campaign.id, outcomes, clock(session))


def test_the_screen_follows_what_happens_and_ctrl_c_leaves_it_without_a_trace(database: Database, tmp_path: Path, fob_mail: Run) -> None:
    settle(database, 1, 10, DeliveryState.ACCEPTED)
    with terminal(tmp_path, "status", "c", "--watch") as screen:
        screen.until(f"10 of {PEOPLE}")
        settle(database, 11, 20, DeliveryState.REFUSED, "5.1.1 no such user")
        screen.until(f"20 of {PEOPLE}, ")
        screen.until("refused by")
        before = fob_mail("status", "c", "--json").stdout
        code = screen.end(signal.SIGINT)
    after = fob_mail("status", "c", "--json").stdout

    assert code == 0
    assert re.search(r"example\.org +\d+ +0", screen.text)
    assert re.search(r"/s\b", screen.text)
    assert "Traceback" not in screen.text
    assert "Aborted" not in screen.text
    assert screen.written.decode().rindex(SHOW_CURSOR) > screen.written.decode().rindex("\x1b[?25l")
    assert before == after


def test_every_moment_is_one_in_which_it_can_be_left(database: Database, tmp_path: Path) -> None:
    settle(database, 1, 10, DeliveryState.ACCEPTED)
    for number, pause in ((signal.SIGINT, 0.3), (signal.SIGTERM, 0.0), (signal.SIGINT, 0.9)):
        with terminal(tmp_path, "status", "--watch") as screen:
            screen.until("Ctrl-C leaves")
            time.sleep(pause)
            assert screen.end(number) == 0, screen.text
            assert "Traceback" not in screen.text


def test_it_ends_by_itself_when_the_campaign_has(database: Database, tmp_path: Path) -> None:
    settle(database, 1, 10, DeliveryState.ACCEPTED)
    with terminal(tmp_path, "status", "c", "--watch", columns=40) as screen:
        screen.until(f"10 of {PEOPLE}")
        with database.begin() as session:
            campaigns.cancel(session, campaigns.find(session, "c"), clock(session))
        code = screen.end()

    assert code == 0
    assert "c  cancelled" in screen.text


def test_a_campaign_that_is_watched_while_it_is_sent_reaches_everybody_once(tmp_path: Path, settings_file: Path, fob_mail: Run) -> None:
    with RecordingRelay(Faults(delay=0.15)) as relay:
        with settings_file.open("a", encoding="utf-8") as file:
            file.write(f'[smtp]\nhost = "127.0.0.1"\nport = {relay.port}\nconnections = 1\n')
        sending = start("send", "c", "--yes", cwd=tmp_path)
        with terminal(tmp_path, "status", "--watch") as left, terminal(tmp_path, "status", "c", "--watch") as screen:
            left.until("sends it")
            assert left.end(signal.SIGINT) == 0
            assert sending.wait(PATIENCE) == 0
            assert screen.end() == 0

    assert "c  finished" in screen.text
    assert len(relay.messages) == len({message.recipient for message in relay.messages}) == PEOPLE
    assert '"state": "finished"' in fob_mail("status", "c", "--json").stdout


def test_where_there_is_no_terminal_it_says_a_line(database: Database, fob_mail: Run) -> None:
    settle(database, 1, 10, DeliveryState.ACCEPTED)
    with database.begin() as session:
        campaigns.cancel(session, campaigns.find(session, "c"), clock(session))

    told = fob_mail("status", "c", "--watch")

    assert told.returncode == 0
    assert told.stdout == f"c cancelled: {PEOPLE} of {PEOPLE}; 10 accepted · {PEOPLE - 10} skipped\n"


@pytest.mark.parametrize("more", ["--json", "--refused"])
def test_watching_is_for_people_and_for_nothing_else(fob_mail: Run, more: str) -> None:
    told = fob_mail("status", "c", "--watch", more)

    assert told.returncode == 1
    assert "Say --watch alone" in told.stderr


def test_a_campaign_that_is_not_there_is_said_before_the_screen_begins(fob_mail: Run) -> None:
    told = fob_mail("status", "nothing", "--watch")

    assert told.returncode == 1
    assert "Traceback" not in told.stderr


def test_refusals_are_counted_by_domain_the_most_first(database: Database) -> None:
    settle(database, 1, 20, DeliveryState.REFUSED, "5.1.1 no such user")
    settle(database, 21, 23, DeliveryState.DEFERRED, "4.2.2 full")
    with database.read() as session:
        found = tallies.refusals_by_domain(session, campaigns.find(session, "c").id)

    assert [one.name for one in found] == ["example.org", "example.net"]
    assert sum(one.refused for one in found) == 20
    assert sum(one.deferred for one in found) == 3
