"""Post the notes: take up what is owed, see what a wish comes to, compose, send, settle. Any number of processes may, all at once.

    notes.lease COMMIT ─ heed the wish COMMIT ─ open a session ─ notes.begin COMMIT ─ the wire ─ notes.settle COMMIT

A note counts as begun before SMTP sees a byte of it, and only one at a time: when the process dies, at most one is unknown.
"""

import logging
import threading
import time
from datetime import datetime
from email.utils import make_msgid

from sqlalchemy.orm import Session

from fob_mail import notes
from fob_mail.addresses import mask, wire_form
from fob_mail.audience import joining, limits
from fob_mail.composing.composed import Composed, Masthead
from fob_mail.composing.kinds import kind_of
from fob_mail.composing.mime import message_template
from fob_mail.composing.noting import compose_note
from fob_mail.composing.words import speaks
from fob_mail.database import Database, clock
from fob_mail.encoding import date_header
from fob_mail.envelopes import Envelope, Recipient
from fob_mail.errors import RelayError
from fob_mail.links import TOKEN_LENGTH, Asked, Links, Purpose, Subscribed
from fob_mail.models import MailingList, Note, NoteKind, Subscriber
from fob_mail.outcomes import Outcome
from fob_mail.personalising import Personaliser, Sender
from fob_mail.sending.route import open_first
from fob_mail.sending.run import heading_of, retries_of, signers_of, wires_of
from fob_mail.settings import Settings
from fob_mail.submission import submit
from fob_mail.translations import FALLBACK

log = logging.getLogger("fob_mail.notes")

LOOK_EVERY = 0.5
TIDY_EVERY = 60.0
_ANY = "x" * TOKEN_LENGTH
_LISTED = frozenset({NoteKind.CONFIRM, NoteKind.WELCOME, NoteKind.ALREADY, NoteKind.GOODBYE})
"""Notes of a list to who asked for it: with the way out in their headers. The others go to an address of which that is not known."""


def masthead_of(settings: Settings, to: MailingList) -> Masthead:
    """Who writes to this list."""
    group = settings.organisation
    return Masthead(group.name or to.name, group.postal_address, to.name, group.website, group.privacy_url, settings.theme)


