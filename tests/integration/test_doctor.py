"""The doctor as a whole: the checklist of what large providers ask, the exit code, and the command."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from fob_mail.database import Database
from fob_mail.doctor import rules
from fob_mail.doctor.finding import ExitCode, Finding, State, exit_code
from tests.builders import make_list
from tests.dns_server import dns_server
from tests.findings import by_name
from tests.recording_relay import RecordingRelay

Fob = Callable[..., subprocess.CompletedProcess[str]]
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ZONE = """
good.example. 60 IN TXT "v=spf1 include:relay.example ~all"
good.example. 60 IN MX 10 mail.good.example.
_dmarc.good.example. 60 IN TXT "v=DMARC1; p=quarantine"
"""


def test_the_checklist_says_of_each_rule_what_was_found() -> None:
    found = [
        Finding("sender good.example", "SPF", State.FINE, "v=spf1 ~all"),
        Finding("sender good.example", "DMARC", State.WRONG, "no such record", "Add one."),
        Finding("pages", "one click", State.FINE, "done at once"),
        Finding("pages", "base_url", State.WARNING, "local"),
    ]

    verdicts = by_name(rules.check_rules(found))

    assert verdicts["SPF passes: Gmail, Yahoo, Outlook"].state is State.FINE
    assert verdicts["DMARC is published: Gmail, Yahoo, Outlook"].remedy == "Add one."
    assert verdicts["DKIM passes: Gmail, Yahoo, Outlook"].state is State.UNKNOWN
    assert verdicts["unsubscribing takes one click (RFC 8058): Gmail, Yahoo"].state is State.WARNING


def test_the_exit_code_is_the_worst_finding() -> None:
    fine, warning, wrong = (Finding("x", "y", state, "") for state in (State.FINE, State.WARNING, State.WRONG))

    assert exit_code([fine]) is ExitCode.FINE
    assert exit_code([fine, warning]) is ExitCode.WARNING
    assert exit_code([wrong, warning]) is ExitCode.WRONG


def test_the_command_reports_everything_in_one_object(
    database: Database, settings_file: Path, fob_mail: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    with database.begin() as session:
        make_list(session, "supporters", sender="News <news@good.example>")
    with RecordingRelay() as relay, dns_server(ZONE) as port:
        with settings_file.open("a", encoding="utf-8") as file:
            file.write(f'[smtp]\nhost = "127.0.0.1"\nport = {relay.port}\n')
        done = fob_mail("doctor", "--json", "--nameserver", f"127.0.0.1:{port}", PATH=os.environ["PATH"])
        shown = fob_mail("doctor", "--offline")
    told = json.loads(done.stdout)

    areas = {finding["area"] for finding in told["findings"]}
    assert areas == {"here", "database", "relay smtp", "sender good.example", "mailbox", "pages", "rules"}
    assert (done.returncode, told["verdict"]) == (2, "wrong")  # nothing is served at base_url
    assert shown.returncode == 0, shown.stdout
    assert "✓ settings" in shown.stdout
    assert " clock: " in shown.stdout
    assert shown.stdout.endswith(", 0 warnings, 0 wrong\n")


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.name)
@pytest.mark.parametrize("state", list(State))
def test_each_rule_of_the_large_providers_gets_the_verdict_of_the_worst_that_was_seen(rule: rules.Rule, state: State) -> None:
    fine = [Finding(f"{area} x", f"{name} y", State.FINE, "well") for area, name in rule.judged_by]
    worst = Finding(fine[0].area, fine[0].name, state, "this was seen", "Do that.")

    verdict = next(one for one in rules.check_rules([*fine, worst]) if one.name.startswith(rule.name))
    nothing = next(one for one in rules.check_rules([]) if one.name.startswith(rule.name))

    assert (verdict.state, nothing.state) == (state, State.UNKNOWN)
    if state is not State.FINE:
        assert (verdict.seen, verdict.remedy) == (f"{worst.area}: this was seen", "Do that.")


def test_what_no_finding_can_judge_is_on_the_checklist_too() -> None:
    found = by_name(rules.check_rules([]))

    assert found["messages follow RFC 5322: Gmail, Yahoo, Outlook"].state is State.FINE
    assert found["a visible way out in the text: Gmail, Yahoo, Outlook"].state is State.FINE
    assert found["complaints stay under 0.3 % (better 0.1 %): Gmail, Yahoo"].state is State.UNKNOWN


@ONE_DATABASE
def test_settings_that_are_wrong_are_a_finding_and_not_a_warning_to_who_monitors(settings_file: Path, fob_mail: Fob) -> None:
    with settings_file.open("a", encoding="utf-8") as file:
        file.write("[smtp]\nport = 99999\n")
    told, shown = fob_mail("doctor", "--offline", "--json"), fob_mail("doctor")
    (found,) = json.loads(told.stdout)["findings"]

    assert (told.returncode, shown.returncode) == (2, 2)
    assert (found["area"], found["name"], found["state"]) == ("here", "settings", "wrong")
    assert "smtp.port" in found["seen"]
    assert "fob-mail.toml" in found["remedy"]
    assert "✗ settings" in shown.stdout


@ONE_DATABASE
def test_a_disk_without_room_is_wrong_by_the_command_too(settings_file: Path, database: Database, fob_mail: Fob) -> None:
    assert database
    with settings_file.open("a", encoding="utf-8") as file:
        file.write('[sending]\njournal_folder = "/proc/self"\n')

    shown = fob_mail("doctor", "--offline")

    assert shown.returncode == 2
    assert "✗ room for the journal: 0.00 GB free\n      Make room" in shown.stdout
    assert "✓ room for the database" in shown.stdout


@ONE_DATABASE
@pytest.mark.parametrize("given", ["dns.example.org", "192.0.2.1:many", "192.0.2.1:70000", "2001:db8::1:2:3:4:5:6:7"])
def test_a_dns_server_that_is_no_address_is_told(settings_file: Path, fob_mail: Fob, given: str) -> None:
    assert settings_file
    done = fob_mail("doctor", "--nameserver", given)

    assert done.returncode == 2
    assert "is no address of a DNS server" in done.stderr
