"""Several relays: shares, limits that hosts share, and a campaign that goes on while one relay takes mail."""

import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from fob_mail import balance, campaigns, workers
from fob_mail.balance import Counts
from fob_mail.database import Database, clock
from fob_mail.links import Links
from fob_mail.models import DeliveryState
from fob_mail.sending.run import Controls, Ended, Ending, freeze, run
from fob_mail.sending.transmission import Transmission
from fob_mail.settings import Domain, Relay, Settings
from tests.builders import composed_parts, make_list, make_subscriber
from tests.recording_relay import Faults, RecordingRelay

PEOPLE = 60


def a_campaign(database: Database, domains: tuple[str, ...] = ("example.org",), people: int = PEOPLE) -> list[str]:
    """A draft `c` to so many people, whose domains take turns; gives their addresses."""
    addresses = [f"p{number}@{domains[number % len(domains)]}" for number in range(people)]
    with database.begin() as session:
        to = make_list(session, "supporters")
        for address in addresses:
            make_subscriber(session, address, to)
        campaigns.save_draft(session, "c", to, "article.txt", "", [composed_parts()], clock(session))
    return addresses


def relay(name: str, port: int, **changes: object) -> Relay:
    """What one sets for this relay."""
    whole: dict[str, object] = {"name": name, "host": "127.0.0.1", "port": port, "connections": 2, "timeout": 5.0}
    return Relay.model_validate(whole | changes)


