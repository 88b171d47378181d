"""The invitation in a real browser: it fits a phone with its styles or without them, can be read, and can be tapped."""

import re
from collections.abc import Iterator
from typing import Literal, cast

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from fob_mail.composing.writing import compose
from fob_mail.slots import mark
from tests.builders import BODY, a_masthead, a_paragraph, an_article

PHONE, DESKTOP = 375, 700
LONG_WORD = "Water" + "rights" * 4
HTML = (
    compose(an_article(body=tuple(a_paragraph(text) for text in (*BODY, LONG_WORD))), a_masthead(), "en")
    .html.replace(mark("unsubscribe_url"), "https://mail.example.org/u/" + "x" * 43)
    .replace(mark("address"), "a.rather.long.local.part.of.an.address@subdomain.of.example.org")
)
BARE = re.sub(r"<style.*?</style>", "", HTML, flags=re.DOTALL)
"""As Gmail shows it to those whose mailbox is elsewhere: without any style element."""

CONTRASTS = """() => {
  const parse = value => value.match(/[\\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => [r, g, b].map(c => c / 255)
    .map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = element => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const words = node => node.nodeType === 3 && node.textContent.trim();
  return [...document.querySelectorAll('body *')].filter(e => [...e.childNodes].some(words)).map(e => {
    const [front, back] = [luminance(parse(getComputedStyle(e).color)), luminance(behind(e))];
    const ratio = (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05);
    return [ratio, parseFloat(getComputedStyle(e).fontSize), e.className + ': ' + e.textContent.trim().slice(0, 40)];
  });
}"""

TARGETS = """() => [...document.querySelectorAll('a')].map(a => {
  const box = a.getBoundingClientRect();
  return [box.height, box.width, a.textContent];
})"""


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        yield launched
        launched.close()


def _shown(browser: Browser, html: str, width: int, scheme: str = "light") -> Page:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=cast("Literal['light', 'dark']", scheme))
    page.set_content(html)
    return page


@pytest.mark.parametrize("html", [HTML, BARE], ids=["styled", "bare"])
@pytest.mark.parametrize("width", [320, PHONE, DESKTOP])
def test_it_never_scrolls_sideways(browser: Browser, html: str, width: int) -> None:
    with _shown(browser, html, width) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("html", [HTML, BARE], ids=["styled", "bare"])
def test_on_a_wide_screen_the_column_has_600_pixels(browser: Browser, html: str) -> None:
    with _shown(browser, html, 1200) as page:
        assert page.evaluate("document.querySelector('.column').getBoundingClientRect().width") == 600


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_every_word_can_be_read(browser: Browser, scheme: str, width: int) -> None:
    """WCAG 2.2 asks for 4.5:1; nothing is smaller than 14 pixels."""
    with _shown(browser, HTML, width, scheme) as page:
        found = page.evaluate(CONTRASTS)

    assert len(found) > 40
    assert [item for item in found if item[0] < 4.5 or item[1] < 14] == []


def test_without_styles_it_can_be_read_too(browser: Browser) -> None:
    with _shown(browser, BARE, PHONE) as page:
        found = page.evaluate(CONTRASTS)

    assert [item for item in found if item[0] < 4.5 or item[1] < 14] == []


def test_dark_is_dark(browser: Browser) -> None:
    with _shown(browser, HTML, PHONE, "dark") as page:
        colour = page.evaluate("getComputedStyle(document.querySelector('.body')).backgroundColor")

    assert max(int(part) for part in re.findall(r"\d+", colour)) < 64


@pytest.mark.parametrize("html", [HTML, BARE], ids=["styled", "bare"])
def test_whatever_can_be_tapped_is_as_high_as_a_finger(browser: Browser, html: str) -> None:
    with _shown(browser, html, PHONE) as page:
        targets = page.evaluate(TARGETS)

    assert len(targets) >= 8
    assert [target for target in targets if target[0] < 44 or target[1] < 44] == []


def test_nothing_is_fetched_to_show_it(browser: Browser) -> None:
    fetched: list[str] = []
    with browser.new_page() as page:
        page.on("request", lambda request: fetched.append(request.url))
        page.set_content(HTML, wait_until="networkidle")

    assert fetched == []
