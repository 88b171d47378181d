"""What mail filters hold against a mail: traits to be seen in it, and what SpamAssassin says where it is installed."""

from collections.abc import Iterator
from dataclasses import dataclass

from fob_mail.plurals import counted
from fob_mail.preflight.cascade import declarations
from fob_mail.preflight.markup import Element
from fob_mail.preflight.problem import Problem, error, warning

FEWEST_WORDS = 30
REFUSED, SUSPECT = 5.0, 2.0
"""SpamAssassin's own limit, and what leaves no room for what it cannot see here: the relay, the domain's name."""

NOT_OURS = frozenset({"NO_RELAYS", "NO_RECEIVED", "UNPARSEABLE_RELAY", "MISSING_MID"})
"""Rules about the way that a mail has come, which this one has not gone yet."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A score, and the rules that made it: points, name, words."""

    score: float
    rules: tuple[tuple[float, str, str], ...]


def check_traits(page: Element) -> Iterator[Problem]:
    """Pictures in place of words, and words that are hidden."""
    pictures = sum(element.tag == "img" for element in page.walk())
    words = len(page.text.split())
    if pictures and words < FEWEST_WORDS * pictures:
        problem = f"The mail has {counted(pictures, 'picture')} and {counted(words, 'word')}; filters take pictures without words for spam."
        yield warning("few-words", "html", problem, "Say in words what the pictures say.")
    for element in page.walk():
        if element.text and _hides(declarations(element.given.get("style", ""))):
            problem = f"“{element.text[:40]}” is hidden; Gmail says that mail with hidden words may be marked as spam."
            yield warning("hidden-words", "html", problem, "Show it, or take it out of the template.")
            return


def check_verdict(verdict: Verdict) -> Iterator[Problem]:
    """What SpamAssassin holds against it, by its heaviest rules."""
    if verdict.score < SUSPECT:
        return
    worst = sorted((rule for rule in verdict.rules if rule[0] > 0 and rule[1] not in NOT_OURS), reverse=True)[:3]
    reasons = "; ".join(f"{points:g} {name}: {words}" for points, name, words in worst)
    problem = f"SpamAssassin gives it {verdict.score:g} points, where {REFUSED:g} is spam ({reasons})."
    weigh = error if verdict.score >= REFUSED else warning
    yield weigh("spam", "html", problem, "Change what its rules name; most often the subject, capitals, or too few words.")


def _hides(said: dict[str, str]) -> bool:
    return (
        said.get("display") == "none"
        or said.get("visibility") == "hidden"
        or said.get("opacity") == "0"
        or said.get("font-size") in {"0", "0px", "1px"}
        or said.get("mso-hide") == "all"
    )
