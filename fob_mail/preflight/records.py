"""What the DNS says of the sender, judged: Gmail, Yahoo and Outlook take bulk mail only with SPF, DKIM and DMARC in order."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fob_mail.dns_records import Record, State
from fob_mail.preflight.problem import Problem, error, warning


@dataclass(frozen=True, slots=True)
class Records:
    """Those of a sender: `keys` are the DKIM records by what our key says that each should be."""

    domain: str
    spf: Record
    dmarc: Record
    mail: Record
    keys: Mapping[str, Record]


def check_records(records: Records) -> Iterator[Problem]:
    """What is missing or wrong in the DNS. What cannot be known now is told once and is no error."""
    everything = (records.spf, records.dmarc, records.mail, *records.keys.values())
    if unknown := [record for record in everything if record.state is State.UNKNOWN]:
        problem = f"The DNS does not say whether {unknown[0].name} is there: {unknown[0].text}."
        yield warning("dns-unknown", "dns", problem, "Try again when this machine is online.")
    yield from _spf(records.spf, records.domain)
    yield from _dmarc(records.dmarc, records.domain)
    for expected, found in records.keys.items():
        yield from _key(expected, found)
    if records.mail.state is State.ABSENT:
        problem = f"{records.domain} takes no mail (it has no MX record): answers and bounces are lost, and filters count it."
        yield warning("no-mx", "dns", problem, "Add an MX record, or write from a domain that takes mail.")


def _spf(spf: Record, domain: str) -> Iterator[Problem]:
    words = spf.text.lower().split()
    if spf.state is State.ABSENT:
        problem = f"{domain} has no SPF record: nobody can tell which machines may send in its name."
        yield error("no-spf", "dns", problem, 'Add a TXT record there: "v=spf1 include:YOUR-RELAY ~all"; your relay says what to include.')
    elif spf.state is State.SEVERAL:
        yield error("several-spf", "dns", f"{domain} has several SPF records, which counts as none.", "Make one of them.")
    elif words and ("+all" in words or "all" in words):
        problem = f"The SPF record of {domain} lets everybody send in its name (+all)."
        yield error("open-spf", "dns", problem, "End it in ~all or -all.")
    elif spf.state is State.FOUND and not any(word.endswith("all") or word.startswith("redirect=") for word in words):
        problem = f"The SPF record of {domain} does not say what holds for other machines."
        yield warning("endless-spf", "dns", problem, "End it in ~all or -all.")


def _dmarc(dmarc: Record, domain: str) -> Iterator[Problem]:
    if dmarc.state is State.ABSENT:
        problem = f"{domain} has no DMARC record, which Gmail and Yahoo ask of those who write to many."
        yield error("no-dmarc", "dns", problem, f'Add a TXT record at _dmarc.{domain}: "v=DMARC1; p=none; rua=mailto:dmarc@{domain}"')
    elif dmarc.state is State.SEVERAL:
        yield error("several-dmarc", "dns", f"{dmarc.name} has several DMARC records, which counts as none.", "Make one of them.")
    elif dmarc.state is State.FOUND and dmarc.tags.get("p") not in {"none", "quarantine", "reject"}:
        problem = f"The DMARC record {dmarc.name} says nothing that holds: {dmarc.text[:80]!r}."
        yield error("bad-dmarc", "dns", problem, 'Write p=none, p=quarantine or p=reject in it: "v=DMARC1; p=none"')


def _key(expected: str, found: Record) -> Iterator[Problem]:
    wanted = Record(found.name, State.FOUND, expected).tags.get("p", "")
    if found.state is State.ABSENT:
        problem = f"{found.name} is not in the DNS: nobody can verify what its key signs."
        yield error("no-dkim", "dns", problem, f'Add a TXT record there: "{expected}"')
    elif found.state is not State.UNKNOWN and found.tags.get("p", "") != wanted:
        withdrawn = "was withdrawn (its p= is empty)" if not found.tags.get("p") else "is of another key"
        problem = f"{found.name} {withdrawn}: signatures made with ours are worth nothing."
        yield error("other-dkim", "dns", problem, f'Make that TXT record say: "{expected}"')
