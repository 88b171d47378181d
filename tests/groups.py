"""A group with public lists: its pages, its relay, and what its database knows."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from fob_mail.audience import suppressions
from fob_mail.database import Database, clock
from fob_mail.links import Links
from fob_mail.models import Subscriber, Subscription, SubscriptionState, SuppressionReason
from fob_mail.sending.posting import Post
from fob_mail.settings import Settings, Smtp
from fob_mail.web.app import create_app
from tests.builders import make_list
from tests.forms import fetched
from tests.recording_relay import RecordingRelay


@dataclass(frozen=True)
class Group:
    """A group's pages, its relay, and what its database knows."""

    web: FlaskClient
    database: Database
    relay: RecordingRelay
    post: Post
    links: Links

    def ask(self, address: str, slug: str = "valley", **more: str) -> TestResponse:
        """Fill in the form of a list, as slowly as a person does."""
        return self.web.post(f"/join/{slug}", data={"email": address, "form": fetched(self.links), **more})

    def mails(self) -> list[EmailMessage]:
        """Post what is owed, and give the mails that the relay took of it."""
        before = len(self.relay.messages)
        while self.post.round():
            pass
        return [message_from_bytes(m.content, policy=policy.default) for m in self.relay.messages[before:]]

    def state(self, address: str) -> SubscriptionState | None:
        """How somebody stands with the list."""
        with self.database.read() as session:
            return session.scalar(select(Subscription.state).join(Subscriber).where(Subscriber.address == address))

    def suppress(self, address: str, why: SuppressionReason) -> None:
        """Something happened that keeps us from writing to them."""
        with self.database.begin() as session:
            digest = session.scalars(select(Subscriber.digest).where(Subscriber.address == address)).one()
            suppressions.suppress(session, digest, why, clock(session))


@contextmanager
def a_group(settings: Settings, database: Database) -> Iterator[Group]:
    """A group with the public lists 1 (Valley) and 2 (Open House, for which the form is enough), and the private list 3."""
    with RecordingRelay() as relay:
        there = settings.model_copy(update={"smtp": Smtp(host="127.0.0.1", port=relay.port)})
        with database.begin() as session:
            make_list(session, "valley", name="Valley <News>", public=True)
            make_list(session, "open", name="Open House", public=True, opt_in="single")
            make_list(session, "secret", name="Committee")
        links = Links(settings.keys(), settings.base_url)
        yield Group(create_app(there, database).test_client(), database, relay, Post(database, there, links, "test"), links)


def link_in(mail: EmailMessage, page: str) -> str:
    """The one link to a page of ours that a mail's text has."""
    text = mail.get_body(("plain",))
    assert text is not None
    found = set(re.findall(rf"http://localhost:8000(/{page}/[\w-]+)", text.get_content()))
    assert len(found) == 1, text.get_content()
    return str(found.pop())
