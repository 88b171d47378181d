"""Refusals of our sending warn the organiser with what fits: in the status, at the end of a reading, in the log."""

import json
import logging
import mailbox
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fob_mail import campaigns, freezing
from fob_mail.cli import main
from fob_mail.database import Database, clock
from fob_mail.feedback.taking import Terms, take
from fob_mail.links import Links, Place
from tests.builders import composed_parts, make_list, make_subscriber
from tests.integration.test_correspondence import LINKS, REPORT

AUTHENTICATION = "550 5.7.26 This mail has been blocked because the sender is unauthenticated"
REPUTATION = "550 5.7.1 Service unavailable, client host [192.0.2.1] blocked using Spamhaus"
POLICY = "550 5.7.1 Message rejected due to local policy"


def refusal(words: str, number: int, links: Links = LINKS) -> bytes:
    """A report that the delivery of that number was refused so."""
    to = links.return_path("bounces@example.org", Place(1, number))
    status = words.split()[1]
    return REPORT.format(to=to, id=f"{number}.{len(words)}").replace("550 5.1.1 no such user", words).replace("5.1.1", status).encode()


@pytest.fixture
def campaign(database: Database) -> None:
    """A campaign that has gone to four people."""
    with database.begin() as session:
        to = make_list(session, "supporters")
        for name in ("ana", "luis", "rosa", "zoe"):
            make_subscriber(session, f"{name}@example.org", to)
        campaigns.save_draft(session, "april", to, "a.txt", "", [composed_parts()], clock(session))
        freezing.freeze(session, campaigns.find(session, "april"), 10, clock(session))


@pytest.fixture
def command(settings_file: Path) -> Callable[..., Result]:
    """The command in this process."""
    return lambda *words: CliRunner().invoke(main, ["--config", str(settings_file), *map(str, words)])


@pytest.mark.usefixtures("campaign")
def test_the_status_says_how_many_were_refused_for_our_own_fault_and_what_to_do(
    database: Database, tmp_path: Path, command: Callable[..., Result]
) -> None:
    mails = [refusal(AUTHENTICATION, 1), refusal(AUTHENTICATION, 2), refusal(AUTHENTICATION + " again", 2), refusal(REPUTATION, 3)]
    for mail in [*mails, refusal(POLICY, 4), refusal("550 5.1.1 no such user", 4)]:
        take(database, mail, LINKS, Terms(3, timedelta(days=30), tmp_path / "kept"))

    told, whole = command("status", "april").stdout, json.loads(command("status", "april", "--json").stdout)

    assert "4 refused for our own fault" in told
    assert "2: SPF, DKIM or DMARC did not pass. Run fob-mail doctor" in told
    assert "docs/going-live.md" in told
    assert "block lists" in told
    assert "postmaster" in told
    assert "fob-mail feedback ls --campaign april --kind blocked" in told
    assert [(one["cause"], one["refused"]) for one in whole["blocked"]] == [("authentication", 2), ("policy", 1), ("reputation", 1)]
    assert all(one["what_to_do"] for one in whole["blocked"])


@pytest.mark.usefixtures("campaign")
def test_a_campaign_of_which_nothing_was_refused_so_has_no_advice(command: Callable[..., Result]) -> None:
    assert "fault" not in command("status", "april").stdout
    assert json.loads(command("status", "april", "--json").stdout)["blocked"] == []


@pytest.mark.usefixtures("campaign")
def test_a_reading_ends_with_the_advice_for_what_is_new_in_it(tmp_path: Path, settings_file: Path, command: Callable[..., Result]) -> None:
    box = mailbox.Maildir(tmp_path / "box")
    with settings_file.open("a") as more:
        more.write(f'[feedback]\nmaildir = "{tmp_path / "box"}"\n')
    for mail in (refusal(REPUTATION, 1), refusal(REPUTATION, 1), refusal(REPUTATION, 3)):
        box.add(mail)

    told = command("feedback", "run", "--once").stdout.splitlines()
    box.add(refusal(REPUTATION, 3))
    again = json.loads(command("feedback", "run", "--once", "--json").stdout)

    assert told[0] == "3 mails taken, 3 blocked"
    assert told[1].startswith("2 refused for our own fault")
    assert told[-1].startswith("  2: the receivers distrust the server")
    assert again == {"taken": 1, "kinds": {"blocked": 1}, "blocked": [], "forwarded": {}}


@pytest.mark.usefixtures("campaign")
def test_one_mail_is_told_with_its_advice_and_the_log_warns(
    tmp_path: Path, command: Callable[..., Result], caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "refused.eml").write_bytes(refusal(AUTHENTICATION, 1))

    told = command("feedback", "read", tmp_path / "refused.eml").stdout

    assert "Run fob-mail doctor" in told
    [warned] = [one for one in caplog.records if one.levelno == logging.WARNING]
    assert warned.getMessage() == "our sending was refused"
    assert "doctor" in str(vars(warned)["what_to_do"])