class Post:
    """Sends the notes of one installation."""

    def __init__(self, database: Database, settings: Settings, links: Links, worker: str) -> None:
        self._database = database
        self._settings = settings
        self._links = links
        self._worker = worker
        self._composed: dict[tuple[object, ...], Composed] = {}
        self._tidied = float("-inf")

    def round(self) -> int:
        """Send what is due now; gives how many notes were taken up. A relay that cannot be had is told, and all is owed still."""
        self._tidy()
        with self._database.read() as session:
            if not notes.any_due(session, clock(session)):
                return 0
        with self._database.begin() as session:
            leased = notes.lease(session, self._worker, clock(session))
        try:
            for note in leased:
                self._send(note)
        except RelayError as error:
            log.warning("notes wait", extra={"why": error.problem})
            with self._database.begin() as session:
                notes.give_back(session, self._worker, clock(session), retries_of(self._settings))
        return len(leased)

    def _tidy(self) -> None:
        if time.monotonic() < self._tidied + TIDY_EVERY:
            return
        self._tidied = time.monotonic()
        with self._database.begin() as session:
            lost = notes.recover(session, clock(session))
            limits.forget(session, clock(session))
        if lost:
            log.warning("notes unknown", extra={"number": lost})

    def _send(self, leased: Note) -> None:
        with self._database.begin() as session:
            prepared = self._prepare(session, leased)
        if prepared is None:
            return
        opened = open_first(wires_of(self._settings))
        with self._database.begin() as session:
            begun = notes.begin(session, leased.id, self._worker, clock(session))
        if not begun:
            opened.socket.close()
            return
        self._settle(leased, submit(opened, prepared))

    def _settle(self, note: Note, outcome: Outcome) -> None:
        with self._database.begin() as session:
            notes.settle(session, note.id, outcome, clock(session), retries_of(self._settings))
        told = {"note": note.id, "kind": note.kind.value, "to": mask(note.address), "state": outcome.state.value, "reply": outcome.reply}
        log.info("note sent", extra=told)

    def _prepare(self, session: Session, leased: Note) -> Envelope | None:
        """The message of a note, if it comes to one; a wish is heeded first."""
        now = clock(session)
        note = notes.find(session, leased.id)
        if note is None or note.list_id is None:
            return None
        if note.kind is NoteKind.WISH:
            wish = joining.Wish(note.list_id, note.address, note.name, note.language, note.evidence)
            came = joining.heed(session, wish, self._settings.digest_key.get_secret_value().encode(), now)
            if came is None or (came[0] is NoteKind.WELCOME and not self._settings.joining.welcome):
                notes.skip(session, note.id, "nothing to write", now)
                return None
            notes.become(session, note, *came)
        wire = wire_form(note.address)
        if wire is None:
            notes.skip(session, note.id, "the address needs SMTPUTF8", now)
            return None
        return self._envelope(session, note, wire, now)

    def _envelope(self, session: Session, note: Note, wire: str, now: datetime) -> Envelope:
        to = session.get_one(MailingList, note.list_id)
        person = session.get(Subscriber, note.subscriber_id) if note.subscriber_id else None
        listed = note.kind in _LISTED
        name = person.name if person and listed else ""
        wanted = (note.language, person.language if person else None, to.language)
        composed = self._compose(note.kind, to, next((tag for tag in wanted if tag and speaks(tag)), FALLBACK))
        composed = _leading_to(composed, self._token(note, to))
        heading = heading_of(to, automatic=True, listed=listed)
        sending = self._settings.sending
        sender = Sender(
            campaign_id=0,
            list_id=to.id,
            return_path=sending.return_path or heading.sender_address,
            verp=False,
            unsubscribe_mailbox=sending.unsubscribe_mailbox or (heading.reply_to or ("", heading.sender_address))[1],
            message_id_domain=heading.domain,
        )
        template = {composed.language: message_template(composed, heading)}
        maker = Personaliser(template, composed.language, sender, self._links, signers_of(self._settings))
        recipient = Recipient(0, 0, note.subscriber_id or 0 if listed else 0, note.address, name, composed.language)
        return maker.envelope(recipient, wire, date_header(now), make_msgid(f"note{note.id}", heading.domain))

    def _compose(self, kind: NoteKind, to: MailingList, language: str) -> Composed:
        """The note with room for a token where its link leads to; once for all that have the same list and language."""
        key = (kind, to.name, to.sender, language)
        if key not in self._composed:
            template = kind_of(kind.value, self._settings.templates_folder)
            masthead = masthead_of(self._settings, to)
            self._composed[key] = compose_note(kind, masthead, language, self._links.url(PAGES.get(kind, "/u/"), _ANY), template)
        return self._composed[key]

    def _token(self, note: Note, to: MailingList) -> str:
        who, at = note.subscriber_id or 0, int(note.created_at.timestamp())
        if note.kind is NoteKind.CONFIRM:
            return self._links.token(Purpose.CONFIRM, Asked(who, to.id, at))
        if note.kind is NoteKind.MOVE:
            return self._links.token(Purpose.MOVE, Asked(who, note.id, at))
        if note.kind is NoteKind.MINE:
            return self._links.token(Purpose.MINE, Asked(who, to.id, at))
        return self._links.unsubscribe_token(Subscribed(who, to.id, 0))


PAGES = {
    NoteKind.CONFIRM: "/c/",
    NoteKind.MOVE: "/m/",
    NoteKind.MINE: "/my/",
    NoteKind.WELCOME: "/p/",
    NoteKind.ALREADY: "/p/",
}
"""Where a note's button leads."""


def _leading_to(composed: Composed, token: str) -> Composed:
    html, text = composed.html.replace(_ANY, token), composed.text.replace(_ANY, token)
    return Composed(composed.language, composed.subject, composed.preheader, html, text)


def post_until(post: Post, ended: threading.Event) -> None:
    """Send notes for as long as a process runs; whatever goes wrong is told, and tried again."""
    while not ended.is_set():
        try:
            sent = post.round()
        except Exception:  # the pages must go on, and the next round may do better
            log.exception("notes failed")
            sent = 0
        if not sent:
            ended.wait(LOOK_EVERY)
