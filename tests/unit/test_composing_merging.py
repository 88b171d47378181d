"""Fields and conditions in an article: each reader's own words in subject and body, and nothing half written."""

import email
import email.policy
import html
import re
from collections.abc import Sequence
from contextlib import suppress
from email.message import EmailMessage
from functools import lru_cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fob_mail.articles.article import Article, Block, BlockKind, Span
from fob_mail.composing.merging import Vocabulary, words_in
from fob_mail.composing.mime import message_template
from fob_mail.composing.writing import Wishes, compose
from fob_mail.encoding import clean
from fob_mail.envelopes import Recipient
from fob_mail.errors import InputError
from fob_mail.personalising import Personaliser, Sender, shown
from fob_mail.signing.seal import Signer
from tests.builders import a_masthead, a_paragraph, an_article
from tests.unit.test_personalising import HEADING, LINKS, assert_valid, part
from tests.unit.test_seal import RECORDS, SIGNERS
from tests.verifying import verdicts

ATTRIBUTES = Vocabulary({"City", "favourite colour"})
RUTH = Recipient(1, 1, 1, "ruth@example.org", "Dr Ruth Okafor", "es", {"City": "Leeds", "favourite colour": "red & gold"})
NOBODY = Recipient(1, 2, 2, "x@example.org")


def personaliser_of(article: Article, subject: str = "An evening", signers: Sequence[Signer] = ()) -> Personaliser:
    """The mail of an article to a list whose people have two attributes."""
    composed = compose(article, a_masthead(), "en", Wishes(subject, vocabulary=ATTRIBUTES))
    sender = Sender(3, 5, "bounces@example.org", verp=False, unsubscribe_mailbox="leave@example.org", message_id_domain="example.org")
    return Personaliser({"en": message_template(composed, HEADING)}, "en", sender, LINKS, signers)


def received(personaliser: Personaliser, recipient: Recipient) -> EmailMessage:
    """What a reader gets; valid, or the test fails."""
    content = personaliser.envelope(recipient, recipient.address, "Mon, 19 Apr 2021 18:30:00 +0100").content
    assert_valid(content)
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert not message.defects
    return message


def text_of(message: EmailMessage) -> str:
    """The plain text, its lines joined as a reader of format=flowed joins them."""
    return re.sub(r" \n", " ", part(message, "plain").replace("\r\n", "\n"))


def an_article_of(*paragraphs: str, **changes: object) -> Article:
    """An article of these paragraphs, without event and calls."""
    return an_article(body=tuple(map(a_paragraph, paragraphs)), event=None, calls=(), **changes)


def test_fields_are_filled_in_subject_and_body_or_say_their_default() -> None:
    article = an_article_of("Dear {{ first_name | default(“friend”) }} of {{ attribute.city|default('your town') }}, you are {{address}}.")
    made = personaliser_of(article, "{{ first_name | default('Friends') }}, an evening in {{ attribute.City }} – ¡ven!")

    hers, theirs = received(made, RUTH), received(made, NOBODY)

    assert hers["Subject"] == "Ruth, an evening in Leeds – ¡ven!"
    assert theirs["Subject"] == "Friends, an evening in – ¡ven!"
    assert "Dear Ruth of Leeds, you are ruth@example.org." in text_of(hers)
    assert "Dear friend of your town, you are x@example.org." in part(theirs, "html")
    assert made.needs_attributes


def test_attributes_are_asked_for_only_where_they_are_used() -> None:
    assert not personaliser_of(an_article_of("Dear {{ name }}")).needs_attributes
    assert personaliser_of(an_article_of("Hello"), "{{ attribute.city }}").needs_attributes
    assert personaliser_of(an_article_of("{% if attribute.city %}Hello{% endif %}")).needs_attributes


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        ("{{ frist_name }}", "Did you mean first_name?"),
        ("{{ city }}", "Did you mean attribute.City?"),
        ("{{ attribute.citty }}", "Did you mean attribute.City?"),
        ("{{ attribute.shoe }}", "There are City, favourite colour."),
        ("{{ name | upper }}", "Write one such as"),
        ("{{ 7 * 7 }}", "Write one such as"),
        ('{% if attribute.citty == "x" %}a{% endif %}', "Did you mean attribute.City?"),
        ("{% if name %}a", "Write {% endif %}"),
        ("a{% endif %}", "Open it with"),
        ("{% if name %}a{% else %}b{% else %}c{% endif %}", "Open it with"),
        ("{% for x in y %}", "Write {% if"),
        ("{% if %}a{% endif %}", "Write {% if"),
    ],
)
def test_what_nothing_fills_in_is_refused_with_the_nearest(words: str, remedy: str) -> None:
    with pytest.raises(InputError) as refused:
        personaliser_of(an_article_of(f"Hello {words}"))

    assert remedy in refused.value.remedy


def test_a_link_or_a_condition_across_type_is_refused() -> None:
    link = Block(BlockKind.PARAGRAPH, ((Span("press", href="https://example.org/?n={{ name }}"),),))
    across = Block(BlockKind.PARAGRAPH, ((Span("{% if name %}a", strong=True), Span("b{% endif %}")),))

    for block in (link, across):
        with pytest.raises(InputError):
            personaliser_of(an_article(body=(block,)))


