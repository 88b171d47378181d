"""The way to the relay: encrypted and authenticated as the settings say, or not at all, and no password where it does not belong."""

from pathlib import Path

import pytest

from fob_mail import campaigns
from fob_mail.balance import Counts
from fob_mail.database import Database, clock
from fob_mail.envelopes import Envelope, Recipient
from fob_mail.links import Links
from fob_mail.sending.run import Controls, freeze, run
from fob_mail.settings import Security, Settings, Smtp
from fob_mail.slots import mark
from fob_mail.smtp.relay import RelayGoneError, open_session
from fob_mail.smtp.single import deliver
from tests.builders import composed_parts, make_list, make_subscriber
from tests.certificates import Certificate
from tests.recording_relay import RecordingRelay

LOGIN = ("friends", "hunter2")


def smtp_settings(relay: RecordingRelay, **changes: object) -> Smtp:
    """What one sets to reach this relay."""
    whole: dict[str, object] = {"host": "127.0.0.1", "port": relay.port, "timeout": 5.0}
    return Smtp.model_validate(whole | changes)


def why_not(smtp: Smtp) -> RelayGoneError:
    """What is said when no session can be had."""
    with pytest.raises(RelayGoneError) as caught:
        open_session(smtp, smtp.password.get_secret_value())
    return caught.value


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
@pytest.mark.parametrize("password", ["hunter2", "con ñ y 🕊"])
def test_a_message_goes_encrypted_after_a_login(certificate: Certificate, security: Security, password: str) -> None:
    starttls = security is Security.STARTTLS

    with RecordingRelay(tls=certificate.server_context(), starttls=starttls, login=("friends", password)) as relay:
        smtp = smtp_settings(relay, security=security, ca_file=certificate.file, username="friends")
        opened = open_session(smtp, password)
        decided = deliver(
            opened, Envelope(Recipient(1, 1, 1, "ana@example.org"), "news@example.org", "ana@example.org", b"Subject: x\r\n\r\nCome.\r\n")
        )

    assert decided.reply.code == 250
    assert [(message.recipient, message.encrypted) for message in relay.messages] == [("ana@example.org", True)]
    assert relay.tried_logins == [("friends", password)]


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_a_campaign_goes_encrypted_on_every_connection(
    database: Database, settings: Settings, certificate: Certificate, tmp_path: Path, security: Security
) -> None:
    with database.begin() as session:
        to = make_list(session, "supporters")
        for number in range(60):
            make_subscriber(session, f"p{number}@example.org", to)
        long = composed_parts(text="A long evening of words.\n" * 2_000 + mark("unsubscribe_url"))
        campaigns.save_draft(session, "c", to, "article.txt", "", [long], clock(session))

    with RecordingRelay(tls=certificate.server_context(), starttls=security is Security.STARTTLS, login=LOGIN) as relay:
        smtp = smtp_settings(relay, security=security, ca_file=certificate.file, username=LOGIN[0], password=LOGIN[1], connections=3)
        sending = settings.sending.model_copy(update={"journal_folder": tmp_path / "journal", "batch_size": 10})
        here = settings.model_copy(update={"smtp": smtp, "sending": sending})
        freeze(database, "c", here)
        ended = run(database, "c", here, Links(here.keys(), here.base_url), Controls(lambda _: None, lambda _: None, wait=False))

    assert ended.counts == Counts(audience=60, accepted=60)
    assert set(relay.recipients.values()) == {1}
    assert all(message.encrypted for message in relay.messages)


@pytest.mark.parametrize("password", ["hunter2", "con ñ"])
def test_a_relay_that_takes_no_login_ends_in_a_sentence(password: str) -> None:
    with RecordingRelay() as relay:
        gone = why_not(smtp_settings(relay, username="friends", password=password))

    assert gone.permanent
    assert "cannot do what the settings ask for" in gone.problem


def test_a_wrong_password_is_said_and_not_repeated(certificate: Certificate) -> None:
    with RecordingRelay(tls=certificate.server_context(), login=LOGIN) as relay:
        gone = why_not(smtp_settings(relay, security="tls", ca_file=certificate.file, username="friends", password="swordfish"))

    assert gone.permanent
    assert "does not accept the user name and password: 535" in gone.problem
    assert "swordfish" not in str(gone)


@pytest.mark.parametrize("starttls", [True, False])
def test_a_certificate_that_is_not_trusted_gets_no_password(certificate: Certificate, starttls: bool) -> None:
    security = "starttls" if starttls else "tls"

    with RecordingRelay(tls=certificate.server_context(), starttls=starttls, login=LOGIN) as relay:
        gone = why_not(smtp_settings(relay, security=security, username=LOGIN[0], password=LOGIN[1]))

    assert gone.permanent
    assert "certificate that is not to be trusted" in gone.problem
    assert not relay.tried_logins


def test_a_certificate_of_another_name_is_not_trusted(certificate: Certificate) -> None:
    with RecordingRelay(tls=certificate.server_context()) as relay:
        gone = why_not(smtp_settings(relay, host="localhost", security="tls", ca_file=certificate.file))

    assert gone.permanent
    assert "localhost" in gone.problem


def test_a_relay_that_offers_no_starttls_gets_nothing(certificate: Certificate) -> None:
    with RecordingRelay(login=LOGIN) as relay:
        gone = why_not(smtp_settings(relay, security="starttls", ca_file=certificate.file, username=LOGIN[0], password=LOGIN[1]))

    assert gone.permanent
    assert "STARTTLS" in gone.problem
    assert not relay.tried_logins


def test_tls_to_a_relay_that_speaks_plainly_ends_in_a_sentence() -> None:
    with RecordingRelay() as relay:
        gone = why_not(smtp_settings(relay, security="tls"))

    assert gone.permanent
    assert "do not agree on TLS" in gone.problem


def test_a_file_of_certificates_that_is_not_there_is_named(tmp_path: Path) -> None:
    with RecordingRelay() as relay:
        gone = why_not(smtp_settings(relay, security="tls", ca_file=tmp_path / "lost.pem"))

    assert gone.permanent
    assert "lost.pem" in gone.problem


def test_a_file_that_holds_no_certificates_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("nothing", encoding="utf-8")

    with RecordingRelay() as relay:
        gone = why_not(smtp_settings(relay, security="starttls", ca_file=tmp_path / "empty.pem"))

    assert "empty.pem" in gone.problem


def test_a_relay_that_is_away_may_be_back_later() -> None:
    with RecordingRelay() as relay:
        smtp = smtp_settings(relay)

    gone = why_not(smtp)

    assert not gone.permanent
    assert "Nothing is lost" in gone.remedy
