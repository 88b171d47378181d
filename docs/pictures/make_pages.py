"""Draw the pictures of the pages on which people join and choose: wide and narrow, light and dark, English and Spanish.

Run it from the repository's folder: python -m docs.pictures.make_pages
"""

import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from flask.testing import FlaskClient
from PIL import Image
from playwright.sync_api import sync_playwright
from pydantic import SecretStr

from fob_mail import migrations
from fob_mail.database import connect
from fob_mail.links import Links, Subscribed
from fob_mail.models import MailingList, Subscriber, Subscription, SubscriptionState
from fob_mail.settings import Organisation, Settings
from fob_mail.web.app import create_app
from tests.browsing import program

HERE = Path(__file__).parent
LINKS = Links([b"k" * 40], "http://localhost:8000")
CHOOSE = f"/p/{LINKS.unsubscribe_token(Subscribed(1, 1, 1))}"
PICTURES: tuple[tuple[str, str, int, int, Literal["light", "dark"]], ...] = (
    ("join-wide-light", "/join/news", 1000, 860, "light"),
    ("join-narrow-dark-es", "/join/news?lang=es", 375, 860, "dark"),
    ("choose-wide-dark", CHOOSE, 1000, 1100, "dark"),
    ("choose-narrow-light-es", f"{CHOOSE}?lang=es", 375, 1200, "light"),
)


def example_settings() -> Settings:
    """The settings of the group whose pages are shown."""
    return Settings(
        secret_key=SecretStr("k" * 40),
        digest_key=SecretStr("d" * 40),
        organisation=Organisation(name="Friends of the Valley", website="https://example.org", privacy_url="https://example.org/privacy"),
    )


@contextmanager
def group() -> Iterator[FlaskClient]:
    """The pages of a group with two public lists, of which Rosa is on one."""
    now = datetime.now(UTC)
    settings = example_settings()
    with tempfile.TemporaryDirectory() as folder:
        database = connect(f"sqlite:///{folder}/example.db")
        migrations.upgrade(database)
        with database.begin() as session:
            for number, (slug, name) in enumerate((("news", "News from the Valley"), ("walks", "Sunday walks")), 1):
                session.add(MailingList(id=number, slug=slug, name=name, sender="news@example.org", public=True, created_at=now))
            session.add(Subscriber(id=1, address="rosa@example.org", digest=b"", name="Rosa Mamani", created_at=now))
            session.flush()
            session.add(Subscription(subscriber_id=1, list_id=1, state=SubscriptionState.CONFIRMED, since=now))
        yield create_app(settings, database).test_client()
        database.close()


def main() -> None:
    """Write the pictures beside this script."""
    with group() as web, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=["--no-sandbox", "--disable-gpu"])
        for name, path, width, height, scheme in PICTURES:
            with browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme) as page:
                page.set_content(web.get(path).text)
                shot = Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB")
            shot.quantize(96, dither=Image.Dither.NONE).save(HERE / f"{name}.png", optimize=True)
        browser.close()


if __name__ == "__main__":
    main()
