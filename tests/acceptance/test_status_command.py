"""What an organiser is told of a campaign that has gone out: who was refused or skipped, and why; by the real command."""

import json
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from fob_mail import campaigns, freezing, ledger, workers
from fob_mail.composing.composed import Composed
from fob_mail.database import Database, clock
from fob_mail.models import Delivery, DeliveryState
from fob_mail.outcomes import Outcome
from fob_mail.sending.route import RouteReport
from tests.builders import make_list, make_subscriber

Run = Callable[..., subprocess.CompletedProcess[str]]

pytestmark = pytest.mark.usefixtures("settings_file", "frozen")


@pytest.fixture
def frozen(database: Database) -> int:
    """A campaign `c` to four people, in two batches: one accepted, one refused, one skipped and one unknown."""
    with database.begin() as session:
        to = make_list(session, "supporters")
        for name in ("ana", "luis", "rosa", "zoe"):
            make_subscriber(session, f"{name}@example.org", to)
        now = clock(session)
        campaigns.save_draft(session, "c", to, "article.txt", "", [Composed("en", "An evening", "", "<p>Hello</p>", "Hello")], now)
        campaign = campaigns.find(session, "c")
        freezing.freeze(session, campaign, 2, now)
        states = {
            "ana@example.org": (DeliveryState.ACCEPTED, 250, "2.0.0 ok"),
            "luis@example.org": (DeliveryState.REFUSED, 550, "5.1.1 \u001b[31mno such user\u001b[0m"),
            "rosa@example.org": (DeliveryState.SKIPPED, None, "left the list"),
            "zoe@example.org": (DeliveryState.UNKNOWN, None, "the worker was killed"),
        }
        places = {d.address: d.position for d in session.scalars(select(Delivery))}
        outcomes = [Outcome(places[address], state, code, reply) for address, (state, code, reply) in states.items()]
        ledger.settle(session, campaign.id, outcomes, now)
        return campaign.id


def test_status_says_where_the_reasons_are(fob_mail: Run) -> None:
    told = fob_mail("status", "c").stdout

    assert "fob-mail status c --refused" in told
    assert "fob-mail status c --skipped" in told


def test_status_shows_how_the_relays_fare_of_all_workers_together(fob_mail: Run, database: Database, frozen: int) -> None:
    with database.begin() as session:
        now = clock(session)
        for name in ("one-1", "two-2"):
            workers.beat(session, name, frozen, now)
        workers.beat(session, "dead-3", frozen, now - timedelta(seconds=20))
        slowed = RouteReport("main", 3, 1200, 12.5, "451 4.7.1 \u001b[31mslow down")
        workers.report_relays(session, "one-1", frozen, [slowed, RouteReport("reserve", 0, 0, None, "")], now)
        workers.report_relays(session, "two-2", frozen, [RouteReport("main", 2, 34, 10.0, "")], now)
        workers.report_relays(session, "dead-3", frozen, [RouteReport("main", 9, 9, None, "")], now - timedelta(seconds=21))
        workers.report_relays(session, "ended-4", frozen, [RouteReport("main", 0, 7, None, "hung up")], now)  # it has said that it ended

    told = json.loads(fob_mail("status", "c", "--json").stdout)["relays"]

    assert [(one["name"], one["workers"], one["connections"], one["accepted"], one["per_second"]) for one in told] == [
        ("main", 2, 5, 1234, 22.5),
        ("reserve", 1, 0, 0, None),
    ]
    said = fob_mail("status", "c").stdout
    assert "relay main: 5 connections, 1,234 accepted, slowed to 22.5 a second: 451 4.7.1 [31mslow down\n" in said


def test_the_refused_are_listed_with_the_relays_words_disarmed(fob_mail: Run) -> None:
    """A relay's words are somebody else's: a terminal must not obey them."""
    told = fob_mail("status", "c", "--refused").stdout

    assert told == "luis@example.org  550 5.1.1 [31mno such user[0m\n1 refused.\n"


