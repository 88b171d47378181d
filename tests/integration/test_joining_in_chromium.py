"""Joining and choosing in a real browser: with JavaScript and without, wide and narrow, light and dark, in both languages."""

import re
import time
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path
from typing import Literal, cast

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from sqlalchemy import select

from fob_mail.database import Database
from fob_mail.models import Subscriber, Subscription, SubscriptionState
from tests.browsing import RULES, browser, seen
from tests.builders import make_list
from tests.recording_relay import RecordingRelay
from tests.serving import serving

__all__ = ["browser"]  # a fixture
pytestmark = pytest.mark.xdist_group("joining in a browser")  # one browser for all

KEY = "s" * 40
SAID = {"en": ("Join", "Save"), "es": ("Apuntarme", "Guardar")}


@pytest.fixture
def relay() -> Iterator[RecordingRelay]:
    with RecordingRelay() as running:
        yield running


@pytest.fixture
def address(tmp_path: Path, sqlite_url: str, sqlite_database: Database, relay: RecordingRelay) -> Iterator[str]:
    """Where the pages of a group with a public list are, by the real command."""
    with sqlite_database.begin() as session:
        make_list(session, "valley", name="Valley News", public=True)
    file = tmp_path / "fob-mail.toml"
    file.write_text(
        f'database_url = "{sqlite_url}"\nsecret_key = "{KEY}"\ndigest_key = "{"d" * 40}"\n'
        f'[organisation]\nname = "Friends of the Valley"\npostal_address = "12 Canal Street, Leeds"\n'
        f'[smtp]\nhost = "127.0.0.1"\nport = {relay.port}\n',
        encoding="utf-8",
    )
    file.chmod(0o600)
    with serving(file) as server:
        yield server.address


def link_in(relay: RecordingRelay, number: int, page: str) -> str:
    """The path of a page of ours in the mail of that number, once it has come."""
    until = time.monotonic() + 30
    while len(relay.messages) < number and time.monotonic() < until:
        time.sleep(0.1)
    body = message_from_bytes(relay.messages[number - 1].content, policy=policy.default).get_body(("plain",))
    assert body
    found = re.search(rf"http://localhost:8000(/{page}/[\w-]+)", str(body.get_content()))
    assert found, str(body.get_content())
    return found[1]


@pytest.mark.parametrize(
    ("scripts", "language", "width", "scheme"),
    [(False, "en", 320, "dark"), (True, "es", 1000, "light"), (False, "es", 320, "light"), (True, "en", 1000, "dark")],
)
def test_a_stranger_joins_confirms_and_chooses(  # noqa: PLR0913, PLR0917 the ways of looking at it, and what is looked at
    browser: Browser,
    address: str,
    relay: RecordingRelay,
    sqlite_database: Database,
    scripts: bool,
    language: str,
    width: int,
    scheme: str,
) -> None:
    colours = cast("Literal['light', 'dark']", scheme)
    join, save = SAID[language]
    with browser.new_context(viewport={"width": width, "height": 800}, color_scheme=colours, java_script_enabled=scripts) as context:
        page = context.new_page()
        page.goto(f"{address}/join/valley?lang={language}")
        seen(page)
        page.keyboard.press("Tab")
        page.locator("#email").fill("rosa@example.org")
        page.locator("#name").fill("Rosa Mamani")
        page.wait_for_timeout(2_100)  # who is quicker is taken for a machine
        page.get_by_role("button", name=join).click()
        seen(page)
        page.goto(address + link_in(relay, 1, "c"))
        seen(page)
        page.locator("button").first.click()
        seen(page)
        page.goto(address + link_in(relay, 2, "p"))
        seen(page)
        page.locator("input[name=name]").fill("Rosa M.")
        page.get_by_role("button", name=save).first.click()
        seen(page)
        cookies = context.cookies()

    assert cookies == []
    with sqlite_database.read() as session:
        row = session.execute(select(Subscriber.name, Subscription.state).join(Subscription)).one()
    assert tuple(row) == ("Rosa M.", SubscriptionState.CONFIRMED)


def test_axe_finds_nothing_against_wcag_in_any_state_of_joining(browser: Browser, address: str) -> None:
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for colours in schemes:
        with browser.new_context(viewport={"width": 320, "height": 800}, color_scheme=colours, bypass_csp=True) as context:
            page = context.new_page()
            page.goto(f"{address}/join/valley")
            states = [Axe().run(page, options=RULES)]
            page.locator("#email").fill("rosa@example")
            page.locator("form").evaluate("form => form.noValidate = true")
            page.get_by_role("button", name="Join").click()
            assert page.locator("#email").get_attribute("aria-invalid") == "true"
            states.append(Axe().run(page, options=RULES))
            for found in states:
                assert found.violations_count == 0, found.generate_report()
