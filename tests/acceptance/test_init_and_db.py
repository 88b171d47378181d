"""The first commands of all: a folder becomes an installation, once."""

import json
import re
import stat
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from docs.generate import settings_rows
from fob_mail.models import SCHEMA_REVISION
from fob_mail.settings import Settings, load

Command = Callable[..., subprocess.CompletedProcess[str]]


def test_init_makes_an_installation_for_its_owner_alone(fob_mail: Command, tmp_path: Path) -> None:
    done = fob_mail("init")

    assert done.returncode == 0, done.stderr
    assert {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("fob-mail.toml", "fob-mail.db")} == {0o600}
    assert "organisation.postal_address" in done.stdout
    assert "Next: fob-mail list create" in done.stdout
    settings = tomllib.loads((tmp_path / "fob-mail.toml").read_text(encoding="utf-8"))
    assert len(settings["secret_key"]) >= 60
    assert settings["secret_key"] != settings["digest_key"]


def test_init_writes_every_setting_with_what_it_is_for_and_its_default(fob_mail: Command, tmp_path: Path) -> None:
    fob_mail("init")
    text = (tmp_path / "fob-mail.toml").read_text(encoding="utf-8")
    told = [(name.rpartition(".")[2], description) for name, _, description in settings_rows()]

    assert all(re.search(rf"\n# {re.escape(description)}\n(# )?(\[\[)?{name}(]]| = )", text) for name, description in told)
    keys = {"secret_key": "k" * 40, "digest_key": "d" * 40}
    assert Settings.model_validate(tomllib.loads(text) | keys) == Settings.model_validate(keys)


def test_the_section_for_signing_is_there_as_comments_and_works_without_them(fob_mail: Command, tmp_path: Path) -> None:
    fob_mail("init")
    before, section = (tmp_path / "fob-mail.toml").read_text(encoding="utf-8").split("# [[dkim]]")
    filled = "[[dkim]]" + section.replace('# domain = ""', 'domain = "example.org"').replace('# selector = ""', 'selector = "april"')

    (tmp_path / "fob-mail.toml").write_text(before + filled.replace('# key_file = ""', 'key_file = "april.pem"'), encoding="utf-8")

    assert [signer.key_file for signer in load(tmp_path / "fob-mail.toml", {}).dkim] == [tmp_path / "april.pem"]


def test_init_twice_changes_nothing(fob_mail: Command, tmp_path: Path) -> None:
    fob_mail("init")
    before = (tmp_path / "fob-mail.toml").read_bytes()

    done = fob_mail("init", "--json")

    assert json.loads(done.stdout)["settings_written"] is False
    assert (tmp_path / "fob-mail.toml").read_bytes() == before


def test_what_init_is_given_stands_in_the_file_whatever_it_is(fob_mail: Command, tmp_path: Path) -> None:
    name = 'Áñez "the" \\ group\n[smtp]\nhost = "evil"'

    done = fob_mail("init", "--organisation", name, "--smtp-host", "smtp.example.org", "--smtp-port", "587")

    assert done.returncode == 0, done.stderr
    settings = tomllib.loads((tmp_path / "fob-mail.toml").read_text(encoding="utf-8"))
    assert settings["organisation"]["name"] == name
    assert settings["smtp"]["host"] == "smtp.example.org"


def test_what_cannot_be_is_said_by_its_options_name_and_nothing_is_written(fob_mail: Command, tmp_path: Path) -> None:
    done = fob_mail("init", "--base-url", "http://example.org", "--smtp-port", "99999")

    assert done.returncode == 1
    assert "  --base-url: must begin with https://" in done.stderr
    assert "  --smtp-port: " in done.stderr
    assert not list(tmp_path.iterdir())


