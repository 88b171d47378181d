"""What others have said is shown as words: a server's reply moves no cursor on an organiser's terminal, and hides no other line."""

import pytest
from click.testing import CliRunner

from fob_mail.cli import checking, main
from fob_mail.cli.installation import Installation
from fob_mail.cli.output import harmless
from fob_mail.errors import SettingsError
from fob_mail.preflight.problem import error

HOSTILE = "404 \x1b]0;pwned\x07\x1b[2J\x9b31m\r all is well\x00"


def test_words_keep_their_letters_lines_and_tabs_and_lose_what_commands_a_terminal() -> None:
    assert harmless("Áñez 🕊\n\t漢字 ﷺ") == "Áñez 🕊\n\t漢字 ﷺ"
    assert not {letter for letter in harmless(HOSTILE) if ord(letter) < 32 or 126 < ord(letter) < 160}


def test_an_error_that_repeats_a_servers_words_commands_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Installation) -> None:
        raise SettingsError(HOSTILE, HOSTILE)

    monkeypatch.setattr(Installation, "settings", property(broken))

    told = CliRunner().invoke(main, ["list", "ls"], color=True)

    assert told.exit_code == 1
    assert "pwned" in told.output
    assert HOSTILE not in told.output
    assert "\x1b]0" not in told.output
    assert "\x07" not in told.output


def test_a_problem_that_preflight_found_commands_none(capsys: pytest.CaptureFixture[str]) -> None:
    checking.show([error("dead-link", "link", HOSTILE, HOSTILE)])

    assert not {"\x07", "\x9b", "\x00"}.intersection(capsys.readouterr().err)
