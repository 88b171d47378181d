"""From a message with slots and a recipient to the bytes on the wire, in microseconds.

A slot stands where readers differ. Composing marks it in HTML and text with mark(); composing.mime encodes everything
around the marks once and puts each slot on a soft-broken line of its own; a Personaliser fills them in. No line of the
result begins with a dot, so that SMTP's dot-stuffing (RFC 5321 §4.5.2) has nothing to do.
"""

import html
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from typing import NamedTuple, TypeGuard

from fob_mail.calendars import folded
from fob_mail.conditions import Shared, compiled
from fob_mail.encoding import clean, mailbox, quoted_printable, unstructured
from fob_mail.envelopes import Envelope, Recipient
from fob_mail.links import TOKEN_LENGTH, Links, Place, unsubscribe_mailto
from fob_mail.signing.seal import Seal, Signer
from fob_mail.slots import (
    OF_THE_CAMPAIGN,
    MessageTemplate,
    Slot,
    Where,
    address_of,
    asks_for_attributes,
    conditions,
    kept,
    parts,
    reader,
    variant,
)
from fob_mail.translations import primary

NOBODY = Recipient(0, 0, 0, "")

STUFFED = (" ", ">", "From ")
"""What a line of format=flowed does not begin with, but for a blank before it (RFC 3676 §4.4)."""

_MOST_VARIANTS = 200
_ORDINARY = re.compile(r"[A-Za-z0-9/:_@+-](?:[A-Za-z0-9./:_@+ -]{0,73}[A-Za-z0-9/:_@+-])?")
"""Values that stand in HTML and in quoted-printable as they are, on one line; most are."""
_ORDINARY_LINE = re.compile(rf"(?!From )(?:{_ORDINARY.pattern})")


@dataclass(frozen=True, slots=True)
class Sender:
    """What all messages of a campaign share on the envelope and in the headers that name a recipient."""

    campaign_id: int
    list_id: int
    return_path: str
    verp: bool
    unsubscribe_mailbox: str
    message_id_domain: str
    list_slug: str = ""


class Personaliser:
    """Makes each recipient's message of one campaign from the templates of its languages, signed by whoever signs."""

    def __init__(
        self,
        templates: Mapping[str, MessageTemplate],
        default_language: str,
        sender: Sender,
        links: Links,
        signers: Sequence[Signer] = (),
    ) -> None:
        page, mailto = links.page_of(""), unsubscribe_mailto(sender.unsubscribe_mailbox, "")

        self._frames: dict[str, _Frame] = {}
        self._variants: dict[str, _Variants] = {}
        for language, template in templates.items():
            frame = partial(_frame, page=page, mailto=mailto, view_url=links.view_url(sender.campaign_id, language), signers=signers)
            if conditions(template):
                self._variants[language] = _Variants(template, Shared(sender.list_slug, language), frame)
            else:
                self._frames[language] = frame(template)
        self._of_language = {primary(language): language for language in templates}  # who reads es is served by es-BO
        self._default = default_language
        if default_language in self._frames:
            self._frames[""] = self._frames[default_language]  # of whoever has told no language: most people
        self._sender = sender
        self._links = links
        self.needs_attributes = any(asks_for_attributes(template) for template in templates.values())

    def envelope(self, recipient: Recipient, wire_address: str, date: str, message_id: str = "") -> Envelope:
        """The message of one recipient; `wire_address` is safe on the wire (see addresses), `date` as RFC 5322 §3.3 has it.

        The Message-ID is a function of campaign and subscriber, unless one is given, as for test mails.
        """
        sender, links = self._sender, self._links
        frame = self._frames.get(recipient.language or "") or self._frame_for(recipient)
        values = [  # in the order of _OWN; then the others'
            links.unsubscribe_token((recipient.subscriber_id, sender.list_id, sender.campaign_id)).encode(),
            (message_id or links.message_id(sender.campaign_id, recipient.subscriber_id, sender.message_id_domain)).encode(),
            date.encode(),
            mailbox(recipient.name, wire_address).encode(),  # ASCII, but for the address of those who need SMTPUTF8
        ]
        for slot, value_of, is_ordinary in frame.others:
            value = value_of(recipient)
            values.append(value.encode("ascii") if is_ordinary(value) else _unusual(value or slot.default, slot))
        if frame.subject:
            words = "".join([part if isinstance(part, str) else clean(part[0](recipient)) or part[1] for part in frame.subject])
            values.append(unstructured(" ".join(words.split())).encode("ascii"))
        pieces = frame.in_order(values + frame.fixed)
        if frame.seal:
            pieces = (frame.seal.fields(pieces), *pieces)
        path = sender.return_path
        if sender.verp:
            path = links.return_path(path, Place(sender.campaign_id, recipient.position))
        return Envelope(recipient, path, wire_address, b"".join(pieces))

    def _frame_for(self, recipient: Recipient) -> "_Frame":
        """The frame of those whose language is none of ours, by its exact tag, or whose message depends on who they are."""
        language = recipient.language or ""
        for tag in (language, self._of_language.get(primary(language), self._default)):
            if tag in self._variants:
                return self._variants[tag].frame_for(recipient)
            if tag in self._frames:
                return self._frames[tag]
        raise AssertionError(self._default)


