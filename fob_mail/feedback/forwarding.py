"""Forward to the organiser what people wrote back. Any number of processes may, all at once.

    forwards.next_due ─ the mail out of the Maildir ─ open a session ─ forwards.begin COMMIT ─ the wire ─ forwards.settle COMMIT

One counts as begun before SMTP sees a byte of it, and a process has one at a time: when it dies, at most one is unknown.
"""

import logging
import secrets
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr
from pathlib import Path
from threading import Event

from fob_mail import forwards
from fob_mail.addresses import international_form, mask, wire_form
from fob_mail.database import Database, clock
from fob_mail.envelopes import Envelope, Recipient
from fob_mail.errors import InputError
from fob_mail.feedback import keeping
from fob_mail.feedback.covering import Cover, covered
from fob_mail.forwards import Forward
from fob_mail.inbound.incoming import Kind
from fob_mail.links import Links, Place
from fob_mail.signing.seal import Signer
from fob_mail.smtp.relay import Opened
from fob_mail.submission import submit

log = logging.getLogger("fob_mail.feedback")

LOOK_EVERY = 1.0
"""Seconds between two looks at what is owed."""

RECOVER_EVERY = 60.0
"""Seconds between two looks at what dead processes left."""

OURS = 0
"""The campaign in the token of a forward: there is none of that number, and so no reader whom its bounce could be about."""

_NOT_INTERNATIONAL = "feedback.forward_to has letters beyond ASCII before its @, and the relay does not offer SMTPUTF8"


@dataclass(frozen=True, slots=True)
class Way:
    """How mail gets to the organiser: to which address, out of which Maildir, by which return path, and when it is given up."""

    to: str
    kept: Path
    return_path: str  # empty: the sender
    verp: bool
    give_up_after: timedelta


class Forwarder:
    """Forwards what is owed; `open_relay` gives a session with the first relay that can be had, or raises RelayError."""

    def __init__(self, database: Database, links: Links, way: Way, open_relay: Callable[[], Opened], signers: Sequence[Signer]) -> None:
        self._database = database
        self._links = links
        self._way = way
        self._open = open_relay
        self._signers = signers
        self._recovered = float("-inf")
        self.states: Counter[str] = Counter()

    def read(self, stopped: Event | None = None) -> None:
        """Forward what is owed and due, one after another, until nothing is, or it is time to stop."""
        if time.monotonic() >= self._recovered + RECOVER_EVERY:
            self._recover()
        while not (stopped and stopped.is_set()) and self._one():
            pass

    def follow(self, stopped: Event) -> None:
        """Forward what is owed, and what comes, until it is time to stop."""
        while not stopped.is_set():
            self.read(stopped)
            stopped.wait(LOOK_EVERY)

    def _recover(self) -> None:
        with self._database.begin() as session:
            lost = forwards.recover(session, clock(session))
        self._recovered = time.monotonic()
        if lost:
            log.warning("forwards unknown", extra={"number": lost})

    def _one(self) -> bool:
        """Forward the next; False if nothing is due."""
        with self._database.read() as session:
            now = clock(session)
            forward = forwards.next_due(session, now)
        if forward is None:
            return False
        file = keeping.find(self._way.kept, forward.kept)
        if file is None:
            self._skip(forward, f"the mail is no more in {self._way.kept}")
        elif forward.sender.casefold() == self._way.to.casefold():
            self._skip(forward, "it came from feedback.forward_to itself")
        else:
            self._send(forward, self._open(), keeping.content(file), now)
        return True

    def _skip(self, forward: Forward, why: str) -> None:
        with self._database.begin() as session:
            forwards.skip(session, forward.number, why)
        self.states["skipped"] += 1

    def _send(self, forward: Forward, opened: Opened, raw: bytes, now: datetime) -> None:
        with opened.socket:
            envelope = self._envelope(forward, raw, now, international=opened.international)
            with self._database.begin() as session:
                begun = clock(session)
                mine = forwards.begin(session, forward.number, begun)
            if not mine:
                return
            outcome = submit(opened, envelope)
        with self._database.begin() as session:
            forwards.settle(session, forward.number, begun, outcome, clock(session), self._way.give_up_after)
        self.states[outcome.state.value] += 1
        told = {"of": forward.number, "to": mask(self._way.to), "state": outcome.state.value, "reply": outcome.reply}
        log.info("mail forwarded", extra=told)

    def _envelope(self, forward: Forward, raw: bytes, now: datetime, *, international: bool) -> Envelope:
        way, place = self._way, Place(OURS, forward.number)
        address = wire_form(way.to) or (international_form(way.to) if international else None)
        if address is None:
            raise InputError(f"Nothing is forwarded: {_NOT_INTERNATIONAL}.", "Set it to an address of plain letters; all is owed still.")
        name, sender = parseaddr(forward.list_sender) if forward.list_sender else ("", way.return_path or address)
        domain = sender.rpartition("@")[2]
        cover = Cover(
            sender=(name, sender),
            to=address,
            message_id=f"<{self._links.return_path(f'forward@{domain}', place)}>",
            number=forward.number,
            person=wire_form(forward.sender) or "",
            subject=forward.subject,
            asks_to_leave=forward.kind == Kind.UNSUBSCRIBE,
            campaign=forward.campaign,
        )
        content = covered(cover, raw, now, f"fob-mail-{secrets.token_hex(16)}", self._signers)
        path = way.return_path or sender
        path = self._links.return_path(path, place) if way.verp else path
        return Envelope(Recipient(0, 0, 0, way.to), path, address, content)


def forwarded_of(paths: tuple[str, ...], links: Links) -> int | None:
    """The event whose forward a mail is, or is about, by the return paths in it; None if it is none of ours."""
    places = [place for path in paths if (place := links.read_return_path(path))]
    return next((place.position for place in places if place.campaign_id == OURS), None)
