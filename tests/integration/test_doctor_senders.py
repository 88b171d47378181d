"""The doctor on those who write, and on the relays' names: a real DNS server says what it says."""

import subprocess
import sys
from pathlib import Path

import pytest

from fob_mail import dns_records
from fob_mail.doctor import senders
from fob_mail.doctor.finding import State
from fob_mail.doctor.senders import Sender
from fob_mail.settings import Settings
from fob_mail.settings.model import Dkim
from fob_mail.signing.keys import read_key, txt_record
from tests.dns_server import dns_server
from tests.findings import by_name, states

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


def test_a_sender_with_its_records_is_fine_but_for_what_only_delivered_mail_shows(settings: Settings) -> None:
    with dns_server(GOOD_ZONE) as port:
        found = states(senders.check_sender(dns_records.resolver("127.0.0.1", port), Sender("good.example", "good.example"), settings))

    assert found == {
        "domain": State.FINE,
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

    with dns_server(GOOD_ZONE) as port:
        absent = by_name(senders.check_sender(dns_records.resolver("127.0.0.1", port), sender, signing))
        other = Sender("other.example", "other.example")
        anothers = by_name(senders.check_sender(dns_records.resolver("127.0.0.1", port), other, signing))

    assert right["DKIM april"].state is State.FINE
    assert wrong["DKIM april"].state is absent["DKIM april"].state is State.WRONG
    assert record in wrong["DKIM april"].remedy
    assert record in absent["DKIM april"].remedy
    assert (anothers["DKIM"].state, anothers["DKIM"].seen) == (State.WRONG, "no key of the settings signs for other.example")
    assert (right["alignment"].state, right["alignment"].seen) == (
        State.FINE, "the return path (SPF) and a DKIM key share the domain of From",
    )  # fmt: skip


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


def test_the_name_of_a_relay_without_a_public_address_is_not_known_from_here() -> None:
    with dns_server(GOOD_ZONE) as port:
        (found,) = senders.check_reverse(dns_records.resolver("127.0.0.1", port), "main", [])

    assert (found.area, found.name, found.state) == ("relay main", "PTR", State.UNKNOWN)
    assert "Received" in found.remedy
