"""Choosing, a pause, another address, one's data, and being forgotten, in a real browser: with scripts and without, in both languages."""

from typing import Literal, cast
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from fob_mail.database import Database
from fob_mail.links import Links, Subscribed
from fob_mail.models import MailingList, Subscriber, Subscription
from tests.browsing import RULES, browser, press, seen
from tests.builders import make_subscriber
from tests.integration.test_joining_in_chromium import KEY, address, link_in, relay
from tests.recording_relay import RecordingRelay

__all__ = ["address", "browser", "relay"]  # fixtures
pytestmark = pytest.mark.xdist_group("choosing in a browser")  # one browser for all

CHOOSE = f"/p/{Links([KEY.encode()], '').unsubscribe_token(Subscribed(1, 1, 12))}"


@pytest.fixture
def rosa(sqlite_database: Database, address: str) -> str:
    """Rosa is on the list 1; gives the address of her page."""
    with sqlite_database.begin() as session:
        make_subscriber(session, "rosa@example.org", session.get_one(MailingList, 1), name="Rosa Mamani")
    return address + CHOOSE


def choose(page: Page, action: str) -> None:
    """Press a button, and look at the page that answers."""
    press(page, action)
    seen(page)


def fails_of(page: Page) -> list[str]:
    """What axe has against a page."""
    return [f"{page.url}: {one['id']}" for one in Axe().run(page, options=RULES).response["violations"]]


@pytest.mark.parametrize(
    ("scripts", "language", "width", "scheme"),
    [(False, "en", 320, "dark"), (True, "es", 1000, "light"), (False, "es", 320, "light"), (True, "en", 1000, "dark")],
)
def test_one_pauses_moves_takes_ones_data_along_and_is_forgotten(  # noqa: PLR0913, PLR0917 the ways of looking at it, and what is looked at
    browser: Browser,
    rosa: str,
    relay: RecordingRelay,
    sqlite_database: Database,
    scripts: bool,
    language: str,
    width: int,
    scheme: str,
) -> None:
    colours = cast("Literal['light', 'dark']", scheme)
    here = rosa.removesuffix(CHOOSE)
    with browser.new_context(viewport={"width": width, "height": 800}, color_scheme=colours, java_script_enabled=scripts) as context:
        page = context.new_page()
        page.goto(f"{rosa}?lang={language}")
        seen(page)
        assert page.locator("html").get_attribute("lang") == language
        choose(page, "pause")
        with sqlite_database.read() as session:
            assert session.scalar(select(Subscription.paused_until)) is not None
        choose(page, "resume")
        page.locator("input[name=address]").fill("rosa.m@example.org")
        choose(page, "move")
        page.goto(here + link_in(relay, 1, "m"))
        seen(page)
        page.locator("button").first.click()
        seen(page)
        page.goto(f"{rosa}?lang={language}")
        choose(page, "mine")
        page.goto(here + link_in(relay, 3, "my"))  # the second went to the old address
        seen(page)
        files = [urlsplit(str(link.get_attribute("href"))).path for link in page.locator("a[download]").all()]
        taken = [context.request.get(here + path) for path in files]
        data = taken[0].json()
        choose(page, "erase")
        page.goto(rosa)
        seen(page)
        cookies = context.cookies()

    assert cookies == []
    assert [one.headers["content-disposition"] for one in taken] == [
        "attachment; filename=my-data.json",
        "attachment; filename=my-data.csv",
    ]
    assert (data["address"], data["name"]) == ("rosa.m@example.org", "Rosa Mamani")
    with sqlite_database.read() as session:
        assert session.scalars(select(Subscriber.address)).all() == ["erased-1"]
        assert session.scalars(select(Subscription.list_id)).all() == []


def test_axe_finds_nothing_against_wcag_in_any_state_of_choosing(browser: Browser, rosa: str, relay: RecordingRelay) -> None:
    here, fails = rosa.removesuffix(CHOOSE), list[str]()
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for number, colours in enumerate(schemes, 1):
        with browser.new_context(viewport={"width": 320, "height": 800}, color_scheme=colours, bypass_csp=True) as context:
            page = context.new_page()
            page.goto(rosa)
            fails += fails_of(page)
            for action in ("save", "pause", "resume"):
                choose(page, action)
                fails += fails_of(page)
            page.locator("input[name=address]").fill("rosa@nowhere")
            page.evaluate("document.querySelectorAll('form').forEach(form => form.noValidate = true)")
            choose(page, "move")
            assert page.locator("input[name=address]").get_attribute("aria-invalid") == "true"
            fails += fails_of(page)
            choose(page, "mine")
            fails += fails_of(page)
            page.goto(here + link_in(relay, number, "my"))
            fails += fails_of(page)
    with browser.new_context(viewport={"width": 320, "height": 800}, bypass_csp=True) as context:
        page = context.new_page()
        page.goto(here + link_in(relay, 2, "my"))
        choose(page, "erase")
        fails += fails_of(page)

    assert fails == []
