"""The doctor on relays: real ones, which get no mail."""

import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from fob_mail.doctor import relays
from fob_mail.doctor.finding import State
from fob_mail.settings import Settings
from tests.certificates import Certificate, make_certificate
from tests.findings import by_name, states
from tests.mail_server import LOGIN, mail_server
from tests.recording_relay import Faults, RecordingRelay
from tests.speaking import speaking

NOW = datetime.now(UTC)
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def relay_settings(settings: Settings, port: int, **changes: object) -> Settings:
    return settings.model_copy(
        update={"smtp": settings.smtp.model_copy(update={"host": "127.0.0.1", "port": port, "timeout": 5.0, **changes})}
    )


def test_a_relay_that_takes_our_mail_over_tls_is_fine_until_its_certificate_ends(settings: Settings, certificate: Certificate) -> None:
    with RecordingRelay(tls=certificate.server_context(), starttls=True) as relay:
        told = relay_settings(settings, relay.port, security="starttls", ca_file=certificate.file)
        (one,) = told.relays_in_use()
        found = states(relays.check_relay(one, "news@example.org", NOW - timedelta(days=90)))
        later = by_name(relays.check_relay(one, "news@example.org", NOW))

    assert set(found.values()) == {State.FINE}
    assert found.keys() == {"connection", "TLS", "AUTH", "PIPELINING", "SIZE", "sender"}
    assert later["TLS"].state is State.WARNING
    assert not relay.messages


@ONE_DATABASE
def test_a_real_postfix_is_looked_at_over_starttls_with_a_login_and_gets_no_mail(settings: Settings, certificate: Certificate) -> None:
    with mail_server(certificate, ["rosa"]) as server:
        login = {
            "security": "starttls",
            "ca_file": certificate.file,
            "username": LOGIN[0],
            "password": SecretStr(LOGIN[1]),
            "timeout": 20.0,
        }
        (one,) = relay_settings(settings, server.smtp, **login).relays_in_use()
        found = by_name(relays.check_relay(one, "news@example.org", NOW - timedelta(days=90)))
        (other,) = relay_settings(settings, server.smtp, **login | {"password": SecretStr("no")}).relays_in_use()
        refused = by_name(relays.check_relay(other, "news@example.org", NOW))
        mails = server.mails("rosa")

    assert {finding.state for finding in found.values()} == {State.FINE}, found
    assert found["AUTH"].seen == f"lets us in as {LOGIN[0]}"
    assert found["SIZE"].seen.startswith("takes messages of ")
    assert refused.keys() == {"AUTH"}
    assert (refused["AUTH"].state, "535" in refused["AUTH"].seen) == (State.WRONG, True)
    assert not mails


def test_a_relay_without_encryption_is_a_warning_unless_it_is_on_this_machine_and_a_closed_port_is_wrong(settings: Settings) -> None:
    with RecordingRelay() as relay:
        (one,) = relay_settings(settings, relay.port).relays_in_use()
        here_alone = by_name(relays.check_relay(one, "news@example.org", NOW))
    with RecordingRelay(host="127.0.0.2") as relay:
        (another,) = relay_settings(settings, relay.port, host="127.0.0.2").relays_in_use()
        elsewhere = by_name(relays.check_relay(another, "news@example.org", NOW))
    gone = by_name(relays.check_relay(one, "news@example.org", NOW))

    assert here_alone["TLS"].state is State.UNKNOWN  # how that server hands it on is not seen
    assert elsewhere["TLS"].state is State.WARNING
    assert gone["connection"].state is State.WRONG
    assert "See that it runs" in gone["connection"].remedy


def test_a_relay_that_refuses_our_sender_is_told_with_its_words(settings: Settings) -> None:
    with RecordingRelay(Faults(mail="550 5.7.1 not from you")) as relay:
        (one,) = relay_settings(settings, relay.port).relays_in_use()
        found = by_name(relays.check_relay(one, "news@example.org", NOW))

    assert found["sender"].state is State.WRONG
    assert "550 5.7.1 not from you" in found["sender"].seen


def test_a_certificate_that_nobody_vouches_for_is_told_as_such(settings: Settings, certificate: Certificate, tmp_path: Path) -> None:
    trusted = make_certificate(tmp_path / "other").file
    with RecordingRelay(tls=certificate.server_context(), starttls=True) as relay:
        (one,) = relay_settings(settings, relay.port, security="starttls", ca_file=trusted).relays_in_use()
        (found,) = relays.check_relay(one, "news@example.org", NOW)

    assert (found.name, found.state) == ("TLS", State.WRONG)
    assert "certificate that is not to be trusted" in found.seen
    assert found.remedy


def test_a_relay_that_can_do_little_is_told_what_it_costs(settings: Settings) -> None:
    with RecordingRelay(Faults(pipelining=False, size=1_000_000)) as relay:
        (one,) = relay_settings(settings, relay.port).relays_in_use()
        found = by_name(relays.check_relay(one, "news@example.org", NOW))

    assert (found["PIPELINING"].state, found["PIPELINING"].seen) == (State.WARNING, "not offered: four round trips a message")
    assert (found["SIZE"].state, found["SIZE"].seen) == (State.WARNING, "takes messages of 1,000,000 octets at the most")
    assert found["PIPELINING"].remedy
    assert found["SIZE"].remedy


def test_a_relay_that_hangs_up_at_our_sender_is_told(settings: Settings) -> None:
    def speak(line: socket.socket) -> None:
        said = line.makefile("rb")
        line.sendall(b"220 relay.test ESMTP\r\n")
        said.readline()
        line.sendall(b"250 relay.test\r\n")
        said.readline()

    with speaking(speak) as port:
        (one,) = relay_settings(settings, port).relays_in_use()
        found = by_name(relays.check_relay(one, "news@example.org", NOW))

    assert found["sender"].state is State.WRONG
    assert found["sender"].seen.startswith("it hung up at MAIL FROM news@example.org")
    assert found["SIZE"].seen == "says no limit"


def test_nobody_is_named_to_a_relay_before_a_list_says_who_writes(settings: Settings) -> None:
    with RecordingRelay() as relay:
        (one,) = relay_settings(settings, relay.port).relays_in_use()
        found = by_name(relays.check_relay(one, "", NOW))

    assert found["sender"].state is State.UNKNOWN
    assert "fob-mail list create" in found["sender"].remedy
