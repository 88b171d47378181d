"""Which language an article is in: told by its small words, or by its script where that runs from right to left."""

import re
import unicodedata
from collections import Counter

from fob_mail.articles.article import Notice

_SMALL_WORDS = {
    "en": re.compile(r"\b(?:the|and|of|to|with|is|for|at)\b", re.IGNORECASE),
    "es": re.compile(r"\b(?:el|la|los|las|de|que|y|en|con|para)\b", re.IGNORECASE),
}
_ENOUGH = 4  # so many of a language's small words, and twice as many as of the other's, tell it
_LETTERS = 5000  # of an article are looked at
_SHARE = 0.3  # so much of the letters tells the script
_OWN_LETTERS = {"ur": "\u0679\u0688\u0691\u06ba\u06c1\u06d2", "fa": "\u067e\u0686\u0698\u06af\u06cc"}  # which those below do not write
_OWN = 0.02  # of the letters
_NAMES = {"ar": "Arabic", "fa": "Persian", "he": "Hebrew", "ur": "Urdu"}


def language_of(text: str) -> str | None:
    """The BCP 47 tag of what the text is in, where that can be told."""
    counts = {tag: len(pattern.findall(text)) for tag, pattern in _SMALL_WORDS.items()}
    best = max(counts, key=lambda tag: counts[tag])
    told = counts[best] >= _ENOUGH and counts[best] >= 2 * min(counts.values())
    return _by_script(text) or (best if told else None)


def taken_for(language: str | None) -> list[Notice]:
    """That the mail runs from right to left, and by what that was told: several languages share a script."""
    if language not in _NAMES:
        return []
    problem = f"The article is written from right to left, and so is the mail; its letters are those of {_NAMES[language]}."
    return [Notice("right-to-left", problem, f"If it is in another language, write that in the front matter: language: {language}")]


def _by_script(text: str) -> str | None:
    letters = [letter for letter in text[:_LETTERS] if letter.isalpha()]
    scripts = Counter(kind for letter in letters if (kind := unicodedata.bidirectional(letter)) in {"R", "AL"})
    if scripts.total() <= _SHARE * len(letters):
        return None
    if scripts["R"] > scripts["AL"]:
        return "he"
    written = Counter(letters)
    own = (tag for tag, theirs in _OWN_LETTERS.items() if sum(map(written.__getitem__, theirs)) > _OWN * scripts["AL"])
    return next(own, "ar")
