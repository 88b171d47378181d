"""The journey of an organiser, command by command as the README shows it, to 5,000 people and a real SMTP server from Postfix."""

import json
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.sink import smtp_sink

PEOPLE = 5_000
STATES = ("queued", "leased", "accepted", "deferred", "refused", "skipped", "unknown")
EXAMPLE = Path(__file__).parents[2] / "examples" / "article.txt"


def test_from_nothing_to_5000_inboxes(fob_mail: Callable[..., subprocess.CompletedProcess[str]], database_url: str, tmp_path: Path) -> None:
    addresses = [f"p{number}@example.org" for number in range(1, PEOPLE + 1)]
    (tmp_path / "people.csv").write_text("\n".join(["Name;E-mail", *(f"Ana;{address}" for address in addresses)]), encoding="utf-16")

    with smtp_sink(tmp_path / "sunk") as sink:

        def run(*words: str | Path) -> str:
            done = fob_mail(*words, FOB_MAIL_DATABASE_URL=database_url, FOB_MAIL_SMTP__HOST="127.0.0.1", FOB_MAIL_SMTP__PORT=str(sink.port))
            assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
            return done.stdout

        run("init", "--organisation", "Friends", "--postal-address", "12 Canal Street, Leeds")
        run("list", "create", "supporters", "--name", "Friends", "--from", "Friends <news@example.org>")
        run("subscribers", "import", "supporters", "people.csv", "--consent", "signed up at the April stall")
        run("compose", EXAMPLE, "--list", "supporters", "--name", "april")
        run("preview", "april", "--out", "preview")
        run("test", "april", "me@example.org")
        sent = json.loads(run("send", "april", "--yes", "--json"))
        again = json.loads(run("send", "april", "--yes", "--json"))
        status = json.loads(run("status", "april", "--json"))
        received = sink.recipients()

    assert (sent["state"], sent["audience"], sent["accepted"]) == ("finished", PEOPLE, PEOPLE)
    assert sum(sent[state] for state in STATES) == PEOPLE
    assert all(told[state] == sent[state] for told in (again, status) for state in STATES)
    assert received == Counter(addresses) + Counter(["me@example.org"])
    assert {file.name for file in (tmp_path / "preview").iterdir()} >= {"message.html", "message.txt", "message.eml"}


def test_a_relay_that_is_away_is_told_once_in_words_and_the_log_stays_in_the_log(
    fob_mail: Callable[..., subprocess.CompletedProcess[str]], database_url: str, tmp_path: Path
) -> None:
    """Without a log, Python itself would write each warning for it, a bare `no connection`, among the command's lines."""
    (tmp_path / "people.csv").write_text("a@example.org\nb@example.org\n", encoding="utf-8")
    there = {"FOB_MAIL_DATABASE_URL": database_url, "FOB_MAIL_SMTP__HOST": "127.0.0.1", "FOB_MAIL_SMTP__PORT": "1"}
    for words in (
        ("init", "--organisation", "Friends", "--postal-address", "12 Canal Street, Leeds"),
        ("list", "create", "supporters", "--name", "Friends", "--from", "Friends <news@example.org>"),
        ("subscribers", "import", "supporters", "people.csv", "--consent", "signed up at the April stall"),
        ("compose", EXAMPLE, "--list", "supporters", "--name", "april"),
    ):
        assert fob_mail(*words, **there).returncode == 0

    sent = fob_mail("send", "april", "--yes", "--no-wait", **there)

    assert sent.returncode == 3
    assert sent.stderr.count("cannot be reached") == 1
    assert "no connection" not in sent.stderr
