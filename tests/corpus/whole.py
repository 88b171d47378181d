"""The corpus: every sample, each under a name of its own."""

from tests.corpus import complaints, later, people, reports, words
from tests.corpus.sample import Sample


def corpus() -> list[Sample]:
    """All of it, in one order."""
    return [*reports.samples(), *words.samples(), *complaints.samples(), *people.samples(), *later.samples()]
