"""Leaving a list: by a mail program's one click, and on the page; on both databases."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from fob_mail.audience import suppressions
from fob_mail.database import Database
from fob_mail.links import Links, Subscribed
from fob_mail.models import Consent, Subscriber, Subscription, SubscriptionState, SuppressionReason
from fob_mail.settings import Settings
from fob_mail.web.app import create_app
from tests.builders import make_list, make_subscriber

CONFIRMED, LEFT = SubscriptionState.CONFIRMED, SubscriptionState.LEFT
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
MULTIPART = "multipart/form-data"
HERE, THERE, ELSEWHERE = 1, 2, 3  # lists, by their ids in a fresh database; Rosa is on HERE and THERE


@dataclass(frozen=True)
class Rosa:
    """A reader with her mail open, and what the database knows of her."""

    web: FlaskClient
    database: Database
    links: Links

    @property
    def link(self) -> str:
        """The link of campaign 12's mail to her, without the host."""
        return f"/u/{self.links.unsubscribe_token(Subscribed(1, HERE, 12))}"

    def press(self, action: str) -> TestResponse:
        """Press a button of the page."""
        return self.web.post(self.link, data={"action": action})

    def states(self) -> dict[int, SubscriptionState]:
        """Where she stands with each list."""
        with self.database.read() as session:
            rows = session.execute(select(Subscription.list_id, Subscription.state).where(Subscription.subscriber_id == 1))
            return dict(rows.all())

    def diary(self) -> list[tuple[int, str, str, str]]:
        """What was written down of her words."""
        with self.database.read() as session:
            return [(c.list_id, c.what, c.how, c.evidence) for c in session.scalars(select(Consent).order_by(Consent.id))]

    def suppress(self, why: SuppressionReason) -> None:
        """Something happened that keeps us from writing to her."""
        with self.database.begin() as session:
            suppressions.suppress(session, session.get_one(Subscriber, 1).digest, why, datetime.now(UTC))


@pytest.fixture
def rosa(settings: Settings, database: Database) -> Rosa:
    with database.begin() as session:
        here = make_list(session, "valley", name="Valley <News> & Views")
        there = make_list(session, "choir", name="Choir")
        make_list(session, "noticias", name="Noticias", language="es")
        made = make_subscriber(session, "rosa@example.org", here)
        session.add(Subscription(subscriber_id=made.id, list_id=there.id, state=CONFIRMED, since=made.created_at))
        assert (made.id, here.id, there.id) == (1, HERE, THERE)
    return Rosa(create_app(settings, database).test_client(), database, Links(settings.keys(), settings.base_url))


@pytest.mark.parametrize("encoding", ["application/x-www-form-urlencoded", MULTIPART, "application/x-www-form-urlencoded; charset=UTF-8"])
def test_one_click_takes_a_person_off_the_list_of_the_mail_and_no_other(rosa: Rosa, encoding: str) -> None:
    answer = rosa.web.post(rosa.link, data=ONE_CLICK, content_type=encoding)

    assert answer.status_code == 200
    assert answer.mimetype == "text/plain"
    assert rosa.states() == {HERE: LEFT, THERE: CONFIRMED}
    assert rosa.diary() == [(HERE, "left", "one-click", "campaign 12")]


def test_one_click_needs_no_cookie_origin_or_referer_and_minds_none(rosa: Rosa) -> None:
    """RFC 8058 §3.1: the client sends no context; a browser's foreign one changes nothing either."""
    foreign = {"Origin": "https://evil.example", "Referer": "https://evil.example/", "Cookie": "a=b", "Sec-Fetch-Site": "cross-site"}

    answer = rosa.web.post(rosa.link, data=ONE_CLICK, headers=foreign)

    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert rosa.states()[HERE] is LEFT


