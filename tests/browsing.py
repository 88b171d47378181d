"""A real browser, Chromium, and what a page has to be in it for everyone: room at its sides, targets that a thumb meets, WCAG 2.2."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

ROOM = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
TARGETS = """() => [...document.querySelectorAll('a, button')].map(element => {
  const box = element.getBoundingClientRect();
  return [element.textContent, box.width, box.height];
})"""
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], "resultTypes": ["violations", "incomplete"]}


def program() -> str:
    """The path of the system's Chromium: the one without windows, if there is one."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    assert found, "Chromium is not installed: make test installs it, or says how"
    return found


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        yield launched
        launched.close()


def press(page: Page, action: str) -> None:
    """Press a button, and wait for the page that answers: a click alone returns while that is still on its way."""
    with page.expect_navigation(wait_until="load"):
        page.click(f"button[value={action}]")


def seen(page: Page) -> None:
    """A page as everybody can use it: one heading, no sideways scrolling, targets that a thumb meets."""
    assert page.locator("h1").count() == 1
    assert page.evaluate(ROOM) == 0, page.url
    assert [target for target in page.evaluate(TARGETS) if target[2] < 44] == [], page.url
