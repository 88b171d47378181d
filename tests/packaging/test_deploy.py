"""What deploy/ brings: units that systemd takes, that let nothing happen which is not needed, and that start commands which there are."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from fob_mail.cli import main

ROOT = Path(__file__).parents[2]
UNITS = sorted((ROOT / "deploy" / "systemd").iterdir())
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]
PROGRAM = "/opt/fob-mail/bin/fob-mail"
MOST_EXPOSED = 2.0
"""systemd's own measure, from 0 to 10; a unit without any hardening has 9.6."""


@pytest.fixture
def installed(tmp_path: Path) -> list[Path]:
    """The units, for a program that is on this machine."""
    copies = [tmp_path / unit.name for unit in UNITS]
    for unit, copy in zip(UNITS, copies, strict=True):
        copy.write_text(unit.read_text(encoding="utf-8").replace(PROGRAM, sys.executable), encoding="utf-8")
    return copies


def test_systemd_finds_nothing_wrong_with_the_units(installed: list[Path]) -> None:
    done = subprocess.run(["systemd-analyze", "verify", *installed], check=False, capture_output=True, text=True)

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", [unit.name for unit in SERVICES])
def test_a_service_can_do_little_besides_its_work(installed: list[Path], name: str) -> None:
    unit = next(copy for copy in installed if copy.name == name)

    done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", unit], check=True, capture_output=True, text=True)

    exposed = re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
    assert exposed
    assert float(exposed[1]) <= MOST_EXPOSED


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: str(unit.stem))
def test_a_service_starts_a_command_that_there_is(unit: Path) -> None:
    line = next(line for line in unit.read_text(encoding="utf-8").splitlines() if line.startswith("ExecStart="))
    program, *words = shlex.split(line.removeprefix("ExecStart="))

    shown = CliRunner().invoke(main, [*[word for word in words if not word.startswith(("-", "/"))][:2], "--help"])

    assert program == PROGRAM
    assert shown.exit_code == 0, shown.output
    assert all(option in shown.output for option in words if option.startswith("--"))


def test_the_container_is_made_of_what_is_here_checked_by_hashes_and_without_rights() -> None:
    lines = (ROOT / "deploy" / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    copied = [word for line in lines if line.startswith("COPY ") and "--from" not in line for word in line.split()[1:-1]]

    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert [line for line in lines if line.startswith("FROM ") and ":latest" in line] == []
    assert any("--require-hashes -r constraints.txt" in line for line in lines)
    assert [line for line in lines if line.startswith("USER ")] == ["USER 10001"]
