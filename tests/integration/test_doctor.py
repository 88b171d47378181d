"""The doctor: each finding from something real, a DNS server, a relay with TLS, a database and the public pages."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import update

from fob_mail import campaigns, dns_records, ledger
from fob_mail.database import Database, clock
from fob_mail.doctor import books, here, pages, relays, rules, senders
from fob_mail.doctor.finding import ExitCode, Finding, State, exit_code
from fob_mail.doctor.senders import Sender
from fob_mail.links import Links
from fob_mail.models import Batch
from fob_mail.settings import Settings
from fob_mail.settings.model import Dkim
from fob_mail.signing.keys import read_key, txt_record
from tests.builders import composed_parts, make_list, make_subscriber
from tests.certificates import Certificate
from tests.dns_server import dns_server
from tests.mail_server import LOGIN, mail_server
from tests.recording_relay import Faults, RecordingRelay
from tests.serving import serving

NOW = datetime.now(UTC)
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
GOOD_ZONE = """
good.example. 60 IN TXT "v=spf1 include:relay.example ~all"
good.example. 60 IN MX 10 mail.good.example.
_dmarc.good.example. 60 IN TXT "v=DMARC1; p=quarantine"
open.example. 60 IN TXT "v=spf1 +all"
_dmarc.open.example. 60 IN TXT "v=DMARC1; rua=mailto:x@open.example"
twice.example. 60 IN TXT "v=spf1 -all"
twice.example. 60 IN TXT "v=spf1 ~all"
1.2.0.192.in-addr.arpa. 60 IN PTR out.relay.example.
2.2.0.192.in-addr.arpa. 60 IN PTR out.relay.example.
3.2.0.192.in-addr.arpa. 60 IN PTR made-up.relay.example.
4.2.0.192.in-addr.arpa. 60 IN PTR out.slow.
1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. 60 IN PTR out.relay.example.
out.relay.example. 60 IN A 192.0.2.1
out.relay.example. 60 IN AAAA 2001:db8::1
"""


def by_name(found: Iterator[Finding]) -> dict[str, Finding]:
    return {finding.name: finding for finding in found}


def states(found: Iterator[Finding]) -> dict[str, State]:
    return {name: finding.state for name, finding in by_name(found).items()}


def test_a_sender_with_its_records_is_fine_but_for_what_only_delivered_mail_shows(settings: Settings) -> None:
    with dns_server(GOOD_ZONE) as port:
        found = states(senders.check_sender(dns_records.resolver("127.0.0.1", port), Sender("good.example", "good.example"), settings))

    assert found == {
        "SPF": State.FINE,
        "DKIM": State.UNKNOWN,
        "DMARC": State.FINE,
        "alignment": State.FINE,
        "MX of the sender": State.FINE,
    }


@pytest.mark.parametrize(
    ("domain", "wrong"),
    [
        ("open.example", {"SPF", "DMARC", "MX of the sender"}),
        ("twice.example", {"SPF", "DMARC", "MX of the sender"}),
        ("nothing.example", {"SPF", "DMARC", "MX of the sender"}),
        ("gmail.com", {"domain"}),
    ],
)
def test_a_sender_whom_receivers_would_turn_away_is_told_so_with_the_record_to_add(
    settings: Settings, domain: str, wrong: set[str]
) -> None:
    with dns_server(GOOD_ZONE) as port:
        found = by_name(senders.check_sender(dns_records.resolver("127.0.0.1", port), Sender(domain, domain), settings))

    bad = {name for name, finding in found.items() if finding.state is State.WRONG}
    assert bad == wrong
    assert all(found[name].remedy for name in bad)


def test_a_dns_that_does_not_answer_is_unknown_and_nobodys_fault(settings: Settings) -> None:
    with dns_server(GOOD_ZONE) as port:
        asked = dns_records.resolver("127.0.0.1", port, wait=0.5)
        found = states(senders.check_sender(asked, Sender("x.slow", "x.slow"), settings))

    assert {found[name] for name in ("SPF", "DMARC", "MX of the sender")} == {State.UNKNOWN}


def test_a_return_path_elsewhere_leaves_dmarc_to_the_signature(settings: Settings) -> None:
    with dns_server(GOOD_ZONE) as port:
        found = by_name(senders.check_sender(dns_records.resolver("127.0.0.1", port), Sender("good.example", "relay.example"), settings))

    assert found["alignment"].state is State.WARNING
    assert found["MX of the return path"].state is State.WRONG


def test_our_own_key_is_compared_with_the_one_in_the_dns(settings: Settings, tmp_path: Path) -> None:
    made = subprocess.run(
        [sys.executable, "-m", "fob_mail", "dkim", "keygen", "good.example", "april", "--kind", "ed25519"],
        check=False, cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    (key,) = tmp_path.glob("*.pem")
    signing = settings.model_copy(update={"dkim": [Dkim(domain="good.example", selector="april", key_file=key)]})
    record = txt_record(read_key(key))
    sender = Sender("good.example", "good.example")

    with dns_server(GOOD_ZONE + f'april._domainkey.good.example. 60 IN TXT "{record}"\n') as port:
        right = by_name(senders.check_sender(dns_records.resolver("127.0.0.1", port), sender, signing))
    with dns_server(GOOD_ZONE + 'april._domainkey.good.example. 60 IN TXT "v=DKIM1; k=ed25519; p=AAAA"\n') as port:
        wrong = by_name(senders.check_sender(dns_records.resolver("127.0.0.1", port), sender, signing))

    assert right["DKIM april"].state is State.FINE
    assert wrong["DKIM april"].state is State.WRONG
    assert record in wrong["DKIM april"].remedy


@pytest.mark.parametrize(
    ("address", "state", "seen"),
    [
        ("192.0.2.1", State.FINE, "out.relay.example, which leads back to it"),
        ("2001:db8::1", State.FINE, "out.relay.example, which leads back to it"),
        ("192.0.2.2", State.WARNING, "its name out.relay.example does not lead back to it, but to 192.0.2.1"),
        ("192.0.2.3", State.WARNING, "its name made-up.relay.example does not lead back to it"),
        ("192.0.2.4", State.UNKNOWN, "out.slow: no server answered in time"),
        ("192.0.2.9", State.WARNING, "the address has no name"),
    ],
)
def test_an_address_has_a_name_that_leads_back_to_it_or_not(address: str, state: State, seen: str) -> None:
    with dns_server(GOOD_ZONE) as port:
        asked = dns_records.resolver("127.0.0.1", port, wait=1.0)
        (found,) = senders.check_reverse(asked, "main", [address])

    assert (found.state, found.seen) == (state, seen)
    assert bool(found.remedy) == (state is not State.FINE)


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
    assert {"connection", "TLS", "PIPELINING", "SIZE", "sender"} <= found.keys()
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
    assert found["connection"].seen.endswith(f"lets us in as {LOGIN[0]}")
    assert found["SIZE"].seen.startswith("takes messages of ")
    assert refused.keys() == {"connection"}
    assert (refused["connection"].state, "535" in refused["connection"].seen) == (State.WRONG, True)
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


def test_a_relay_that_refuses_our_sender_is_told_with_its_words(settings: Settings) -> None:
    with RecordingRelay(Faults(mail="550 5.7.1 not from you")) as relay:
        (one,) = relay_settings(settings, relay.port).relays_in_use()
        found = by_name(relays.check_relay(one, "news@example.org", NOW))

    assert found["sender"].state is State.WRONG
    assert "550 5.7.1 not from you" in found["sender"].seen


def test_the_database_tells_its_stuck_leases_unknowns_and_late_campaigns(database: Database) -> None:
    with database.begin() as session:
        to, now = make_list(session, "supporters"), clock(session)
        for number in range(4):
            make_subscriber(session, f"p{number}@example.org", to)
        for slug in ("sent", "late"):
            campaigns.save_draft(session, slug, to, "a.txt", "", [composed_parts()], now)
        sent = campaigns.find(session, "sent")
        campaigns.freeze(session, sent, 2, now)
        ledger.lease(session, sent.id, "gone", now, now + timedelta(minutes=5))
        session.execute(update(Batch).where(Batch.worker == "gone").values(leased_until=now - timedelta(hours=1)))
        campaigns.schedule(session, campaigns.find(session, "late"), now - timedelta(hours=1))

    found = by_name(books.check_database(database))

    assert found["health"].state is State.FINE
    assert found["leases"].state is State.WARNING
    assert "sent (1)" in found["leases"].seen
    assert found["scheduled campaigns"].state is State.WRONG


def test_files_that_others_can_read_are_told_with_the_command_that_mends_it(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "fob-mail.toml").write_text("")
    (tmp_path / "fob-mail.toml").chmod(0o644)

    (found,) = here.check_files(tmp_path / "fob-mail.toml", settings, None)

    assert found.state is State.WRONG
    assert found.remedy == f"chmod 600 {tmp_path / 'fob-mail.toml'}"


def test_the_pages_and_the_one_click_are_asked_from_outside_in(settings_file: Path, settings: Settings) -> None:
    with serving(settings_file) as server:
        links = Links(settings.keys(), server.address)
        found = states(pages.check_pages(server.address, links))
        other = by_name(pages.check_pages(server.address, Links([b"x" * 40], server.address)))
        server.stop()
    gone = by_name(pages.check_pages(server.address, links))

    assert found["reachable"] is State.FINE
    assert found["one click"] is State.FINE
    assert other["one click"].state is State.WRONG
    assert gone["reachable"].state is State.WRONG


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
    with RecordingRelay() as relay, dns_server(GOOD_ZONE) as port:
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
