"""Preflight finds what is wrong with a mail before five thousand people do."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from fob_mail.articles.article import Article, Notice
from fob_mail.composing.composed import Composed
from fob_mail.composing.writing import compose
from fob_mail.preflight import Problem, Severity, check, errors
from fob_mail.preflight.frame import CLIPPED, HEAVY
from fob_mail.slots import mark
from tests.builders import a_masthead, an_article, an_event, calls, composed_parts

NOW = datetime(2027, 4, 1, 12, 0, tzinfo=UTC)


def _check(composed: Composed | None = None, article: Article | None = None) -> list[Problem]:
    return check(composed or composed_parts(), article or an_article(), a_masthead(), now=NOW)


def _about(problems: list[Problem]) -> set[tuple[str, str, Severity]]:
    return {(problem.about, problem.place, problem.severity) for problem in problems}


def _html(inside: str) -> Composed:
    return composed_parts(html=f'<html lang="en"><body>{inside}<a href="{mark("unsubscribe_url")}">Unsubscribe</a></body></html>')


def test_a_whole_invitation_has_nothing_wrong_with_it() -> None:
    assert check(compose(an_article(), a_masthead(), "en"), an_article(), a_masthead(), now=NOW, base_url="https://mail.example.org") == []


def test_a_mail_without_a_postal_address_does_not_go() -> None:
    found = check(composed_parts(), an_article(), a_masthead(postal_address=" "), now=NOW)

    assert [problem.about for problem in errors(found)] == ["no-postal-address"]
    assert "organisation.postal_address" in found[0].remedy


@pytest.mark.parametrize(("size", "severity"), [(HEAVY - 200, None), (HEAVY + 1, Severity.WARNING), (CLIPPED, Severity.ERROR)])
def test_a_mail_is_weighed_as_gmail_does(size: int, severity: Severity | None) -> None:
    found = [problem.severity for problem in _check(_html("x" * size)) if problem.about == "too-big"]

    assert found == ([severity] if severity else [])


@pytest.mark.parametrize(
    ("inside", "about", "severity"),
    [
        ('<a href="">x</a>', "empty-link", Severity.ERROR),
        ('<a href="/register">x</a>', "bad-link", Severity.ERROR),
        ('<a href="javascript:alert(1)">x</a>', "bad-link", Severity.ERROR),
        ('<a href="http://example.org/">x</a>', "http-link", Severity.WARNING),
        ("<script>1</script>", "forbidden-tag", Severity.ERROR),
        ("<form></form>", "forbidden-tag", Severity.ERROR),
        ('<link rel="stylesheet" href="https://example.org/x.css">', "forbidden-tag", Severity.ERROR),
        ('<meta http-equiv="refresh" content="0">', "forbidden-tag", Severity.ERROR),
        ("<p>Dear {{ first_name }}</p>", "unrendered", Severity.ERROR),
        ("<p>{% if x %}</p>", "unrendered", Severity.ERROR),
        ("<p>Dear *|FNAME|*</p>", "unrendered", Severity.ERROR),
        (f"<p>{mark('shoe_size')}</p>", "unknown-field", Severity.ERROR),
    ],
)
def test_what_breaks_in_a_mail_reader_is_found(inside: str, about: str, severity: Severity) -> None:
    assert _about(_check(_html(inside))) == {(about, "html", severity)}


def test_links_to_pages_and_mailboxes_are_fine() -> None:
    assert _check(_html('<a href="https://example.org/?a=1&amp;b=2">x</a><a href="mailto:a@example.org">y</a>')) == []


def test_both_parts_need_a_way_out() -> None:
    found = _check(composed_parts(html='<p lang="en">Come</p>', text="Come"))

    assert _about(found) == {("no-way-out", "html", Severity.ERROR), ("no-way-out", "text", Severity.ERROR)}


@pytest.mark.parametrize(
    ("subject", "about", "severity"),
    [
        (" ", "no-subject", Severity.ERROR),
        ("word " * 20, "long-subject", Severity.WARNING),
        ("Re: our talk", "fake-reply", Severity.WARNING),
        ("FWD : our talk", "fake-reply", Severity.WARNING),
        ("Dear {{ name }}", "unrendered", Severity.ERROR),
    ],
)
def test_a_subject_is_neither_empty_nor_long_nor_false(subject: str, about: str, severity: Severity) -> None:
    assert _about(_check(composed_parts(subject=subject))) == {(about, "subject", severity)}


def test_a_subject_may_begin_with_a_word_that_begins_with_re() -> None:
    assert _check(composed_parts(subject="Register now: Reading on Monday")) == []


def test_an_event_that_is_over_is_pointed_out() -> None:
    found = check(composed_parts(), an_article(), a_masthead(), now=datetime(2027, 5, 7, tzinfo=UTC))

    assert _about(found) == {("event-past", "article", Severity.WARNING)}
    assert "Thursday 6 May 2027" in found[0].problem


def test_of_several_weekdays_the_first_has_to_fit() -> None:
    assert _check(article=an_article(event=an_event(as_written="Thursday 6 and Monday 10 May, 19.00"))) == []


@pytest.mark.parametrize("as_written", ["Monday 6 May, 19.00", "lunes 6 de mayo"])
def test_a_weekday_that_does_not_fit_its_date_is_pointed_out(as_written: str) -> None:
    found = _check(article=an_article(event=an_event(as_written=as_written)))

    assert _about(found) == {("weekday-mismatch", "article", Severity.WARNING)}
    assert "Thursday" in found[0].problem


def test_a_year_that_was_inferred_is_pointed_out_once() -> None:
    event = an_event(year_said=False)
    noticed = an_article(event=event, notices=(Notice("year-inferred", "The year is not said.", "Write it."),))

    assert [problem.about for problem in _check(article=an_article(event=event))] == ["year-inferred"]
    assert [problem.problem for problem in _check(article=noticed)] == ["The year is not said."]


def test_a_lost_registration_link_is_said_to_cost_the_button() -> None:
    found = _check(article=an_article(calls=calls(links=False)[:1]))

    assert [(p.about, p.severity) for p in found] == [("no-button", Severity.WARNING)]
    assert found[0].problem == "The mail has no button: “Register here” has lost its link."
    assert found[0].remedy == "Give it one: --link register=https://…"


def test_an_event_that_nobody_can_register_for_has_no_button_either() -> None:
    assert [problem.about for problem in _check(article=an_article(calls=calls()[1:]))] == ["no-button"]
    assert _check(article=an_article(event=None, calls=())) == []


def test_other_lost_links_are_told_once_with_the_option_that_gives_them_back() -> None:
    lost = calls(links=False)
    notices = tuple(Notice("lost-link", f"“{call.label}” has lost its link.", "Write it in the front matter.") for call in lost)

    found = _check(article=an_article(calls=lost, notices=notices))

    assert [problem.about for problem in found] == ["no-button", "lost-link", "lost-link", "lost-link"]
    assert found[2].problem == "“Retweet here to spread the word” has lost its link, and is left out of the mail."
    assert found[2].remedy == "Give it one: --link retweet=https://…"


def test_what_reading_noticed_is_told_with_its_remedy() -> None:
    found = _check(article=an_article(notices=(Notice("bad-link", "A link was left out.", "Write a whole address."),)))

    assert found == [Problem(Severity.WARNING, "bad-link", "article", "A link was left out.", "Write a whole address.")]


@pytest.mark.parametrize(
    ("base_url", "relay_host", "severities"),
    [
        ("http://localhost:8000", "smtp.example.org", [Severity.ERROR]),
        ("http://localhost:8000", "localhost", [Severity.WARNING]),
        ("https://mail.example.org", "smtp.example.org", []),
    ],
)
def test_links_that_only_this_machine_can_follow_do_not_go_out_unsaid(base_url: str, relay_host: str, severities: list[Severity]) -> None:
    """A relay on this machine may keep the mail, as in a trial, or pass it on to the world: that much we cannot know."""
    found = check(composed_parts(), an_article(), a_masthead(), now=NOW, base_url=base_url, relay_host=relay_host)

    assert [(p.about, p.severity) for p in found] == [("unreachable", severity) for severity in severities]


def test_a_language_without_words_is_pointed_out() -> None:
    assert _about(_check(composed_parts(language="qu"))) == {("no-words", "text", Severity.WARNING)}


def test_errors_come_first() -> None:
    found = _check(composed_parts(subject="Re: x", html="<p>{{ x }}</p>"), replace(an_article(), title=""))

    severities = [problem.severity for problem in found]
    assert severities == sorted(severities, key=lambda severity: severity is Severity.WARNING)
    assert len(errors(found)) == 3
