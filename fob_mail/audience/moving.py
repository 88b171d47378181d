"""People come over from another program: its export is read as that program writes it, and those who left there have left here.

Mailchimp    an audience's export: a zip, or its files of subscribed, unsubscribed, cleaned and nonsubscribed members
listmonk     the export of subscribers: CSV with status and attributes as JSON
Mailman      the list of members: a line each, an address or `Name <address>`
"""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, TextIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from fob_mail import addresses
from fob_mail.audience import suppressions
from fob_mail.audience.decoding import open_text
from fob_mail.errors import InputError
from fob_mail.models import Consent, MailingList, Subscriber, Subscription, SubscriptionState, SuppressionReason

LARGEST = 2_000_000_000
"""Bytes that all of an export may come to; a zip that says more, or is more, is refused."""


class Program(StrEnum):
    """Whose export it is."""

    MAILCHIMP = "mailchimp"
    LISTMONK = "listmonk"
    MAILMAN = "mailman"


class Standing(StrEnum):
    """How somebody stood in the other program."""

    MEMBER = "member"  # gets mail
    LEFT = "left"  # unsubscribed
    BOUNCED = "bounced"  # cleaned, in Mailchimp's word
    BLOCKED = "blocked"  # blocklisted: wants no mail of any list
    NEVER = "never"  # known there, and never asked for mail


@dataclass(frozen=True, slots=True)
class Mover:
    """One row: how they stood, and what is known of them, by column."""

    standing: Standing
    address: str
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Departed:
    """What became of those who are not to be mailed."""

    left: int
    bounced: int
    blocked: int
    here_already: int  # of those who left there: on the list here, by a wish of their own
    unreadable: int


_NOBODYS_BUSINESS = frozenset(
    {"OPTIN_IP", "CONFIRM_IP", "LATITUDE", "LONGITUDE", "GMTOFF", "DSTOFF", "TIMEZONE", "CC", "REGION", "LEID", "EUID", "LAST_CHANGED"}
)
"""Mailchimp's columns of where people were and how it numbers them: a group that does not watch does not take them along."""

_LISTMONK = {"enabled": Standing.MEMBER, "disabled": Standing.LEFT, "blocklisted": Standing.BLOCKED}
_REASONS = {Standing.BOUNCED: SuppressionReason.BOUNCE, Standing.BLOCKED: SuppressionReason.ASKED}


def movers(files: Iterable[Path], program: Program) -> Iterator[Mover]:
    """Everybody in an export, file by file. Raises InputError for a file that is none of that program's."""
    for file in files:
        for name, opened in _parts(file, program):
            yield from _READERS[program](opened, name)


def write_members(files: Sequence[Path], program: Program, out: BinaryIO) -> tuple[int, list[Mover]]:
    """Those who are to be mailed, as a CSV for import_people(); gives how many, and the others without what is known of them.

    The files are read twice, so that memory does not grow with the members.
    """
    columns = list(dict.fromkeys(name for mover in movers(files, program) if mover.standing is Standing.MEMBER for name in mover.columns))
    text = io.TextIOWrapper(out, encoding="utf-8", newline="")
    writer = csv.DictWriter(text, ["email", *columns], restval="")
    writer.writeheader()
    members, others = 0, list[Mover]()
    for mover in movers(files, program):
        if mover.standing is Standing.MEMBER:
            members += 1
            writer.writerow({"email": mover.address, **mover.columns})
        else:
            others.append(Mover(mover.standing, mover.address, {}))
    text.flush()
    text.detach()
    return members, others


def note_departed(session: Session, to: MailingList, others: Iterable[Mover], evidence: str, digest_key: bytes, now: datetime) -> Departed:  # noqa: PLR0913, PLR0917 the diary's words
    """Write down who left, bounced or wants no mail, so that no later import brings them here."""
    counts = dict.fromkeys(("left", "bounced", "blocked", "here_already", "unreadable"), 0)
    for mover in others:
        try:
            address = addresses.normalise(mover.address)
        except InputError:
            counts["unreadable"] += 1
            continue
        if mover.standing in _REASONS:
            suppressions.suppress(session, addresses.digest(address, digest_key), _REASONS[mover.standing], now, evidence)
            counts[mover.standing] += 1
        elif mover.standing is Standing.LEFT:
            counts["left" if _leave(session, to, address, evidence, digest_key, now) else "here_already"] += 1
    return Departed(**counts)


