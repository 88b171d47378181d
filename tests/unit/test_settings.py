"""Settings: every wrong one at once, by the name its owner typed, and no secret in what is said."""

import json
import traceback
from pathlib import Path

import pytest

from fob_mail.errors import SettingsError
from fob_mail.settings import Settings, find_file, load
from tests.settings_files import KEYS, complaint, written


def test_the_defaults_need_two_keys_and_nothing_else(tmp_path: Path) -> None:
    settings = load(written(tmp_path, KEYS), {})

    assert settings.database_url.get_secret_value() == f"sqlite:///{tmp_path}/fob-mail.db"
    assert settings.sending.journal_folder == tmp_path / "journal"
    assert settings.smtp.host == "localhost"


def test_every_wrong_setting_is_said_at_once_by_the_name_its_owner_typed(tmp_path: Path) -> None:
    file = written(tmp_path, 'secret_key = "short"\nbase_url = "http://example.org"\n[smtp]\nport = 0\n[organisation]\ntimezone = "Mars"\n')

    said = complaint(file, FOB_MAIL_SMTP__CONNECTIONS="many", FOB_MAIL_DATABASE_URL="mysql://u:hunter2@h/x")

    for name in (
        "secret_key",
        "digest_key",
        "base_url",
        "smtp.port",
        "organisation.timezone",
        "FOB_MAIL_SMTP__CONNECTIONS",
        "FOB_MAIL_DATABASE_URL",
    ):
        assert f"  {name}: " in said
    assert "hunter2" not in said
    assert "short" not in said.replace("shortest", "")


def test_a_misspelt_setting_names_the_nearest(tmp_path: Path) -> None:
    said = complaint(written(tmp_path, KEYS + "[smtp]\nprot = 25\n"), FOB_MAIL_SENDING__BATHC_SIZE="3")

    assert "smtp.prot: there is no such setting; did you mean smtp.port?" in said
    assert "FOB_MAIL_SENDING__BATHC_SIZE: there is no such setting; did you mean FOB_MAIL_SENDING__BATCH_SIZE?" in said


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, KEYS + '[smtp]\nhost = "file.example.org"\nport = 587\n')

    settings = load(
        file, {"FOB_MAIL_SMTP__HOST": "environment.example.org", "FOB_MAIL_DATABASE_URL": "sqlite:////elsewhere.db", "PATH": "x"}
    )

    assert (settings.smtp.host, settings.smtp.port) == ("environment.example.org", 587)
    assert settings.database_url.get_secret_value() == "sqlite:////elsewhere.db"


def test_lists_and_spans_of_time_can_come_from_the_environment(tmp_path: Path) -> None:
    settings = load(written(tmp_path, KEYS), {"FOB_MAIL_SENDING__RETRY_AFTER": "[10, 20]", "FOB_MAIL_SENDING__LEASE": "90"})

    assert settings.sending.retry_after == [10, 20]
    assert settings.sending.lease.total_seconds() == 90


@pytest.mark.parametrize("value", ["10, 20", "10,20", "[10, 20]", " [10,20] "])
def test_a_list_in_a_variable_is_written_with_commas_or_as_json(tmp_path: Path, value: str) -> None:
    assert load(written(tmp_path, KEYS), {"FOB_MAIL_SENDING__RETRY_AFTER": value}).sending.retry_after == [10, 20]


@pytest.mark.parametrize("value", ["[10, 20", "[soon]", "10; 20", "soon", "[]", "0", '{"a": 1}'])
def test_what_is_no_list_is_said_by_the_variables_name(tmp_path: Path, value: str) -> None:
    assert "  FOB_MAIL_SENDING__RETRY_AFTER: " in complaint(written(tmp_path, KEYS), FOB_MAIL_SENDING__RETRY_AFTER=value)


@pytest.mark.parametrize("value", ["o" * 40 + "," + "p" * 40, '["' + "o" * 40 + '", "' + "p" * 40 + '"]'])
def test_former_keys_go_on_verifying_after_the_new_one(tmp_path: Path, value: str) -> None:
    settings = load(written(tmp_path, KEYS), {"FOB_MAIL_OLD_SECRET_KEYS": value})

    assert settings.keys()[1:] == [b"o" * 40, b"p" * 40]


def test_a_former_key_that_anyone_could_guess_is_refused(tmp_path: Path) -> None:
    said = complaint(written(tmp_path, KEYS + 'old_secret_keys = ["", "hunter2"]\n'))

    assert "  old_secret_keys: must have at least 32 characters" in said
    assert "hunter2" not in said


