"""The wire journal: what a dead worker's notes say to whoever comes after."""

import json
import signal
import subprocess
import sys
from pathlib import Path

from fob_mail.journal import Journal, estates, living
from fob_mail.replies import Reply, Stage

DYING = """
import os, signal, sys
from pathlib import Path
from fob_mail.journal import Journal
from fob_mail.replies import Reply, Stage

with Journal(Path(sys.argv[1])) as journal:
    journal.open(7)
    journal.dotted(7, 1)
    journal.replied(7, 1, Reply(250, "2.0.0 queued\\nas 4F2"), Stage.DOT)
    journal.dotted(7, 2)
    journal.dotted(7, 3)
    journal.withdrawn(7, 3)
    journal.write()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def killed_in(folder: Path) -> None:
    """A worker that is killed with one reply read and one dot unanswered."""
    died = subprocess.run([sys.executable, "-c", DYING, folder], check=False)
    assert died.returncode == -signal.SIGKILL


def test_a_killed_workers_notes_are_found(tmp_path: Path) -> None:
    killed_in(tmp_path)

    (estate,) = estates(tmp_path)

    assert estate.same_boot
    assert estate.batches[7].dotted == {1, 2}
    assert estate.batches[7].replied == {1: (Reply(250, "2.0.0 queued as 4F2"), Stage.DOT)}


def test_an_estate_is_found_once(tmp_path: Path) -> None:
    killed_in(tmp_path)
    list(estates(tmp_path))

    assert list(estates(tmp_path)) == []


def test_an_estate_whose_recovery_failed_is_found_again(tmp_path: Path) -> None:
    killed_in(tmp_path)
    interrupted = estates(tmp_path)
    next(interrupted)
    del interrupted

    assert len(list(estates(tmp_path))) == 1


def test_the_journal_of_a_worker_that_lives_is_left_alone(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.open(1)

        assert list(estates(tmp_path)) == []
        assert living(tmp_path) == {journal.worker}
        journal.forget(1)


def test_a_journal_of_another_boot_is_not_trusted_to_be_complete(tmp_path: Path) -> None:
    killed_in(tmp_path)
    (owner,) = tmp_path.glob("*/owner")
    owner.write_text(json.dumps({"boot": "another"}), encoding="utf-8")

    (estate,) = estates(tmp_path)

    assert not estate.same_boot


def test_a_line_that_was_cut_off_stands_for_nothing(tmp_path: Path) -> None:
    killed_in(tmp_path)
    (notes,) = tmp_path.glob("*/7")
    with notes.open("a", encoding="utf-8") as file:
        file.write("< 2 dot 25")

    (estate,) = estates(tmp_path)

    assert 2 in estate.batches[7].dotted
    assert 2 not in estate.batches[7].replied


def test_a_journal_whose_batches_are_settled_leaves_nothing_but_what_is_kept(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.open(1)
        journal.forget(1)

    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_only_its_owner_may_read_a_journal(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.open(1)
        modes = {path.stat().st_mode & 0o077 for path in tmp_path.glob("**/*")}
        journal.forget(1)

    assert modes == {0}
