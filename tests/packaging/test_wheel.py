"""A built wheel, installed elsewhere, sends too: templates, migrations and words are in it."""

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from fob_mail import __version__
from tests.recording_relay import RecordingRelay

ROOT = Path(__file__).parents[2]
Run = Callable[..., str]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, as `make wheel` builds it."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    built = subprocess.run(command, check=False, capture_output=True, text=True)
    assert built.returncode == 0, built.stdout + built.stderr
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def elsewhere(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the wheel in it, which borrows fob-mail's dependencies and nothing of the work tree."""
    venv = tmp_path_factory.mktemp("elsewhere") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(venv)}))
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    install = [sys.executable, "-m", "pip", "--python", str(venv), "install", "--quiet", "--no-deps", "--no-index", str(wheel)]
    subprocess.run([*install, "--disable-pip-version-check"], check=True)
    return venv


@pytest.fixture
def run(elsewhere: Path, tmp_path: Path) -> Run:
    """Run a program of that environment in a folder of its own; gives what it said."""

    def running(program: str, *words: str | Path, **environment: str) -> str:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("FOB_MAIL_", "PYTHON"))}
        command = [elsewhere / "bin" / program, *words]
        done = subprocess.run(command, check=False, cwd=tmp_path, env={**clean, **environment}, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return running


def test_a_wheel_installed_elsewhere_sends_too(run: Run, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("e-mail,name\nana@example.org,Ana\nben@example.org,Ben\n", encoding="utf-8")

    with RecordingRelay() as relay:
        smtp = {"FOB_MAIL_SMTP__HOST": "127.0.0.1", "FOB_MAIL_SMTP__PORT": str(relay.port)}
        run("fob-mail", "init", "--organisation", "Friends of the Valley", "--postal-address", "12 Canal Street, Leeds LS1 1AA")
        run("fob-mail", "list", "create", "valley", "--name", "Valley News", "--from", "Valley <news@example.org>")
        run("fob-mail", "subscribers", "import", "valley", "people.csv", "--consent", "signed up at the stall")
        run("fob-mail", "compose", ROOT / "examples" / "article.txt", "--list", "valley", "--name", "april")
        sent = json.loads(run("fob-mail", "send", "april", "--yes", "--json", **smtp))

    assert (sent["state"], sent["accepted"]) == ("finished", 2)
    assert relay.recipients == {"ana@example.org": 1, "ben@example.org": 1}


def test_it_is_the_wheel_that_runs(run: Run, elsewhere: Path) -> None:
    assert run("fob-mail", "--version").split()[-1] == __version__
    assert run("python", "-c", "import fob_mail; print(fob_mail.__file__)").startswith(str(elsewhere))


def test_our_migrations_do_not_shadow_the_alembic_library(run: Run, wheel: Path) -> None:
    where = run("python", "-c", "import alembic, alembic.command; print(alembic.__file__)").strip()

    assert Path(where) == Path(sysconfig.get_path("purelib"), "alembic", "__init__.py")
    assert {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()} == {"fob_mail", f"fob_mail-{__version__}.dist-info"}


def test_everything_that_is_shipped_is_in_the_wheel(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())

    for folder in ("templates", "alembic", "examples"):
        files = {file.relative_to(ROOT) for file in (ROOT / folder).rglob("*") if file.is_file() and "__pycache__" not in file.parts}
        assert files
        assert {f"fob_mail/_shipped/{file}" for file in files} <= names
