"""The watched screen: how fast, how long still, and that nobody else's words command the terminal."""

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console

from fob_mail.balance import Counts
from fob_mail.cli.relays import RelayStatus
from fob_mail.cli.screen import line, screen
from fob_mail.cli.watch import Look, Pace, Sight
from fob_mail.models import CampaignState
from fob_mail.tallies import Refusals
from fob_mail.workers import Alive

NOW = datetime(2027, 4, 12, 9, 0, tzinfo=UTC)
SIGHT = Sight(
    "bolivia-april",
    CampaignState.SENDING,
    "An evening",
    Counts(audience=40_000, queued=27_000, leased=355, deferred=300, accepted=12_000, refused=345),
    812.4,
    [Alive("one-1", 1, NOW, timedelta(seconds=2)), Alive("two-2", 1, NOW, timedelta(seconds=61))],
    [RelayStatus("main", 2, 10, 12_000, 12.5, "451 slow down"), RelayStatus("reserve", 1, 0, 0, None, "")],
    [Refusals("gmail.com", 300, 20), Refusals("example.org", 45, 280)],
)


def shown(look: Look, width: int) -> str:
    written = io.StringIO()
    Console(file=written, width=width, force_terminal=True, color_system=None).print(screen(look))
    return written.getvalue()


def test_the_rate_is_that_of_the_last_seconds() -> None:
    pace = Pace()

    rates = [
        pace(NOW + timedelta(seconds=5 * number), settled) for number, settled in enumerate((0, 500, 1000, 1500, 2000, 2000, 2000, 2000))
    ]

    assert rates[:3] == [None, 100.0, 100.0]
    assert rates[-2:] == [50.0, 25.0]


def test_a_clock_that_stands_still_and_a_number_that_falls_are_no_rate() -> None:
    pace = Pace()

    assert [pace(NOW, 10), pace(NOW, 20)] == [None, None]
    assert pace(NOW + timedelta(seconds=1), 5) == 0.0


@pytest.mark.parametrize(
    ("rate", "state", "left"),
    [
        (1000.0, CampaignState.SENDING, "about 27 s left"),
        (10.0, CampaignState.SENDING, "about 46 min left"),
        (1.0, CampaignState.SENDING, "about 7 h 36 min left"),
        (0.0, CampaignState.SENDING, ""),
        (None, CampaignState.SENDING, ""),
        (1000.0, CampaignState.PAUSED, ""),
    ],
)
def test_how_long_still_is_said_while_it_moves(rate: float | None, state: CampaignState, left: str) -> None:
    told = line(replace(SIGHT, rate=rate, state=state))

    assert told.startswith(f"bolivia-april {state}: 12,345 of 40,000")
    assert (left in told) if left else ("left" not in told)


def test_what_was_deferred_waits_for_its_own_time() -> None:
    only_deferred = replace(SIGHT, counts=Counts(audience=10, deferred=4, accepted=6))

    assert only_deferred.seconds_left is None


@pytest.mark.parametrize("width", [120, 80, 34])
def test_everything_stands_on_a_screen_of_any_width(width: int) -> None:
    told = shown(Look(NOW, [SIGHT], [Alive("idle-3", None, NOW, timedelta(0))]), width)
    words = " ".join(told.split())

    assert max(map(len, told.splitlines())) <= width
    for expected in ("bolivia-april sending", "12,345 of 40,000, 812/s", "355 under way", "worker one-1 sends it", "worker idle-3 waits"):
        assert expected in words
    assert "worker two-2 has been silent for 61 seconds" in words
    assert "relay main: 10 connections, 12,000 accepted, slowed to 12.5 a second: 451 slow down" in words
    if width > 34:
        assert "gmail.com 300 20" in words
        assert "Ctrl-C leaves; sending goes on" in words


def test_the_words_of_relays_people_and_hosts_command_no_terminal() -> None:
    evil = "\x1b]0;owned\x07[bold]x[/bold]\n  ✓ fine"
    relay = RelayStatus("main", 1, 1, 1, None, evil)
    sight = replace(SIGHT, words=evil, relays=[relay], refusals=[Refusals(evil, 1, 0)], workers=[Alive(evil, 1, NOW, timedelta(0))])

    told = shown(Look(NOW, [sight], [], evil), 200)

    assert "\x1b" not in told
    assert "\x07" not in told
    assert "\n  ✓ fine" not in told
    assert "[bold]x[/bold]" in told


def test_nothing_that_goes_out_is_said() -> None:
    assert "Nothing goes out." in shown(Look(NOW, [], []), 80)
