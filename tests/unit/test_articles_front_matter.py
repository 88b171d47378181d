"""What an organiser says above an article: taken, or refused with all its mistakes at once."""

from datetime import datetime

import pytest

from fob_mail.articles.article import CallKind
from fob_mail.articles.front_matter import with_links
from fob_mail.errors import InputError
from tests.copied import COPIED, LONDON, an_article, everything


def test_front_matter_gives_what_the_text_does_not_say() -> None:
    matter = "---\ndate: 2022-05-02 19:15\nregister: https://example.org/r?a=1&b=2\nplace: Lantern Hall\nlanguage: en-GB\n---\n"

    article = an_article(matter + COPIED)

    assert article.event is not None
    assert article.event.when is not None
    assert article.event.when.starts == datetime(2022, 5, 2, 19, 15, tzinfo=LONDON)
    assert article.event.when.year_said
    assert article.event.place == "Lantern Hall"
    assert article.language == "en-GB"
    assert next(call.url for call in article.calls if call.kind is CallKind.REGISTER) == "https://example.org/r?a=1&b=2"
    assert not [notice for notice in article.notices if notice.about == "year-inferred"]


def test_every_mistake_in_the_front_matter_is_said_at_once() -> None:
    matter = "---\ndate: next Tuesday\nregister: javascript:alert(1)\nlanguage: '!'\nrsvp: perhaps\n---\n"

    with pytest.raises(InputError) as caught:
        an_article(matter + COPIED)

    assert all(f"  {key}:" in caught.value.problem for key in ("date", "register", "language", "rsvp"))


def test_an_unknown_key_names_the_nearest() -> None:
    with pytest.raises(InputError) as caught:
        an_article("---\nregsiter: https://example.org\n---\n" + COPIED)

    assert "Did you mean 'register'?" in caught.value.remedy


@pytest.mark.parametrize("moment", ["9999-12-31 23:59:00", "9999-12-31", "0001-01-01", "9999-12-31T23:59:59-14:00"])
def test_a_day_beyond_all_calendars_is_refused_with_a_sentence(moment: str) -> None:
    """A day later there is no date for Python, and mails and calendars look at the day after."""
    with pytest.raises(InputError) as refused:
        an_article(f"---\ndate: {moment}\n---\nTitle\n\nSome words that follow it.\n", "a.md")

    assert "date: " in refused.value.problem


def test_aliases_that_would_make_a_small_file_large_are_refused() -> None:
    bomb = "---\ntitle: &a [x,x,x]\nlinks: {b: *a}\n---\n"

    with pytest.raises(InputError):
        an_article(bomb + COPIED)


def test_links_can_be_given_back_and_stay_in_the_source() -> None:
    source = with_links(with_links(COPIED, {"register": "https://example.org/old"}), {"register": "https://example.org/?q=é"})

    article = an_article(source)

    assert next(call.url for call in article.calls if call.kind is CallKind.REGISTER) == "https://example.org/?q=é"
    assert article.title == an_article().title


def test_front_matter_that_is_never_closed_is_refused_with_its_line() -> None:
    with pytest.raises(InputError, match=r"line 1 .* never closed"):
        an_article("---\ndate: 2027-04-19 18:30\nTitle\n\nText.\n")


def test_a_line_of_dashes_above_a_title_is_no_front_matter() -> None:
    assert "Light" in everything(an_article("---\nLight, water\n\nText.\n"))
