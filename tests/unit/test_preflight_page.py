"""Preflight looks at a mail's links, words, pictures and colours, and knows what mail readers cannot do."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fob_mail.composing.adding import ways_to_add
from fob_mail.composing.composed import Composed
from fob_mail.composing.kinds import SHIPPED, kind_of
from fob_mail.composing.words import words_of
from fob_mail.composing.writing import Wishes, compose
from fob_mail.events import Event, When
from fob_mail.preflight import Severity, check_audience, check_from, check_values
from fob_mail.preflight.cascade import Cascade, Colours
from fob_mail.preflight.fields import fields_without_default
from fob_mail.preflight.legibility import check_legibility
from fob_mail.preflight.links import check_links, web_links
from fob_mail.preflight.markup import parse
from fob_mail.preflight.spam import Verdict, check_traits, check_verdict
from fob_mail.preflight.subject import check_subject
from fob_mail.preflight.support import ATTRIBUTES, ELEMENTS, PICTURES, STYLES, VALUES, check_support
from fob_mail.slots import mark
from tests.builders import a_masthead, an_article, composed_parts

HERE = "https://example.org/"
CANIEMAIL = json.loads((Path(__file__).parents[1] / "caniemail.json").read_text(encoding="utf-8"))["lacking"]
DARK = "<style>@media (prefers-color-scheme: dark) { .card { color: #222222 !important; } }</style>"


@pytest.fixture(scope="module")
def invitation() -> Composed:
    return compose(an_article(), a_masthead(), "en")


@pytest.mark.parametrize(
    ("html", "about"),
    [
        (f'<a href="{HERE}"> </a>', "wordless-link"),
        (f'<a href="{HERE}"><img src="x.png" alt="The programme"></a>', ""),
        (f'<a href="{HERE}">Click here</a>', "vague-link"),
        (f'<a href="{HERE}">Haz clic aquí.</a>', "vague-link"),
        (f'<a href="{HERE}">www.example.net</a>', "false-link"),
        (f'<a href="{HERE}">www.example.org/</a>', ""),
        ('<a href="#">The programme</a>', "empty-link"),
        ('<a href="https://bit.ly/3x">The programme</a>', "short-link"),
        ('<a href="https://192.168.1.7/x">The programme</a>', "private-link"),
        ('<a href="https://localhost/x">The programme</a>', "private-link"),
        ('<a href="https://8.8.8.8/x">The programme</a>', "numeric-link"),
        ('<a href="https://exаmple.org/">The programme</a>', "look-alike"),  # noqa: RUF001 Cyrillic is what it is about
        ("<p>Register here</p>", "promised-link"),
        ("<p>Para venir, inscríbete aquí.</p>", "promised-link"),
        (f'<p>Register <a href="{HERE}">at our site</a>, not here</p>', ""),
        ("<p>We have been here since Monday, and share what we have.</p>", ""),
        ("<p>All of it is at www.example.org/talks today</p>", "bare-address"),
        ('<a href="https://[::1">x and y</a>', "bad-link"),
    ],
)
def test_a_link_leads_where_it_says_and_words_that_promise_one_have_it(html: str, about: str) -> None:
    assert {problem.about for problem in check_links(parse(html))} == ({about} if about else set())


def test_links_that_can_be_followed_are_told_once_and_nobodys_own_among_them() -> None:
    page = parse(f'<a href="{HERE}">a</a><a href="{HERE}">b</a><a href="{mark("unsubscribe_url")}">c</a><img src="https://x.org/p.png">')

    assert web_links(page) == [HERE, "https://x.org/p.png"]


def test_what_adds_an_event_to_a_calendar_is_made_here_and_nobody_is_asked_about_it() -> None:
    """They answer as they like, no article can mend them, and whoever is asked learns of the event."""
    when = When(datetime(2027, 4, 19, 18, 30, tzinfo=UTC), "Monday April 19, 18.30")
    ways = ways_to_add(Event("People Power", when, "Conway Hall"), 1, words_of("en"))
    page = parse("".join(f'<a href="{way.url}">{way.text}</a>' for way in ways) + f'<a href="{HERE}">a</a>')

    assert len(ways) == 3
    assert web_links(page) == [HERE]


@pytest.mark.parametrize(
    ("html", "about"),
    [
        ('<img src="a.png">', "no-alt"),
        ('<a href="x"><img src="a.png" alt=""></a>', "no-alt"),
        ('<img src="a.png" alt="">', ""),
        ("<h1>a</h1><h3>b</h3>", "heading-order"),
        ("<h2>a</h2>", "heading-order"),
        ("<h1>a</h1><h2>b</h2><h2>c</h2>", ""),
        ("<h1>a</h1><h1>b</h1>", "several-h1"),
        ('<p style="font-size:9px">small</p>', "small-letters"),
        ('<p style="color:#777777">faint</p>', "contrast"),
        ('<h1 style="color:#777777;font-size:30px">faint but large</h1>', ""),
        ('<p style="color:rgba(0, 0, 0, 0.5)">cannot be told</p>', ""),
    ],
)
def test_what_some_readers_could_not_read_is_found(html: str, about: str) -> None:
    found = [problem.about for problem in check_legibility(parse(f'<div lang="en">{html}</div>'))]

    assert found == ([about] if about else [])


def test_words_that_are_dark_on_dark_are_found_with_a_colour_that_would_do() -> None:
    page = parse(
        f'<div lang="en" style="background-color:#ffffff">{DARK}<p class="card" style="background:#111111;color:#fff">Come</p></div>'
    )

    (found,) = check_legibility(page)

    assert (found.about, found.severity) == ("contrast", Severity.ERROR)
    assert "in the dark: #222222 on #111111" in found.problem
    assert "would do" in found.remedy


def test_colours_are_inherited_and_the_dark_goes_before_them() -> None:
    page = parse(f'<div class="card" style="color:#123"><td bgcolor="#EEEEEE"><b>x</b></td></div>{DARK}')
    bold = next(element for element in page.walk() if element.tag == "b")

    assert Cascade(page).colours(bold, dark=False) == Colours("#112233", "#eeeeee")
    assert Cascade(page).colours(bold, dark=True) == Colours("#222222", "#eeeeee")


@pytest.mark.parametrize(
    ("html", "feature", "clients"),
    [
        ('<div style="display:flex">x</div>', "display:flex", "Outlook for Windows does"),
        ('<div style="display:inline-grid">x</div>', "display:grid", "Gmail, Outlook for Windows and Yahoo do"),
        ('<p style="color:var(--ink)">x</p>', "var()", "Outlook.com"),
        ("<video></video>", "<video>", "Gmail"),
        ('<img src="https://example.org/a.webp?x=1" alt="">', "a picture as webp", "Outlook for Windows"),
        ('<img src="data:image/png;base64,AA" alt="">', "a picture as base64", "Gmail does"),
    ],
)
def test_what_a_client_of_note_cannot_do_is_named_with_the_client(html: str, feature: str, clients: str) -> None:
    (found,) = check_support(parse(html))

    assert f"uses {feature}, which" in found.problem
    assert clients in found.problem


def test_what_we_say_of_clients_is_what_caniemail_says() -> None:
    said = {f"css-{name.replace('display:', 'display-')}": clients for name, clients in STYLES.items()}
    said |= {f"css-{name}": clients for name, clients in VALUES.values()}
    said |= {f"html-{'button-submit' if name == 'button' else name}": clients for name, clients in (ELEMENTS | ATTRIBUTES).items()}
    said |= {f"image-{name}": clients for name, clients in PICTURES.items()}

    assert {name: sorted(clients) for name, clients in said.items()} == {name: sorted(CANIEMAIL[name]) for name in said}


@pytest.mark.parametrize(
    ("subject", "about"),
    [
        ("COME ON THURSDAY", "shouting"),
        ("Come!!!", "shouting"),
        ("Вoter registration", "look-alike"),  # noqa: RUF001 Cyrillic is what it is about
        ("Come\u200b on Thursday", "invisible-letters"),
        ("Come! Ask! Stay for tea", ""),
        ("UN, EU and MAS: an evening", ""),
        ("Москва and London", ""),
    ],
)
def test_a_subject_does_not_shout_and_its_letters_are_what_they_seem(subject: str, about: str) -> None:
    assert {problem.about for problem in check_subject(subject)} == ({about} if about else set())


def test_hidden_words_and_pictures_without_words_are_what_filters_look_for() -> None:
    assert [p.about for p in check_traits(parse('<p style="display:none">Cheap</p>' + "word " * 99))] == ["hidden-words"]
    (wordless,) = check_traits(parse('<p>Come</p><img alt="a" src="a.png">'))
    assert (wordless.about, wordless.problem.partition(";")[0]) == ("few-words", "The mail has 1 picture and 1 word")


def test_a_score_is_an_error_where_filters_would_refuse_it() -> None:
    rules = ((4.0, "SUBJ_ALL_CAPS", "Subject is all capitals"), (2.0, "NO_RELAYS", "passed no relays"))

    severities = [[p.severity for p in check_verdict(Verdict(score, rules))] for score in (0.4, 2.5, 6.0)]

    assert severities == [[], [Severity.WARNING], [Severity.ERROR]]
    assert "SUBJ_ALL_CAPS" in next(check_verdict(Verdict(6.0, rules))).problem
    assert "NO_RELAYS" not in next(check_verdict(Verdict(6.0, rules))).problem


@pytest.mark.parametrize(
    ("size", "before", "about"),
    [
        (0, [], ["nobody"]),
        (300, [], []),
        (300, [140, 150, 160], ["many-more"]),
        (299, [150], []),
        (70, [150], ["many-fewer"]),
        (9, [3], []),
    ],
)
def test_an_audience_of_nobody_or_twice_the_usual_is_told(size: int, before: list[int], about: list[str]) -> None:
    assert [problem.about for problem in check_audience(size, before, "supporters")] == about


def test_an_audience_of_one_is_a_person() -> None:
    (found,) = check_audience(1, [150], "supporters")

    assert found.problem == "It goes to 1 person; to this list usually to 150."


def test_how_many_people_an_empty_field_hits_is_counted_where_it_has_no_default() -> None:
    parts = composed_parts(text=f"Dear {mark('name')}", subject=f"For {mark('name', 'friend')}")

    (found,) = check_values(dict.fromkeys(fields_without_default(parts), 40), 5000)

    assert found.problem == "40 people have no name, of 5,000: they get a gap where it stands."
    assert fields_without_default(composed_parts(text=mark("name", "friend"))) == []


def test_mail_from_a_free_mailbox_does_not_go() -> None:
    assert [(p.about, p.severity) for p in check_from("gmail.com", "", "smtp.example.org")] == [("free-mail", Severity.ERROR)]
    assert [p.about for p in check_from("example.org", "b@bounces.example.net", "localhost")] == ["return-path"]
    assert not list(check_from("example.org", "b@bounces.example.org", "localhost"))


@pytest.mark.parametrize("kind", SHIPPED)
def test_our_own_templates_have_nothing_wrong_with_them_in_light_or_dark(kind: str) -> None:
    page = parse(compose(an_article(), a_masthead(), "en", Wishes(kind=kind_of(kind, None))).html)

    found = [*check_links(page), *check_legibility(page), *check_support(page), *check_traits(page)]

    assert [(problem.about, problem.problem) for problem in found] == []


def test_preflight_understands_the_dark_of_our_own_templates(invitation: Composed) -> None:
    page = parse(invitation.html)
    cascade = Cascade(page)
    dark = {cascade.colours(element, dark=True) for element in page.walk() if element.own_text}

    assert cascade.has_dark
    assert len(dark) > 5
    assert Colours(a_masthead().theme.dark_ink, a_masthead().theme.dark_card) in dark
