"""What the people of a file become: new on the list, known already, or kept out. A few statements for a million people.

Nobody who left, bounced or complained is put back: they go to kept_out, and what they were they stay.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Executable, Select, Text, cast, delete, func, insert, literal, select, text, true, update
from sqlalchemy.orm import Session

from fob_mail.audience.staging import Stage
from fob_mail.database import insert_into
from fob_mail.errors import InputError
from fob_mail.models import Consent, MailingList, Subscriber, Subscription, SubscriptionState, Suppression, UtcDateTime

_MERGED = {
    "sqlite": "json_patch(subscribers.attributes, import_rows.attributes)",
    "postgresql": "(CAST(subscribers.attributes AS jsonb) || CAST(import_rows.attributes AS jsonb))::json",
}
_MAY_SPARE = """SELECT CASE WHEN current_setting('server_version_num')::int >= 150000
    THEN has_parameter_privilege('session_replication_role', 'SET') ELSE current_setting('is_superuser') = 'on' END"""
_SUBSCRIPTION = ["subscriber_id", "list_id", "state", "since"]
LEFT, PENDING, CONFIRMED = SubscriptionState.LEFT, SubscriptionState.PENDING, SubscriptionState.CONFIRMED


@dataclass(frozen=True, slots=True)
class Terms:
    """To which list, by whose words, when; whether a known person's name, language and attributes give way to the file's.

    The key is that of addresses.digest(), by which suppressions are matched.
    """

    list_id: int
    evidence: str
    now: datetime
    digest_key: bytes
    overwrite: bool = False


@dataclass(frozen=True, slots=True)
class Settled:
    """What the people became; with the duplicates they add up to the rows that could be read."""

    imported: int  # now on the list, and not before
    confirmed: int  # were waiting to confirm, and now need not
    already: int
    left: int
    suppressed: int


def hold(connection: Connection, list_id: int) -> None:
    """Let nobody else add subscribers until the end of the transaction; on PostgreSQL, leaving and sending go on."""
    if connection.dialect.name == "sqlite":  # the first statement takes the write lock: it must be one that writes
        found = _do(connection, update(MailingList).where(MailingList.id == list_id).values(slug=MailingList.slug))
    else:
        locked = select(MailingList.id).where(MailingList.id == list_id).with_for_update(read=True, key_share=True)
        found = len(connection.execute(locked).all())
    if not found:
        raise InputError("The list has been deleted meanwhile.", "See which there are: fob-mail list ls")
    if connection.dialect.name == "sqlite":
        return
    connection.execute(text("LOCK TABLE subscribers IN SHARE ROW EXCLUSIVE MODE"))
    connection.execute(text("SET LOCAL work_mem = '64MB'"))
    connection.execute(text("SET LOCAL jit = off"))  # it takes longer than it saves, for every chunk anew


def subscribe(connection: Connection, terms: Terms, newest: int) -> None:
    """Put the subscribers above the newest of before onto the list, with their consent."""
    with references_known_to_hold(connection):
        new = select(Subscriber.id, literal(terms.list_id)).where(Subscriber.id > newest)
        _do(connection, insert(Subscription).from_select(_SUBSCRIPTION, _subscribed(new, terms), include_defaults=False))
        _do(connection, _consents(new, terms))


def settle(session: Session, stage: Stage, terms: Terms) -> Settled:
    """Bring everybody who waits on the stage onto the list, except those who are not to be mailed. hold() comes before."""
    connection = session.connection()
    if not _any(connection, select(stage.rows.c.line)):
        return Settled(0, 0, 0, 0, 0)
    if connection.dialect.name != "sqlite":
        connection.execute(text("ANALYZE import_rows"))
    newest = connection.scalar(select(func.coalesce(func.max(Subscriber.id), 0))) or 0
    suppressed = _keep_out_the_suppressed(connection, stage)
    known, left = _know(connection, stage, terms.list_id)
    added = _add(connection, stage, terms, newest)
    joined = _join(connection, stage, terms)
    confirmed = _confirm(connection, stage, terms)
    if joined or confirmed:
        _note_consents(connection, stage, terms)
    _complete(connection, stage, overwrite=terms.overwrite)
    return Settled(added + joined, confirmed, known - left - joined - confirmed, left, suppressed)


def _keep_out_the_suppressed(connection: Connection, stage: Stage) -> int:
    """Move suppressed people off the rows; not even a subscriber is made of them, since some asked to be erased."""
    rows = stage.rows.c
    barred = (
        select(func.min(rows.line), rows.address, func.max(Suppression.why), func.max(Suppression.since))
        .join(Suppression, Suppression.digest == rows.digest)
        .group_by(rows.address)
    )
    number = _do(connection, insert(stage.kept_out).from_select(["line", "address", "why", "since"], barred))
    if number:
        _do(connection, delete(stage.rows).where(rows.digest.in_(select(Suppression.digest))))
    return number


def _know(connection: Connection, stage: Stage, list_id: int) -> tuple[int, int]:
    """Who of the file is a subscriber already, and how many of them left this list."""
    rows, known = stage.rows.c, stage.known.c
    here = (Subscription.subscriber_id == Subscriber.id) & (Subscription.list_id == list_id)
    found = (
        select(Subscriber.id, func.min(rows.line), func.min(Subscription.state))
        .select_from(stage.rows)
        .join(Subscriber, Subscriber.address == rows.address)
        .outerjoin(Subscription, here)
        .group_by(Subscriber.id)
    )
    number = _do(connection, insert(stage.known).from_select(["subscriber_id", "line", "state"], found))
    if not number:
        return 0, 0
    gone = (
        select(known.line, rows.address, literal(str(LEFT)), Subscription.since)
        .join(stage.rows, rows.line == known.line)
        .join(Subscription, (Subscription.subscriber_id == known.subscriber_id) & (Subscription.list_id == list_id))
        .where(known.state == LEFT)
    )
    return number, _do(connection, insert(stage.kept_out).from_select(["line", "address", "why", "since"], gone))


def _add(connection: Connection, stage: Stage, terms: Terms, newest: int) -> int:
    """Make subscribers of those who are unknown, in the order of the index, and put them on the list with their consent."""
    columns = ["address", "digest", "name", "language", "attributes", "created_at"]
    rows = stage.rows.c
    unknown = select(rows.address, rows.digest, rows.name, rows.language, rows.attributes, _at(terms.now)).order_by(rows.address, rows.line)
    if connection.dialect.name == "sqlite":
        everyone = insert_into(connection, Subscriber).from_select(columns, unknown.where(true()), include_defaults=False)
        added = _do(connection, everyone.on_conflict_do_nothing(index_elements=["address"]))
    else:  # ON CONFLICT doubles the price of a row here, and the lock makes it needless
        absent = ~select(Subscriber.id).where(Subscriber.address == rows.address).exists()
        first = unknown.prefix_with("DISTINCT ON (import_rows.address)").where(absent)
        added = _do(connection, insert(Subscriber).from_select(columns, first, include_defaults=False))
    if added:
        subscribe(connection, terms, newest)
    return added


def _join(connection: Connection, stage: Stage, terms: Terms) -> int:
    """Put known people on the list who never were on it."""
    absent = select(stage.known.c.subscriber_id, literal(terms.list_id)).where(stage.known.c.state.is_(None))
    if not _any(connection, absent):
        return 0
    joining = insert_into(connection, Subscription).from_select(_SUBSCRIPTION, _subscribed(absent, terms), include_defaults=False)
    return _do(connection, joining.on_conflict_do_nothing())  # who got there in the meantime stays as they are


def _confirm(connection: Connection, stage: Stage, terms: Terms) -> int:
    """Confirm those who were waiting to: the organiser has their word."""
    waiting = select(stage.known.c.subscriber_id).where(stage.known.c.state == PENDING)
    confirmed = (
        update(Subscription)
        .where(Subscription.list_id == terms.list_id, Subscription.state == PENDING, Subscription.subscriber_id.in_(waiting))
        .values(state=CONFIRMED, since=terms.now)
    )
    return _do(connection, confirmed) if _any(connection, waiting) else 0


def _note_consents(connection: Connection, stage: Stage, terms: Terms) -> None:
    """Write down the consent of known people whose state changed, as it stands now: another may have been quicker."""
    known = stage.known.c
    changed = (
        select(known.subscriber_id, literal(terms.list_id))
        .join(Subscription, (Subscription.subscriber_id == known.subscriber_id) & (Subscription.list_id == terms.list_id))
        .where(known.state.is_distinct_from(LEFT) & known.state.is_distinct_from(CONFIRMED))
        .where(Subscription.state == CONFIRMED, Subscription.since == _at(terms.now))
    )
    _do(connection, _consents(changed, terms))


def _complete(connection: Connection, stage: Stage, *, overwrite: bool) -> None:
    """Give known people the name and language they lack; or, to overwrite, all that the file says of them."""
    rows, known = stage.rows.c, stage.known.c
    theirs = (Subscriber.id == known.subscriber_id) & (rows.line == known.line) & known.state.is_distinct_from(LEFT)
    named = (rows.name != "") & (Subscriber.name != rows.name) & (Subscriber.name == "" if not overwrite else true())
    spoken = (
        rows.language.is_not(None)
        & Subscriber.language.is_distinct_from(rows.language)
        & (Subscriber.language.is_(None) if not overwrite else true())
    )
    _do(connection, update(Subscriber).where(theirs, named).values(name=rows.name))
    _do(
        connection,
        update(Subscriber).where(theirs, spoken).values(language=rows.language),
    )
    if overwrite:
        merged = text(_MERGED[connection.dialect.name])
        _do(connection, update(Subscriber).where(theirs, cast(rows.attributes, Text) != "{}").values(attributes=merged))


@contextmanager
def references_known_to_hold(connection: Connection) -> Iterator[None]:
    """Spare PostgreSQL four look-ups a row for keys just taken from the tables they refer to, where this user may.

    The rows inserted within refer to subscribers of this very transaction, and to a list that is locked here.
    """
    allowed = connection.dialect.name == "postgresql" and connection.scalar(text(_MAY_SPARE))
    if allowed:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
    yield
    if allowed:
        connection.execute(text("SET LOCAL session_replication_role = origin"))


def _subscribed(people: "Select[int, int]", terms: Terms) -> "Select[int, int, str, datetime]":
    """The subscriptions of people, given as subscriber and list."""
    return people.add_columns(literal(str(CONFIRMED)), _at(terms.now)).where(true())


def _consents(people: "Select[int, int]", terms: Terms) -> Executable:
    """Write down that these people, given as subscriber and list, joined, and by whose words."""
    columns = ["subscriber_id", "list_id", "what", "how", "evidence", "given_at"]
    said = people.add_columns(literal("joined"), literal("import"), literal(terms.evidence), _at(terms.now))
    return insert(Consent).from_select(columns, said, include_defaults=False)


def _at(moment: datetime) -> ColumnElement[datetime]:
    return literal(moment, UtcDateTime())


def _any(connection: Connection, people: "Select[int] | Select[int, int]") -> bool:
    return connection.execute(people.limit(1)).first() is not None


def _do(connection: Connection, statement: Executable) -> int:
    """How many rows the statement changed."""
    return connection.execute(statement, execution_options={"preserve_rowcount": True}).rowcount
