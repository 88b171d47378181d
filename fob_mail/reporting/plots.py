"""Plots as geometry: where bars, ticks and lines stand in a picture of WIDTH by HEIGHT units. The page's template draws them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from fob_mail.tallies import Bar

WIDTH, HEIGHT = 720, 200
LEFT, RIGHT, TOP, BOTTOM = 56, 8, 16, 28
MOST_TICKS = 4
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Box:
    """One bar, and what it says to whoever points at it or hears it."""

    x: float
    y: float
    width: float
    height: float
    says: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on an axis, and its label."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Plot:
    """Bars over time."""

    title: str
    says: str  # what it shows, in a sentence, for whoever does not see it
    boxes: tuple[Box, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]


def over_time(title: str, bars: Sequence[Bar], width: int, zone: tzinfo, one: str, many: str) -> Plot:  # noqa: PLR0913, PLR0917 what it shows, and in which words
    """Bars of `width` seconds each, from the first to the last."""
    if not bars:
        return Plot(title, f"No {many}.", (), (), ())
    first, last = bars[0].at, bars[-1].at + timedelta(seconds=width)
    whole = (last - first).total_seconds()
    step = _step(max(bar.number for bar in bars))
    top = -(-max(bar.number for bar in bars) // step) * step
    room, tall = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def across(moment: datetime) -> float:
        return LEFT + room * (moment - first).total_seconds() / whole

    boxes = tuple(
        Box(
            round(across(bar.at), 2),
            round(TOP + tall * (1 - bar.number / top), 2),
            round(max(room * width / whole - 1, 0.5), 2),
            round(tall * bar.number / top, 2),
            f"{_moment(bar.at, zone, whole)}: {bar.number:,} {one if bar.number == 1 else many}",
        )
        for bar in bars
    )
    up = tuple(Tick(round(TOP + tall * (1 - number / top), 2), f"{number:,}") for number in range(0, top + 1, step))
    places = [first + (last - first) * part / (MOST_TICKS - 1) for part in range(MOST_TICKS)]
    ticks = tuple(Tick(round(across(moment), 2), _moment(moment, zone, whole)) for moment in places)
    number = sum(bar.number for bar in bars)
    busiest = max(bars, key=lambda bar: bar.number)
    says = f"{number:,} {one if number == 1 else many}, the most of them ({busiest.number:,}) from {_moment(busiest.at, zone, whole)} on."
    return Plot(title, says, boxes, ticks, up)


def _step(most: int) -> int:
    """A round number of which four or five reach the top."""
    size = 1
    while True:
        for factor in (1, 2, 5):
            if most <= factor * size * 5:
                return factor * size
        size *= 10


def _moment(moment: datetime, zone: tzinfo, seconds: float) -> str:
    """As exactly as the stretch of time needs it."""
    local = moment.astimezone(zone)
    if seconds > 4 * DAY.total_seconds():
        return f"{local:%d %b}"
    if seconds > DAY.total_seconds() / 2:
        return f"{local:%d %b %H:%M}"
    return f"{local:%H:%M}" if seconds > 20 * 60 else f"{local:%H:%M:%S}"
