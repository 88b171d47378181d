"""Where a message differs from reader to reader: marks in HTML and text, and the slots that they become in a message.

A field (a name, an address, an attribute) is a slot that is filled. A branch (if, elif, else, endif) is a slot between which and
the next one the message is as it is for some readers alone.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, TypeVar
from urllib.parse import quote

from fob_mail.envelopes import Recipient

OF_EVERYBODY = frozenset({"name", "first_name", "address", "language"})
"""Fields that each recipient has, though they may be empty."""

OF_THE_CAMPAIGN = frozenset({"view_url", "calendar_url"})
"""Addresses that are the same for all readers of a message; the default of a calendar's is the number of its event, or nothing for all."""

FIELDS = OF_EVERYBODY | OF_THE_CAMPAIGN | {"unsubscribe_url"}
"""What composing may mark in HTML and text, besides attributes and branches."""

ATTRIBUTE = "attribute."
BRANCHES = frozenset({"if", "elif", "else", "endif"})
MARK = re.compile(r"_FOB\.([a-z_]+(?:\.[0-9a-f]+)?)\.([0-9a-f]*)\.BOF_")

_TITLES = frozenset({"dr", "mr", "mrs", "ms", "miss", "mx", "prof", "sr", "sra", "srta", "don", "doña", "dra", "sir", "rev"})
_Content = TypeVar("_Content", str, bytes)


class Where(StrEnum):
    """Where a slot stands, and so how its value is made safe."""

    HTML = "html"  # escaped, then quoted-printable
    TEXT = "text"  # quoted-printable
    LINE = "line"  # the same at the beginning of a line, where some words mean something (RFC 3676 §4.4)
    CALENDAR = "calendar"  # a line of an .ics, folded (RFC 5545 §3.1)
    HEADER = "header"  # made whole by the Personaliser


class Slot(NamedTuple):
    """A place in a message that is filled for each recipient; `default` is shown where the field is empty, or the branch's condition."""

    field: str
    where: Where
    default: str = ""


@dataclass(frozen=True, slots=True)
class MessageTemplate:
    """A message in one language: `pieces[0] slot[0] pieces[1] slot[1] … pieces[-1]`, all of it CRLF and 7 bit."""

    pieces: tuple[bytes, ...]
    slots: tuple[Slot, ...]


def mark(name: str, default: str = "") -> str:
    """The text that stands for a field until it is personalised: letters, digits, dots and underscores only.

    Neither HTML, nor a URL, nor premailer changes it. The default is shown to readers for whom the field is empty.
    """
    return f"_FOB.{name}.{default.encode('utf-8', 'replace').hex()}.BOF_"


def attribute(key: str) -> str:
    """The field that is an attribute of subscribers, by its name as they have it."""
    return ATTRIBUTE + key.encode("utf-8", "replace").hex()


def written(field: str) -> str:
    """A field as a writer writes it: `attribute.City`."""
    if not field.startswith(ATTRIBUTE):
        return field
    key = bytes.fromhex(field.removeprefix(ATTRIBUTE)).decode("utf-8", "replace")
    return f"attribute.{key}" if key.isidentifier() else f'attribute["{key}"]'


def is_field(name: str) -> bool:
    """Whether something fills in a field of that name."""
    return name in FIELDS or name.startswith(ATTRIBUTE)


def address_of(slot: Slot, view_url: str) -> str:
    """An address of the campaign: its page; or the calendar file of all its events, or of the one whose number is the default."""
    return view_url if slot.field == "view_url" else f"{view_url}/{slot.default or 'calendar'}.ics"


def is_branch(text: str) -> bool:
    """Whether a text is nothing but branches, so that it stands between blocks and not in one."""
    fields = [field for field, _ in MARK.findall(text)]
    return bool(fields) and BRANCHES.issuperset(fields) and not MARK.sub("", text).strip()


def parts(marked: str, where: Where) -> Iterator[str | Slot]:
    """Text and slots of a marked text, in turn; empty texts are left out."""
    pieces = MARK.split(marked)
    for at in range(0, len(pieces), 3):
        if pieces[at]:
            yield pieces[at]
        if at + 1 < len(pieces):
            yield Slot(pieces[at + 1], where, bytes.fromhex(pieces[at + 2]).decode("utf-8", "replace"))


