"""The page of a mail and the archive in a real browser: wide and narrow, light and dark, for everyone, and from no other host."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal, cast

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from pydantic import SecretStr

from fob_mail import freezing
from fob_mail.campaigns import Written
from fob_mail.database import Database, clock
from fob_mail.drafting import Order, draft
from fob_mail.links import Links
from fob_mail.settings import Organisation, Settings
from tests.browsing import ROOM, RULES, TARGETS, browser
from tests.builders import make_list, make_subscriber
from tests.integration.test_reading_pages import ARTICLE
from tests.serving import serving
from tests.unit.test_pictures import a_photograph

__all__ = ["browser"]  # a fixture
pytestmark = pytest.mark.xdist_group("reading in a browser")  # one browser for all

KEY = "s" * 40


@pytest.fixture
def pages(tmp_path: Path, sqlite_url: str, sqlite_database: Database) -> Iterator[list[str]]:
    """The addresses of a mail's page and of the archive in which it is."""
    organisation = Organisation(name="Friends of the Valley", postal_address="12 Canal Street, Leeds")
    settings = Settings(
        database_url=SecretStr(sqlite_url), secret_key=SecretStr(KEY), digest_key=SecretStr("d" * 40), organisation=organisation
    )
    (tmp_path / "pump.png").write_bytes(a_photograph(300, 150))
    with sqlite_database.begin() as session:
        make_subscriber(session, "ana@example.org", make_list(session, "valley", public=True), attributes={"member": "yes"})
        made = draft(
            session,
            Order("invite", "valley", (Written("a.en.md", f"{ARTICLE}\n![The pump](pump.png)\n"),), folders=(tmp_path,)),
            settings,
            clock(session),
        )
        freezing.freeze(session, made.campaign, 500, clock(session))
        number = made.campaign.id
    file = tmp_path / "fob-mail.toml"
    file.write_text(
        f'database_url = "{sqlite_url}"\nsecret_key = "{KEY}"\ndigest_key = "{"d" * 40}"\n[organisation]\nname = "Friends of the Valley"\n',
        encoding="utf-8",
    )
    with serving(file) as server:
        view = Links([KEY.encode()], server.address).view_url(number, "en")
        yield [view, f"{server.address}/archive/valley"]


@pytest.mark.parametrize(("width", "scheme"), [(1000, "light"), (320, "dark")])
def test_both_pages_fit_need_no_other_host_and_serve_everyone(browser: Browser, pages: list[str], width: int, scheme: str) -> None:
    colours = cast("Literal['light', 'dark']", scheme)
    asked: list[str] = []
    complaints: list[str] = []
    with browser.new_context(viewport={"width": width, "height": 900}, color_scheme=colours, bypass_csp=False) as context:
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        for url in pages:
            page.goto(url)
            assert page.evaluate(ROOM) == 0, url
            assert page.locator("h1").count() == 1
            assert [target for target in page.evaluate(TARGETS) if target[2] < 44 and "Register" not in target[0]] == [], url
            styles = page.evaluate("getComputedStyle(document.querySelector('h1')).fontSize")
            assert float(styles.removesuffix("px")) >= 36, "the page's styles are let through"
        page.goto(pages[0])
        assert page.evaluate("document.querySelector('img').naturalWidth") == 300
    host = pages[1].partition("/archive")[0]
    assert [url for url in asked if not url.startswith((host, "data:"))] == []
    assert complaints == []


def test_axe_finds_nothing_against_wcag_on_the_archive_and_the_mails_page(browser: Browser, pages: list[str]) -> None:
    for url in pages:
        with browser.new_context(viewport={"width": 320, "height": 900}, bypass_csp=True) as context:
            page = context.new_page()
            page.goto(url)
            found = Axe().run(page, options=RULES)
            assert found.violations_count == 0, f"{url}: {found.generate_report()}"