def test_the_skipped_are_listed_as_json(fob_mail: Run) -> None:
    told = json.loads(fob_mail("status", "c", "--skipped", "--json").stdout)

    (rosa,) = told["skipped"]
    assert told["campaign"] == "c"
    assert (rosa["address"], rosa["code"], rosa["reply"]) == ("rosa@example.org", None, "left the list")
    assert rosa["at"]


def test_nobody_deferred_is_an_empty_list(fob_mail: Run) -> None:
    assert json.loads(fob_mail("status", "c", "--deferred", "--json").stdout) == {"campaign": "c", "deferred": []}
    assert fob_mail("status", "c", "--deferred").stdout == "Nobody is deferred.\n"


def test_a_list_of_people_is_that_of_one_campaign(fob_mail: Run) -> None:
    done = fob_mail("status", "--refused")

    assert done.returncode == 1
    assert "fob-mail status NAME --refused" in done.stderr


def test_the_unknown_are_settled_and_reported_as_json(fob_mail: Run) -> None:
    assert json.loads(fob_mail("unknown", "settle", "c", "--yes", "--json").stdout) == {"campaign": "c", "settled": 1}
    assert json.loads(fob_mail("status", "c", "--json").stdout)["accepted"] == 2
    assert "Nothing is unknown" in fob_mail("unknown", "settle", "c").stdout
    assert json.loads(fob_mail("unknown", "resend", "c", "--yes", "--json").stdout) == {"campaign": "c", "owed_again": 0}


def test_the_unknown_of_a_cancelled_campaign_stay_unknown_until_they_are_settled(fob_mail: Run) -> None:
    """Owed again, they would count as not mailed, and perhaps they were."""
    fob_mail("cancel", "c", "--yes")

    refused = fob_mail("unknown", "resend", "c", "--yes")

    assert refused.returncode == 1
    assert "c was cancelled" in refused.stderr
    assert "fob-mail unknown settle c" in refused.stderr
    assert json.loads(fob_mail("status", "c", "--json").stdout)["unknown"] == 1
    assert json.loads(fob_mail("unknown", "settle", "c", "--yes", "--json").stdout)["settled"] == 1


def test_one_that_is_owed_again_is_told_in_the_singular(fob_mail: Run) -> None:
    assert fob_mail("unknown", "resend", "c", "--yes").stdout == "1 delivery is owed again. Next: fob-mail send c\n"


def test_who_sends_again_is_told_until_when_another_worker_has_the_rest(fob_mail: Run, database: Database, frozen: int) -> None:
    """A worker on another machine may have been killed: its lease has to end before anybody may send what it had."""
    fob_mail("unknown", "resend", "c", "--yes")
    with database.begin() as session:
        now = clock(session)
        while ledger.lease(session, frozen, "elsewhere", now, now + timedelta(minutes=5)):
            pass

    told = fob_mail("send", "c", "--yes", "--no-wait").stderr

    assert "1 is with another worker" in told
    assert f"free after {(now + timedelta(minutes=5)).astimezone():%H:%M:%S}" in told


def test_an_export_is_utf_8_wherever_it_is_read(fob_mail: Run, tmp_path: Path, database: Database) -> None:
    """A pipe on a machine without a language setting is no reason to lose half the list."""
    with database.begin() as session:
        make_subscriber(session, "nandu@example.org", campaigns.list_of(session, campaigns.find(session, "c")), name="Ñandú")
    plain = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}

    fob_mail("subscribers", "export", "supporters", "--out", tmp_path / "out.csv", **plain)
    done = fob_mail("subscribers", "export", "supporters", **plain)

    assert done.returncode == 0, done.stderr
    assert "Ñandú" in done.stdout
    assert "Ñandú" in (tmp_path / "out.csv").read_text(encoding="utf-8-sig")
