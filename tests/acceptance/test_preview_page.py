"""fob-mail preview in a real browser: everything about a draft on one page, which follows what is saved."""

import http.client
import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Frame, Page, expect, sync_playwright

from fob_mail.database import connect
from tests.builders import make_list, make_subscriber
from tests.ready_command import outside, shared, start

pytestmark = pytest.mark.xdist_group("preview")  # one preview and one browser for all
SETTINGS = f"""
secret_key = "{"k" * 40}"
digest_key = "{"d" * 40}"
base_url = "https://mail.example.org"
templates_folder = "own"
[organisation]
name = "Friends of the Valley"
postal_address = "12 Canal Street, Leeds LS1 4AB"
"""
ENGLISH = "---\nregister: https://e.example.org/1\n---\nThe pump and the band\n\nDear {{ name | default('friend') }}, do come.\n"
SPANISH = "---\nregister: https://e.example.org/1\n---\nLa bomba y la banda\n\nQuerida gente, vengan por favor a la reunión del jueves.\n"
BACKGROUND = "getComputedStyle(document.querySelector('.body')).backgroundColor"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], "resultTypes": ["violations"]}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Path:
    """Two articles of one campaign, and one person on its list."""
    place = tmp_path_factory.mktemp("preview")
    shutil.copy(migrated_sqlite, place / "fob-mail.db")
    database = connect(f"sqlite:///{place / 'fob-mail.db'}")
    with database.begin() as session:
        make_subscriber(session, "ana@example.org", make_list(session, "valley"), name="Ana Quispe")
    database.close()
    (place / "fob-mail.toml").write_text(SETTINGS)
    (place / "fob-mail.toml").chmod(0o600)
    (place / "own" / "plain").mkdir(parents=True)
    (place / "own" / "plain" / "message.html").write_text('{% extends "letter/message.html" %}')
    (place / "article.en.md").write_text(ENGLISH, encoding="utf-8")
    (place / "article.es.md").write_text(SPANISH, encoding="utf-8")
    words = ["compose", "article.en.md", "article.es.md", "--list", "valley", "--name", "pump"]
    assert shared().run(words, place, outside(), "").returncode == 0
    return place