def reader(field: str) -> Callable[[Recipient], str]:
    """What gives a recipient's value of a field."""
    if field.startswith(ATTRIBUTE):
        key = bytes.fromhex(field.removeprefix(ATTRIBUTE)).decode("utf-8", "replace")
        return lambda recipient: str(recipient.attributes.get(key) or "")
    return _READERS[field]


def first_name(name: str) -> str:
    """`Ruth` of `Dr Ruth Okafor MP`, `Bernard` of `O'Leary, Bernard`."""
    family, comma, rest = name.partition(",")
    words = (rest if comma and rest.strip() else family).split()
    return next((word for word in words if word.rstrip(".").casefold() not in _TITLES), "")


def attendee(recipient: Recipient) -> str:
    """The reader as the one attendee of an event (RFC 5545 §3.8.4.1), a line that is not folded yet; no quote can end the name."""
    name = "".join(letter for letter in recipient.name if letter.isprintable() and letter != '"')
    said = f';CN="{name[:200].strip()}"' if name.strip() else ""
    return f"ATTENDEE{said};PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:{quote(recipient.address, safe='@+')}"


_READERS: dict[str, Callable[[Recipient], str]] = {
    "name": lambda recipient: recipient.name,
    "first_name": lambda recipient: first_name(recipient.name),
    "address": lambda recipient: recipient.address,
    "attendee": attendee,
    "language": lambda recipient: recipient.language or "",
}


def kept(stream: Iterable[_Content | Slot], holds: Mapping[str, bool]) -> Iterator[_Content | Slot]:
    """A message's contents and fields where these conditions hold or do not; its branches are gone."""
    levels: list[list[bool]] = []  # of each branch that is open: is it shown, and was one of its kin shown
    for part in stream:
        if not isinstance(part, Slot) or part.field not in BRANCHES:
            if all(shown for shown, _ in levels):
                yield part
        elif part.field == "if":
            levels.append([holds[part.default]] * 2)
        elif part.field == "endif":
            levels.pop()
        else:
            _, done = levels[-1]
            shown = not done and (part.field == "else" or holds[part.default])
            levels[-1] = [shown, done or shown]


def variant(template: MessageTemplate, holds: Mapping[str, bool]) -> MessageTemplate:
    """The template for those of whom these conditions hold or do not."""
    stream: list[bytes | Slot] = [template.pieces[0]]
    for slot, piece in zip(template.slots, template.pieces[1:], strict=True):
        if slot.field == "subject":
            stream += [slot._replace(default=text_variant(slot.default, holds)), piece]
        else:
            stream += [slot, piece]
    return joined(kept(stream, holds))


def text_variant(marked: str, holds: Mapping[str, bool]) -> str:
    """A marked text for those of whom these conditions hold or do not."""
    shown = kept(parts(marked, Where.TEXT), holds)
    return "".join(mark(part.field, part.default) if isinstance(part, Slot) else part for part in shown)


def conditions(template: MessageTemplate) -> tuple[str, ...]:
    """The conditions of a template's branches, its subject's too, each once."""
    return tuple(dict.fromkeys(slot.default for slot in _all_slots(template) if slot.field in {"if", "elif"}))


def asks_for_attributes(template: MessageTemplate) -> bool:
    """Whether a template has a field or a condition that is an attribute of subscribers."""
    said = any(slot.field.startswith(ATTRIBUTE) for slot in _all_slots(template))
    return said or any("attribute" in condition for condition in conditions(template))


def _all_slots(template: MessageTemplate) -> Iterator[Slot]:
    for slot in template.slots:
        yield slot
        if slot.field == "subject":
            yield from (part for part in parts(slot.default, Where.HEADER) if isinstance(part, Slot))


def joined(stream: Iterable[bytes | Slot]) -> MessageTemplate:
    """A template of what comes one after another."""
    pieces: list[bytes] = [b""]
    slots: list[Slot] = []
    for part in stream:
        if isinstance(part, Slot):
            slots.append(part)
            pieces.append(b"")
        else:
            pieces[-1] += part
    return MessageTemplate(tuple(pieces), tuple(slots))
