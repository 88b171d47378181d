"""What a watched campaign looks like: a screen for a terminal of any width, and a line where there is none."""

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from fob_mail.audience.cells import one_line
from fob_mail.cli.relays import told
from fob_mail.cli.status import worker_in_words
from fob_mail.cli.watch import Look, Sight
from fob_mail.models import CampaignState
from fob_mail.workers import Alive

COLOURS = {
    CampaignState.SENDING: "green",
    CampaignState.PAUSED: "yellow",
    CampaignState.CANCELLED: "yellow",
    CampaignState.FINISHED: "bold green",
}
BAR = 40
"""Columns of the bar, where there is room."""
_SHORT = {"leased": "under way"}


def screen(look: Look) -> RenderableType:
    """All of it; every word that is not ours is one line of plain text."""
    parts: list[RenderableType] = [part for sight in look.sights for part in _campaign(sight)]
    if not look.sights:
        parts.append(Text("Nothing goes out."))
    parts += [_worker(worker) for worker in look.idle]
    foot = f"{look.at.astimezone():%H:%M:%S} · Ctrl-C leaves; sending goes on"
    if look.trouble:
        parts.append(Text(f"The database does not answer, and is asked again: {one_line(look.trouble)}", style="yellow"))
    return Group(*parts, Text(foot, style="dim"))


def line(sight: Sight) -> str:
    """One campaign on one line."""
    return f"{sight.name} {sight.state}: {_progress(sight)}; {_counts(sight)}"


def _campaign(sight: Sight) -> list[RenderableType]:
    head = Text.assemble((sight.name, "bold"), "  ", (str(sight.state), COLOURS.get(sight.state, "")), "  ", one_line(sight.words))
    if not sight.counts.audience:
        return [head, Text()]
    done = sight.counts.audience - sight.counts.owed
    bar = Padding(ProgressBar(total=sight.counts.audience, completed=done, width=BAR), 0)  # which ends the bar's line, as itself does not
    parts: list[RenderableType] = [head, bar, Text(_progress(sight)), Text(_counts(sight))]
    parts += [_worker(worker) for worker in sight.workers]
    parts += [Text(one_line(told(relay)), style="yellow" if relay.trouble else "") for relay in sight.relays]
    if sight.refusals:
        parts.append(_refusals(sight))
    return [*parts, Text()]


def _progress(sight: Sight) -> str:
    counts = sight.counts
    words = [f"{counts.audience - counts.owed:,} of {counts.audience:,}"]
    if sight.rate is not None and counts.owed:
        words.append(f"{sight.rate:,.0f}/s")
    if (left := sight.seconds_left) is not None:
        words.append(f"about {_lasting(left)} left")
    return ", ".join(words)


def _counts(sight: Sight) -> str:
    numbers = {name: getattr(sight.counts, name) for name in ("accepted", "queued", "leased", "deferred", "refused", "skipped", "unknown")}
    return " · ".join(f"{number:,} {_SHORT.get(name, name)}" for name, number in numbers.items() if number) or "nobody"


def _worker(worker: Alive) -> Text:
    return Text(one_line(worker_in_words(worker)), style="yellow" if worker.is_silent else "")


def _refusals(sight: Sight) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("refused by", overflow="fold")
    for name in ("for good", "for now"):
        table.add_column(name, justify="right")
    for one in sight.refusals:
        table.add_row(Text(one_line(one.name)), Text(f"{one.refused:,}"), Text(f"{one.deferred:,}"))
    return table


def _lasting(seconds: float) -> str:
    """`34 s`, `12 min`, `2 h 05 min`."""
    minutes = round(seconds / 60)
    if seconds < 90:  # noqa: PLR2004 a minute and a half is better said in seconds
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02} min"  # noqa: PLR2004
