"""The doctor on this machine: its files, its disk, its clock."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fob_mail.doctor import here
from fob_mail.doctor.finding import State
from fob_mail.settings import Settings
from fob_mail.settings.model import Dkim
from tests.findings import states
from tests.rights import as_nobody

NOW = datetime(2027, 4, 19, 18, 30, tzinfo=UTC)


def test_files_that_others_can_read_are_told_with_the_command_that_mends_it(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "fob-mail.toml").write_text("")
    (tmp_path / "fob-mail.toml").chmod(0o644)

    (found,) = here.check_files(tmp_path / "fob-mail.toml", settings, None)

    assert found.state is State.WRONG
    assert found.remedy == f"chmod 600 {tmp_path / 'fob-mail.toml'}"


def test_each_file_with_a_secret_in_it_has_its_line_and_a_key_that_is_not_there_is_told(settings: Settings, tmp_path: Path) -> None:
    for name in ("fob-mail.toml", "fob-mail.db", "april.pem"):
        (tmp_path / name).touch(mode=0o600)
    keys = [Dkim(domain="good.example", selector=name, key_file=tmp_path / f"{name}.pem") for name in ("april", "may")]

    signing = settings.model_copy(update={"dkim": keys})
    closed = states(here.check_files(tmp_path / "fob-mail.toml", signing, tmp_path / "fob-mail.db"))
    (tmp_path / "april.pem").chmod(0o640)
    (tmp_path / "fob-mail.db").chmod(0o604)
    opened = states(here.check_files(tmp_path / "fob-mail.toml", signing, tmp_path / "fob-mail.db"))

    assert closed == {"settings file": State.FINE, "dkim key april": State.FINE, "dkim key may": State.WRONG, "database file": State.FINE}
    assert opened == closed | {"dkim key april": State.WRONG, "database file": State.WRONG}


def test_a_journal_that_workers_cannot_write_is_wrong_and_one_that_is_not_there_yet_is_not(open_folder: Path) -> None:
    fine = here.check_journal(open_folder / "journal")
    with as_nobody():
        closed = here.check_journal(open_folder / "journal")

    assert (fine.state, closed.state) == (State.FINE, State.WRONG)
    assert "sending.journal_folder" in closed.remedy


@pytest.mark.parametrize(
    ("free", "state"),
    [(0, State.WRONG), (99_999_999, State.WRONG), (100_000_000, State.WARNING), (999_999_999, State.WARNING), (1_000_000_000, State.FINE)],
)
def test_a_disk_that_fills_up_is_told_before_a_campaign_cannot_be_written_down(free: int, state: State) -> None:
    found = here.room("the journal", free)

    assert (found.name, found.state) == ("room for the journal", state)
    assert bool(found.remedy) == (state is not State.FINE)


def test_room_is_looked_for_on_the_disk_of_each_place_also_of_one_that_is_to_be_made(tmp_path: Path) -> None:
    full = Path("/proc/self")  # a file system without a free octet
    found = {one.name: one for one in here.check_room({"the journal": full / "journal", "the database": tmp_path / "a" / "b.db"})}

    assert (found["room for the journal"].state, found["room for the journal"].seen) == (State.WRONG, "0.00 GB free")
    free = os.statvfs(tmp_path)
    seen = float(found["room for the database"].seen.removesuffix(" GB free").replace(",", ""))
    assert seen == pytest.approx(free.f_bavail * free.f_frsize / 1e9, abs=0.5)


@pytest.mark.parametrize(
    ("apart", "state"), [(0, State.FINE), (1, State.FINE), (60, State.FINE), (61, State.WARNING), (-3600, State.WARNING)]
)
def test_a_clock_that_goes_wrong_is_told_whichever_way(apart: int, state: State) -> None:
    found = here.check_clock(NOW, NOW + timedelta(seconds=apart), "the pages")

    assert (found.name, found.state) == ("clock beside the pages", state)
    assert found.seen == f"{abs(apart):,} second{'' if apart == 1 else 's'} apart"
    assert bool(found.remedy) == (state is not State.FINE)


@pytest.mark.parametrize(("state", "verdict"), [(0, State.FINE), (4, State.FINE), (5, State.UNKNOWN), (None, State.UNKNOWN)])
def test_whether_somebody_sets_the_clock_is_told_as_the_kernel_knows_it(state: int | None, verdict: State) -> None:
    found = here.clock_kept(state)

    assert (found.name, found.state) == ("clock", verdict)
    assert bool(found.remedy) == (verdict is not State.FINE)


def test_the_kernel_of_this_machine_tells_of_its_clock() -> None:
    assert here.kernel_clock() in range(6)
