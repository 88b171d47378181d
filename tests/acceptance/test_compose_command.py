"""fob-mail compose and preview, as an organiser types them."""

import email
import email.policy
import json
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import docx
import pytest
from PIL import Image
from sqlalchemy import update

from fob_mail.database import Database
from fob_mail.links import Links, Subscribed
from fob_mail.models import Campaign, CampaignState, MailingList, Subscriber
from tests.recording_relay import RecordingRelay

KEY = "k" * 40
SETTINGS = f"""
secret_key = "{KEY}"
digest_key = "{"d" * 40}"
[organisation]
name = "Friends of the Valley"
postal_address = "12 Canal Street, Leeds LS1 4AB"
"""
ARTICLE = """The pump, the band and the exercise book

Ada Marsh on how a village kept its water

For eleven days in March the women of Villa Esperanza slept beside the pump.

Friends of the Valley are holding an event, Water Is Not for Sale, on Thursday 6 May 2027, 19.00.

With: Lucía Añez Quiroga
Plus: Tomás Ibáñez, Ruth Okafor MP
Chair: Bernard O'Leary (Leeds Trades Council)

Register here – Retweet here to spread the word

Ada Marsh writes about water and lives in Leeds.
"""


Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def folder(tmp_path: Path, sqlite_database: Database) -> Path:
    """A working folder with settings, a database with one list and one subscriber, and an article."""
    (tmp_path / "fob-mail.toml").write_text(SETTINGS)
    (tmp_path / "article.txt").write_text(ARTICLE, encoding="utf-8")
    now = datetime(2027, 1, 1, tzinfo=UTC)
    with sqlite_database.begin() as session:
        session.add(MailingList(slug="supporters", name="Valley News", sender="Friends of the Valley <news@example.org>", created_at=now))
        session.add(Subscriber(id=7, address="ana@example.org", digest=b"x" * 16, name="Ana", created_at=now))
    return tmp_path


@pytest.fixture
def compose(folder: Path, fob_mail: Run) -> Run:
    """Compose the folder's article under the name water-may, with more options or others."""
    assert (folder / "article.txt").exists()

    def run(*more: str, article: str = "article.txt", text: str = "") -> subprocess.CompletedProcess[str]:
        return fob_mail("compose", article, "--list", "supporters", "--name", "water-may", *more, stdin=text)

    return run


def test_compose_says_what_was_understood_what_is_wrong_and_what_comes_next(compose: Run) -> None:
    done = compose()

    assert done.returncode == 0, done.stderr
    for words in (
        "Water Is Not for Sale",
        "Lucía Añez Quiroga",
        "Subject",
        "Thursday 6 May, 19:00",
        "fob-mail preview water-may",
    ):
        assert words in done.stdout
    assert "The mail has no button" in done.stderr
    assert "--link register=https://…" in done.stderr


def test_compose_reports_as_json(compose: Run) -> None:
    report = json.loads(compose("--json").stdout)

    assert report["campaign"] == "water-may"
    assert report["list"] == "supporters"
    assert report["subject"] == "Water Is Not for Sale: Thursday 6 May, 19:00"
    assert report["event"]["starts"] == "2027-05-06T19:00:00+01:00"
    assert "no-button" in [problem["about"] for problem in report["problems"]]
    assert 0 < report["html_bytes"] < 90_000


def test_a_link_given_on_the_command_line_makes_the_button_and_stays_with_the_campaign(
    compose: Run, fob_mail: Run, folder: Path, sqlite_database: Database
) -> None:
    url = "https://events.example.org/water?a=1&b=2"

    report = json.loads(compose("--json", "--link", f"register={url}").stdout)
    fob_mail("preview", "water-may", "--out", "out")

    assert "no-button" not in [problem["about"] for problem in report["problems"]]
    assert url in (folder / "out" / "message.txt").read_text("utf-8")
    with sqlite_database.read() as session:
        assert url in session.query(Campaign).one().article_source


def test_composing_again_replaces_the_draft(compose: Run, fob_mail: Run, folder: Path) -> None:
    compose()
    again = compose("--subject", "Come on Thursday")
    fob_mail("preview", "water-may", "--out", "out")

    assert again.returncode == 0
    assert "Subject: Come on Thursday" in (folder / "out" / "message.eml").read_text("utf-8")


def test_composing_again_after_freezing_is_refused_with_the_remedy(compose: Run, sqlite_database: Database) -> None:
    compose()
    with sqlite_database.begin() as session:
        session.execute(update(Campaign).values(state=CampaignState.SENDING, frozen_at=datetime.now(UTC)))

    refused = compose()

    assert refused.returncode == 1
    assert "--name water-may-2, it goes to everyone on the list, also to those who got water-may." in refused.stderr
    assert "Traceback" not in refused.stderr


def test_an_article_may_come_from_standard_input(compose: Run) -> None:
    done = compose(article="-", text=ARTICLE)

    assert done.returncode == 0, done.stderr
    assert "Water Is Not for Sale" in done.stdout


