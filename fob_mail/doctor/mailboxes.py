"""The mailboxes to which mail comes back: are they reached and read, and how much waits? Nothing in them is changed."""

import threading
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from fob_mail.doctor.certificates import check_certificate
from fob_mail.doctor.finding import Finding, State
from fob_mail.errors import InputError
from fob_mail.feedback import imap, pop3
from fob_mail.plurals import counted
from fob_mail.settings import Settings
from fob_mail.settings.feedback import Imap, Pop3
from fob_mail.settings.protection import Security

if TYPE_CHECKING:
    from imapclient import IMAPClient

PATIENCE = 10.0
"""Seconds that a server may be silent."""
LONGEST = 30.0
"""Seconds that all about one mailbox may take, however slowly its server speaks."""
WAITS_LONG = timedelta(hours=1)
"""After which mail that nobody has taken shows that nobody reads."""

READ = "See that `fob-mail feedback run` runs, and what it says."
_IN_USE = "[IN-USE]"
"""What a POP3 server says while another session has the mailbox (RFC 2449 §8.1.1)."""


def check_mailboxes(settings: Settings, now: datetime) -> Iterator[Finding]:
    """Every mailbox that the settings name."""
    if settings.imap.host:
        yield from within(LONGEST, "mailbox imap", check_imap(settings.imap, now))
    if settings.pop3.host:
        yield from within(LONGEST, "mailbox pop3", check_pop3(settings.pop3, now))


def check_imap(settings: Imap, now: datetime) -> Iterator[Finding]:
    """All about a mailbox that is read by IMAP; it is examined (RFC 3501 §6.3.2), so that no mail counts as seen."""
    area, password = "mailbox imap", settings.password.get_secret_value()
    try:
        with imap.logged_in(settings, password, PATIENCE) as client:
            yield Finding(area, "login", State.FINE, f"{settings.host}:{settings.port} lets us in as {settings.username}")
            yield _line(area, settings.security) or check_certificate(area, client.socket(), now, "reading")
            yield from _folder(area, client, settings, now)
            yield from _abilities(area, client)
    except InputError as error:
        yield Finding(area, "login", State.WRONG, _without(password, error.problem), error.remedy)


def check_pop3(settings: Pop3, now: datetime) -> Iterator[Finding]:
    """All about a mailbox that is read by POP3; what is not deleted before QUIT stays."""
    area, password = "mailbox pop3", settings.password.get_secret_value()
    try:
        with pop3.logged_in(settings, password, PATIENCE) as client:
            yield Finding(area, "login", State.FINE, f"{settings.host}:{settings.port} lets us in as {settings.username}")
            yield _line(area, settings.security) or check_certificate(area, client.sock, now, "reading")
            yield Finding(area, "waiting", State.FINE, waiting(client.stat()[0]))
    except InputError as error:
        if _IN_USE in error.problem.upper():
            yield Finding(
                area, "login", State.UNKNOWN, "another session has the mailbox now", "Perhaps feedback run; ask again in a moment."
            )
            return
        yield Finding(area, "login", State.WRONG, _without(password, error.problem), error.remedy)


def within(seconds: float, area: str, check: Iterable[Finding]) -> Iterator[Finding]:
    """What a check finds in this time: a server that speaks a letter at a time is never silent, and never done."""
    found: SimpleQueue[Finding | Exception | None] = SimpleQueue()
    threading.Thread(target=_all_into, args=(found, check), name=area, daemon=True).start()
    until = time.monotonic() + seconds
    try:
        while one := found.get(timeout=max(0.0, until - time.monotonic())):
            if isinstance(one, Exception):
                raise one
            yield one
    except Empty:
        seen = f"it was not done in {seconds:.0f} seconds"
        yield Finding(area, "time", State.WRONG, seen, "Ask who runs the server why it is so slow.")


def _all_into(found: "SimpleQueue[Finding | Exception | None]", check: Iterable[Finding]) -> None:
    try:
        for finding in check:
            found.put(finding)
        found.put(None)
    except Exception as error:  # noqa: BLE001 it is raised where the findings are waited for
        found.put(error)


def waiting(number: int) -> str:
    """How many mails wait, in words."""
    return f"{counted(number, 'mail waits', 'mails wait')} to be taken" if number else "nothing waits"


def since(area: str, number: int, oldest: datetime | None, now: datetime) -> Finding:
    """Whether what waits has waited too long."""
    if oldest and now - oldest > WAITS_LONG:
        seen = f"{waiting(number)}, the oldest since {oldest:%d %B %Y %H:%M %Z}"
        return Finding(area, "waiting", State.WARNING, seen, READ)
    return Finding(area, "waiting", State.FINE, waiting(number))


def _folder(area: str, client: "IMAPClient", settings: Imap, now: datetime) -> Iterator[Finding]:
    if not client.folder_exists(settings.folder):
        yield Finding(
            area, "folder", State.WRONG, f"there is no folder {settings.folder}", "Set imap.folder to the one that mail comes to."
        )
        return
    client.select_folder(settings.folder, readonly=True)
    done = "is there" if client.folder_exists(settings.done) else "is made with the first mail that is taken"
    yield Finding(area, "folder", State.FINE, f"{settings.folder} is there, {settings.done} {done}")
    numbers = client.search("UNDELETED")
    client.normalise_times = False
    arrived = client.fetch(numbers[:1], ["INTERNALDATE"]) if numbers else {}
    oldest = next((told[b"INTERNALDATE"] for told in arrived.values() if b"INTERNALDATE" in told), None)
    yield since(area, len(numbers), oldest.astimezone(UTC) if oldest else None, now)


def _abilities(area: str, client: "IMAPClient") -> Iterator[Finding]:
    idle = client.has_capability("IDLE")
    yield Finding(area, "IDLE", State.FINE, "offered: mail is taken as it comes" if idle else "not offered: it is looked into now and then")
    way = next((name for name in ("MOVE", "UIDPLUS") if client.has_capability(name)), "")
    if way:
        yield Finding(area, "moving", State.FINE, f"by {way}")
    else:
        seen = "neither MOVE nor UIDPLUS: whatever is marked as deleted in the folder goes with each mail that is taken"
        yield Finding(area, "moving", State.WARNING, seen, "Let nobody else work in that folder.")


def _line(area: str, security: Security) -> Finding | None:
    """What there is to say of a line that the settings allow to be plain: it stays on this machine."""
    if security is Security.NONE:
        return Finding(area, "TLS", State.FINE, "not encrypted, and it does not leave this machine")
    return None


def _without(password: str, words: str) -> str:
    """What a server said, should it have repeated the password."""
    return words.replace(password, "…") if password else words
