"""Articles become a draft, on both databases: a campaign in several languages, a newsletter, a reminder to those who were invited."""

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from fob_mail import campaigns, freezing
from fob_mail.campaigns import Written
from fob_mail.database import Database
from fob_mail.drafting import Draft, Order, articles_of, draft, language_of_name
from fob_mail.errors import ConflictError, InputError
from fob_mail.models import Campaign, Delivery, DeliveryState, Subscription, SubscriptionState
from fob_mail.settings import Settings
from tests.builders import make_list, make_subscriber

NOW = datetime(2027, 4, 1, 12, 0, tzinfo=UTC)
ENGLISH = Written("evening.en.md", "# An evening by the water\n\nCome and hear how the village kept its pump.\n")
SPANISH = Written("evening.es.md", "# Una tarde junto al agua\n\nVen a oír cómo el pueblo conservó su bomba.\n")


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A transaction with a list and three people on it."""
    with database.begin() as session:
        to = make_list(session, "supporters")
        for local in ("p1", "p2", "p3"):
            make_subscriber(session, f"{local}@example.org", to)
        yield session


def drafted(session: Session, settings: Settings, *files: Written, **wishes: str) -> Draft:
    """The draft `c` of these files."""
    asked = {"slug": "c", "list_slug": "supporters"} | wishes
    return draft(session, Order(files=files, **asked), settings, NOW)  # type: ignore[arg-type]  # texts, all of them


def test_a_campaign_in_two_languages_has_a_mail_in_each(session: Session, settings: Settings) -> None:
    made = drafted(session, settings, ENGLISH, SPANISH)

    titles = {"en": "An evening by the water", "es": "Una tarde junto al agua"}
    parts = campaigns.parts(session, made.campaign)
    assert {language: part.subject for language, part in parts.items()} == titles
    assert "Darse de baja" in parts["es"].text
    assert {language: group[0].title for language, group in articles_of(session, made.campaign, settings).items()} == titles


def test_two_articles_in_one_language_are_a_newsletter_or_a_mistake(session: Session, settings: Settings) -> None:
    other = Written("b.md", "# A second well\n\nIt was dug by hand, and it is deep, and that is all there is to say of it here.\n")

    with pytest.raises(InputError, match="2 articles are in the language en") as refused:
        drafted(session, settings, ENGLISH, other)
    made = drafted(session, settings, ENGLISH, other, template="newsletter")

    assert "--template newsletter" in refused.value.remedy
    assert "A second well" in made.composed[0].html
    assert len(campaigns.article_files(session, made.campaign)) == 2


@pytest.mark.parametrize(
    ("name", "language"),
    [("a.es.md", "es"), ("a.es_bo.txt", "es-BO"), ("a.md", ""), ("my.article.txt", ""), ("v1.xx.md", ""), ("es.md", ""), ("a.EN.md", "en")],
)
def test_a_files_name_may_say_its_language(name: str, language: str) -> None:
    assert language_of_name(name) == language


def test_a_reminder_goes_to_those_who_got_the_invitation_and_are_still_on_the_list(session: Session, settings: Settings) -> None:
    invitation = drafted(session, settings, ENGLISH, SPANISH).campaign
    with pytest.raises(ConflictError, match="has not been sent"):
        drafted(session, settings, slug="again", reminder_of="c")
    freezing.freeze(session, invitation, 10, NOW)
    refused = update(Delivery).where(Delivery.campaign_id == invitation.id, Delivery.position == 1).values(state=DeliveryState.REFUSED)
    session.execute(update(Delivery).values(state=DeliveryState.ACCEPTED))
    session.execute(refused)
    session.execute(update(Subscription).where(Subscription.subscriber_id == 2).values(state=SubscriptionState.LEFT))
    make_subscriber(session, "late@example.org", campaigns.list_of(session, invitation))

    made = drafted(session, settings, slug="again", list_slug="", reminder_of="c")

    reach = freezing.reach(session, made.to, made.campaign.reminder_of)
    assert (reach.audience, reach.left) == (1, 1)
    assert freezing.freeze(session, made.campaign, 10, NOW) == 1
    got = session.scalars(select(Delivery.address).where(Delivery.campaign_id == made.campaign.id)).all()
    assert got == ["p3@example.org"]
    assert [part.subject for part in made.composed] == ["Reminder: An evening by the water", "Recordatorio: Una tarde junto al agua"]


def test_a_reminder_of_which_everybody_has_left_goes_to_nobody(session: Session, settings: Settings) -> None:
    freezing.freeze(session, drafted(session, settings, ENGLISH).campaign, 10, NOW)
    reminder = drafted(session, settings, slug="again", reminder_of="c").campaign

    with pytest.raises(ConflictError, match="Nobody who got what again reminds of"):
        freezing.freeze(session, reminder, 10, NOW)


def test_composing_again_replaces_the_files_and_the_reminder(session: Session, settings: Settings) -> None:
    drafted(session, settings, ENGLISH, SPANISH)

    again = drafted(session, settings, ENGLISH)

    assert campaigns.article_files(session, again.campaign) == [ENGLISH]
    assert [*campaigns.parts(session, again.campaign)] == ["en"]
    assert session.scalars(select(Campaign.reminder_of)).all() == [None]


def test_a_word_files_pictures_come_along(session: Session, settings: Settings) -> None:
    picture = BytesIO()
    Image.new("RGB", (80, 40), "navy").save(picture, "PNG")
    written = Written("story.md", "# The well\n\n![The well](<story-pictures/1.png>)\n\nWords below it.\n")

    order = Order("c", "supporters", (written,), carried={"story-pictures/1.png": picture.getvalue()})
    made = draft(session, order, settings, NOW)

    (mail,) = campaigns.parts(session, made.campaign).values()
    assert [one.width for one in mail.pictures] == [80]
    assert 'alt="The well"' in mail.html
