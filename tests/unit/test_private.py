"""What other users of a machine can neither read, nor have us write, nor have us obey."""

import os
import stat
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from fob_mail import private
from fob_mail.catcher import Catcher
from fob_mail.cli.installation import Installation
from fob_mail.cli.preview import Files
from fob_mail.errors import SettingsError

ME, ROOT, SOMEBODY, ANOTHER = 1000, 0, 1001, 1002


@pytest.fixture(autouse=True)
def _open_handed() -> Iterator[None]:
    """As where new files are everybody's, unless a program says otherwise."""
    before = os.umask(0)
    yield
    os.umask(before)


def modes(folder: Path) -> set[int]:
    return {stat.S_IMODE(file.stat().st_mode) for file in folder.rglob("*") if file.is_file()}


def test_a_preview_in_files_holds_somebodys_way_out_and_is_its_owners_alone(tmp_path: Path) -> None:
    (tmp_path / "message.html").write_text("a former one")

    Files({"message.html": b"/u/token", "message.eml": b"x"}).write(tmp_path)

    assert modes(tmp_path) == {0o600}
    assert (tmp_path / "message.html").read_bytes() == b"/u/token"


def test_caught_mail_is_its_owners_alone(tmp_path: Path) -> None:
    mail = EmailMessage()
    mail.set_content("x")
    mail.add_alternative("<p>x</p>", subtype="html")

    with Catcher(tmp_path / "caught") as catcher:
        names = {catcher.keep(to, mail.as_bytes()).name for to in ("rosa@example.org", "../../x", "..", "/etc/passwd")}

    assert names == {"0001-rosa@example.org.eml", "0002-.._.._x.eml", "0003-...eml", "0004-_etc_passwd.eml"}
    assert len([*tmp_path.rglob("*.*")]) == 8
    assert modes(tmp_path) == {0o600}


def test_a_catcher_goes_on_numbering_where_the_last_one_ended(tmp_path: Path) -> None:
    for word in (b"one", b"two"):
        with Catcher(tmp_path) as catcher:
            catcher.keep("rosa@example.org", b"Subject: x\n\n" + word)
            caught = catcher.caught

    assert {file.name: file.read_bytes()[-3:] for file in tmp_path.glob("*.eml")} == {
        "0001-rosa@example.org.eml": b"one",
        "0002-rosa@example.org.eml": b"two",
    }
    assert caught == 1


def test_nothing_is_written_through_a_symbolic_link(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "secret")

    with pytest.raises(OSError, match=r"symbolic|loop|levels"):
        private.write(tmp_path / "link", b"theirs")

    assert (tmp_path / "secret").read_text() == "mine"


@pytest.mark.parametrize(
    ("owner", "folder", "anothers"),
    [
        (ME, ROOT, False),
        (ROOT, ROOT, False),
        (SOMEBODY, SOMEBODY, False),
        (SOMEBODY, ROOT, True),
        (SOMEBODY, ANOTHER, True),
        (SOMEBODY, ME, True),
    ],
)
def test_whose_file_could_have_been_left_there_by_somebody_else(owner: int, folder: int, anothers: bool) -> None:
    assert private.is_anothers(owner, folder, ME) is anothers


def test_settings_that_somebody_left_in_a_folder_of_all_are_not_obeyed_unless_they_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = "\n".join(f'{name} = "{name[0] * 40}"' for name in ("secret_key", "digest_key"))
    (tmp_path / "fob-mail.toml").write_text(f'{keys}\n[organisation]\nname = "x"\npostal_address = "y"\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FOB_MAIL_CONFIG", raising=False)
    monkeypatch.setattr(private, "is_anothers", lambda *_: True)

    with pytest.raises(SettingsError) as refused, Installation(None) as installation:
        assert installation.settings

    assert "belongs to another user" in refused.value.problem
    assert "--config" in refused.value.remedy
    with Installation(tmp_path / "fob-mail.toml") as named:
        assert named.settings.organisation.name == "x"
