"""The DNS of those who write: may our relay send in their name, who vouches for it, where do bounces go?"""

from collections.abc import Iterator
from dataclasses import dataclass

import dns.resolver

from fob_mail import dns_records
from fob_mail.dns_records import Record
from fob_mail.dns_records import State as Known
from fob_mail.doctor.finding import Finding, State
from fob_mail.errors import SettingsError
from fob_mail.settings import Settings
from fob_mail.settings.model import Dkim
from fob_mail.signing.keys import read_key, txt_record

FREE_MAIL = frozenset(
    {
        "gmail.com", "googlemail.com", "yahoo.com", "yahoo.co.uk", "ymail.com", "outlook.com", "hotmail.com", "hotmail.co.uk", "live.com",
        "msn.com", "aol.com", "icloud.com", "me.com", "gmx.com", "gmx.net", "gmx.de", "web.de", "mail.com", "proton.me", "protonmail.com",
    }
)  # fmt: skip
"""Domains of mailboxes for everybody, in whose name no group may send: their DMARC forbids it."""

ONLINE = "Try again when this machine is online."


@dataclass(frozen=True, slots=True)
class Sender:
    """Who writes: the domain of From, that of the return path, and whether a key of the settings signs for the first."""

    domain: str
    return_domain: str


def check_sender(asked: dns.resolver.Resolver, sender: Sender, settings: Settings) -> Iterator[Finding]:
    """All about one sender's domain."""
    area = f"sender {sender.domain}"
    if sender.domain in FREE_MAIL:
        remedy = "Write from a domain of your own: its records can say that you may."
        yield Finding(area, "domain", State.WRONG, f"{sender.domain} forbids others to send in its name", remedy)
        return
    yield Finding(area, "domain", State.FINE, f"{sender.domain} is no domain of mailboxes for everybody")
    yield _spf(area, dns_records.spf(asked, sender.return_domain))
    yield from _keys(area, asked, sender, settings)
    yield _dmarc(area, dns_records.dmarc(asked, sender.domain), sender.domain)
    yield _alignment(area, sender, settings)
    yield _mail_hosts(area, "MX of the sender", dns_records.mail_hosts(asked, sender.domain), "answers")
    if sender.return_domain != sender.domain:
        yield _mail_hosts(area, "MX of the return path", dns_records.mail_hosts(asked, sender.return_domain), "bounces")


def check_reverse(asked: dns.resolver.Resolver, name: str, addresses: list[str]) -> Iterator[Finding]:
    """Whether a relay's own addresses have names: what receivers ask of whoever delivers to them, if that is this relay itself."""
    if not addresses:
        remedy = "Look at a delivered test: the address in its topmost Received line is the one that must have a name."
        seen = "the relay has no public address; who delivers for it is not seen from here"
        yield Finding(f"relay {name}", "PTR", State.UNKNOWN, seen, remedy)
    for address in addresses:
        found = dns_records.reverse_name(asked, address)
        if found.state is Known.FOUND:
            yield _back_again(f"relay {name}", address, found.text, dns_records.leads_to(asked, found.text, address))
        elif found.state is Known.ABSENT:
            remedy = "If this relay delivers by itself, have its provider give the address a name; if it hands mail on, that one's counts."
            yield Finding(f"relay {name}", f"PTR of {address}", State.WARNING, "the address has no name", remedy)
        else:
            yield Finding(f"relay {name}", f"PTR of {address}", State.UNKNOWN, found.text, ONLINE)


def _back_again(area: str, address: str, named: str, found: Record) -> Finding:
    """Whether an address's name leads back to it: receivers believe no other."""
    if found.state is Known.FOUND:
        return Finding(area, f"PTR of {address}", State.FINE, f"{named}, which leads back to it")
    if found.state is Known.ABSENT:
        seen = f"its name {named} does not lead back to it" + (f", but to {found.text}" if found.text else "")
        return Finding(area, f"PTR of {address}", State.WARNING, seen, f"If this relay delivers by itself, have {named} lead to {address}.")
    return Finding(area, f"PTR of {address}", State.UNKNOWN, f"{named}: {found.text}", ONLINE)


