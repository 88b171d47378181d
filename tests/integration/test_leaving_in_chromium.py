"""The page for leaving in a real browser: without JavaScript, wide and narrow, light and dark, in each language, and for everyone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal, cast

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from fob_mail.database import Database
from fob_mail.links import Links, Subscribed
from fob_mail.models import Subscription, SubscriptionState
from tests.browsing import ROOM, RULES, TARGETS, browser, press
from tests.builders import make_list, make_subscriber
from tests.serving import serving

__all__ = ["browser"]  # a fixture
pytestmark = pytest.mark.xdist_group("leaving in a browser")  # one browser for all

KEY = "s" * 40
LINKS = Links([KEY.encode()], "")
ADDRESS = "a.rather.long.local.part@a-subdomain-of-some-length.example.org"
LIST = "Friends of the Valley & of Everybody-Who-Lives-There"
WIDE, NARROW = 1000, 320
STATES = ["asked", "left", "back", "already left", "left all", "a test mail", "a cut link", "the front page"]

FOCUS = """() => {
  const style = getComputedStyle(document.activeElement);
  return [document.activeElement.tagName, style.outlineStyle, style.outlineWidth];
}"""


@pytest.fixture
def address(tmp_path: Path, sqlite_url: str, sqlite_database: Database) -> Iterator[str]:
    """Where the pages are; one person is on two lists, whose ids are 1 and 2."""
    with sqlite_database.begin() as session:
        here, there = make_list(session, "valley", name=LIST), make_list(session, "choir")
        made = make_subscriber(session, ADDRESS, here)
        session.add(Subscription(subscriber_id=made.id, list_id=there.id, state=SubscriptionState.CONFIRMED, since=made.created_at))
    file = tmp_path / "fob-mail.toml"
    keys = f'database_url = "{sqlite_url}"\nsecret_key = "{KEY}"\ndigest_key = "{"d" * 40}"\n'
    organisation = 'name = "Friends of the Valley"\nwebsite = "https://example.org"\nprivacy_url = "https://example.org/privacy"\n'
    file.write_text(f"{keys}[organisation]\n{organisation}", encoding="utf-8")
    with serving(file) as server:
        yield server.address


def _walk(page: Page, address: str, language: str) -> Iterator[str]:
    """Go through every state of the pages, pressing what a person would press; each is on show while its name is given."""
    mine, nobodys = (f"{address}/u/{LINKS.unsubscribe_token(Subscribed(person, 1, 12))}?lang={language}" for person in (1, 0))
    page.goto(mine)
    yield "asked"
    for action, state in (("leave", "left"), ("undo", "back"), ("leave", "")):
        press(page, action)
        if state:
            yield state
    page.goto(mine)
    yield "already left"
    press(page, "leave-all")
    yield "left all"
    for url, state in (
        (nobodys, "a test mail"),
        (mine.replace("?", "x?"), "a cut link"),
        (f"{address}/?lang={language}", "the front page"),
    ):
        page.goto(url)
        yield state


def _context(browser: Browser, width: int, scheme: str, *, javascript: bool) -> BrowserContext:
    colours = cast("Literal['light', 'dark']", scheme)
    return browser.new_context(viewport={"width": width, "height": 700}, color_scheme=colours, java_script_enabled=javascript)


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize(("width", "scheme"), [(WIDE, "light"), (NARROW, "dark")])
def test_every_page_works_without_javascript_or_sideways_scrolling_or_another_host(
    browser: Browser, address: str, width: int, scheme: str, language: str
) -> None:
    asked: list[str] = []
    complaints: list[str] = []
    with _context(browser, width, scheme, javascript=False) as context:
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        titles: dict[str, str] = {}
        for state in _walk(page, address, language):
            titles[state] = page.title()
            assert page.evaluate(ROOM) == 0, state
            assert page.locator("html").get_attribute("lang") == language
            assert [page.locator(only).count() for only in ("h1", "main", "footer")] == [1, 1, 1]
            assert [target for target in page.evaluate(TARGETS) if target[1] < 44 or target[2] < 44] == [], state
        cookies = context.cookies()

    assert list(titles) == STATES
    assert len(set(titles.values())) == len(STATES)
    assert [url for url in asked if not url.startswith((f"{address}/", "data:"))] == []
    assert [complaint for complaint in complaints if "404" not in complaint] == []
    assert cookies == []


@pytest.mark.parametrize(
    ("width", "scheme", "language"), [(WIDE, "light", "en"), (NARROW, "light", "es"), (WIDE, "dark", "es"), (NARROW, "dark", "en")]
)
def test_axe_finds_nothing_against_wcag_on_any_page(browser: Browser, address: str, width: int, scheme: str, language: str) -> None:
    with _context(browser, width, scheme, javascript=True) as context:
        page = context.new_page()
        for state in _walk(page, address, language):
            found = Axe().run(page, options=RULES)
            assert found.violations_count == 0, f"{state}: {found.generate_report()}"
            assert [rule["id"] for rule in found.response["incomplete"]] == [], state


def test_twice_the_text_size_fits_the_narrowest_phone_too(browser: Browser, address: str) -> None:
    """WCAG 1.4.4 and 1.4.10 at once."""
    with _context(browser, NARROW, "light", javascript=True) as context:
        page = context.new_page()
        for state in _walk(page, address, "es"):
            page.evaluate("document.documentElement.style.fontSize = '200%'")
            assert page.evaluate(ROOM) == 0, state


def test_a_keyboard_is_enough_and_shows_where_it_is(browser: Browser, address: str) -> None:
    with _context(browser, WIDE, "light", javascript=False) as context:
        page = context.new_page()
        page.goto(f"{address}/u/{LINKS.unsubscribe_token(Subscribed(1, 1, 12))}")

        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        with page.expect_navigation(wait_until="load"):
            page.keyboard.press("Enter")

        assert focus == ["BUTTON", "solid", "3px"]
        assert page.locator("h1").inner_text() == "You have left"
        page.reload()
        assert page.locator("h1").inner_text() == "You have left"


def test_forced_colours_keep_every_button_a_button(browser: Browser, address: str) -> None:
    """Windows' high contrast takes backgrounds away: the border stays."""
    with browser.new_context(forced_colors="active", java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{address}/u/{LINKS.unsubscribe_token(Subscribed(1, 1, 12))}")

        assert page.evaluate("getComputedStyle(document.querySelector('button')).borderTopStyle") == "solid"
        assert page.evaluate("getComputedStyle(document.querySelector('button')).borderTopWidth") == "2px"
