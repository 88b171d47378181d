"""What tests stand on: both databases, settings, and the real command."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Generator, Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import hypothesis
import pytest
from pydantic import SecretStr

from fob_mail import migrations
from fob_mail.database import Database, connect
from fob_mail.settings import Organisation, Settings
from tests import postgres, ready_command
from tests.certificates import Certificate, make_certificate
from tests.postgres import Cluster

hypothesis.settings.register_profile(
    "fob-mail",
    deadline=None,  # a busy machine is no defect; speed is shown in bench/
    derandomize=bool(os.environ.get("CI")),  # CI says the same twice; who works on it meets new examples each time
)
hypothesis.settings.load_profile("fob-mail")
if TYPE_CHECKING:
    from tests.groups import Group

_numbers = count(1)
_Report = TypeVar("_Report", pytest.TestReport, pytest.CollectReport)


def _no_skip(report: _Report) -> _Report:
    """The report, which in CI is a failure where it would be a skip: a test that did not run has shown nothing."""
    if report.skipped and os.environ.get("CI") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"Nothing is skipped in CI: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let no test be skipped in CI."""
    return _no_skip((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Nor any file of tests."""
    return _no_skip((yield))


def pytest_sessionfinish() -> None:
    """Let go of what all tests shared."""
    if ready_command.shared.cache_info().currsize:
        ready_command.shared().close()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all migrations, to be copied."""
    file = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    database = connect(f"sqlite:///{file}")
    migrations.upgrade(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return file


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Cluster]:
    """A running PostgreSQL with a database `migrated`, to be used as a template."""
    with postgres.migrated() as cluster:
        yield cluster


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """A fresh, migrated SQLite database."""
    shutil.copy(migrated_sqlite, tmp_path / "fob-mail.db")
    return f"sqlite:///{tmp_path / 'fob-mail.db'}"


@pytest.fixture
def postgresql_url(postgresql_server: Cluster) -> str:
    """A fresh, migrated PostgreSQL database."""
    return postgresql_server.create(f"test_{os.getpid()}_{next(_numbers)}", "migrated")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh, migrated database of each kind."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh, migrated database of each kind, connected."""
    connected = connect(database_url)
    yield connected
    connected.close()


@pytest.fixture
def sqlite_database(sqlite_url: str) -> Iterator[Database]:
    """A fresh, migrated SQLite database, connected."""
    connected = connect(sqlite_url)
    yield connected
    connected.close()


@pytest.fixture
def settings(database_url: str) -> Settings:
    """Settings of a small group, over the database of the test."""
    return Settings(
        database_url=SecretStr(database_url),
        base_url="http://localhost:8000",
        secret_key=SecretStr("s" * 40),
        digest_key=SecretStr("d" * 40),
        organisation=Organisation(name="Friends of the Valley", postal_address="12 Canal Street, Leeds LS1 1AA"),
    )


@pytest.fixture
def group(settings: Settings, database: Database) -> Iterator["Group"]:
    """A group with public lists, its pages and its relay."""
    from tests.groups import a_group

    with a_group(settings, database) as whole:
        yield whole


@pytest.fixture
def settings_file(tmp_path: Path, database_url: str) -> Path:
    """A settings file in the test's folder, for the real command."""
    file = tmp_path / "fob-mail.toml"
    file.write_text(
        f"""
database_url = "{database_url}"
secret_key = "{"s" * 40}"
digest_key = "{"d" * 40}"
[organisation]
name = "Friends of the Valley"
postal_address = "12 Canal Street, Leeds LS1 1AA"
""",
        encoding="utf-8",
    )
    file.chmod(0o600)
    return file


@pytest.fixture
def fob_mail(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """The real command, in the test's folder, with no FOB_MAIL_ variable of the outside."""

    def run(*words: str | Path, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        return ready_command.shared().run([*map(str, words)], tmp_path, ready_command.outside() | environment, stdin)

    return run


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """A certificate for 127.0.0.1 that nobody trusts who is not told to."""
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the system's Chromium."""
    from tests.browsing import program

    return program()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user of the machine can look into."""
    with tempfile.TemporaryDirectory(prefix="fob-mail-open-") as name:
        Path(name).chmod(0o755)
        yield Path(name)