def _spf(area: str, found: Record) -> Finding:
    if found.state is Known.ABSENT:
        return _lacks(area, "SPF", found, 'Add a TXT record there: "v=spf1 include:YOUR-RELAY ~all"; your relay says what to include.')
    if found.state is Known.SEVERAL:
        return Finding(area, "SPF", State.WRONG, f"{found.name} has several records, which counts as none", "Make one of them.")
    if found.state is Known.FOUND and {"all", "+all"} & set(found.text.lower().split()):
        return Finding(area, "SPF", State.WRONG, f"everybody may send in its name: {found.text}", "End it in ~all or -all.")
    return _told(area, "SPF", found)


def _dmarc(area: str, found: Record, domain: str) -> Finding:
    if found.state is Known.ABSENT:
        return _lacks(area, "DMARC", found, f'Add a TXT record at _dmarc.{domain}: "v=DMARC1; p=none; rua=mailto:dmarc@{domain}"')
    if found.state is Known.SEVERAL or (found.state is Known.FOUND and found.tags.get("p") not in {"none", "quarantine", "reject"}):
        return Finding(area, "DMARC", State.WRONG, f"{found.name} says nothing that holds: {found.text}", 'One record: "v=DMARC1; p=none"')
    return _told(area, "DMARC", found)


def _keys(area: str, asked: dns.resolver.Resolver, sender: Sender, settings: Settings) -> Iterator[Finding]:
    if not settings.dkim:
        remedy = "Send yourself a test, and look at Authentication-Results in its source: dkim=pass, header.d= your domain."
        yield Finding(area, "DKIM", State.UNKNOWN, "the relay is to sign; what it does shows in delivered mail alone", remedy)
        return
    for key in settings.dkim:
        yield _key(area, key, dns_records.dkim(asked, key.selector, key.domain))
    if not any(_aligned(key.domain, sender.domain) for key in settings.dkim):
        remedy = "Make one: fob-mail dkim keygen DOMAIN SELECTOR"
        yield Finding(area, "DKIM", State.WRONG, f"no key of the settings signs for {sender.domain}", remedy)


def _key(area: str, key: Dkim, found: Record) -> Finding:
    name = f"DKIM {key.selector}"
    try:
        wanted = txt_record(read_key(key.key_file))
    except SettingsError as error:
        return Finding(area, name, State.WRONG, error.problem, error.remedy)
    if found.state is Known.ABSENT:
        return _lacks(area, name, found, f'Add a TXT record there: "{wanted}"')
    if found.state is Known.UNKNOWN:
        return _told(area, name, found)
    ours = Record("", Known.FOUND, wanted).tags.get("p", "")
    if found.tags.get("p", "") != ours:
        return Finding(area, name, State.WRONG, f"{found.name} is of another key, or withdrawn", f'Make it say: "{wanted}"')
    return Finding(area, name, State.FINE, f"{found.name} is the key of {key.key_file}")


def _alignment(area: str, sender: Sender, settings: Settings) -> Finding:
    by_path = _aligned(sender.return_domain, sender.domain)
    by_key = any(_aligned(key.domain, sender.domain) for key in settings.dkim)
    if by_path or by_key:
        ways = [way for way, is_so in (("the return path (SPF)", by_path), ("a DKIM key", by_key)) if is_so]
        return Finding(area, "alignment", State.FINE, f"{' and '.join(ways)} share the domain of From")
    seen = f"bounces go to {sender.return_domain}, and no key of ours signs for {sender.domain}: DMARC rests on the relay's signature alone"
    return Finding(area, "alignment", State.WARNING, seen, f"Set sending.return_path to an address at {sender.domain}, or sign for it.")


def _aligned(one: str, other: str) -> bool:
    """Relaxed alignment (RFC 7489 §3.1.1), told by suffix: one domain is the other, or is below it."""
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


def _mail_hosts(area: str, name: str, found: Record, what: str) -> Finding:
    if found.state is Known.ABSENT:
        return _lacks(area, name, found, f"Add an MX record, or {what} are lost.")
    return _told(area, name, found)


def _lacks(area: str, name: str, found: Record, remedy: str) -> Finding:
    return Finding(area, name, State.WRONG, f"{found.name} has no such record", remedy)


def _told(area: str, name: str, found: Record) -> Finding:
    if found.state is Known.UNKNOWN:
        return Finding(area, name, State.UNKNOWN, f"{found.name}: {found.text}", ONLINE)
    return Finding(area, name, State.FINE, found.text)
