"""What the DNS says of a domain that sends mail: SPF (RFC 7208), DKIM keys (RFC 6376), DMARC (RFC 7489) and mail hosts.

Every answer says whether the record is there, is not, is there twice, or cannot be known now; none raises. The resolver is
handed in, so that tests and `doctor` ask whom they like.
"""

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address

import dns.exception
import dns.name
import dns.resolver
import dns.reversename

LONGEST_WAIT = 3.0
"""Seconds that one question may take."""


class State(StrEnum):
    """What became of a question."""

    FOUND = "found"
    ABSENT = "absent"  # the DNS says that there is none
    SEVERAL = "several"  # where there may be one alone
    UNKNOWN = "unknown"  # no server answered, or none that could


@dataclass(frozen=True, slots=True)
class Record:
    """A record: where it is looked for, what became of that, and what it says; or why nobody knows."""

    name: str
    state: State
    text: str = ""

    @property
    def tags(self) -> dict[str, str]:
        """`{"p": "reject", ...}` of a DKIM or DMARC record (RFC 6376 §3.2)."""
        pairs = (part.partition("=") for part in self.text.split(";"))
        return {name.strip().lower(): "".join(value.split()) for name, equals, value in pairs if equals}


def resolver(nameserver: str = "", port: int = 53, wait: float = LONGEST_WAIT) -> dns.resolver.Resolver:
    """One that asks the system's servers, or the one given, and never waits long."""
    made = dns.resolver.Resolver(configure=not nameserver)
    if nameserver:
        made.nameservers, made.port = [nameserver], port
    made.timeout, made.lifetime = wait / 2, wait
    return made


def spf(asked: dns.resolver.Resolver, domain: str) -> Record:
    """The SPF record of a domain; two of them count as none (RFC 7208 §4.5)."""
    return _one(asked, domain, "v=spf1")


def dkim(asked: dns.resolver.Resolver, selector: str, domain: str) -> Record:
    """The key of a selector. An empty `p` is one that was withdrawn; `v` may be missing (RFC 6376 §3.6.1)."""
    return _one(asked, f"{selector}._domainkey.{domain}", "")


def dmarc(asked: dns.resolver.Resolver, domain: str) -> Record:
    """The DMARC record that holds for a domain: its own, or that of the nearest domain above it that has one."""
    labels = domain.split(".")
    first = None
    for at in range(len(labels) - 1):
        found = _one(asked, f"_dmarc.{'.'.join(labels[at:])}", "v=dmarc1")
        first = first or found
        if found.state is not State.ABSENT:
            return found
    return first or Record(f"_dmarc.{domain}", State.ABSENT)


def mail_hosts(asked: dns.resolver.Resolver, domain: str) -> Record:
    """The hosts that take a domain's mail, the preferred first; absent if it takes none (RFC 7505's null MX too)."""
    try:
        answer = sorted(asked.resolve(domain, "MX"), key=lambda host: host.preference)
    except dns.exception.DNSException as error:
        return _failed(domain, error)
    hosts = [host.exchange.to_text(omit_final_dot=True) for host in answer]
    return Record(domain, State.FOUND, " ".join(hosts)) if any(host != "." and host for host in hosts) else Record(domain, State.ABSENT)


def reverse_name(asked: dns.resolver.Resolver, address: str) -> Record:
    """The name that an IP address has (PTR)."""
    try:
        answer = asked.resolve(dns.reversename.from_address(address), "PTR")
        return Record(address, State.FOUND, next(iter(answer)).target.to_text(omit_final_dot=True))
    except dns.exception.DNSException as error:
        return _failed(address, error)


def leads_to(asked: dns.resolver.Resolver, name: str, address: str) -> Record:
    """Whether a name has this IP address (A or AAAA), as receivers ask of a PTR; absent if it has none, or others alone."""
    wanted = ip_address(address)
    try:
        answer = asked.resolve(name, "A" if wanted.version == 4 else "AAAA")  # noqa: PLR2004 IPv4
    except dns.exception.DNSException as error:
        return _failed(name, error)
    its = [record.address for record in answer]
    return Record(name, State.FOUND if wanted in map(ip_address, its) else State.ABSENT, " ".join(its))


def _one(asked: dns.resolver.Resolver, name: str, begins: str) -> Record:
    """The one TXT record of a name that begins so; its strings are joined without a space (RFC 7208 §3.3)."""
    try:
        answer = asked.resolve(name, "TXT")
    except dns.exception.DNSException as error:
        return _failed(name, error)
    texts = [b"".join(record.strings).decode("utf-8", "replace") for record in answer]
    ours = [text for text in texts if text.lower().startswith(begins)]
    if not ours:
        return Record(name, State.ABSENT)
    return Record(name, State.FOUND if len(ours) == 1 else State.SEVERAL, ours[0])


def _failed(name: str, error: dns.exception.DNSException) -> Record:
    if isinstance(error, dns.resolver.NXDOMAIN | dns.resolver.NoAnswer):
        return Record(name, State.ABSENT)
    if isinstance(error, dns.resolver.LifetimeTimeout):
        return Record(name, State.UNKNOWN, "no server answered in time")
    return Record(name, State.UNKNOWN, str(error).partition("\n")[0].rstrip(".") or type(error).__name__)