def test_a_misspelt_section_names_the_nearest(tmp_path: Path) -> None:
    said = complaint(written(tmp_path, KEYS + '[smpt]\nhost = "x"\n'))

    assert "smpt: there is no such setting; did you mean smtp?" in said


@pytest.mark.parametrize("value", ["0", "-5", "nan", "inf", "P2D", "1e3", "soon", "9" * 400])
def test_a_span_of_time_is_a_number_of_seconds_above_nothing(tmp_path: Path, value: str) -> None:
    said = complaint(written(tmp_path, KEYS), FOB_MAIL_SENDING__LEASE=value, FOB_MAIL_SENDING__GIVE_UP_AFTER=value)

    assert said.count("should be a number of seconds") == 2


@pytest.mark.parametrize("value", ["0", "-5", "nan", "inf", "true"])
def test_a_span_of_time_in_the_file_is_one_too(tmp_path: Path, value: str) -> None:
    said = complaint(written(tmp_path, KEYS + f"[sending]\nlease = {value}\n[smtp]\ntimeout = {value.replace('true', '0')}\n"))

    assert "  sending.lease: " in said
    assert "  smtp.timeout: " in said


def test_no_name_given_to_the_relay_or_the_reader_can_hold_a_second_line(tmp_path: Path) -> None:
    file = written(tmp_path, KEYS + r"[organisation]" + '\nwebsite = "https://example.org\\nX: y"\n')

    said = complaint(file, FOB_MAIL_SMTP__HOST="a\nb", FOB_MAIL_SMTP__HELO="x\r\nMAIL FROM:<>")

    for name in ("organisation.website", "FOB_MAIL_SMTP__HOST", "FOB_MAIL_SMTP__HELO"):
        assert f"  {name}: " in said
    assert said.count("\n") == 3


def test_a_value_where_a_section_belongs_is_explained(tmp_path: Path) -> None:
    said = complaint(written(tmp_path, KEYS + 'smtp = "localhost"\n'), FOB_MAIL_SMTP__PORT="587")

    assert "  smtp: is a section; write [smtp] on a line of its own" in said


def test_everything_can_come_from_the_environment(tmp_path: Path) -> None:
    settings = load(
        tmp_path / "absent.toml", {"FOB_MAIL_SECRET_KEY": "s" * 40, "FOB_MAIL_DIGEST_KEY": "d" * 40, "FOB_MAIL_CONFIG": "absent.toml"}
    )

    assert settings.keys() == [b"s" * 40]


def test_without_a_file_the_complaint_says_how_to_make_one(tmp_path: Path) -> None:
    assert "There is no settings file absent.toml" in complaint(tmp_path / "absent.toml")


def test_what_is_no_toml_is_said_with_its_line(tmp_path: Path) -> None:
    assert "line 2" in complaint(written(tmp_path, 'a = "1"\nb = oops\n'))


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////var/lib/fob-mail/fob-mail.db",
        "postgresql://u:p%40ss@db.example.org:5432/name",
        "postgresql://[::1]:5432/name",
        "postgresql:///name?host=/run/postgresql",
        "postgresql+psycopg://u@db/name",
    ],
)
def test_these_are_databases(tmp_path: Path, url: str) -> None:
    assert load(written(tmp_path, KEYS + f'database_url = "{url}"\n'), {}).database_url.get_secret_value() == url


@pytest.mark.parametrize(
    "url",
    [
        "mysql://u:hunter2@h/x",
        "hunter2",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "postgresql://u:hunter2@h:hunter2/x",
        "postgresql://u:p@hunter2@h/x",
    ],
)
def test_these_are_none_and_their_passwords_stay_unsaid(tmp_path: Path, url: str) -> None:
    said = complaint(written(tmp_path, KEYS + f'database_url = "{url}"\n'))

    assert "  database_url: " in said
    assert "hunter2" not in said


def test_relative_files_belong_to_the_folder_of_the_settings(tmp_path: Path) -> None:
    settings = load(written(tmp_path, KEYS + '[smtp]\nca_file = "ours.pem"\n[sending]\njournal_folder = "/var/journal"\n'), {})

    assert settings.smtp.ca_file == tmp_path / "ours.pem"
    assert settings.sending.journal_folder == Path("/var/journal")


def test_no_certificates_of_ones_own_is_the_empty_name(tmp_path: Path) -> None:
    assert load(written(tmp_path, KEYS + '[smtp]\nca_file = ""\n'), {}).smtp.ca_file is None


