"""No regular expression of the package can be made slow by what is written to be read by it: each takes linear time on its own adversaries.

Its adversaries are made of the expression itself (tests/patterns.py). Ten times the text may take forty times as long, where linear
would be ten and quadratic a hundred; nothing is said of what is over in milliseconds.
"""

import re
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import thread_time
from types import FrameType

import pytest

from fob_mail.articles import zones
from fob_mail.composing.words import languages, words_of
from tests.patterns import ROOT, Pattern, found, hostile

SHORT, TIMES = 400, 10
SUSPICIOUS = 20e-6
"""Seconds for a short text: quadratic time is above it, and most of linear time below."""
NO_TIME = 4e-3
MOST = 40
LONGEST_WAIT = 1.0

FILES = [file.relative_to(ROOT).as_posix() for file in sorted(ROOT.rglob("*.py")) if re.search(r"\bre\.", file.read_text(encoding="utf-8"))]


pytestmark = pytest.mark.xdist_group("patterns")  # whoever asks for one reads the whole package


class TooSlowError(Exception):
    """It took seconds."""


@contextmanager
def no_longer_than(seconds: float) -> Iterator[None]:
    """Break off whatever takes longer, by the clock of the processor: the library looks for signals while it matches."""

    def give_up(number: int, frame: FrameType | None) -> None:
        del number, frame
        raise TooSlowError

    before = signal.signal(signal.SIGVTALRM, give_up)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def seconds_for(pattern: Pattern, text: str, times: int = 1) -> float:
    """Seconds of processor that an expression takes for a text, the least of several times; one that takes seconds is too much."""
    least = LONGEST_WAIT
    for _ in range(times):
        began = thread_time()
        with no_longer_than(LONGEST_WAIT):
            pattern.ask(text)
        least = min(least, thread_time() - began)
    return least


def is_slow(pattern: Pattern, short: str, long: str, longest: str) -> bool:
    """Whether the time for a longer text is out of all proportion; before that is believed, a text ten times as long again is asked.

    What looks back over no more than some hundred characters costs little in the short text, and takes linear time all the same.
    """
    try:
        little = seconds_for(pattern, short)
        if little < SUSPICIOUS:
            return False
        much = seconds_for(pattern, long)
        if much < NO_TIME or much < MOST * little:
            return False
        return MOST * seconds_for(pattern, long, 5) < seconds_for(pattern, longest, 2)
    except TooSlowError:
        return True


def adversary(pattern: Pattern) -> str:
    """The beginning of a text that makes an expression slow; empty if none does."""
    texts = zip(*(hostile(pattern.compiled, length) for length in (SHORT, SHORT * TIMES, SHORT * TIMES**2)), strict=True)
    return next((f"{each[0][:60]!r}" for each in texts if is_slow(pattern, *each)), "")


@pytest.mark.parametrize("file", FILES)
def test_no_expression_of_a_file_is_slow_on_its_own_adversaries(file: str) -> None:
    patterns = [pattern for pattern in found()[0] if pattern.file == file]
    slow = {pattern.compiled.pattern: text for pattern in patterns if (text := adversary(pattern))}

    assert not slow


BOUNDARY = rb"(?:^|\n)--" + re.escape(b"=_a.b+c(d)" * 7) + rb"(?:--)?[ \t]{0,100}\r?(?=\n|$)"
WORDS = [words_of(language) for language in languages()]
MADE_LATER: dict[str, tuple[str, Sequence[str | bytes]]] = {
    "re.fullmatch(words, named,": ("fullmatch", list(zones._KNOWN.values())),  # noqa: SLF001 the table is this one
    "re.sub(here,": ("sub", [each.pattern("the word in which a link was", r"\b(?:right )?here\b") for each in WORDS]),
    "re.sub(dangling,": ("", []),  # of three hundred characters at the most, see test_a_long_label_is_our_own
    "re.sub(f'^\\\\s*(?:{label})": (
        "sub",
        [rf"^\s*(?:{each.pattern('what an article writes before its supporters', 'supported by')})\b[:\s]*" for each in WORDS],
    ),
    're.compile(f"(?<=\\\\b\\\\d) (?=(?:de )?': ("sub", [rf"(?<=\b\d) (?=(?:de )?(?:{'|'.join(each.months)})\b)" for each in WORDS]),
    "re.split(line, octets,": ("split", [BOUNDARY]),
    "re.compile('|'.join(patterns),": ("", []),  # made while the module is read, and found there
    """re.finditer(f"{re.escape(installation.links.url('/i/'))}""": (
        "finditer",
        [re.escape("https://mail.example.org/i/") + r"(?P<name>[0-9a-f]{32})\.[a-z]{3,4}"],
    ),
    "re.search(f'\\\\b{name}\\\\b',": ("search", [rf"\b{name}\b" for each in WORDS for name in each.weekdays]),
}
"""Expressions that are made when the program runs, by how their source begins: the method, and what they come to."""


def test_every_expression_that_is_made_later_is_known() -> None:
    sources = [source for _, source in found()[1]]

    assert len(found()[0]) > 200
    assert not [source for source in sources if not any(map(source.startswith, MADE_LATER))], "say in MADE_LATER what it comes to"
    assert not [begins for begins in MADE_LATER if not any(source.startswith(begins) for source in sources)]


@pytest.mark.parametrize("begins", MADE_LATER)
def test_no_expression_that_is_made_later_is_slow(begins: str) -> None:
    method, expressions = MADE_LATER[begins]

    for expression in expressions:
        assert not adversary(Pattern("", re.compile(expression, re.IGNORECASE), {method})), expression


@pytest.mark.parametrize(
    ("expression", "method"),
    [
        (r"\s+$", "search"),
        (r"(a+)+b", "match"),
        (r"<[^>]*>", "sub"),
        (r"(?:\w+\s?)*!", "fullmatch"),
        (r"a.*b.*c", "match"),
        (rb"x*x*y", "search"),
    ],
)
def test_a_slow_expression_is_found(expression: str | bytes, method: str) -> None:
    assert adversary(Pattern("", re.compile(expression), {method}))
