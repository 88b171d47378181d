"""Settings: every wrong one at once, by the name its owner typed, and no secret in what is said."""

import json
import traceback
from pathlib import Path

import pytest

from fob_mail.errors import SettingsError
from fob_mail.settings import Settings, find_file, load

KEYS = 'secret_key = "sssssssssssssssssssssssssssssssssssssss1"\ndigest_key = "ddddddddddddddddddddddddddddddddddddddd2"\n'


def written(tmp_path: Path, text: str) -> Path:
    """A settings file with these lines."""
    file = tmp_path / "fob-mail.toml"
    file.write_text(text, encoding="utf-8")
    return file


def complaint(file: Path, **environment: str) -> str:
    """What is said of wrong settings."""
    with pytest.raises(SettingsError) as caught:
        load(file, environment)
    return caught.value.problem


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


BACK = {
    "a folder that is its own end": (
        '[imap]\nhost = "localhost"\nfolder = "Inbox"\ndone = "INBOX"\n',
        "imap: what was taken would be taken again",
    ),
    "an unprotected password": ('[imap]\nhost = "imap.example.org"\nsecurity = "none"\n', "set imap.security to tls or starttls"),
    "a port that strangers reach": (
        '[lmtp]\nlisten = "0.0.0.0:2424"\n',
        "lmtp.listen: '0.0.0.0:2424' is no socket or port of this machine",
    ),
    "a port without a number": ('[lmtp]\nlisten = "localhost:lmtp"\n', "is no socket or port of this machine"),
    "a socket without a name": ('[lmtp]\nlisten = "unix:"\n', "lmtp.listen: names no file"),
    "no topic": ('[webhooks]\nses_topics = ["bounces"]\n', "'bounces' is no topic; write one such as arn:aws:sns:"),
    "a secret that could be guessed": ('[webhooks]\npostmark_secret = "hunter2"\n', "webhooks.postmark_secret: must have 24 to 200"),
    "a secret that no URL carries": (
        '[webhooks]\nbrevo_secret = "harbour:lights@dusk/2027?"\n',
        "webhooks.brevo_secret: must have 24 to 200",
    ),
    "no key": ('[webhooks]\nsendgrid_public_key = "MFkw"\n', "webhooks.sendgrid_public_key: is no public key of the curve P-256"),
}


@pytest.mark.parametrize("name", BACK)
def test_what_is_wrong_with_where_feedback_comes_from_is_said(tmp_path: Path, name: str) -> None:
    written_so, said = BACK[name]

    told = complaint(written(tmp_path, KEYS + written_so))

    assert said in told
    assert "hunter2" not in told


@pytest.mark.parametrize("listen", ["", "127.0.0.1:2424", "[::1]:2424", "localhost:2424", "unix:lmtp.sock", "unix:/run/fob-mail/lmtp.sock"])
def test_lmtp_listens_on_this_machine(tmp_path: Path, listen: str) -> None:
    assert load(written(tmp_path, KEYS + f'[lmtp]\nlisten = "{listen}"\n'), {}).lmtp.listen == listen
