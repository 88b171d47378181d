"""Who writes, from where, and signed by whom: what the settings say, and what the DNS says of it."""

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from fob_mail.composing.composed import Masthead
from fob_mail.preflight.problem import Problem, Severity, error, warning
from fob_mail.settings import LOCAL_HOSTS
from fob_mail.signing.seal import ENOUGH_BITS, Signer

FREE_MAIL = frozenset({
    "gmail.com", "googlemail.com", "yahoo.com", "yahoo.co.uk", "hotmail.com", "hotmail.co.uk", "outlook.com", "live.com", "aol.com",
    "icloud.com", "me.com", "gmx.de", "gmx.net", "web.de", "mail.ru", "protonmail.com", "proton.me",
})  # fmt: skip
"""Domains whose DMARC records have mail refused that claims to be theirs and comes from elsewhere."""


def check_settings(masthead: Masthead, base_url: str, relay_host: str) -> Iterator[Problem]:
    """What the law and the readers' way out ask of the settings."""
    if not masthead.postal_address.strip():
        problem = "The mail has no postal address, which the law of several countries asks for in each mail."
        yield error("no-postal-address", "settings", problem, "Set organisation.postal_address in fob-mail.toml, and compose again.")
    if (urlsplit(base_url).hostname or "") in LOCAL_HOSTS:
        wrong = warning if relay_host in LOCAL_HOSTS else error  # a relay on this machine may keep the mail, as in a trial, or pass it on
        problem = f"Links in the mail, the one to unsubscribe too, lead to {base_url}, which only this machine can reach."
        yield wrong("unreachable", "settings", problem, "Set base_url to the https address where fob-mail serve is to be found.")


def check_from(sender_domain: str, return_path: str, relay_host: str) -> Iterator[Problem]:
    """Whether the sender's domain is one that mail may come from, and the return path is aligned with it (RFC 7489 §3.1.2)."""
    if sender_domain.lower() in FREE_MAIL:
        wrong = warning if relay_host in LOCAL_HOSTS else error
        problem = f"The mail comes from {sender_domain}, whose owner has mail refused that others send in its name."
        yield wrong("free-mail", "settings", problem, "Write from a domain of your own: fob-mail list edit LIST --from …")
    returns = return_path.rpartition("@")[2]
    if returns and not aligned(returns, sender_domain):
        problem = f"Bounces go to {returns}, and the mail comes from {sender_domain}: to DMARC, SPF says nothing of it then."
        yield warning("return-path", "settings", problem, f"Set sending.return_path to a mailbox at {sender_domain}, or sign by DKIM.")


def check_signatures(sender_domain: str, signers: Sequence[Signer]) -> list[Problem]:
    """What is wrong with who signs, if anybody does: DMARC asks for a signature of the sender's own domain (RFC 7489 §3.1.1)."""
    found = []
    if signers and not any(aligned(signer.domain, sender_domain) for signer in signers):
        names = " and ".join(dict.fromkeys(signer.domain for signer in signers))
        problem = f"The mail comes from {sender_domain}, but is signed for {names}: to DMARC it counts as unsigned."
        found.append(warning("not-aligned", "settings", problem, f"Set dkim.domain to {sender_domain}, with a key in its DNS."))
    for signer in signers:
        if signer.algorithm.startswith("rsa") and signer.bits < ENOUGH_BITS:
            problem = f"The key of {signer.selector}._domainkey.{signer.domain} has {signer.bits:,} bits; it should have {ENOUGH_BITS:,}."
            remedy = f"Make a new one under a new selector: fob-mail dkim keygen {signer.domain} SELECTOR"
            found.append(warning("short-key", "settings", problem, remedy))
    return found


def aligned(signing: str, sender: str) -> bool:
    """Whether one domain is the other or lies under it, which is what DMARC's relaxed alignment comes to for nearly everybody."""
    return f".{sender.lower()}".endswith(f".{signing.lower()}") or f".{signing.lower()}".endswith(f".{sender.lower()}")


def problem_of_key(message: str, remedy: str) -> Problem:
    """A key that cannot be used stops the campaign."""
    return Problem(Severity.ERROR, "dkim-key", "settings", message, remedy)