def test_the_frame_is_in_the_language_that_is_asked_for(compose: Run, fob_mail: Run, folder: Path) -> None:
    compose("--language", "es")
    fob_mail("preview", "water-may", "--out", "out")

    text = (folder / "out" / "message.txt").read_text("utf-8")
    assert "Jueves 6 de mayo" in text
    assert "Darse de baja" in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--link", "register=javascript:alert(1)"), "Begin it with https://"),
        (("--link", "dance=https://example.org"), "register, share, retweet, follow"),
        (("--link", "register"), "Begin it with https://"),
        (("--name", "Not A Name"), "lower-case letters"),
        (("--list", "supporterz"), "supporters"),
        (("--language", "xx-yy-zz"), "'xx-yy-zz' is not a language.\nGive its short code: en, es, es-BO."),
    ],
)
def test_a_wrong_value_is_one_clear_sentence_and_its_remedy(compose: Run, arguments: tuple[str, ...], words: str) -> None:
    refused = compose(*arguments)

    assert refused.returncode == 1
    assert words in refused.stderr
    assert "Traceback" not in refused.stderr


def test_an_article_that_is_not_there_is_named(compose: Run) -> None:
    refused = compose(article="nowhere.txt")

    assert refused.returncode == 1
    assert "nowhere.txt" in refused.stderr


def test_preview_writes_three_files_whose_way_out_belongs_to_nobody(compose: Run, fob_mail: Run, folder: Path) -> None:
    compose()

    done = fob_mail("preview", "water-may", "--out", "deep/out", "--json")

    assert [Path(name).name for name in json.loads(done.stdout)["files"]] == ["message.html", "message.txt", "message.eml"]
    html, text = ((folder / "deep" / "out" / name).read_text("utf-8") for name in ("message.html", "message.txt"))
    way_out = Links([KEY.encode()], "http://localhost:8000").unsubscribe_url(Subscribed(0, 1, 1))
    assert way_out in html
    assert way_out in text
    assert "_FOB." not in html + text


def test_preview_as_a_subscriber_has_their_own_way_out(compose: Run, fob_mail: Run, folder: Path) -> None:
    compose()

    fob_mail("preview", "water-may", "--out", "out", "--as", "Ana@Example.org")

    text = (folder / "out" / "message.txt").read_text("utf-8")
    assert Links([KEY.encode()], "http://localhost:8000").unsubscribe_url(Subscribed(7, 1, 1)) in text
    assert "ana@example.org" in text


def test_the_previewed_message_is_a_whole_mail(compose: Run, fob_mail: Run, folder: Path) -> None:
    compose()
    fob_mail("preview", "water-may", "--out", "out")

    message = email.message_from_bytes((folder / "out" / "message.eml").read_bytes(), policy=email.policy.default)

    assert message["From"] == "Friends of the Valley <news@example.org>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert [part.get_content_type() for part in message.walk() if not part.is_multipart()] == ["text/plain", "text/html", "text/calendar"]


def test_a_campaign_that_is_not_there_is_told_with_the_nearest(compose: Run, fob_mail: Run) -> None:
    compose()

    refused = fob_mail("preview", "water-mai", "--out", "out")

    assert refused.returncode == 1
    assert "Did you mean 'water-may'?" in refused.stderr


def test_a_test_mail_goes_out_in_the_language_that_is_asked_for(folder: Path, fob_mail: Run) -> None:
    (folder / "evening.en.md").write_text("# An evening by the water\n\nCome and hear how the village kept its pump.\n", encoding="utf-8")
    (folder / "evening.es.md").write_text("# Una tarde junto al agua\n\nVen a oír cómo el pueblo conservó su bomba.\n", encoding="utf-8")
    composed = fob_mail("compose", "evening.en.md", "evening.es.md", "--list", "supporters", "--name", "evening", "--json")
    assert [each["language"] for each in json.loads(composed.stdout)["languages"]] == ["en", "es"]

    with RecordingRelay() as relay:
        port = {"FOB_MAIL_SMTP__HOST": "127.0.0.1", "FOB_MAIL_SMTP__PORT": str(relay.port)}
        sent = fob_mail("test", "evening", "me@example.org", "--language", "es", **port)
        refused = fob_mail("test", "evening", "me@example.org", "--language", "fr", **port)

    assert sent.returncode == 0, sent.stderr
    message = email.message_from_bytes(relay.messages[0].content, policy=email.policy.default)
    assert message["Subject"] == "[Test] Una tarde junto al agua"
    assert "evening is not in the language 'fr'." in refused.stderr
    assert "It is in en, es." in refused.stderr


def test_a_word_files_picture_comes_along_and_is_seen_in_the_preview(folder: Path, fob_mail: Run) -> None:
    Image.new("RGB", (80, 40), "navy").save(folder / "pump.png")
    document = docx.Document()
    document.add_heading("The pump", 0)
    document.add_paragraph("For eleven days the women of Villa Esperanza slept beside it.")
    document.add_picture(str(folder / "pump.png"))
    document.save(str(folder / "story.docx"))

    composed = fob_mail("compose", "story.docx", "--list", "supporters", "--name", "story")
    written = fob_mail("article", "read", "story.docx", "--out", "story.md")
    fob_mail("preview", "story", "--out", "out")

    assert composed.returncode == 0, composed.stderr
    assert written.returncode == 0, written.stderr
    (shown,) = (folder / "out").glob("*.png")
    assert f'src="{shown.name}"' in (folder / "out" / "message.html").read_text(encoding="utf-8")
    assert "slept beside it" in (folder / "story.md").read_text(encoding="utf-8")
