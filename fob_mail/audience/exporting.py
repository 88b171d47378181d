"""The people of a list as a CSV, in flat memory; no cell can be a formula in a spreadsheet."""

import csv
from collections.abc import Iterable, Iterator
from typing import TextIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from fob_mail.audience import attributes
from fob_mail.audience.cells import guard
from fob_mail.models import Subscriber, Subscription, SubscriptionState, Suppression

_AT_A_TIME = 1_000


def rows(session: Session, list_id: int, *, everyone: bool = False) -> Iterator[list[str]]:
    """The header, then those whom a campaign would mail, by address; or everyone who ever was on the list, and how they stand."""
    keys = attributes.names(session, list_id)
    yield ["email", "name", "language", *keys, *(["state", "since"] if everyone else [])]
    people = (
        select(Subscriber.address, Subscriber.name, Subscriber.language, Subscriber.attributes, Subscription.state, Subscription.since)
        .add_columns(Suppression.why)
        .join(Subscription, Subscription.subscriber_id == Subscriber.id)
        .outerjoin(Suppression, Suppression.digest == Subscriber.digest)
        .where(Subscription.list_id == list_id)
        .order_by(Subscriber.address)
    )
    if not everyone:
        people = people.where(Subscription.state == SubscriptionState.CONFIRMED, Suppression.digest.is_(None))
    found = session.execute(people, execution_options={"yield_per": _AT_A_TIME})
    for address, name, language, own, state, since, why in found:
        standing = [why or state, since.isoformat()] if everyone else []
        yield [address, name, language or "", *(own.get(key, "") for key in keys), *standing]


def write(table: Iterable[list[str]], out: TextIO) -> int:
    """Write header and rows, each cell guarded; how many people there were."""
    writer = csv.writer(out)
    number = -1
    for row in table:
        writer.writerow([guard(cell) for cell in row])
        number += 1
    return number
