"""Completing: the shell is told commands, campaigns and lists; near misses are named."""

from pathlib import Path

import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner

from fob_mail.cli import main
from fob_mail.cli.completing import SHELLS


def completions(*words: str) -> list[str]:
    """What a shell is offered for the last word."""
    return [item.value for item in ShellComplete(main, {}, "fob-mail", "_FOB_MAIL_COMPLETE").get_completions(list(words[:-1]), words[-1])]


def test_commands_are_completed() -> None:
    assert completions("se") == ["send", "serve"]
    assert completions("db", "re") == ["restore"]


def test_campaigns_and_lists_are_completed(sqlite_url: str, tmp_path: Path) -> None:
    file = tmp_path / "fob-mail.toml"
    file.write_text(f'database_url = "{sqlite_url}"\nsecret_key = "{"s" * 40}"\ndigest_key = "{"d" * 40}"\n', encoding="utf-8")
    file.chmod(0o600)
    made = CliRunner().invoke(main, ["--config", str(file), "list", "create", "supporters", "--name", "S", "--from", "a@example.org"])

    assert made.exit_code == 0, made.output
    assert completions("--config", str(file), "subscribers", "import", "su") == ["supporters"]
    assert completions("--config", str(file), "send", "") == []


def test_without_an_installation_nothing_is_offered_and_nothing_is_said(tmp_path: Path) -> None:
    assert completions("--config", str(tmp_path / "none.toml"), "send", "b") == []


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_gets_its_script(shell: str) -> None:
    asked = CliRunner().invoke(main, ["completion", shell])

    assert asked.exit_code == 0
    assert "_FOB_MAIL_COMPLETE" in asked.output


@pytest.mark.parametrize(("words", "near"), [(["sned"], "send"), (["db", "bakcup"], "backup"), (["list", "crate"], "create")])
def test_a_mistyped_command_is_told_the_nearest(words: list[str], near: str) -> None:
    asked = CliRunner().invoke(main, words)

    assert asked.exit_code == 2
    assert f"Did you mean '{near}'?" in asked.output


def test_no_colour_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    def said() -> str:
        return CliRunner().invoke(main, ["--config", "/nowhere.toml", "status"], color=True).output

    coloured = said()
    monkeypatch.setenv("NO_COLOR", "1")

    assert "\x1b[" in coloured
    assert "\x1b[" not in said()