class _Frame(NamedTuple):
    """A template laid out for filling. Of a message's values, those of _OWN (safe wherever they stand), of `others` (whatever people
    are called), its subject and then what is `fixed`, `in_order` makes the message's pieces: fixed ones at even places, values at odd ones.
    """

    others: list[tuple[Slot, Callable[[Recipient], str], Callable[[str], object]]]
    subject: list[str | tuple[Callable[[Recipient], str], str]] | None  # its texts, and its fields with their defaults
    fixed: list[bytes]
    in_order: Callable[[list[bytes]], tuple[bytes, ...]]
    seal: Seal | None


class _Variants:
    """A template with branches: a frame for each combination of its conditions that has been met with."""

    def __init__(self, template: MessageTemplate, shared: Shared, frame: Callable[[MessageTemplate], _Frame]) -> None:
        self._template = template
        self._expressions = conditions(template)
        self._holds = [compiled(expression, shared) for expression in self._expressions]
        self._frame = frame
        self._met: dict[tuple[bool, ...], _Frame] = {}

    def frame_for(self, recipient: Recipient) -> _Frame:
        """The frame of those of whom the same conditions hold."""
        answers = tuple([holds(recipient) for holds in self._holds])
        found = self._met.get(answers)
        if found is None:
            if len(self._met) >= _MOST_VARIANTS:
                self._met.clear()
            found = self._met[answers] = self._frame(variant(self._template, dict(zip(self._expressions, answers, strict=True))))
        return found


_OWN = ("token", "message_id", "date", "to")


def _frame(template: MessageTemplate, *, page: str, mailto: str, view_url: str, signers: Sequence[Signer]) -> _Frame:
    """The frame of a template. Of links, the token alone is left open."""
    pieces: list[bytes] = [template.pieces[0]]
    gaps: dict[Slot | str, list[int]] = {}

    def gap(which: Slot | str, after: bytes) -> None:
        gaps.setdefault(which, []).append(len(pieces))
        pieces.extend((b"", after))

    for slot, piece in zip(template.slots, template.pieces[1:], strict=True):
        if slot.field == "unsubscribe_url":
            pieces[-1] += _link_head(page, slot.where)
            gap("token", piece)
        elif slot.field == "list_unsubscribe":
            pieces[-1] += f"<{page}".encode("ascii")
            gap("token", f">,\r\n <{mailto}".encode("ascii"))
            gap("token", b">" + piece)
        elif slot.field in OF_THE_CAMPAIGN:
            url = address_of(slot, view_url)
            pieces[-1] += quoted_printable((html.escape(url) if slot.where is Where.HTML else url).encode("ascii")) + piece
        else:
            gap(slot.field if slot.field in _OWN else slot, piece)
    slots = sorted((which for which in gaps if isinstance(which, Slot)), key=lambda slot: slot.where is Where.HEADER)  # the subject last
    values: list[Slot | str] = [*_OWN, *slots]
    order = [len(values) + at // 2 for at in range(len(pieces))]
    for place, value in enumerate(values):
        for at in gaps.get(value, ()):
            order[at] = place
    others = [(slot, reader(slot.field), _ordinary_in(slot.where)) for slot in slots if slot.where is not Where.HEADER]
    subject = next((_opened(slot.default) for slot in slots if slot.where is Where.HEADER), None)
    return _Frame(others, subject, pieces[::2], itemgetter(*order), Seal(signers, pieces) if signers else None)


def _ordinary_in(where: Where) -> Callable[[str], object]:
    return (_ORDINARY_LINE if where is Where.LINE else _ORDINARY).fullmatch


def _opened(marked: str) -> list[str | tuple[Callable[[Recipient], str], str]]:
    return [part if isinstance(part, str) else (reader(part.field), part.default) for part in parts(marked, Where.HEADER)]


def filled(content: Sequence[str | Slot], recipient: Recipient) -> str:
    """Plain text with its fields filled for a recipient."""
    return "".join(part if isinstance(part, str) else clean(reader(part.field)(recipient)) or part.default for part in content)


def _link_head(page: str, where: Where) -> bytes:
    """A link up to its token, which is the same in HTML and in quoted-printable; it has a line of its own where it must."""
    head = (html.escape(page) if where is Where.HTML else page).encode("ascii")
    whole = quoted_printable(head + b"x" * TOKEN_LENGTH)
    return quoted_printable(head) + b"=\r\n" if b"=\r\n" in whole else whole[:-TOKEN_LENGTH]


def shown(marked: str, recipient: Recipient = NOBODY) -> str:
    """A marked text as a recipient has it; for nobody in particular, with its defaults."""
    holds = {part.default: compiled(part.default)(recipient) for part in parts(marked, Where.TEXT) if _is_condition(part)}
    return filled(tuple(part for part in kept(parts(marked, Where.TEXT), holds)), recipient)


def _is_condition(part: str | Slot) -> TypeGuard[Slot]:
    return isinstance(part, Slot) and part.field in {"if", "elif"}


def _unusual(value: str, slot: Slot) -> bytes:
    """A value that is not the same in HTML, in text and in quoted-printable; what is empty but for blanks is the default."""
    value = clean(value) or slot.default
    escaped = html.escape(value) if slot.where is Where.HTML else value
    if slot.where is Where.CALENDAR:
        return b"\r\n".join(map(quoted_printable, folded(escaped)))
    if slot.where is Where.LINE and escaped.startswith(STUFFED):
        escaped = f" {escaped}"
    return quoted_printable(escaped.encode("utf-8", "replace"))
