"""fob-mail check, as an organiser types it, and what send makes of it."""

import json
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fob_mail.audience import lists
from fob_mail.database import Database
from fob_mail.models import Batch, Campaign, CampaignState
from tests.builders import make_list, make_subscriber

NOW = datetime(2027, 1, 1, tzinfo=UTC)
Run = Callable[..., subprocess.CompletedProcess[str]]
EXAMPLE = Path(__file__).parents[2] / "examples" / "article.txt"
SETTINGS = f"""
secret_key = "{"k" * 40}"
digest_key = "{"d" * 40}"
base_url = "https://mail.example.org"
[organisation]
name = "Friends of the Valley"
postal_address = "12 Canal Street, Leeds LS1 4AB"
[smtp]
port = 9
"""


@pytest.fixture
def folder(tmp_path: Path, sqlite_database: Database) -> Path:
    """A working folder with one list of one person, and the project's own example article."""
    (tmp_path / "fob-mail.toml").write_text(SETTINGS)
    (tmp_path / "fob-mail.toml").chmod(0o600)
    shutil.copy(EXAMPLE, tmp_path / "article.txt")
    with sqlite_database.begin() as session:
        make_subscriber(session, "ana@example.org", make_list(session, "valley"), name="Ana")
        make_list(session, "nobody")
    return tmp_path


def _bare(folder: Path) -> None:
    """The example as it would be copied off a page: without its front matter."""
    whole = (folder / "article.txt").read_text("utf-8")
    (folder / "article.txt").write_text(whole.split("---\n", 2)[2], encoding="utf-8")


def test_an_article_without_an_edit_gives_a_preview_and_with_three_links_it_can_go(folder: Path, fob_mail: Run) -> None:
    _bare(folder)
    fob_mail("compose", "article.txt", "--list", "valley", "--name", "lamps")
    preview = fob_mail("preview", "lamps", "--out", "out")
    bare = json.loads(fob_mail("check", "lamps", "--json").stdout)

    links = "---\nregister: https://e.example.org/1\nshare: https://f.example.org/1\nfollow: https://m.example.org/1\n---\n"
    (folder / "linked.txt").write_text(links + (folder / "article.txt").read_text("utf-8"), encoding="utf-8")
    fob_mail("compose", "linked.txt", "--list", "valley", "--name", "lamps")
    checked = fob_mail("check", "lamps")

    assert preview.returncode == 0, preview.stderr
    assert "no-button" in {problem["about"] for problem in bare["problems"]}
    assert checked.returncode == 0, checked.stderr
    assert "lamps can go: no errors" in checked.stdout
    assert "lost its link" not in checked.stderr


def test_what_must_be_put_right_is_told_with_its_remedy_and_send_refuses(folder: Path, fob_mail: Run) -> None:
    (folder / "bad.txt").write_text(
        "Come on Thursday\n\nDear friends, come to the meeting.\n\nSee https://192.168.0.7/talk for more, and bring friends.\n",
        encoding="utf-8",
    )
    fob_mail("compose", "bad.txt", "--list", "nobody", "--name", "bad", "--subject", "COME ON THURSDAY!!!")

    checked = fob_mail("check", "bad", "--json")
    sent = fob_mail("send", "bad", "--yes")

    report = json.loads(checked.stdout)
    assert checked.returncode == 1
    assert {"nobody", "shouting"} <= {problem["about"] for problem in report["problems"]}
    assert report["errors"] == sum(problem["severity"] == "error" for problem in report["problems"])
    assert all(problem["place"] and problem["remedy"] for problem in report["problems"])
    assert sent.returncode == 1
    assert 'List "nobody" has nobody confirmed on it.' in sent.stderr


def test_online_it_asks_the_relay_the_dns_and_the_sites(folder: Path, fob_mail: Run) -> None:
    """Nobody of these is to be had here, and that is said and nothing else goes wrong."""
    (folder / "web.txt").write_text("---\nregister: https://127.0.0.1:1/x\n---\nCome on Thursday\n\nDo come.\n", encoding="utf-8")
    fob_mail("compose", "web.txt", "--list", "valley", "--name", "web")

    checked = fob_mail("check", "web", "--online", "--json")

    found = {(problem["about"], problem["place"]) for problem in json.loads(checked.stdout)["problems"]}
    assert checked.returncode == 1, checked.stderr
    assert ("relay", "relay") in found
    assert ("private-link", "links") in found
    assert any(place == "dns" for _, place in found)


@pytest.mark.usefixtures("folder")
def test_twice_the_usual_audience_is_told_before_it_goes(fob_mail: Run, sqlite_database: Database) -> None:
    with sqlite_database.begin() as session:
        valley = lists.find(session, "valley")
        for number in range(25):
            make_subscriber(session, f"person{number}@example.org", valley)
        before = Campaign(
            slug="before", list_id=valley.id, state=CampaignState.FINISHED, article_name="a", article_source="a", created_at=NOW
        )
        session.add(before)
        session.flush()
        session.add(Batch(campaign_id=before.id, first_position=1, last_position=10))
    fob_mail("compose", "article.txt", "--list", "valley", "--name", "lamps")

    checked = fob_mail("check", "lamps")

    assert checked.returncode == 0
    assert "It goes to 26 people; to this list usually to 10." in checked.stderr
