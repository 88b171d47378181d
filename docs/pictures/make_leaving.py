"""Draw the pictures of the page for leaving anew, wide and light, narrow and dark.

Run it from the repository's folder: python -m docs.pictures.make_leaving
"""

import io
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import sync_playwright

from docs.pictures.make_pages import example_settings
from fob_mail import migrations
from fob_mail.database import connect
from fob_mail.links import Links, Subscribed
from fob_mail.models import MailingList, Subscriber, Subscription, SubscriptionState
from fob_mail.web.app import create_app
from tests.browsing import program

HERE = Path(__file__).parent
PICTURES: tuple[tuple[str, int, int, Literal["light", "dark"]], ...] = (
    ("leave-wide-light", 1000, 640, "light"),
    ("leave-narrow-dark", 375, 780, "dark"),
)


def asked_and_left() -> tuple[str, str]:
    """The page as somebody finds it, and as it is once they have pressed its button."""
    now = datetime.now(UTC)
    settings = example_settings()
    with tempfile.TemporaryDirectory() as folder:
        database = connect(f"sqlite:///{folder}/example.db")
        migrations.upgrade(database)
        with database.begin() as session:
            session.add(MailingList(id=1, slug="news", name="News from the Valley", sender="news@example.org", created_at=now))
            session.add(Subscriber(id=1, address="rosa@example.org", digest=b"", created_at=now))
            session.flush()
            session.add(Subscription(subscriber_id=1, list_id=1, state=SubscriptionState.CONFIRMED, since=now))
        link = f"/u/{Links(settings.keys(), '').unsubscribe_token(Subscribed(1, 1, 1))}"
        web = create_app(settings, database).test_client()
        pages = web.get(link).text, web.post(link, data={"action": "leave"}).text
        database.close()
    return pages


def main() -> None:
    """Write both pictures beside this script; the narrow one is of the page after the press."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=["--no-sandbox", "--disable-gpu"])
        for html, (name, width, height, scheme) in zip(asked_and_left(), PICTURES, strict=True):
            with browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme, device_scale_factor=2) as page:
                page.set_content(html)
                shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
            shot.quantize(96, dither=Image.Dither.NONE).save(HERE / f"{name}.png", optimize=True)
        browser.close()


if __name__ == "__main__":
    main()
