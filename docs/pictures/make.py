"""Draw the pictures of mails anew: the example article as each kind of mail; the invitation wide and narrow, light and dark.

Run it from the repository's folder: python -m docs.pictures.make
"""

import io
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from fob_mail.articles.reading import decode, read
from fob_mail.assets import folder
from fob_mail.composing.composed import Masthead
from fob_mail.composing.kinds import Kind
from fob_mail.composing.writing import Wishes, compose
from fob_mail.slots import mark
from tests.browsing import program

HERE = Path(__file__).parent
TALLEST = 1400
WIDTHS = {"wide": 700, "narrow": 375}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


KINDS: tuple[tuple[str, str, str, Literal["light", "dark"]], ...] = (
    ("letter", "article.txt", "wide", "light"),
    ("newsletter", "article.txt", "wide", "light"),
    ("reminder", "article.txt", "narrow", "dark"),
    ("invite", "article.es.md", "narrow", "light"),
)


def example(name: str = "article.txt", kind: str = "invite") -> str:
    """The HTML of an example article as that kind of mail, as a reader would get it."""
    file = folder("examples") / name
    article = read(decode(file.read_bytes()), file.name, ZoneInfo("Europe/London"), date(2026, 11, 1))
    masthead = Masthead("Friends of the Valley", "12 Canal Street\nLeeds LS1 4AB", "Friends of the Valley", "https://example.org")
    more = (replace(article, title="The mine appeals, and the cooperative answers", event=None),) if kind == "newsletter" else ()
    html = compose(article, masthead, article.language or "en", Wishes(kind=Kind(kind)), more).html
    return html.replace(mark("unsubscribe_url"), "https://example.org/u/").replace(mark("address"), "ana@example.org")


def picture(browser: Browser, html: str, width: int, scheme: Literal["light", "dark"]) -> Image.Image:
    """The top of the mail as a browser shows it, in few colours: these are pages of text."""
    with browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme) as page:
        page.set_content(html)
        shot = Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB")
    return shot.crop((0, 0, shot.width, min(shot.height, TALLEST))).quantize(96, dither=Image.Dither.NONE)


def main() -> None:
    """Write the pictures beside this script."""
    html = example()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=["--no-sandbox", "--disable-gpu"])
        for name, width in WIDTHS.items():
            for scheme in SCHEMES:
                picture(browser, html, width, scheme).save(HERE / f"invite-{name}-{scheme}.png", optimize=True)
        for kind, article, name, scheme in KINDS:
            suffix = "-es" if article.endswith(".es.md") else ""
            picture(browser, example(article, kind), WIDTHS[name], scheme).save(HERE / f"{kind}{suffix}.png", optimize=True)
        browser.close()


if __name__ == "__main__":
    main()
