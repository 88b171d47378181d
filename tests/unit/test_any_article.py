"""Whatever an article holds, each kind of mail of it is composed, valid, and says its words: nothing crashes, nothing escapes."""

import email
import email.policy
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fob_mail.articles.article import Article, Block, BlockKind, CallKind, CallToAction, Span
from fob_mail.composing.kinds import SHIPPED, Kind
from fob_mail.composing.mime import message_template
from fob_mail.composing.writing import Wishes, compose
from fob_mail.envelopes import Recipient
from fob_mail.events import Billing, Event, Person, When
from fob_mail.personalising import Personaliser, Sender
from tests.builders import LONDON, a_masthead
from tests.unit.test_composing_writing import Page
from tests.unit.test_personalising import HEADING, LINKS, assert_valid

words = st.text(st.characters(exclude_characters="{}"), max_size=60)
urls = st.one_of(
    words.filter(lambda url: "%7b%7b" not in url.lower()),  # a field, which is refused in a link
    st.sampled_from(["https://example.org/?a=1&b=%22", "javascript:alert(1)", "mailto:a@example.org", "//x", "https://["]),
)
spans = st.builds(Span, words, urls, st.booleans(), st.booleans())
items = st.lists(st.lists(spans, min_size=1, max_size=3).map(tuple), min_size=1, max_size=3).map(tuple)
blocks = st.builds(
    Block, st.sampled_from([kind for kind in BlockKind if kind is not BlockKind.IMAGE]), items, st.integers(0, 4), st.integers(0, 3)
)
people = st.lists(st.builds(Person, words, words), max_size=2).map(tuple)
moments = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(LONDON))  # noqa: DTZ001 the strategy adds it
events = st.builds(
    Event,
    words,
    st.none() | st.builds(When, moments, words),
    words,
    st.lists(st.builds(Billing, words, people), max_size=2).map(tuple),
    people,
    words,
)
calls = st.lists(st.builds(CallToAction, st.sampled_from(CallKind), words, urls), max_size=3).map(tuple)
articles = st.builds(
    Article, words, words, words, st.lists(blocks, max_size=4).map(tuple), st.none() | events, calls, st.lists(words).map(tuple)
)


@pytest.mark.parametrize("kind", SHIPPED)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(article=articles, subject=words, language=st.sampled_from(["en", "es-BO", "ar", "xx"]))
def test_any_article_is_a_valid_mail_of_each_kind(kind: str, article: Article, subject: str, language: str) -> None:
    composed = compose(article, a_masthead(), language, Wishes(subject, kind=Kind(kind)), (article,) if kind == "newsletter" else ())

    sender = Sender(3, 5, "bounces@example.org", verp=False, unsubscribe_mailbox="leave@example.org", message_id_domain="example.org")
    personaliser = Personaliser({language: message_template(composed, HEADING)}, language, sender, LINKS)
    content = personaliser.envelope(
        Recipient(1, 1, 1, "ana@example.org", "Ana"), "ana@example.org", "Mon, 19 Apr 2021 18:30:00 +0100"
    ).content
    assert_valid(content)
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert not message.defects
    assert not [defect for part in message.walk() for defect in part.defects]
    assert b"_FOB." not in content
    elements = Page(composed.html).elements
    assert not {tag for tag, _ in elements} & {"iframe", "form", "base", "object"}
    assert {given.get("type") for tag, given in elements if tag == "script"} <= {"application/ld+json"}  # the event, for machines
    assert not [given for _, given in elements if (given.get("href") or "").lower().startswith("javascript")]
    assert [tag for tag, _ in elements].count("h1") == 1
