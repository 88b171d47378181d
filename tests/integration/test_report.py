"""What a campaign came to is counted right, by domain, time and cause; its page holds no markup of others, and asks nobody for anything."""

import json
import re
import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from click.testing import CliRunner, Result
from playwright.sync_api import sync_playwright
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from fob_mail import campaigns, freezing
from fob_mail.cli import main
from fob_mail.database import Database, clock
from fob_mail.inbound.incoming import Cause, Kind
from fob_mail.models import Campaign, CampaignState, Consent, Delivery, DeliveryState, Feedback, MailingList
from fob_mail.reporting.report import Rates, Weight, report_of
from tests.browsing import ROOM, RULES
from tests.builders import composed_parts, make_list, make_subscriber

SUBJECT = 'The pump <script>alert(1)</script> & the "band"'
PEOPLE = (
    *((f"p{number}@big.example", "accepted", 1, "250 ok") for number in range(60)),
    *((f"s{number}@slow.example", "accepted", 3, "250 ok") for number in range(5)),
    ("nobody@big.example", "refused", 1, "550 5.1.1 no such user"),
    ("full@small.example", "refused", 1, "552 5.2.2 mailbox full"),
    ("list@strict.example", "refused", 1, "550 5.7.1 your IP is on a block list"),
    ("lost@big.example", "unknown", 1, "the connection ended"),
    ("gone@big.example", "skipped", 0, "left the list"),
)


def sent(session: Session, slug: str) -> Campaign:
    """A campaign that went out to these, a mail a second; what was tried again came a thousand seconds later."""
    to = session.scalars(select(MailingList)).first()
    if to is None:
        to = make_list(session, "supporters")
        for address, *_ in PEOPLE:
            make_subscriber(session, address, to)
    campaigns.save_draft(session, slug, to, "a.txt", "", [composed_parts(subject=SUBJECT)], clock(session))
    campaign = campaigns.find(session, slug)
    freezing.freeze(session, campaign, 10, clock(session))
    for position, (address, state, attempts, reply) in enumerate(PEOPLE, 1):
        at = clock(session) + timedelta(seconds=position + (1_000 if attempts > 1 else 0))
        code = int(reply[:3]) if reply[:3].isdigit() else None
        values = {"address": address, "state": DeliveryState(state), "attempts": attempts, "code": code, "reply": reply, "settled_at": at}
        session.execute(update(Delivery).where(Delivery.campaign_id == campaign.id, Delivery.position == position).values(values))
    campaign.state, campaign.finished_at = CampaignState.FINISHED, clock(session)
    session.flush()
    return campaign


def came_back(session: Session, campaign: Campaign, position: int, kind: Kind, cause: str = "") -> None:
    """Two reports about one delivery."""
    about = {"campaign_id": campaign.id, "position": position, "kind": kind, "cause": cause, "at": clock(session)}
    for number in range(2):
        session.execute(insert(Feedback).values(about | {"event_key": f"{campaign.id}-{position}-{kind}-{number}"}))


@pytest.fixture
def april(database: Database) -> str:
    """A campaign of which things came back, after one without any trouble."""
    with database.begin() as session:
        sent(session, "march")
    with database.begin() as session:
        campaign = sent(session, "april")
        came_back(session, campaign, 3, Kind.HARD, Cause.DISABLED)
        came_back(session, campaign, 4, Kind.SOFT, Cause.FULL)
        came_back(session, campaign, 5, Kind.COMPLAINT)
        came_back(session, campaign, 6, Kind.OUT_OF_OFFICE)
        for evidence, hours in (
            ("campaign april", 1),
            ("campaign april, by a mail in answer to it", 30),
            ("campaign april-2", 1),
            ("march", 1),
        ):
            said = {"subscriber_id": 1, "list_id": campaign.list_id, "what": "left", "how": "page", "evidence": evidence}
            session.execute(insert(Consent).values(said | {"given_at": clock(session) + timedelta(hours=hours)}))
    return "april"


def test_every_number_is_that_of_the_ledger_and_of_what_came_back(database: Database, april: str) -> None:
    with database.read() as session:
        report = report_of(session, campaigns.find(session, april), "http://localhost:8000")

    assert (report.counts.audience, report.counts.accepted, report.counts.refused) == (70, 65, 3)
    assert (report.counts.unknown, report.counts.skipped) == (1, 1)
    assert report.rates == Rates(65, 2, 1, 2, 2 / 68, 1 / 65, 2 / 65)
    assert report.weights == {"complaints": Weight.OVER, "hard": Weight.OVER}
    assert {(one.kind, one.cause, one.at_once, one.afterwards) for one in report.bounces} == {
        ("hard", "no-such-person", 1, 0),
        ("hard", "disabled", 0, 1),
        ("soft", "full", 1, 1),
        ("blocked", "reputation", 1, 0),
    }
    assert report.other == {"out-of-office": 1}
    assert sum(bar.number for bar in report.sending) == 65
    assert [bar.number for bar in report.leaving] == [1, 1]


