"""What others have said is shown as words: a server's reply moves no cursor on an organiser's terminal, and hides no other line."""

import socket
from pathlib import Path

import pytest
from click.testing import CliRunner

from fob_mail.balance import Counts
from fob_mail.cli import checking, main, send
from fob_mail.cli.installation import Installation
from fob_mail.cli.output import harmless
from fob_mail.errors import SettingsError
from fob_mail.preflight.problem import error
from fob_mail.sending.run import Ended, Ending

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


@pytest.mark.parametrize(("number", "said"), [(1, "1 is still to go. To go on"), (2000, "2,000 are still to go. To go on")])
def test_one_is_and_many_are(capsys: pytest.CaptureFixture[str], number: int, said: str) -> None:
    send.explain("april", Ended(Ending.PAUSED, None, None, Counts(queued=number)), as_json=False)

    assert said in capsys.readouterr().err


def test_a_port_that_is_taken_leaves_no_folder_behind(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        told = CliRunner().invoke(main, ["catch", str(tmp_path / "deep" / "caught"), "--port", str(taken.getsockname()[1])])

    assert told.exit_code == 1
    assert "--port 0" in told.output
    assert not list(tmp_path.iterdir())
