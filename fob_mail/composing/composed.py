"""A campaign's words in one language, with marks where readers differ: what composing gives and the database keeps."""

from dataclasses import dataclass, field

from fob_mail.settings import Theme


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it is served or carried: its name in addresses, which nobody guesses, and its bytes."""

    name: str  # 32 hexadecimal digits
    kind: str  # jpeg or png
    width: int
    height: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture as HTML shows it: its address, and its size in pixels."""

    url: str  # of the web, or cid: where it travels in the mail
    width: int  # in pixels, at which it is shown
    height: int  # the same


@dataclass(frozen=True, slots=True)
class Composed:
    """Subject, preheader, HTML and text; marks (see slots.mark) stand where readers differ."""

    language: str
    subject: str
    preheader: str
    html: str
    text: str
    calendar: str = ""  # its events as an .ics; empty if it has none with a day
    pictures: "tuple[Picture, ...]" = ()  # those that travel in the mail itself


@dataclass(frozen=True, slots=True)
class Masthead:
    """Who writes, to which list, and how they can be reached: what composing takes from settings and list."""

    organisation: str  # the group's name; the list's where none is set
    postal_address: str  # its lines as they are set; page.postal_lines has them one by one
    list_name: str  # the list's name for readers
    website: str = ""  # address of the group's site
    privacy_url: str = ""  # address of its privacy notice
    theme: Theme = field(default_factory=Theme)  # as `theme`
    counts: bool = False  # whether the mail says that it counts openings and followed links
