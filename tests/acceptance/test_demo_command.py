"""fob-mail demo: everything works before one's eyes, and nothing of it stays but a folder."""

import email
import email.policy
import re
import socket
import subprocess
import tomllib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

Run = Callable[..., subprocess.CompletedProcess[str]]


def test_the_demo_shows_the_whole_journey_and_leaves_nothing_running(fob_mail: Run, tmp_path: Path) -> None:
    done = fob_mail("demo", "here")

    assert done.returncode == 0, done.stdout + done.stderr
    mails = [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in (tmp_path / "here/caught").glob("*.eml")]
    copies = Counter(str(mail["To"].addresses[0].addr_spec) for mail in mails)
    assert Counter(copies.values()) == {2: 199, 1: 2}  # both campaigns; the one who left, and the test mail's reader
    assert all(file.with_suffix(".html").exists() for file in (tmp_path / "here/caught").glob("*.eml"))
    (leaver,) = [address for address, number in copies.items() if number == 1 and address != "me@example.org"]
    assert f"{leaver} was skipped" in done.stdout
    settings = tomllib.loads((tmp_path / "here/fob-mail.toml").read_text(encoding="utf-8"))
    for port in (settings["smtp"]["port"], int(re.findall(r"\d+$", settings["base_url"])[0])):
        assert nobody_listens(port)


def test_the_demo_keeps_away_from_an_installation_that_is_set_by_variables(fob_mail: Run, tmp_path: Path) -> None:
    real = {
        "FOB_MAIL_CONFIG": str(tmp_path / "real.toml"),
        "FOB_MAIL_DATABASE_URL": f"sqlite:///{tmp_path}/real.db",
        "FOB_MAIL_SMTP__PORT": "1",
    }

    done = fob_mail("demo", **real)

    assert done.returncode == 0, done.stdout + done.stderr
    assert {file.name for file in tmp_path.iterdir()} == {"fob-mail-demo"}


def test_the_demo_writes_over_nothing(fob_mail: Run, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("Dear Ana", encoding="utf-8")

    done = fob_mail("demo", "mine")

    assert done.returncode == 1
    assert "is not empty" in done.stderr
    assert [file.name for file in (tmp_path / "mine").iterdir()] == ["letter.txt"]


def test_a_folder_that_cannot_be_made_is_said(fob_mail: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")

    done = fob_mail("demo", "file/here")

    assert done.returncode == 1
    assert "cannot be made: Not a directory" in done.stderr
    assert "Traceback" not in done.stderr


def nobody_listens(port: int) -> bool:
    """Whether that port of this machine is closed."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
