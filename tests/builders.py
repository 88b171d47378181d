"""What tests are made of: articles, mastheads and composed parts, each whole unless a test says otherwise."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from fob_mail import campaigns
from fob_mail.addresses import digest
from fob_mail.articles.article import Article, Block, BlockKind, CallKind, CallToAction, Span
from fob_mail.composing.composed import Composed, Masthead
from fob_mail.database import clock
from fob_mail.events import Billing, Event, Person, When
from fob_mail.models import MailingList, Subscriber, Subscription, SubscriptionState
from fob_mail.settings import Theme
from fob_mail.slots import mark

DEFAULT_THEME = Theme()
LONDON = ZoneInfo("Europe/London")

BODY = (
    "For eleven days in March the women of Villa Esperanza slept beside the pump that brings water up from the valley floor.",
    (
        "The company had announced, in a letter pinned to the schoolroom door, that from the first of the month each household would pay "
        "by the bucket. Nobody had been asked. Nobody, it turned out, had been counted either: the letter spoke of ninety homes, and there "
        "are close to four hundred."
    ),
    (
        "What followed is a lesson in patience. A kitchen was set up on the second night, a rota on the third. By the end of the week the "
        "bus drivers had joined, then the market, then the brass band of the parish of San Andrés, who were asked "
        "to play softly and did not."
    ),
    (
        "“We did not win because we were loud,” says Lucía Añez Quiroga, who kept the rota in a school exercise book. “We won because we "
        "were still there in the morning.”"
    ),
    (
        "On the twelfth day the contract was withdrawn. The pump now belongs to a committee of nine, elected street by street, and "
        "the price of a bucket is what it was before — nothing at all."
    ),
)
"""Paragraphs in our own words, with the quotes, dashes and accents that real articles have."""


def a_paragraph(text: str) -> Block:
    """A paragraph of one run of text."""
    return Block(BlockKind.PARAGRAPH, ((Span(text),),))


def an_event(*, year_said: bool = True, time_said: bool = True, as_written: str = "Thursday 6 May 2027, 19.00") -> Event:
    """A public meeting with speakers under two labels, a chair and supporters."""
    return Event(
        name="Water Is Not for Sale",
        when=When(datetime(2027, 5, 6, 19, 0, tzinfo=LONDON), as_written, year_said=year_said, time_said=time_said),
        place="Lantern Hall, 12 Canal Street, Leeds",
        billings=(
            Billing("With", (Person("Lucía Añez Quiroga", "pump committee of Villa Esperanza"),)),
            Billing("Plus", (Person("Tomás Ibáñez"), Person("Ruth Okafor MP"), Person("Siân Pugh", "water engineer & author"))),
        ),
        chair=(Person("Bernard O'Leary", "Leeds Trades Council"),),
        supporters="Leeds Trades Council, Engineers for the Common Good",
    )


def calls(*, links: bool = True) -> tuple[CallToAction, ...]:
    """The calls of an article as people write them, with their links or without."""
    return tuple(
        CallToAction(kind, label, url if links else "")
        for kind, label, url in (
            (CallKind.REGISTER, "Register here", "https://events.example.org/water?from=mail&seat=1"),
            (CallKind.SHARE, "Invite & share on FB here", "https://www.facebook.com/events/1"),
            (CallKind.RETWEET, "Retweet here to spread the word", "https://twitter.com/example/status/1"),
            (CallKind.FOLLOW, "Follow Friends of the Valley at", "https://www.instagram.com/example"),
        )
    )


def an_article(**changes: object) -> Article:
    """A whole article that previews an event; name what should be otherwise."""
    whole: dict[str, object] = {
        "title": "The pump, the band and the exercise book",
        "standfirst": "Ada Marsh on how a village kept its water, and the evening on which you can ask them how",
        "byline": "Ada Marsh writes about water and lives in Leeds.",
        "body": tuple(a_paragraph(text) for text in BODY),
        "event": an_event(),
        "calls": calls(),
        "language": "en",
    }
    return Article(**(whole | changes))  # type: ignore[arg-type]  # the changes are an Article's own fields


def a_masthead(theme: Theme = DEFAULT_THEME, **changes: str) -> Masthead:
    """Who writes: a group with everything filled in."""
    whole = {
        "organisation": "Friends of the Valley",
        "postal_address": "12 Canal Street\nLeeds LS1 4AB",
        "list_name": "Valley News",
        "website": "https://valley.example.org",
        "privacy_url": "https://valley.example.org/privacy",
    }
    return Masthead(**(whole | changes), theme=theme)  # type: ignore[arg-type]  # the changes are words


def composed_parts(**changes: str) -> Composed:
    """Parts that are right in every respect, as short as can be, without composing anything."""
    way_out = mark("unsubscribe_url")
    whole = {
        "language": "en",
        "subject": "Water Is Not for Sale: Thursday 6 May, 19:00",
        "preheader": "With Lucía Añez Quiroga",
        "html": f'<html lang="en"><body><p>Come.</p><a href="{way_out}">Unsubscribe</a></body></html>',
        "text": f"Come.\n\n-- \nUnsubscribe:\n{way_out}\n",
    }
    return Composed(**(whole | changes))  # type: ignore[arg-type]  # the changes are words


HELLO = Composed("en", "An evening", "", "<p>Hello</p>", "Hello")


def make_draft(session: Session, people: int, words: Composed = HELLO) -> None:
    """A draft `c` to so many people, in the database."""
    to = make_list(session, "supporters")
    for number in range(people):
        make_subscriber(session, f"p{number}@example.org", to)
    campaigns.save_draft(session, "c", to, "article.txt", "", [words], clock(session))


def make_list(session: Session, slug: str, **changes: object) -> MailingList:
    """A list of that slug, in the database."""
    whole = {"name": "Friends of the Valley", "sender": "Friends of the Valley <news@example.org>", "language": "en"}
    made = MailingList(slug=slug, created_at=clock(session), **(whole | changes))
    session.add(made)
    session.flush()
    return made


def make_subscriber(
    session: Session, address: str, to: MailingList, state: SubscriptionState = SubscriptionState.CONFIRMED, **changes: object
) -> Subscriber:
    """A person on a list, in the database."""
    now = clock(session)
    made = Subscriber(address=address, digest=digest(address, b"d" * 40), created_at=now, **changes)
    session.add(made)
    session.flush()
    session.add(Subscription(subscriber_id=made.id, list_id=to.id, state=state, since=now))
    session.flush()
    return made
