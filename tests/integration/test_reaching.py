"""Whom a campaign would reach: how many people lack a value, and how many there were before."""

from datetime import UTC, datetime

import pytest

from fob_mail import campaigns, freezing
from fob_mail.audience import lists
from fob_mail.database import Database
from fob_mail.models import Batch, Campaign, CampaignState, SubscriptionState
from fob_mail.slots import attribute
from tests.builders import make_list, make_subscriber

NOW = datetime(2027, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("field", "number"),
    [
        ("name", 1),
        ("first_name", 1),
        ("language", 2),
        ("address", 0),
        (attribute("town"), 1),
        (attribute('a "b" $.c'), 2),
        (attribute("nothing"), 3),
    ],
)
def test_who_lacks_a_value_is_counted_among_those_who_would_be_mailed(database: Database, field: str, number: int) -> None:
    with database.begin() as session:
        to = make_list(session, "valley")
        make_subscriber(session, "ana@example.org", to, name="Ana", language="es", attributes={"town": "Leeds", 'a "b" $.c': "x"})
        make_subscriber(session, "bea@example.org", to, name="Bea", attributes={"town": ""})
        make_subscriber(session, "eva@example.org", to, attributes={"town": "York"})
        make_subscriber(session, "gone@example.org", to, SubscriptionState.LEFT)

    with database.read() as session:
        assert freezing.lacking(session, lists.find(session, "valley"), field) == number


def test_the_usual_audience_is_that_of_earlier_campaigns_to_the_list(sqlite_database: Database) -> None:
    with sqlite_database.begin() as session:
        here, there = make_list(session, "valley"), make_list(session, "choir")
        made = [
            Campaign(slug=slug, list_id=to.id, state=CampaignState.FINISHED, article_name="a", article_source="a", created_at=NOW)
            for slug, to in (("first", here), ("second", here), ("choir", there), ("now", here))
        ]
        session.add_all(made)
        session.flush()
        for campaign, sizes in zip(made, [(500, 730), (740,), (9,), ()], strict=True):
            session.add_all(Batch(campaign_id=campaign.id, first_position=size - 8, last_position=size) for size in sizes)

    with sqlite_database.read() as session:
        assert freezing.audiences_before(session, campaigns.find(session, "now")) == [740, 730]
