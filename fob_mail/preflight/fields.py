"""What is filled in for each reader: fields that nothing fills, and how many readers have nothing to fill them with."""

import re
from collections.abc import Iterator, Mapping

from fob_mail.composing.composed import Composed
from fob_mail.preflight.problem import Problem, error, warning
from fob_mail.slots import BRANCHES, MARK, OF_THE_CAMPAIGN, is_field, written

_UNRENDERED = re.compile(r"\{\{.{0,80}?\}\}|\{%.{0,80}?%\}|\*\|\w{1,40}\|\*|\{\{|\}\}", re.DOTALL)
ALWAYS = OF_THE_CAMPAIGN | {"unsubscribe_url", "address"}
"""Fields that no reader lacks."""


def check_fields(composed: Composed) -> Iterator[Problem]:
    """What looks like a field and is none, in subject, HTML and text."""
    yield from _unrendered(composed.subject, "subject")
    yield from list(_unrendered(composed.html, "html")) or _unrendered(composed.text, "text")  # the same article is in both


def fields_without_default(composed: Composed) -> list[str]:
    """The fields that readers who have no value for them see as a gap."""
    marked = MARK.findall(f"{composed.subject}\n{composed.preheader}\n{composed.html}\n{composed.text}")
    return sorted({field for field, default in marked if not default and is_field(field) and field not in ALWAYS})


def check_values(lacking: Mapping[str, int], audience: int) -> Iterator[Problem]:
    """How many people have no value for a field that has no default: `lacking` by the field's name."""
    for field, number in lacking.items():
        name = written(field)
        if number:
            who = "1 person has" if number == 1 else f"{number:,} people have"
            problem = f"{who} no {name}, of {audience:,}: they get a gap where it stands."
            yield warning("empty-value", "audience", problem, f'Give it a default: {{{{ {name} | default("friend") }}}}')


def _unrendered(content: str, place: str) -> Iterator[Problem]:
    found = _UNRENDERED.search(content)
    if found:
        problem = f"\u201c{' '.join(found[0].split())[:40]}\u201d stands in the {place}: it looks like a field that was never filled in."
        yield error("unrendered", place, problem, "Take it out of the article, or write it in plain words.")
    for name in sorted(field for field in dict(MARK.findall(content)) if not is_field(field) and field not in BRANCHES):
        yield error("unknown-field", place, f"The {place} has a field {name!r} that nothing fills in.", "Take it out of the template.")