def closed_port() -> int:
    """Where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


Send = Callable[..., Ended]


@pytest.fixture
def send(database: Database, settings: Settings, tmp_path: Path) -> Send:
    """Freeze and run campaign `c` through these relays."""

    def sending(
        *relays: Relay,
        domains: tuple[Domain, ...] = (),
        journal: str = "journal",
        started: Callable[[Transmission], None] = lambda _: None,
        report: Callable[[Transmission], None] = lambda _: None,
    ) -> Ended:
        own = settings.sending.model_copy(update={"journal_folder": tmp_path / journal, "batch_size": 10, "retry_after": [1]})
        here = settings.model_copy(update={"sending": own, "relays": list(relays), "domains": list(domains)})
        freeze(database, "c", here)
        return run(database, "c", here, Links(here.keys(), here.base_url), Controls(started, report, wait=True))

    return sending


ALL = Counts(audience=PEOPLE, accepted=PEOPLE)


def test_each_relay_gets_its_share(database: Database, send: Send) -> None:
    everyone = Counter(a_campaign(database, people=300))

    with RecordingRelay(Faults(delay=0.002)) as main, RecordingRelay() as other:
        ended = send(relay("main", main.port, weight=3), relay("other", other.port))

    assert (ended.how, ended.counts.accepted) == (Ending.FINISHED, 300)
    assert main.recipients + other.recipients == everyone
    assert 195 <= len(main.messages) <= 240  # 225, but for which of them was connected first
    with database.read() as session:
        told = {one.relay: one.accepted for one in workers.relays(session, 1)}
        by_relay = Counter(settled.reply.rpartition("(")[2] for settled in balance.settled_as(session, 1, DeliveryState.ACCEPTED))
    assert told == {"main": len(main.messages), "other": len(other.messages)}
    assert by_relay == {"relay main)": len(main.messages), "relay other)": len(other.messages)}


def test_one_without_a_share_is_spared_while_another_takes_mail(database: Database, send: Send) -> None:
    a_campaign(database)

    with RecordingRelay() as main, RecordingRelay() as reserve:
        ended = send(relay("reserve", reserve.port, weight=0), relay("main", main.port))

    assert ended.counts == ALL
    assert (len(main.messages), reserve.connected) == (PEOPLE, 0)


@pytest.mark.parametrize(
    "faults",
    [
        Faults(mail="550 5.7.1 sender rejected"),
        Faults(mail="530 5.7.0 Authentication required"),
        Faults(rcpt=dict.fromkeys([f"p{number}@example.org" for number in range(PEOPLE)], "554 5.7.1 blocked")),
    ],
    ids=["sender", "login", "everybody"],
)
def test_a_relay_that_turns_us_away_is_left_out_and_nobody_is_refused_for_it(database: Database, send: Send, faults: Faults) -> None:
    everyone = Counter(a_campaign(database))

    with RecordingRelay(faults) as bad, RecordingRelay(Faults(delay=0.02)) as good:
        ended = send(relay("bad", bad.port, weight=100), relay("good", good.port))

    assert (ended.how, ended.counts) == (Ending.FINISHED, ALL)
    assert good.recipients == everyone
    with database.read() as session:
        (trouble,) = [one.trouble for one in workers.relays(session, 1) if one.relay == "bad"]
    assert "refuse" in trouble


def test_when_every_relay_turns_us_away_the_campaign_pauses_with_the_first_ones_words(database: Database, send: Send) -> None:
    a_campaign(database)

    with RecordingRelay(Faults(mail="550 5.7.1 not you")) as one, RecordingRelay(Faults(mail="550 5.7.1 nor you")) as two:
        ended = send(relay("one", one.port), relay("two", two.port))

    assert ended.how is Ending.TURNED_AWAY
    assert "not you" in str(ended.problem)
    assert (ended.counts.refused, ended.counts.owed) == (0, PEOPLE)


def test_a_relay_that_is_away_is_passed_over_and_its_reserve_takes_all(database: Database, send: Send) -> None:
    everyone = Counter(a_campaign(database))

    with RecordingRelay() as reserve:
        ended = send(relay("main", closed_port()), relay("reserve", reserve.port, weight=0))

    assert ended.counts == ALL
    assert reserve.recipients == everyone


def test_two_workers_together_stay_under_a_limit_a_second(database: Database, send: Send) -> None:
    everyone, moments = Counter(a_campaign(database)), []

    with RecordingRelay() as shared:
        shared.deliver = lambda _: moments.append(time.monotonic())
        limited = relay("main", shared.port, per_second=20)
        both = [threading.Thread(target=send, args=(limited,), kwargs={"journal": f"journal-{number}"}) for number in range(2)]
        for worker in both:
            worker.start()
        for worker in both:
            worker.join(60)

    assert shared.recipients == everyone
    busiest = max(sum(first <= moment < first + 1 for moment in moments) for first in moments)
    assert busiest <= 20 + 10 + 2  # a block late by a second at the most, and what the clocks of threads differ by
    assert moments[-1] - moments[0] >= 0.8 * PEOPLE / 20


def test_a_limit_an_hour_holds_the_rest_back_and_says_until_when(database: Database, send: Send) -> None:
    a_campaign(database)
    told: list[str] = []

    def stop_when_full(transmission: Transmission) -> None:
        told.extend(one.trouble for one in transmission.routes.reports() if one.trouble)
        if told:
            transmission.stop()

    with RecordingRelay() as shared:
        ended = send(relay("main", shared.port, per_hour=25), report=stop_when_full)

    assert (len(shared.messages), ended.counts.accepted, ended.counts.owed) == (25, 25, PEOPLE - 25)
    assert "its limit is reached until" in told[0]


def test_a_domain_has_limits_of_its_own_and_the_others_go_on(database: Database, send: Send) -> None:
    everyone, moments = Counter(a_campaign(database, ("slow.example", "fast.example"))), dict[str, list[float]](slow=[], fast=[])

    with RecordingRelay() as shared:
        shared.deliver = lambda message: moments[message.recipient.partition("@")[2][:4]].append(time.monotonic())
        ended = send(relay("main", shared.port), domains=(Domain(names=["slow.example"], per_second=15, connections=1),))

    assert ended.counts == ALL
    assert shared.recipients == everyone
    assert moments["slow"][-1] - moments["slow"][0] >= 1.5
    assert moments["fast"][-1] < moments["slow"][len(moments["slow"]) // 2]


def test_a_relay_that_asks_for_time_is_slowed_and_everybody_gets_it_all_the_same(database: Database, send: Send) -> None:
    addresses, slowest = a_campaign(database, ("a.example", "b.example", "c.example")), [0.0]

    def watch(transmission: Transmission) -> None:
        slowest[0] = min([slowest[0] or 1e9, *(one.per_second for one in transmission.routes.reports() if one.per_second)])

    with RecordingRelay(Faults(once=dict.fromkeys(addresses[:40], "451 4.7.1 Too many, try later"), delay=0.05)) as shared:
        ended = send(relay("main", shared.port), report=watch)

    assert ended.counts == ALL
    assert shared.recipients == Counter(addresses)
    assert 0 < slowest[0] < 1000
