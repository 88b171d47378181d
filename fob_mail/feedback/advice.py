"""What an organiser can do where receivers refuse our sending: that is the group's to mend, and nobody on the list is to blame for it."""

from collections.abc import Mapping
from dataclasses import dataclass

from fob_mail.inbound.incoming import Cause

_WHAT_TO_DO = {
    Cause.AUTHENTICATION: (
        "SPF, DKIM or DMARC did not pass",
        "Run fob-mail doctor, and set the DNS records that it names; docs/going-live.md says how.",
    ),
    Cause.REPUTATION: (
        "the receivers distrust the server that sends, or its network",
        "Ask the block lists that their words name to take the relay's address off, and send slower until then (smtp.per_hour).",
    ),
    Cause.POLICY: (
        "the receivers' rules refused the message or its sender",
        "Run fob-mail check on the article, and ask the receiver's postmaster which rule it was.",
    ),
    Cause.INTERNATIONAL: (
        "our relay, or a server on the way, takes no address with letters beyond ASCII before its @",
        "Send through a relay that offers SMTPUTF8, or ask these people for another address.",
    ),
}
_ELSE = ("the receivers refused what we are or wrote", "Read their words, and ask the receiver's postmaster.")


@dataclass(frozen=True, slots=True)
class Advice:
    """How many were refused for one cause of ours, what it means, and what to do."""

    cause: str
    refused: int
    meaning: str
    what_to_do: str


def advise(refused: Mapping[str, int]) -> list[Advice]:
    """The advice for refusals of our sending, given how many there were of each cause; the most frequent first."""
    known = {str(cause): words for cause, words in _WHAT_TO_DO.items()}
    ordered = sorted(refused.items(), key=lambda one: (-one[1], one[0]))
    return [Advice(cause, number, *known.get(cause, _ELSE)) for cause, number in ordered if number]


def in_words(advice: list[Advice], where: str) -> list[str]:
    """Lines for people: how many were refused for our own fault, then each cause and what to do; `where` lists the receivers' words."""
    if not advice:
        return []
    total = f"{sum(one.refused for one in advice):,} refused for our own fault, and nobody's on the list; their words: {where}"
    return [total, *(f"  {one.refused:,}: {one.meaning}. {one.what_to_do}" for one in advice)]
