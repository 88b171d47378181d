"""Draw the pictures of the README anew: the example article's mail, wide and narrow, light and dark.

Run it from the repository's folder: python docs/pictures/make.py
"""

import io
import shutil
from datetime import date
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from fob_mail.articles.reading import decode, read
from fob_mail.assets import folder
from fob_mail.composing.composed import Masthead
from fob_mail.composing.writing import compose
from fob_mail.slots import mark

HERE = Path(__file__).parent
TALLEST = 1400
WIDTHS = {"wide": 700, "narrow": 375}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def example() -> str:
    """The HTML of the example article, as a reader would get it."""
    file = folder("examples") / "article.txt"
    article = read(decode(file.read_bytes()), file.name, ZoneInfo("Europe/London"), date(2026, 11, 1))
    masthead = Masthead("Friends of the Valley", "12 Canal Street\nLeeds LS1 4AB", "Friends of the Valley", "https://example.org")
    html = compose(article, masthead, article.language or "en").html
    return html.replace(mark("unsubscribe_url"), "https://example.org/u/").replace(mark("address"), "ana@example.org")


def picture(browser: Browser, html: str, width: int, scheme: Literal["light", "dark"]) -> Image.Image:
    """The top of the mail as a browser shows it, in few colours: these are pages of text."""
    with browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme) as page:
        page.set_content(html)
        shot = Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB")
    return shot.crop((0, 0, shot.width, min(shot.height, TALLEST))).quantize(96, dither=Image.Dither.NONE)


def main() -> None:
    """Write the four pictures beside this script."""
    html = example()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"])
        for name, width in WIDTHS.items():
            for scheme in SCHEMES:
                picture(browser, html, width, scheme).save(HERE / f"invite-{name}-{scheme}.png", optimize=True)
        browser.close()


if __name__ == "__main__":
    main()
