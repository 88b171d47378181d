"""What an organiser does when somebody asks what is known of them, or to be forgotten: the real commands, on both databases."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

from fob_mail.database import Database, clock
from fob_mail.models import Subscription, SubscriptionState
from tests.builders import make_list, make_subscriber

FobMail = Callable[..., subprocess.CompletedProcess[str]]


def test_a_person_is_shown_exported_forgotten_and_kept_out_of_imports(
    settings_file: Path, fob_mail: FobMail, database: Database, tmp_path: Path
) -> None:
    with database.begin() as session:
        make_subscriber(session, "rosa@example.org", make_list(session, "valley"), name="Rosa Mamani")

    def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
        return fob_mail("--config", settings_file, *words)

    assert json.loads(run("subscribers", "export", "rosa@example.org").stdout)["name"] == "Rosa Mamani"
    asked = run("subscribers", "erase", "rosa@example.org")
    assert (asked.returncode, "Nobody was forgotten" in asked.stderr) == (1, True)
    assert run("subscribers", "erase", "rosa@example.org", "--yes").returncode == 0
    kept = json.loads(run("consents", "rosa@example.org", "--json").stdout)
    assert (kept["forgotten"], [line["what"] for line in kept["consents"]]) == (True, ["erased"])
    (tmp_path / "people.csv").write_text("email,name\nrosa@example.org,Rosa Mamani\n", encoding="utf-8")
    run("subscribers", "import", "valley", tmp_path / "people.csv", "--consent", "at the stall", "--yes")
    assert json.loads(run("list", "show", "valley", "--json").stdout)["confirmed"] == 0


def test_retention_says_what_lapses_and_does_it_only_when_it_is_meant(settings_file: Path, fob_mail: FobMail, database: Database) -> None:
    with database.begin() as session:
        person = make_subscriber(session, "rosa@example.org", make_list(session, "valley"), SubscriptionState.PENDING)
        subscription = session.get_one(Subscription, (person.id, 1))
        subscription.since = clock(session).replace(year=2020)

    looked, done, again = (fob_mail("--config", settings_file, "retention", *more, "--json") for more in (["--dry-run"], [], []))

    numbers = [(json.loads(run.stdout)["pending"], json.loads(run.stdout)["strangers"]) for run in (looked, done, again)]
    assert numbers == [(1, 1), (1, 1), (0, 0)]