def test_one_click_again_is_as_good_and_written_down_once(rosa: Rosa) -> None:
    answers = [rosa.web.post(rosa.link, data=ONE_CLICK) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert len({answer.data for answer in answers}) == 1
    assert len(rosa.diary()) == 1


def test_one_click_that_ends_in_a_line_end_is_one_too(rosa: Rosa) -> None:
    answer = rosa.web.post(rosa.link, data=b"List-Unsubscribe=One-Click\r\n", content_type="application/x-www-form-urlencoded")

    assert answer.status_code == 200
    assert rosa.states()[HERE] is LEFT


@pytest.mark.parametrize("who", [Subscribed(99, HERE, 12), Subscribed(1, 99, 12), Subscribed(1, ELSEWHERE, 12), Subscribed(0, HERE, 12)])
def test_a_link_with_nobody_behind_it_any_more_works_and_changes_nothing(rosa: Rosa, who: Subscribed) -> None:
    link = f"/u/{rosa.links.unsubscribe_token(who)}"

    answers = [rosa.web.get(link), rosa.web.post(link, data=ONE_CLICK)]
    answers += [rosa.web.post(link, data={"action": action}) for action in ("leave", "undo")]

    assert [answer.status_code for answer in answers] == [200] * 4
    assert rosa.states() == {HERE: CONFIRMED, THERE: CONFIRMED}
    assert rosa.diary() == []


def test_a_test_mails_link_says_what_it_is(rosa: Rosa) -> None:
    page = rosa.web.get(f"/u/{rosa.links.unsubscribe_token(Subscribed(0, HERE, 12))}")

    assert "test mail" in page.text
    assert "<button" not in page.text


def test_looking_at_the_page_changes_nothing(rosa: Rosa) -> None:
    """Neither do the link scanners of mail providers, whatever they put in the query."""
    for look in (rosa.web.get, rosa.web.head, rosa.web.options):
        assert look(rosa.link).status_code == 200
        assert look(f"{rosa.link}?List-Unsubscribe=One-Click&action=leave-all").status_code == 200

    assert rosa.states() == {HERE: CONFIRMED, THERE: CONFIRMED}
    assert rosa.diary() == []


def test_the_page_shows_whose_link_it_is_and_never_the_whole_address(rosa: Rosa) -> None:
    page = rosa.web.get(rosa.link)

    assert "r•••@example.org" in page.text
    assert "rosa" not in page.text
    assert "Valley &lt;News&gt; &amp; Views" in page.text
    assert page.text.count("<button") == 1


def test_the_button_does_it_and_undo_takes_it_back(rosa: Rosa) -> None:
    left = rosa.press("leave")
    assert "You have left" in left.text
    assert rosa.states() == {HERE: LEFT, THERE: CONFIRMED}

    back = rosa.press("undo")
    assert "Welcome back" in back.text
    assert rosa.states() == {HERE: CONFIRMED, THERE: CONFIRMED}
    assert rosa.diary() == [(HERE, "left", "page", "campaign 12"), (HERE, "returned", "page", "campaign 12")]


def test_a_reload_of_any_answer_changes_nothing_more(rosa: Rosa) -> None:
    for action in ("leave", "undo", "leave", "leave-all"):
        assert rosa.press(action).text == rosa.press(action).text

    assert [what for _, what, _, _ in rosa.diary()] == ["left", "returned", "left", "left"]


def test_who_has_left_finds_that_on_the_page_with_a_way_back_and_a_way_out_of_everything(rosa: Rosa) -> None:
    rosa.web.post(rosa.link, data=ONE_CLICK)

    page = rosa.web.get(rosa.link)

    assert "You have left this list" in page.text
    assert [action for action in ("leave", "undo", "leave-all") if f'value="{action}"' in page.text] == ["undo", "leave-all"]
    assert "one other list" in page.text


def test_leaving_all_lists_holds_for_later_ones_too_until_it_is_taken_back(rosa: Rosa) -> None:
    assert "all our lists" in rosa.press("leave-all").text
    assert rosa.states() == {HERE: LEFT, THERE: LEFT}
    assert 'value="leave-all"' not in rosa.web.get(rosa.link).text
    with rosa.database.read() as session:
        assert suppressions.reason(session, session.get_one(Subscriber, 1).digest) is SuppressionReason.ASKED

    assert "Welcome back" in rosa.press("undo").text
    assert rosa.states() == {HERE: CONFIRMED, THERE: LEFT}
    with rosa.database.read() as session:
        assert suppressions.reason(session, session.get_one(Subscriber, 1).digest) is None


@pytest.mark.parametrize("why", [SuppressionReason.BOUNCE, SuppressionReason.COMPLAINT, SuppressionReason.ERASED])
def test_who_is_never_written_to_is_told_so_and_cannot_be_put_back_by_a_link(rosa: Rosa, why: SuppressionReason) -> None:
    rosa.press("leave")
    rosa.suppress(why)

    assert "<button" not in rosa.web.get(rosa.link).text
    assert "We do not write to you" in rosa.press("undo").text
    assert rosa.states()[HERE] is LEFT


def test_who_is_never_written_to_may_leave_all_the_same(rosa: Rosa) -> None:
    rosa.suppress(SuppressionReason.BOUNCE)

    assert 'value="leave"' in rosa.web.get(rosa.link).text
    rosa.press("leave")
    assert rosa.states()[HERE] is LEFT


Post = Callable[[Rosa], TestResponse]


@pytest.mark.parametrize(
    "post",
    [
        pytest.param(lambda rosa: rosa.web.post(rosa.link), id="nothing"),
        pytest.param(lambda rosa: rosa.web.post(rosa.link, data={"List-Unsubscribe": "Two-Click"}), id="another value"),
        pytest.param(lambda rosa: rosa.web.post(rosa.link, data={"action": "erase"}), id="an unknown action"),
        pytest.param(lambda rosa: rosa.web.post(rosa.link, json=ONE_CLICK), id="JSON"),
        pytest.param(lambda rosa: rosa.web.post(rosa.link, data=b"--x", content_type=f"{MULTIPART}; boundary=y"), id="broken multipart"),
        pytest.param(lambda rosa: rosa.web.post(rosa.link, data=b"\xff=\xfe%zz&&", content_type="text/html"), id="bytes"),
        pytest.param(lambda rosa: rosa.web.post(f"{rosa.link}?List-Unsubscribe=One-Click"), id="in the query alone"),
    ],
)
def test_a_post_that_is_not_understood_is_400_and_changes_nothing(rosa: Rosa, post: Post) -> None:
    answer = post(rosa)

    assert answer.status_code == 400
    assert "Nothing has changed" in answer.text
    assert rosa.states()[HERE] is CONFIRMED


@pytest.mark.parametrize("mend", [lambda t: t[:-1], lambda t: t + "A", lambda t: "B" + t[1:], lambda t: t.lower(), lambda _: "x"])
def test_a_forged_or_cut_link_gets_the_same_kind_page_whatever_it_names(rosa: Rosa, mend: Callable[[str], str]) -> None:
    link = f"/u/{mend(rosa.link.removeprefix('/u/'))}"

    looked, pressed = rosa.web.get(link), rosa.web.post(link, data=ONE_CLICK)

    assert (looked.status_code, pressed.status_code) == (404, 404)
    assert looked.text == pressed.text == rosa.web.get("/u/never-made").text
    assert "This link does not work" in looked.text
    assert rosa.states()[HERE] is CONFIRMED


@pytest.mark.parametrize("glued", [".", ")", "%20", ",", ">."])
def test_what_a_sentence_glued_to_the_link_is_no_part_of_it(rosa: Rosa, glued: str) -> None:
    assert rosa.web.get(f"{rosa.link}{glued}").status_code == 200
    assert rosa.web.post(f"{rosa.link}{glued}", data={"List-Unsubscribe": "One-Click"}).status_code == 200


def test_another_installations_link_is_a_forged_one(rosa: Rosa) -> None:
    foreign = Links([b"another key that is long enough, too"], "http://localhost:8000").unsubscribe_token(Subscribed(1, HERE, 12))

    assert rosa.web.post(f"/u/{foreign}", data=ONE_CLICK).status_code == 404
    assert rosa.states()[HERE] is CONFIRMED


def test_the_page_speaks_the_language_asked_for_then_the_readers_then_the_lists(rosa: Rosa) -> None:
    def spoken(link: str) -> str:
        return str(rosa.web.get(link, headers={"Accept-Language": "es-BO,es;q=0.9"}).headers["Content-Language"])

    assert spoken(rosa.link) == "en"  # the list's, before the browser's
    assert spoken(f"{rosa.link}?lang=es") == "es"
    assert spoken(f"{rosa.link}?lang=tlh") == "en"
    assert spoken("/u/cut") == "es"  # nobody is known: the browser's
    with rosa.database.begin() as session:
        session.get_one(Subscriber, 1).language = "es-BO"
    assert spoken(rosa.link) == "es"
    assert spoken(f"{rosa.link}?lang=en") == "en"


def test_the_other_language_is_one_press_away_on_the_same_link(rosa: Rosa) -> None:
    page = rosa.web.get(f"{rosa.link}?lang=es")

    assert '<html lang="es">' in page.text
    assert 'href="?lang=en" lang="en"' in page.text
    assert "Ya no estás" in rosa.web.post(f"{rosa.link}?lang=es", data={"action": "leave"}).text
