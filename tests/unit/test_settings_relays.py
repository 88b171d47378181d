"""Settings of several relays, and of readers' domains."""

import json
from pathlib import Path

import pytest

from fob_mail.errors import SettingsError
from fob_mail.settings import load
from tests.settings_files import KEYS, complaint, written

RELAYS = """
[[relays]]
name = "main"
host = "smtp.example.org"
security = "starttls"
username = "u"
weight = 3
per_hour = 500

[[relays]]
name = "backup-2"
host = "localhost"
weight = 0
ca_file = "ours.pem"

[[domains]]
names = ["Gmail.com", "googlemail.com"]
per_second = 0.5
connections = 2
"""


def test_there_may_be_several_relays_and_limits_for_readers_domains(tmp_path: Path) -> None:
    settings = load(written(tmp_path, KEYS + RELAYS), {})

    assert [(r.name, r.host, r.weight, r.per_hour) for r in settings.relays_in_use()] == [
        ("main", "smtp.example.org", 3, 500),
        ("backup-2", "localhost", 0, 0),
    ]
    assert settings.relays[1].ca_file == tmp_path / "ours.pem"
    assert (settings.domains[0].names, settings.domains[0].per_second) == (["gmail.com", "googlemail.com"], 0.5)


def test_without_any_the_section_smtp_is_the_one_relay(tmp_path: Path) -> None:
    settings = load(written(tmp_path, KEYS + '[smtp]\nhost = "smtp.example.org"\nport = 2525\nper_day = 9\n'), {})

    (relay,) = settings.relays_in_use()
    assert (relay.name, relay.section, relay.host, relay.port, relay.per_day) == ("smtp", "smtp", "smtp.example.org", 2525, 9)
    assert relay.password_variable == "FOB_MAIL_SMTP__PASSWORD"


def test_each_relay_takes_its_password_from_a_variable_of_its_own(tmp_path: Path) -> None:
    settings = load(
        written(tmp_path, KEYS + RELAYS), {"FOB_MAIL_RELAYS__BACKUP_2__PASSWORD": "hunter2", "FOB_MAIL_RELAYS__MAIN__PORT": "587"}
    )

    assert [relay.password.get_secret_value() for relay in settings.relays] == ["", "hunter2"]
    assert settings.relays[0].port == 587
    assert settings.relays[1].password_variable == "FOB_MAIL_RELAYS__BACKUP_2__PASSWORD"
    assert "hunter2" not in repr(settings)


def test_relays_can_come_from_the_environment_alone(tmp_path: Path) -> None:
    whole = json.dumps([{"name": "main", "host": "localhost"}])

    settings = load(written(tmp_path, KEYS), {"FOB_MAIL_RELAYS__MAIN__USERNAME": "u", "FOB_MAIL_RELAYS": whole})

    assert [(relay.name, relay.username) for relay in settings.relays] == [("main", "u")]


@pytest.mark.parametrize(
    ("variable", "said"),
    [
        ("FOB_MAIL_RELAYS__OTHER__PASSWORD", "names no relay of the settings; there are main, backup-2"),
        ("FOB_MAIL_RELAYS__MAIN__PASWORD", "there is no such setting"),
    ],
)
def test_a_variable_of_no_relay_is_said(tmp_path: Path, variable: str, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(written(tmp_path, KEYS + RELAYS), {variable: "hunter2"})

    assert f"  {variable}: {said}" in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('name = "backup-2"', 'name = "main"', "relays: main is there twice"),
        ('name = "main"', 'name = "Main Relay"', "relays.name: 'Main Relay' is not a name for a relay"),
        ('name = "main"', 'name = "smtp"', "relays.name: 'smtp' is not a name for a relay"),
        ("weight = 3", "weight = 0", "relays: each has weight 0"),
        ('security = "starttls"', "", "set relays.main.security to tls or starttls"),
        ('"Gmail.com", "googlemail.com"', '"gmail"', "domains.names: 'gmail' is no domain"),
        ('"Gmail.com", "googlemail.com"', '"a.org", "A.org"', "domains: a.org is there twice"),
        ("per_second = 0.5", "per_second = -1", "domains.per_second: "),
        ('[[relays]]\nname = "main"', '[relays]\nname = "main"', "relays"),
    ],
)
def test_what_is_wrong_with_relays_and_domains_is_said(tmp_path: Path, before: str, after: str, said: str) -> None:
    assert before in RELAYS

    assert said in complaint(written(tmp_path, KEYS + RELAYS.replace(before, after)))
