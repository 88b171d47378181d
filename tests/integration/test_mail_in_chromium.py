"""Every kind of mail in a real browser: it fits a phone with its styles or without them, can be read, and can be tapped."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Literal

import pytest
from playwright.sync_api import Page, sync_playwright

from fob_mail.composing.kinds import SHIPPED, Kind
from fob_mail.composing.writing import Wishes, compose
from fob_mail.slots import mark
from tests import ten_articles
from tests.builders import BODY, a_masthead, a_paragraph, an_article

pytestmark = pytest.mark.xdist_group("mails")  # one browser, and each mail composed once
PHONE, DESKTOP = 375, 700
LONG_WORD = "Water" + "rights" * 4
ARABIC = "سهر أهل القرية أحد عشر يومًا بجانب المضخة التي تحمل الماء من قاع الوادي."


@cache
def mail_of(kind: str, language: str) -> str:
    """The HTML of an article as that kind of mail, as a reader with a long address gets it."""
    body = tuple(a_paragraph(text) for text in (*BODY, LONG_WORD))
    article = an_article(body=body) if language != "ar" else an_article(title="مساء الماء", body=(a_paragraph(ARABIC),))
    html = compose(article, a_masthead(), language, Wishes(kind=Kind(kind)), (article,) if kind == "newsletter" else ()).html
    return html.replace(mark("unsubscribe_url"), "https://mail.example.org/u/" + "x" * 43).replace(
        mark("address"), "a.rather.long.local.part.of.an.address@subdomain.of.example.org"
    )


MAILS = (*(f"{kind}-en" for kind in SHIPPED), "letter-es", "invite-ar")


@pytest.fixture
def html(request: pytest.FixtureRequest) -> str:
    """One of the mails or of the ten articles, by its name; composed where it is looked at."""
    name: str = request.param
    return mail_of(*name.split("-")) if name in MAILS else ten_articles.mail_of(name).composed.html


def bare(html: str) -> str:
    """As Gmail shows it to those whose mailbox is elsewhere: without any style element."""
    return re.sub(r"<style.*?</style>", "", html, flags=re.DOTALL)


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
def page(chromium: str) -> Iterator[Page]:
    """A page of a browser in which each mail is shown in its turn."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        yield launched.new_page()
        launched.close()


def show(page: Page, html: str, scheme: Literal["light", "dark"] = "light") -> None:
    """Show a mail as on a phone, by day or by night."""
    page.set_viewport_size({"width": PHONE, "height": 900})
    page.emulate_media(color_scheme=scheme)
    page.set_content(html)


each_mail = pytest.mark.parametrize("html", MAILS, indirect=True)
each_of_all = pytest.mark.parametrize("html", [*MAILS, *ten_articles.NAMES], indirect=True)


@each_of_all
def test_it_never_scrolls_sideways_and_has_600_pixels_on_a_wide_screen(page: Page, html: str) -> None:
    for shown in (html, bare(html)):
        show(page, shown)
        for width in (320, PHONE, DESKTOP, 1200):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.evaluate("document.querySelector('.column').getBoundingClientRect().width") == min(width, 600)


@each_of_all
def test_every_word_can_be_read_by_day_and_by_night_and_without_styles(page: Page, html: str) -> None:
    """WCAG 2.2 asks for 4.5:1; nothing is smaller than 14 pixels."""
    looks: tuple[tuple[str, Literal["light", "dark"]], ...] = ((html, "light"), (html, "dark"), (bare(html), "light"))
    for shown, scheme in looks:
        show(page, shown, scheme)
        found = page.evaluate(CONTRASTS)
        assert len(found) > 15
        assert [item for item in found if item[0] < 4.5 or item[1] < 14] == []


def test_dark_is_dark(page: Page) -> None:
    show(page, mail_of("invite", "en"), "dark")

    colour = page.evaluate("getComputedStyle(document.querySelector('.body')).backgroundColor")

    assert max(int(part) for part in re.findall(r"\d+", colour)) < 64


@each_mail
def test_whatever_can_be_tapped_is_as_high_as_a_finger(page: Page, html: str) -> None:
    for shown in (html, bare(html)):
        show(page, shown)
        targets = page.evaluate(TARGETS)
        assert len(targets) >= 7
        assert [target for target in targets if target[0] < 44 or target[1] < 44] == []


def test_arabic_begins_at_the_right(page: Page) -> None:
    show(page, mail_of("invite", "ar"))

    sides = page.evaluate("[...document.querySelectorAll('.hero, .body, .footer')].map(e => getComputedStyle(e).textAlign)")

    assert sides == ["right", "right", "right"]


def test_nothing_is_fetched_to_show_it(page: Page) -> None:
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))

    for name in MAILS:
        page.set_content(mail_of(*name.split("-")), wait_until="load")

    assert fetched == []
