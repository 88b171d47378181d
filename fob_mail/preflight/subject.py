"""The subject and the line beside it: there, short, honest, and in letters that are what they seem."""

import re
import unicodedata
from collections.abc import Iterator

from fob_mail.composing.headlines import LONGEST_SUBJECT
from fob_mail.preflight.links import mixes_scripts
from fob_mail.preflight.problem import Problem, error, warning

FEWEST_LETTERS = 8
_FAKE_REPLY = re.compile(r"(?:re|fwd?|aw|rv|tr|sv)\s*:", re.IGNORECASE)
_SHOUTS = re.compile(r"[!¡?¿]{3,}|(?:![^!]*+){3}!|[$€£]{2,}")


def check_subject(subject: str, again: str = "Compose it again with --subject.") -> Iterator[Problem]:
    """What is wrong with a subject; `again` says how to change it."""
    if not subject.strip():
        yield error("no-subject", "subject", "The mail has no subject.", again)
    if len(subject) > LONGEST_SUBJECT:
        yield warning("long-subject", "subject", f"The subject has {len(subject)} characters; most inboxes show {LONGEST_SUBJECT}.", again)
    if _FAKE_REPLY.match(subject):
        yield warning("fake-reply", "subject", "The subject begins like a reply, which readers and filters take for deceit.", again)
    letters = [letter for letter in subject if letter.isalpha()]
    if len(letters) >= FEWEST_LETTERS and subject.isupper():
        yield warning("shouting", "subject", "The subject is in capitals alone, which filters count against it.", again)
    if _SHOUTS.search(subject):
        yield warning("shouting", "subject", "The subject shouts: !!! and $$$ are what filters look for.", again)
    yield from check_letters(subject, "subject", again)


def check_letters(words: str, place: str, again: str) -> Iterator[Problem]:
    """Letters that are not what they seem: of several alphabets in one word, or not to be seen at all."""
    if mixes_scripts(words):
        problem = f"“{words[:60]}” mixes letters of several alphabets in one word, as swindlers do: they look alike."
        yield warning("look-alike", place, problem, f"Type it anew. {again}")
    hidden = sorted({f"U+{ord(letter):04X}" for letter in words if unicodedata.category(letter) == "Cf" and letter not in "\u200d\u00ad"})
    if hidden:
        yield warning("invisible-letters", place, f"The {place} has characters that nobody sees: {', '.join(hidden)}.", again)