def _leave(session: Session, to: MailingList, address: str, evidence: str, digest_key: bytes, now: datetime) -> bool:  # noqa: PLR0913, PLR0917 as above
    """Whether they have left here now; a person who is on the list here asked for it here, whatever they did elsewhere."""
    person = session.scalar(select(Subscriber).where(Subscriber.address == address))
    if person is None:
        person = Subscriber(address=address, digest=addresses.digest(address, digest_key), name="", attributes={}, created_at=now)
        session.add(person)
        session.flush()
    subscription = session.get(Subscription, (person.id, to.id))
    if subscription is not None:
        return subscription.state is SubscriptionState.LEFT
    session.add(Subscription(subscriber_id=person.id, list_id=to.id, state=SubscriptionState.LEFT, since=now))
    session.add(Consent(subscriber_id=person.id, list_id=to.id, what="left", how="import", evidence=evidence, given_at=now))
    return True


def _parts(file: Path, program: Program) -> Iterator[tuple[str, TextIO]]:
    """The texts of a file: itself, or what is in a zip."""
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as archive:
            inside = [info for info in archive.infolist() if info.filename.lower().endswith((".csv", ".txt"))]
            if sum(info.file_size for info in inside) > LARGEST:
                raise InputError(f"{file} unpacks to more than 2 GB.", "Unpack it yourself, and name the files one by one.")
            for info in inside:
                with archive.open(info) as member, io.BytesIO(member.read(LARGEST)) as whole, _text(whole) as text:
                    yield info.filename, text
        return
    try:
        with file.open("rb") as opened, _text(opened) as text:
            yield file.name, text
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}.", f"Name the files that {program} exported.") from None


@contextmanager
def _text(file: BinaryIO) -> Iterator[TextIO]:
    text, _ = open_text(file)
    try:
        yield text
    finally:
        text.detach()


def _mailchimp(file: TextIO, name: str) -> Iterator[Mover]:
    """An audience's file: its columns say whom it is of, and of those who never subscribed its name does."""
    table = csv.DictReader(file)
    header = table.fieldnames or []
    if "Email Address" not in header:
        raise InputError(f"{name} is no audience that Mailchimp exported.", "Its files have a column “Email Address”: Audience → Export.")
    standing = Standing.LEFT if "UNSUB_TIME" in header else Standing.BOUNCED if "CLEAN_TIME" in header else Standing.MEMBER
    if Path(name).name.lower().startswith("nonsubscribed"):
        standing = Standing.NEVER
    kept = [column for column in header if column not in _NOBODYS_BUSINESS | {"Email Address", "UNSUB_TIME", "CLEAN_TIME"}]
    for row in table:
        yield Mover(standing, row["Email Address"] or "", {column: row[column] for column in kept if row[column]})


def _listmonk(file: TextIO, name: str) -> Iterator[Mover]:
    """The export of subscribers: attributes, an object, become columns."""
    table = csv.DictReader(file)
    if not {"email", "status"} <= set(table.fieldnames or []):
        raise InputError(f"{name} is no export of listmonk's.", "Its files have the columns email and status: Subscribers → Export.")
    for row in table:
        columns = {"name": row.get("name") or ""}
        try:
            told = json.loads(row.get("attributes") or "{}")
        except ValueError:
            told = {}
        if isinstance(told, dict):
            columns |= {str(key): value if isinstance(value, str) else json.dumps(value) for key, value in told.items()}
        yield Mover(_LISTMONK.get(row["status"] or "", Standing.NEVER), row["email"] or "", {k: v for k, v in columns.items() if v})


def _mailman(file: TextIO, _name: str) -> Iterator[Mover]:
    """What `mailman members LIST` and `list_members --fullnames LIST` print."""
    for line in file:
        if written := line.strip():
            name, address = parseaddr(written)
            yield Mover(Standing.MEMBER, address or written, {"name": name} if name else {})


_READERS = {Program.MAILCHIMP: _mailchimp, Program.LISTMONK: _listmonk, Program.MAILMAN: _mailman}