def test_paragraphs_stand_only_in_the_mail_of_those_whom_they_are_for() -> None:
    branches = ['{% if attribute.city == "Leeds" %}', "By tram.", "And on foot.", "{% elif name %}", "By train.", "{% else %}", "Somehow."]
    article = an_article_of("Before.", *branches, "{% endif %}", "After.")
    made = personaliser_of(article)

    hers, theirs = received(made, RUTH), received(made, NOBODY)

    assert "Before.\n\nBy tram.\n\nAnd on foot.\n\nAfter." in text_of(hers)
    assert "Before.\n\nSomehow.\n\nAfter." in text_of(theirs)
    assert "By train" not in part(hers, "html") + part(theirs, "html")
    assert part(hers, "html").count("<p") == part(theirs, "html").count("<p") + 1
    assert "By train." in text_of(received(made, NOBODY._replace(name="Ana", address="x@example.org")))


def test_a_paragraph_that_is_one_condition_leaves_no_empty_one_behind() -> None:
    made = personaliser_of(an_article_of("Before.", '{% if attribute.city == "York" %}By bus.{% endif %}', "After."))

    assert "Before.\n\nAfter." in text_of(received(made, RUTH))
    assert not re.search(r"<p[^>]*>\s*</p>", part(received(made, RUTH), "html"))


def test_a_condition_in_a_sentence_and_in_the_subject() -> None:
    article = an_article_of("Come {% if attribute.city == 'Leeds' %}on foot{% else %}by train{% endif %}, {{ first_name }}.")
    made = personaliser_of(article, "{% if attribute.city == 'Leeds' %}In your street{% else %}In Leeds{% endif %}")

    assert "Come on foot, Ruth." in text_of(received(made, RUTH))
    assert received(made, RUTH)["Subject"] == "In your street"
    assert received(made, NOBODY)["Subject"] == "In Leeds"


def test_a_writer_cannot_bring_marks_of_their_own() -> None:
    forged = "_FOB.unsub_FOB.x..BOF_scribe_url..BOF_ _FO\u202eB.name..BOF_"

    text = compose(an_article_of(forged, title=forged), a_masthead(), "en", Wishes(forged)).text

    assert text.count("_FOB.unsubscribe_url") == 1
    assert "_FOB.name" not in text


GREETING = 'City: {{ attribute.city | default("Ñuble & Co") }}.'


@lru_cache(maxsize=1)
def greeting() -> Personaliser:
    """A mail that names its reader's city in subject and body."""
    return personaliser_of(an_article_of(GREETING), GREETING)


@given(st.text(max_size=250), st.text(max_size=250))
def test_whatever_is_in_a_name_or_attribute_the_message_is_valid_and_says_it(name: str, city: str) -> None:
    message = received(greeting(), Recipient(1, 1, 1, "ana@example.org", name, None, {"City": city}))

    said = clean(city) or "Ñuble & Co"
    assert " ".join(message["Subject"].split()) == " ".join(f"City: {said}.".split())
    assert f"City: {said}." in part(message, "plain")
    assert f"City: {html.escape(said)}." in part(message, "html")


def test_a_signature_holds_for_each_variant() -> None:
    article = an_article_of(
        "Dear {{ first_name }},", "{% if attribute.city %}", "By tram from {{ attribute.city }}.", "{% endif %}", "After."
    )
    made = personaliser_of(article, "{{ attribute.city | default('Ñuble') }} {% if name %}calls{% endif %}", SIGNERS)

    for recipient in (RUTH, NOBODY):
        content = made.envelope(recipient, recipient.address, "Mon, 19 Apr 2021 18:30:00 +0100").content
        assert verdicts(content, RECORDS) == [True, True]


CODE = ["{{", "}}", "{%", "%}", " if ", " else ", " endif ", "name", "attribute.city", "==", "'x'", "|default(", ")", "\n"]


@given(st.lists(st.sampled_from(CODE)))
def test_any_braces_are_filled_in_or_refused_with_a_sentence(pieces: list[str]) -> None:
    """Nothing else is raised, and what is let through can be filled in."""
    with suppress(InputError):
        assert "_FOB." not in shown(words_in("".join(pieces), ATTRIBUTES), RUTH)


def test_the_first_line_is_of_what_everybody_gets() -> None:
    condition = '{% if attribute.City == "Leeds" %}'
    article = an_article_of(
        condition, "Only for Leeds.", "{% if name %}", "And a name.", "{% endif %}", "{% endif %}", "For all.", standfirst=""
    )

    assert compose(article, a_masthead(), "en", Wishes(vocabulary=ATTRIBUTES)).preheader == "For all."
    assert "Only for Leeds" not in text_of(received(personaliser_of(article), NOBODY))


def test_a_first_sentence_that_ends_within_a_condition_leaves_nobody_without_the_mail() -> None:
    words = 'We all come along {% if attribute.City == "Leeds" %}on foot. By bus we go{% endif %} every day. We do.'
    personaliser = personaliser_of(an_article_of(words, "The last words.", standfirst=""))

    for recipient in (RUTH, NOBODY):
        text = text_of(received(personaliser, recipient))
        assert "The last words." in text
        assert ("on foot" in text) == (recipient is RUTH)
