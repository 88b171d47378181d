"""What Gmail, Yahoo and Outlook ask of those who write to many, as a checklist: each rule's verdict comes from what was found.

The rules are those of Gmail's sender guidelines, Yahoo's sender requirements and Microsoft's of May 2025 (docs/going-live.md).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fob_mail.doctor.finding import Finding, State

GMAIL, YAHOO, OUTLOOK = "Gmail", "Yahoo", "Outlook"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule, who has it, and by which findings it is judged: area's beginning and name's beginning."""

    name: str
    who: tuple[str, ...]
    judged_by: tuple[tuple[str, str], ...]


RULES = (
    Rule("SPF passes", (GMAIL, YAHOO, OUTLOOK), (("sender", "SPF"),)),
    Rule("DKIM passes", (GMAIL, YAHOO, OUTLOOK), (("sender", "DKIM"),)),
    Rule("DMARC is published", (GMAIL, YAHOO, OUTLOOK), (("sender", "DMARC"),)),
    Rule("From is aligned with SPF or DKIM", (GMAIL, YAHOO, OUTLOOK), (("sender", "alignment"),)),
    Rule("From is not at a free-mail domain", (GMAIL, YAHOO), (("sender", "domain"),)),
    Rule("the delivering address has a name (PTR)", (GMAIL, YAHOO), (("relay", "PTR"),)),
    Rule("mail goes over TLS", (GMAIL,), (("relay", "TLS"),)),
    Rule("unsubscribing takes one click (RFC 8058)", (GMAIL, YAHOO), (("pages", "one click"), ("pages", "base_url"))),
)
HELD_BY_US = (
    ("messages follow RFC 5322", "fob-mail makes them so, and check looks"),
    ("a visible way out in the text", "every template has it, or it is not sent"),
)
WATCH = Finding(
    "rules",
    "complaints stay under 0.3 % (better 0.1 %): Gmail, Yahoo",
    State.UNKNOWN,
    "receivers tell it by feedback loops and in Postmaster Tools",
    "Register there; fob-mail report CAMPAIGN shows the complaints that came back.",
)


def check_rules(found: Sequence[Finding]) -> Iterator[Finding]:
    """The checklist, after everything else was looked at."""
    for rule in RULES:
        judges = [one for one in found for area, name in rule.judged_by if one.area.startswith(area) and one.name.startswith(name)]
        yield _verdict(f"{rule.name}: {', '.join(rule.who)}", judges)
    for name, why in HELD_BY_US:
        yield Finding("rules", f"{name}: {GMAIL}, {YAHOO}, {OUTLOOK}", State.FINE, why)
    yield WATCH


def _verdict(name: str, judges: list[Finding]) -> Finding:
    if not judges:
        return Finding("rules", name, State.UNKNOWN, "was not looked at", "See above what kept it from being looked at.")
    worst = max(judges, key=lambda one: list(State).index(one.state))
    if worst.state is State.FINE:
        return Finding("rules", name, State.FINE, "yes")
    return Finding("rules", name, worst.state, f"{worst.area}: {worst.seen}", worst.remedy)
