"""Setting type: straight quotes and typewriter dashes become proper ones, and what belongs together stays on one line.

What the author has already set properly is kept; addresses of the web and of people are never touched.
"""

import re
from dataclasses import dataclass, replace

from fob_mail.articles.article import Block, Span
from fob_mail.composing.words import words_of
from fob_mail.slots import MARK

NBSP = "\N{NO-BREAK SPACE}"

_UNTOUCHED = re.compile(r"(_FOB\.[a-z_.0-9]+\.BOF_|(?:https?://|www\.)\S+|(?<![^\s@])[^\s@]++@[^\s@]+\.\w+)")
_OPENS = frozenset(" \t\n" + NBSP + "([{—–-/“‘«¿¡")
_UNIT = re.compile(r"(?<=\d) (?=(?:%|km²?|kg|ha|am|pm|a\.m\.|p\.m\.|h|million|billion|trillion|millones|mil)\b|%)")
_TITLE = re.compile(r"(?<=\w) (?=(?:MP|MEP|MSP|MLA|QC|KC|PhD|Jr|Sr)\b)")
_HONORIFIC = re.compile(r"\b(Dr|Mr|Mrs|Ms|Prof|Sr|Sra|Dra|No|p|St)\. (?=[\w\d])")
_INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Typesetter:
    """Sets text in one language."""

    language: str

    def set(self, text: str, before: str = " ") -> str:
        """Text, properly set; `before` is the character that stands before it in its paragraph. Marks in it are none of ours, and go."""
        return self.set_marked(cleaned(text), before)

    def set_marked(self, text: str, before: str = " ") -> str:
        """Text of an article that was merged: its marks stay."""
        pieces = _UNTOUCHED.split(visible(text))
        done = ""
        for at, piece in enumerate(pieces):
            done += piece if at % 2 else self._set(piece, done[-1:] or before)
        return done

    def item(self, spans: tuple[Span, ...]) -> tuple[Span, ...]:
        """A paragraph of an article that was merged: quotes open and close across its runs of text."""
        done: list[Span] = []
        before = " "
        for span in spans:
            done.append(replace(span, text=self.set_marked(span.text, before)))
            before = done[-1].text[-1:] or before
        return tuple(done)

    def block(self, block: Block) -> Block:
        """A block, each of its items set."""
        return replace(block, items=tuple(self.item(item) for item in block.items))

    def _set(self, text: str, before: str) -> str:
        text = re.sub(r"\.{3}", "…", text)
        text = re.sub(r"(?<=\s)-{1,3}(?=\s)", "–", text)
        text = re.sub(r"(?<=\w)-{2,3}(?=\w)", "—", text)
        text = re.sub(r" (?=[–—] )", NBSP, text)
        text = _UNIT.sub(NBSP, text)
        text = self._days().sub(NBSP, text)
        text = _TITLE.sub(NBSP, text)
        text = _HONORIFIC.sub(rf"\1.{NBSP}", text)
        return self._quotes(text, before)

    def _days(self) -> re.Pattern[str]:
        """The space of `19 April` or `19 de abril`."""
        words = words_of(self.language)
        return re.compile(rf"(?<=\b\d) (?=(?:de )?(?:{'|'.join(words.months)})\b)|(?<=\d\d) (?=(?:de )?(?:{'|'.join(words.months)})\b)")

    def _quotes(self, text: str, before: str) -> str:
        double_open, double_close, single_open, single_close = tuple(words_of(self.language).quotes)
        done: list[str] = []
        for at, letter in enumerate(text):
            opens = (done[-1] if done else before) in _OPENS
            after = text[at + 1 : at + 3]
            if letter == '"':
                done.append(double_open if opens else double_close)
            elif letter == "'":
                decade = re.match(r"\d\d?", after) is not None  # the '80s
                done.append(single_open if opens and after.strip() and not decade else single_close)
            else:
                done.append(letter)
        return "".join(done)


def visible(text: str) -> str:
    """Text without control characters, direction overrides and lone surrogates."""
    return _INVISIBLE.sub("", text)


def cleaned(text: str) -> str:
    """Visible text without anything that would be taken for a mark, also when something is taken out of it."""
    text = visible(text)
    while MARK.search(text):
        text = MARK.sub("", text)
    return text


def one_line(text: str) -> str:
    """Text fit for a header: cleaned, and every run of white space one space."""
    return one_marked_line(cleaned(re.sub(r"\s", " ", text)))


def one_marked_line(text: str) -> str:
    """The same for text of an article that was merged: its marks stay."""
    return " ".join(visible(re.sub(r"\s", " ", text)).split())
