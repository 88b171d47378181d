"""What every reader gives: an article, understood, and what a person should know about how it was understood."""

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath
from urllib.parse import unquote

from fob_mail.events import Event

_WEB = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text with one look; a paragraph is a sequence of them."""

    text: str  # the words
    href: str = ""  # where they lead, if they are a link
    strong: bool = False  # in bold
    emphasis: bool = False  # in italics


class BlockKind(StrEnum):
    """What a block of the body is."""

    PARAGRAPH = "paragraph"  # its text is in items[0]
    HEADING = "heading"  # level 2 or 3: the title is the only h1
    QUOTE = "quote"  # a paragraph each item
    BULLETS = "bullets"  # a list
    NUMBERS = "numbers"  # a numbered list
    TABLE = "table"  # `items` are its cells, row by row; the first row heads the others, and may be empty
    IMAGE = "image"  # `image` says which; its one item is the alt text, for whatever shows no pictures


@dataclass(frozen=True, slots=True)
class Image:
    """A picture in the text: an address of the web, or a file beside the article; without alt it only decorates."""

    src: str  # as the article writes it; page.pictures has by it what is shown
    alt: str = ""  # what is to be seen, in words

    @property
    def path(self) -> PurePosixPath | None:
        """Where its file lies, from the article's folder; None for an address of the web. Not checked: it may lead out of the folder."""
        return None if _WEB.match(self.src) else PurePosixPath(unquote(self.src))


@dataclass(frozen=True, slots=True)
class Block:
    """One block of the text."""

    kind: BlockKind  # block.kind.value is the word
    items: tuple[tuple[Span, ...], ...]  # one run of spans, or one for each item of a list or cell of a table
    level: int = 0  # of a heading
    columns: int = 0  # of a table
    image: Image | None = None  # of a picture

    @property
    def text(self) -> str:
        """The words alone, items on lines of their own; of a table the rows, their cells divided by a dot."""
        if self.kind is BlockKind.TABLE:
            return "\n".join(" \u00b7 ".join(filter(None, map(_words, row))) for row in self.rows).strip("\n")
        return "\n".join(map(_words, self.items))

    @property
    def rows(self) -> tuple[tuple[tuple[Span, ...], ...], ...]:
        """The rows of a table, each its cells; what the last row lacks is empty."""
        across = max(self.columns, 1)
        cells = self.items + ((Span(""),),) * (-len(self.items) % across)
        return tuple(cells[at : at + across] for at in range(0, len(cells), across))


class CallKind(StrEnum):
    """What a reader is asked to do."""

    REGISTER = "register"  # the one main button
    SHARE = "share"
    RETWEET = "retweet"
    FOLLOW = "follow"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class CallToAction:
    """Something that a reader is asked to do; `url` is empty where the text has lost its link."""

    kind: CallKind
    label: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that the organiser should know: what is missing or was inferred, and what to do about it."""

    about: str  # a stable word for programs: lost-link, year-inferred, no-event, ...
    problem: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Article:
    """An article that previews an event. `calls` and `body` are in the order of the text."""

    title: str
    standfirst: str = ""
    byline: str = ""
    body: tuple[Block, ...] = ()
    event: Event | None = None
    calls: tuple[CallToAction, ...] = ()
    footnotes: tuple[str, ...] = ()
    language: str | None = None
    notices: tuple[Notice, ...] = ()
    more_events: tuple[Event, ...] = ()

    @property
    def events(self) -> tuple[Event, ...]:
        """All its events; the first is the one that the mail invites to, the others are in the order of the text."""
        return (*((self.event,) if self.event else ()), *self.more_events)


def _words(run: tuple[Span, ...]) -> str:
    return "".join(span.text for span in run)


def picture(image: Image) -> Block:
    """The block of a picture."""
    return Block(BlockKind.IMAGE, ((Span(image.alt),),), image=image)