@pytest.fixture(scope="module")
def url(folder: Path) -> Iterator[str]:
    """Where the preview is."""
    words = ("preview", "pump", "--no-browser", "--json")
    with start(*words, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        try:
            assert running.stdout
            line = running.stdout.readline()
            yield json.loads(line)["url"] if line else running.communicate()[1]
        finally:
            running.terminate()
            running.communicate(timeout=20)
    assert running.returncode == 0


@pytest.fixture(scope="module")
def page(chromium: str, url: str) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        shown = browser.new_page(viewport={"width": 1500, "height": 900})
        complaints: list[str] = []
        shown.on("console", lambda message: complaints.append(message.text))
        shown.goto(url)
        expect(shown.locator("#problems li").first).to_be_visible(timeout=20_000)
        yield shown
        browser.close()
    assert complaints == []


def _frame(page: Page, name: str) -> Frame:
    handle = page.locator(f"#{name}").element_handle()
    frame = handle.content_frame() if handle else None
    assert frame
    frame.wait_for_selector(".body")
    return frame


def _press(page: Page, group: str, value: str) -> None:
    page.click(f"#{group} button[value={value}]")


def test_the_mail_is_shown_on_a_phone_and_on_a_desk_in_light_and_in_dark(page: Page) -> None:
    widths = [_frame(page, name).evaluate("innerWidth") for name in ("phone", "desktop")]
    light = _frame(page, "phone").evaluate(BACKGROUND)
    _press(page, "scheme", "dark")
    expect(page.frame_locator("#phone").locator(".body")).not_to_have_css("background-color", light, timeout=20_000)
    dark = _frame(page, "phone").evaluate(BACKGROUND)
    _press(page, "scheme", "light")

    assert widths == [373, 698]  # within a border of one pixel
    assert min(map(int, re.findall(r"\d+", light))) > 200
    assert max(map(int, re.findall(r"\d+", dark))) < 64


def test_text_headers_and_source_are_a_press_away_and_preflight_is_beside_it(page: Page) -> None:
    for tab, words in (("text", "Dear friend, do come."), ("headers", "List-Unsubscribe-Post"), ("source", "Content-Transfer-Encoding")):
        _press(page, "tab", tab)
        expect(page.locator(f"#{tab}")).to_contain_text(words)
        expect(page.locator("#mail")).to_be_hidden()
    _press(page, "tab", "mail")

    expect(page.locator("#mail")).to_be_visible()
    expect(page.locator("aside")).to_contain_text("warning")


def test_it_is_shown_as_any_subscriber_gets_it_and_an_unknown_one_is_told(page: Page) -> None:
    page.fill("#reader", "ana@example.org")
    page.press("#reader", "Enter")
    expect(page.locator("#plain")).to_contain_text("Dear Ana Quispe")
    page.fill("#reader", "anna@example.org")
    page.press("#reader", "Enter")
    expect(page.locator("#trouble")).to_contain_text("Nobody is known by the address anna@example.org.")
    page.fill("#reader", "")
    page.press("#reader", "Enter")

    expect(page.locator("#plain")).to_contain_text("Dear friend")
    expect(page.locator("#trouble")).to_be_hidden()
    assert page.locator("#people option").get_attribute("value") == "ana@example.org"


def test_each_language_can_be_chosen(page: Page) -> None:
    page.select_option("#language", "es")
    expect(page.locator("#subject")).to_contain_text("La bomba y la banda")
    page.select_option("#language", "en")

    expect(page.locator("#subject")).to_contain_text("The pump and the band")


def test_an_article_that_is_saved_is_shown_anew_and_what_is_wrong_with_it_is_told(page: Page, folder: Path) -> None:
    file = folder / "article.en.md"
    file.write_text(ENGLISH.replace("do come", "do come at seven"), encoding="utf-8")
    expect(page.locator("#plain")).to_contain_text("do come at seven", timeout=20_000)
    file.write_text(ENGLISH.replace("name |", "nam |"), encoding="utf-8")
    expect(page.locator("#trouble")).to_contain_text("could not be composed again", timeout=20_000)
    file.write_text(ENGLISH, encoding="utf-8")

    expect(page.locator("#trouble")).to_be_hidden(timeout=20_000)
    expect(page.locator("#plain")).to_contain_text("do come.")


def test_pictures_can_be_off_and_a_mail_runs_nothing(url: str) -> None:
    policies = {images: _ask(url, f"mail?images={images}")[1]["Content-Security-Policy"] for images in ("on", "off")}

    assert "img-src https: http: data:" in policies["on"]
    assert "img-src 'none'" in policies["off"]
    assert all("default-src 'none'" in policy and "script-src" not in policy for policy in policies.values())


def test_only_this_machine_is_let_in_and_only_by_the_whole_address(url: str) -> None:
    """A name that a stranger's DNS lets lead here, a guess at the path, another user's: none of them sees anything."""
    assert _ask(url, "")[0] == 200
    assert _ask(url, "view", host="evil.example.org")[0] == 400
    assert _ask(url, "../view")[0] == 404
    assert _ask(url, "view", method="POST")[0] == 405
    assert urlsplit(url).hostname == "127.0.0.1"


def test_the_page_is_for_everyone(page: Page) -> None:
    results = Axe().run(page, context={"include": [["body"]], "exclude": [["iframe"]]}, options=RULES)

    assert results.response["violations"] == []


def _ask(url: str, path: str, host: str = "", method: str = "GET") -> tuple[int, dict[str, str]]:
    parts = urlsplit(url)
    whole = parts.path + path if not path.startswith("../") else "/guess/" + path.removeprefix("../")
    connection = http.client.HTTPConnection("127.0.0.1", parts.port or 0, timeout=20)
    connection.request(method, whole, headers={"Host": host or parts.netloc})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, dict(answer.getheaders())


def test_what_the_browser_is_started_with_is_worth_nothing_to_who_reads_the_list_of_processes(folder: Path, tmp_path: Path) -> None:
    """Its command line can be read by every user of the machine for as long as the browser runs."""
    (tmp_path / "xdg-open").write_text(f'#!/bin/sh\nprintf %s "$1" > {tmp_path}/part && mv {tmp_path}/part {tmp_path}/started\n')
    (tmp_path / "xdg-open").chmod(0o700)
    there = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}

    with start("preview", "pump", "--json", cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=there) as running:
        try:
            assert running.stdout
            secret = json.loads(running.stdout.readline())["url"]
            while not (tmp_path / "started").exists():
                assert running.poll() is None
                time.sleep(0.05)
            started = (tmp_path / "started").read_text()
            first, second = _ask(started, ""), _ask(started, "")
        finally:
            running.terminate()
            running.communicate(timeout=20)

    assert urlsplit(secret).path.strip("/") not in started
    assert (first[0], first[1]["Location"]) == (303, urlsplit(secret).path)
    assert second[0] == 404
    assert "Location" not in second[1]