def test_each_domain_is_told_and_which_were_slow(database: Database, april: str) -> None:
    with database.read() as session:
        report = report_of(session, campaigns.find(session, april), "http://localhost:8000")

    told = {one.counts.name: one for one in report.domains}
    assert set(told) == {"big.example", "slow.example", "small.example", "strict.example"}
    big = told["big.example"]
    assert (big.counts.audience, big.counts.accepted, big.counts.refused, big.counts.unknown, big.counts.skipped) == (63, 60, 1, 1, 1)
    assert (big.bounced, big.complaints) == ({"hard": 1, "soft": 1}, 1)
    (slow,) = report.waits
    assert (slow.name, slow.messages) == ("slow.example", 5)
    assert 0 <= slow.mean <= slow.longest < 1_010


def test_it_stands_beside_the_campaigns_before_and_not_those_after(database: Database, april: str) -> None:
    with database.read() as session:
        reports = [report_of(session, campaigns.find(session, name), "http://localhost:8000") for name in (april, "march")]

    (before,) = reports[0].earlier
    assert (before.name, before.rates.accepted, before.rates.hard, before.rates.complaints, before.rates.left) == ("march", 65, 1, 0, 0)
    assert reports[1].earlier == ()


@pytest.fixture
def command(settings_file: Path) -> Callable[..., Result]:
    """The command, in this process."""
    return lambda *words: CliRunner().invoke(main, ["--config", str(settings_file), *map(str, words)])


def test_a_terminal_and_scripts_are_told_the_same(april: str, command: Callable[..., Result]) -> None:
    shown, told = command("report", april), json.loads(command("report", april, "--json").stdout)

    assert shown.exit_code == 0, shown.output
    assert told["counts"]["accepted"] == 65
    assert told["rates"]["hard"] == 2
    for words in ("65 accepted", "2.94 %  2 people, over the limit", "1.54 %  1 person, over the limit", "slow.example took 5 mails later"):
        assert words in re.sub(r" +(?=\d+ accepted)", "", shown.stdout)
    assert "march" in shown.stdout


def test_what_was_not_sent_has_no_report(database: Database, april: str, command: Callable[..., Result]) -> None:
    with database.begin() as session:
        to = session.scalars(select(MailingList)).one()
        campaigns.save_draft(session, "may", to, "a.txt", "", [composed_parts()], clock(session))

    refused, unknown = command("report", "may"), command("report", "aprl")

    assert (refused.exit_code, unknown.exit_code) == (1, 1)
    assert "may has not been sent" in refused.output
    assert april in unknown.output  # the nearest


def test_no_words_of_others_are_markup_in_a_report(april: str, command: Callable[..., Result], tmp_path: Path) -> None:
    page = tmp_path / "report.html"

    done = command("report", april, "--html", page)

    html = page.read_text(encoding="utf-8")
    assert done.exit_code == 0, done.output
    assert "<script" not in html
    assert "The pump &lt;script&gt;alert(1)&lt;/script&gt; &amp; the &#34;band&#34;" in html
    assert stat.S_IMODE(page.stat().st_mode) == 0o600


def test_a_page_takes_no_other_files_place_unless_it_is_forced(april: str, command: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")

    refused, kept = command("report", april, "--html", tmp_path / "notes.txt"), (tmp_path / "notes.txt").read_text(encoding="utf-8")
    forced = command("report", april, "--html", tmp_path / "notes.txt", "--force")

    assert (refused.exit_code, kept) == (1, "mine")
    assert "is there already" in refused.output
    assert forced.exit_code == 0, forced.output


def test_a_link_in_the_way_is_not_followed(april: str, command: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "report.html").symlink_to(tmp_path / "another")

    done = command("report", april, "--html", tmp_path / "report.html")

    assert done.exit_code == 1
    assert "cannot be written" in done.output
    assert not (tmp_path / "another").exists()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # a page is a page
def test_the_page_asks_nobody_for_anything_fits_a_phone_and_has_no_fault_for_axe(
    april: str, command: Callable[..., Result], tmp_path: Path, chromium: str
) -> None:
    page = tmp_path / "report.html"
    command("report", april, "--html", page)
    asked: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for width, scheme in ((360, "light"), (1200, "dark")):
            with browser.new_context(
                viewport={"width": width, "height": 900},
                color_scheme="dark" if scheme == "dark" else "light",
                bypass_csp=True,
            ) as context:
                shown = context.new_page()
                shown.on("request", lambda request: asked.append(request.url))
                shown.goto(page.as_uri())
                assert shown.evaluate(ROOM) <= 0
                assert shown.locator("svg.plot rect").count() > 2
                found = Axe().run(shown, options=RULES)
                assert found.violations_count == 0, found.generate_report()
        browser.close()
    assert set(asked) == {page.as_uri()}
