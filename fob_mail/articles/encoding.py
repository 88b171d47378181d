"""Was a text decoded wrongly before it came here (`JeaninÃ©` for `Jeaniné`)? What it would be mended, to offer and never to do unasked."""

from dataclasses import dataclass
from difflib import SequenceMatcher

_SHOWN = 3
_FEW = 4000  # characters of a paragraph that are compared; examples are enough


@dataclass(frozen=True, slots=True)
class Mojibake:
    """The text as it was meant, and a few examples of what would be changed."""

    mended: str
    examples: str


def mojibake(text: str) -> Mojibake | None:
    """What mending would change; None if nothing looks wrong. Quotes, no-break spaces and line ends stay as they are."""
    import ftfy  # noqa: PLC0415

    lines = text.split("\n")
    mended = [line if line.isascii() else ftfy.fix_encoding(line) for line in lines]
    changed = [(line, better) for line, better in zip(lines, mended, strict=True) if line != better]
    if not changed:
        return None
    examples = dict.fromkeys(example for line, better in changed[:_SHOWN] for example in _examples(line[:_FEW], better[:_FEW]))
    return Mojibake("\n".join(mended), ", ".join(list(examples)[:_SHOWN]))


def _examples(line: str, better: str) -> list[str]:
    """The words that differ: `\u201cÃ\u00a9\u201d \u2192 \u201c\u00e9\u201d`."""
    before, after = line.split(), better.split()
    changes = (code for code in SequenceMatcher(None, before, after, autojunk=False).get_opcodes() if code[0] != "equal")
    return [f"\u201c{' '.join(before[a:b])[:40]}\u201d \u2192 \u201c{' '.join(after[c:d])[:40]}\u201d" for _, a, b, c, d in changes]
