"""What a reader can do: real words, real links, one button."""

import pytest

from fob_mail.articles.article import CallKind, CallToAction
from fob_mail.composing.calling import Link, button_of, other_links, site_of, usable
from fob_mail.composing.words import words_of
from tests.builders import calls

ENGLISH = words_of("en")


def test_the_button_says_register_without_its_here() -> None:
    assert button_of(calls(), ENGLISH) == Link("Register", "https://events.example.org/water?from=mail&seat=1")


def test_a_call_that_has_lost_its_link_makes_no_button_and_no_link() -> None:
    assert button_of(calls(links=False), ENGLISH) is None
    assert other_links(calls(links=False), ENGLISH, "Friends") == ()


def test_other_calls_keep_the_articles_words_and_lose_what_dangles() -> None:
    texts = [link.text for link in other_links(calls(), ENGLISH, "Friends of the Valley")]

    assert texts == ["Invite & share on FB", "Retweet to spread the word", "Follow Friends of the Valley on Instagram"]


def test_a_label_that_names_no_goal_is_replaced() -> None:
    vague = (
        CallToAction(CallKind.REGISTER, "Click here", "https://example.org/r"),
        CallToAction(CallKind.LINK, "here", "https://example.org/l"),
    )

    assert button_of(vague, ENGLISH) == Link("Register", "https://example.org/r")
    assert other_links(vague, ENGLISH, "") == (Link("Find out more", "https://example.org/l"),)


def test_a_call_that_only_the_front_matter_has_is_named_in_the_readers_language() -> None:
    share = (CallToAction(CallKind.SHARE, "Share", "https://example.org/s"),)

    assert other_links(share, words_of("es"), "") == (Link("Compártelo con tus amistades", "https://example.org/s"),)


def test_two_links_never_have_the_same_words() -> None:
    both = tuple(CallToAction(CallKind.SHARE, "Share it here", url) for url in ("https://fb.com/1", "https://t.me/1"))

    assert [link.text for link in other_links(both, ENGLISH, "")] == ["Share it", "Share it on Telegram"]


def test_spanish_calls_lose_their_here_too() -> None:
    call = (CallToAction(CallKind.REGISTER, "Inscríbete aquí", "https://example.org/r"),)

    assert button_of(call, words_of("es")) == Link("Inscríbete", "https://example.org/r")


@pytest.mark.parametrize(
    "url", ["", "javascript:alert(1)", "/register", "www.example.org", "https://", "data:text/html,x", "http://[", "mailto:"]
)
def test_what_leads_nowhere_or_runs_is_no_link(url: str) -> None:
    assert not usable(url)


def test_a_site_is_called_by_its_name() -> None:
    assert [
        site_of(u)
        for u in ("https://m.facebook.com/x", "https://mastodon.example.org/@a", "https://www.example.org/", "mailto:a@example.org")
    ] == [
        "Facebook",
        "Mastodon",
        "example.org",
        "example.org",
    ]