def test_what_is_given_beside_a_file_that_is_kept_is_not_passed_over_in_silence(fob_mail: Command, tmp_path: Path) -> None:
    fob_mail("init")
    before = (tmp_path / "fob-mail.toml").read_bytes()

    done = fob_mail("init", "--organisation", "Friends of Bolivia", "--json")

    assert json.loads(done.stdout)["ignored"] == ["--organisation"]
    assert "--organisation changed nothing" in done.stderr
    assert (tmp_path / "fob-mail.toml").read_bytes() == before


def test_check_says_that_all_is_well(fob_mail: Command, settings_file: Path) -> None:
    done = fob_mail("db", "check", "--json")

    assert settings_file.exists()
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["sound"], report["version"], report["problems"]) == (True, SCHEMA_REVISION, [])


def test_backup_writes_a_file(fob_mail: Command, settings_file: Path, tmp_path: Path) -> None:
    done = fob_mail("db", "backup", "copy.db")

    assert settings_file.exists()
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "copy.db").stat().st_size


def test_a_command_without_an_installation_says_what_to_do(fob_mail: Command) -> None:
    done = fob_mail("status")

    assert done.returncode == 1
    assert "There is no settings file fob-mail.toml" in done.stderr
    assert "fob-mail init" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_settings_file_that_others_can_read_is_warned_of(fob_mail: Command, settings_file: Path) -> None:
    settings_file.chmod(0o644)

    assert "chmod 600" in fob_mail("status").stderr


@pytest.mark.parametrize("content", [b"no database at all, only words " * 400, None])
def test_a_damaged_database_is_two_lines(fob_mail: Command, tmp_path: Path, content: bytes | None) -> None:
    fob_mail("init")
    file = tmp_path / "fob-mail.db"
    file.write_bytes(content or file.read_bytes()[:20_000])  # None: cut off in the middle

    done = fob_mail("db", "check")

    assert done.returncode == 1
    assert "The database is damaged" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_that_is_away_is_two_lines_and_no_password(fob_mail: Command, settings_file: Path) -> None:
    done = fob_mail("db", "upgrade", FOB_MAIL_DATABASE_URL="postgresql://u:hunter2@127.0.0.1:1/x")

    assert settings_file.exists()
    assert done.returncode == 1
    assert "does not answer" in done.stderr
    assert "hunter2" not in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_command_names_the_nearest(fob_mail: Command) -> None:
    assert "Did you mean 'status'?" in fob_mail("sttus").stderr


@pytest.mark.parametrize("command", [("status",), ("list", "ls"), ("db", "check"), ("serve", "--port", "0")])
def test_a_mistyped_database_is_told_and_not_made(fob_mail: Command, tmp_path: Path, command: tuple[str, ...]) -> None:
    """A second, empty database would be the worst answer."""
    fob_mail("init")

    done = fob_mail(*command, FOB_MAIL_DATABASE_URL="sqlite:///typo/fob-mial.db")

    assert done.returncode == 1
    assert "There is no database at" in done.stderr
    assert "fob-mail db upgrade" in done.stderr
    assert not (tmp_path / "typo").exists()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("sqlite:///fob-mail.db?timeout=abc", "options (timeout)"),
        ("sqlite:///fob-mail.db?uri=true&foo=1", "options (uri, foo)"),
        ("sqlite:///a%00b.db", "a % in its file's name"),
    ],
)
def test_an_address_of_sqlite_that_can_only_be_a_mistake_is_told(fob_mail: Command, tmp_path: Path, url: str, words: str) -> None:
    fob_mail("init")
    before = sorted(path.name for path in tmp_path.iterdir())

    done = fob_mail("db", "upgrade", FOB_MAIL_DATABASE_URL=url)

    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_a_file_that_sqlite_cannot_use_is_told_without_talk_of_a_server(fob_mail: Command, tmp_path: Path) -> None:
    fob_mail("init")
    (tmp_path / "fob-mail.db").rename(tmp_path / "kept.db")
    (tmp_path / "fob-mail.db").mkdir()

    done = fob_mail("status")

    assert done.returncode == 1
    assert "may write to the file, and to its folder" in done.stderr
    assert "server" not in done.stderr
