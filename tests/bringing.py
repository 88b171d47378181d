"""A file of people brought onto a list, and all that is kept of them."""

import io
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fob_mail.audience import lists
from fob_mail.audience.importing import Report, import_people
from fob_mail.audience.rejects import Rejects
from fob_mail.audience.settling import Terms
from fob_mail.database import Database
from fob_mail.models import Consent, Subscriber, Subscription

KEY = b"d" * 40


NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)


TERMS = Terms(list_id=1, evidence="people.csv: the April stall", now=NOW, digest_key=KEY)


PEOPLE = "Email,Name,Language,Town\nrosa@example.org,Rosa Mamani,es,La Paz\nluis@example.org,Luis Quispe,,\nANA@example.org,,en,Leeds\n"


@pytest.fixture(autouse=True)
def a_list(database: Database) -> None:
    """List 1, whatever else a test makes."""
    with database.begin() as session:
        made = lists.create(session, "supporters", "Friends of the Valley", "Friends <news@example.org>", now=NOW)
        assert made.id == TERMS.list_id


def bring(database: Database, written: str, terms: Terms = TERMS, rejects: Rejects | None = None) -> Report:
    """Import a text as a file, on its own."""
    with rejects or Rejects(None) as kept, database.begin_bulk() as session:
        return import_people(session, io.BytesIO(written.encode()), terms, kept, lambda _: None)


def everything(session: Session) -> list[tuple[object, ...]]:
    """All that is kept of people, to see whether anything changed."""
    people = session.execute(
        select(Subscriber.address, Subscriber.name, Subscriber.language, Subscription.state, Subscription.since, func.count(Consent.id))
        .outerjoin(Subscription, Subscription.subscriber_id == Subscriber.id)
        .outerjoin(Consent, Consent.subscriber_id == Subscriber.id)
        .group_by(Subscriber.id, Subscription.state, Subscription.since)
        .order_by(Subscriber.address)
    )
    attributes = session.execute(select(Subscriber.address, Subscriber.attributes).order_by(Subscriber.address))
    return [tuple(row) for row in people] + [(address, tuple(held.items())) for address, held in attributes]
