"""What the DNS says of a sender, asked of a real server, and what preflight makes of it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from dns.resolver import Resolver

from fob_mail import dns_records
from fob_mail.dns_records import Record, State
from fob_mail.preflight import Severity
from fob_mail.preflight.records import Records, check_records
from fob_mail.signing.keys import Kind, new_key, txt_record
from tests.dns_server import dns_server

KEY = txt_record(new_key(Kind.RSA))
HALVES = f'"{KEY[:200]}" "{KEY[200:]}"'
ZONE = f"""
good.test. IN TXT "v=spf1 include:relay.test ~all"
good.test. IN TXT "some-site-verification=1"
good.test. IN MX 20 b.good.test.
good.test. IN MX 10 a.good.test.
_dmarc.good.test. IN TXT "v=DMARC1; p=reject; rua=mailto:d@good.test"
april._domainkey.good.test. IN TXT {HALVES}
old._domainkey.good.test. IN TXT "v=DKIM1; p="
news.good.test. IN A 127.0.0.1
twice.test. IN TXT "v=spf1 -all"
twice.test. IN TXT "V=SPF1 ~all"
open.test. IN TXT "v=spf1 +all"
null.test. IN MX 0 .
1.0.0.127.in-addr.arpa. IN PTR mail.good.test.
"""
GOOD = Records(
    "good.test",
    Record("good.test", State.FOUND, "v=spf1 include:relay.test ~all"),
    Record("_dmarc.good.test", State.FOUND, "v=DMARC1; p=none"),
    Record("good.test", State.FOUND, "a.good.test"),
    {KEY: Record("april._domainkey.good.test", State.FOUND, KEY)},
)


@pytest.fixture(scope="module")
def asked() -> Iterator[Resolver]:
    with dns_server(ZONE) as port:
        yield dns_records.resolver("127.0.0.1", port, wait=1.0)


def test_a_domain_in_order_is_found_whole(asked: Resolver) -> None:
    assert dns_records.spf(asked, "good.test") == Record("good.test", State.FOUND, "v=spf1 include:relay.test ~all")
    assert dns_records.dmarc(asked, "good.test").tags["p"] == "reject"
    assert dns_records.mail_hosts(asked, "good.test").text == "a.good.test b.good.test"
    assert dns_records.dkim(asked, "april", "good.test").text == KEY
    assert dns_records.reverse_name(asked, "127.0.0.1").text == "mail.good.test"


def test_dmarc_of_the_domain_above_holds_for_those_below(asked: Resolver) -> None:
    assert dns_records.dmarc(asked, "news.good.test").name == "_dmarc.good.test"
    assert dns_records.dmarc(asked, "news.open.test").state is State.ABSENT


def test_two_spf_records_are_none_and_a_null_mx_takes_no_mail(asked: Resolver) -> None:
    assert dns_records.spf(asked, "twice.test").state is State.SEVERAL
    assert dns_records.mail_hosts(asked, "null.test").state is State.ABSENT
    assert dns_records.spf(asked, "nowhere.test").state is State.ABSENT


@pytest.mark.parametrize("domain", ["a.broken", "a.slow"])
def test_what_no_server_says_is_unknown_and_not_absent(asked: Resolver, domain: str) -> None:
    found = dns_records.spf(asked, domain)

    assert found.state is State.UNKNOWN
    assert found.text


def test_a_sender_in_order_has_no_problem() -> None:
    assert list(check_records(GOOD)) == []


@pytest.mark.parametrize(
    ("changed", "about", "severity"),
    [
        ({"spf": Record("good.test", State.ABSENT)}, "no-spf", Severity.ERROR),
        ({"spf": Record("good.test", State.SEVERAL, "v=spf1 -all")}, "several-spf", Severity.ERROR),
        ({"spf": Record("good.test", State.FOUND, "v=spf1 +all")}, "open-spf", Severity.ERROR),
        ({"spf": Record("good.test", State.FOUND, "v=spf1 a")}, "endless-spf", Severity.WARNING),
        ({"spf": Record("good.test", State.UNKNOWN, "no server answered in time")}, "dns-unknown", Severity.WARNING),
        ({"dmarc": Record("_dmarc.good.test", State.ABSENT)}, "no-dmarc", Severity.ERROR),
        ({"dmarc": Record("_dmarc.good.test", State.SEVERAL, "v=DMARC1; p=none")}, "several-dmarc", Severity.ERROR),
        ({"dmarc": Record("_dmarc.good.test", State.FOUND, "v=DMARC1; rua=x")}, "bad-dmarc", Severity.ERROR),
        ({"mail": Record("good.test", State.ABSENT)}, "no-mx", Severity.WARNING),
        ({"keys": {KEY: Record("april._domainkey.good.test", State.ABSENT)}}, "no-dkim", Severity.ERROR),
        ({"keys": {KEY: Record("april._domainkey.good.test", State.FOUND, "v=DKIM1; p=")}}, "other-dkim", Severity.ERROR),
        ({"keys": {KEY: Record("april._domainkey.good.test", State.FOUND, "v=DKIM1; p=AAAA")}}, "other-dkim", Severity.ERROR),
    ],
)
def test_each_thing_that_is_wrong_is_told_with_the_record_that_mends_it(
    changed: dict[str, Record | dict[str, Record]], about: str, severity: Severity
) -> None:
    (found,) = check_records(replace(GOOD, **changed))  # type: ignore[arg-type]  # the changes are Records' own fields

    assert (found.about, found.severity, found.place) == (about, severity, "dns")
    assert found.remedy