@pytest.mark.parametrize("url", ["http://localhost:8000", "http://127.0.0.1", "https://mail.example.org/news/"])
def test_a_base_url_is_https_or_localhost(tmp_path: Path, url: str) -> None:
    assert load(written(tmp_path, KEYS + f'base_url = "{url}"\n'), {}).base_url == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org",
        "ftp://example.org",
        "example.org",
        "https://",
        "https://a?b=c",
        "https://u@example.org",
        "https://españa.example",
        "https://exa mple.org",
        "https://example.org:99999",
        "https://example.org:0",
        "https://[::1",
        "https://example.org/<b>",
        'https://example.org/"a',
        r"https://example.org\n.evil",
    ],
)
def test_other_base_urls_are_refused(tmp_path: Path, url: str) -> None:
    assert "  base_url: " in complaint(written(tmp_path, KEYS + f"base_url = {json.dumps(url)}\n"))


def test_a_password_does_not_go_unprotected(tmp_path: Path) -> None:
    file = written(tmp_path, KEYS + '[smtp]\nhost = "smtp.example.org"\nusername = "u"\npassword = "hunter2"\n')

    said = complaint(file)

    assert "set smtp.security to tls or starttls" in said
    assert "hunter2" not in said


def test_secrets_are_in_no_representation(tmp_path: Path) -> None:
    settings = load(written(tmp_path, KEYS + '[smtp]\npassword = "hunter2"\n'), {"FOB_MAIL_DATABASE_URL": "postgresql://u:hunter3@h/x"})

    for text in (repr(settings), str(settings), settings.model_dump_json()):
        assert not any(secret in text for secret in ("hunter2", "hunter3", "sssss", "ddddd"))


def test_secrets_are_in_no_traceback(tmp_path: Path) -> None:
    file = written(tmp_path, 'secret_key = "hunter2"\ndigest_key = ["hunter3"]\n')

    try:
        load(file, {})
    except SettingsError:
        told = traceback.format_exc()

    assert "hunter" not in told


def test_the_file_is_the_given_one_else_the_variables_else_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOB_MAIL_CONFIG", "/from/variable.toml")

    assert find_file(Path("given.toml")) == Path("given.toml")
    assert find_file(None) == Path("/from/variable.toml")
    monkeypatch.delenv("FOB_MAIL_CONFIG")
    assert find_file(None) == Path("fob-mail.toml")


def test_every_setting_has_a_default_but_the_keys() -> None:
    assert {name for name, field in Settings.model_fields.items() if field.is_required()} == {"secret_key", "digest_key"}


SIGNING = '[[dkim]]\ndomain = "Example.org"\nselector = "april"\nkey_file = "keys/april.pem"\n'


def test_nothing_signs_by_default_and_each_section_is_one_key_beside_the_settings(tmp_path: Path) -> None:
    second = '[[dkim]]\ndomain = "news.example.org"\nselector = "may"\nkey_file = "/etc/keys/may.pem"\n'
    settings = load(written(tmp_path, KEYS + SIGNING + second), {})

    assert load(written(tmp_path, KEYS), {}).dkim == []
    assert [(signer.domain, signer.selector) for signer in settings.dkim] == [("example.org", "april"), ("news.example.org", "may")]
    assert [signer.key_file for signer in settings.dkim] == [tmp_path / "keys/april.pem", Path("/etc/keys/may.pem")]


def test_signatures_can_come_from_the_environment_as_json(tmp_path: Path) -> None:
    one = json.dumps([{"domain": "example.org", "selector": "may", "key_file": "may.pem"}])

    assert load(written(tmp_path, KEYS + SIGNING), {"FOB_MAIL_DKIM": one}).dkim[0].key_file == tmp_path / "may.pem"


@pytest.mark.parametrize(
    "domain", ["", "org", "friends of bolivia.org", "bolívia.org", "a..org", "-a.org", "a.org\r\nx", "x." * 130 + "org"]
)
def test_a_signature_needs_a_domain_that_the_dns_can_have(tmp_path: Path, domain: str) -> None:
    said = complaint(written(tmp_path, KEYS + SIGNING.replace('"Example.org"', json.dumps(domain))))

    assert "  dkim.domain: " in said


def test_what_is_missing_or_wrong_in_a_signature_is_said_by_its_name(tmp_path: Path) -> None:
    assert "  dkim.selector: 'a b' is no name" in complaint(written(tmp_path, KEYS + SIGNING.replace('"april"', '"a b"')))
    assert "  dkim.key_file: names no file" in complaint(written(tmp_path, KEYS + SIGNING.replace("keys/april.pem", "")))
    assert "  dkim.key_file: is not set" in complaint(written(tmp_path, KEYS + SIGNING.partition("key_file")[0]))
    assert "write [[dkim]]" in complaint(written(tmp_path, KEYS + SIGNING.replace("[[dkim]]", "[dkim]")))
