"""How the relays of a campaign fare, for status: connections, what was taken, who asks for time, and who takes nothing."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import click

from fob_mail.plurals import counted

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from fob_mail.workers import Alive


@dataclass(frozen=True, slots=True)
class RelayStatus:
    """One relay, all workers that send now together; `per_second` is None while nothing slows it."""

    name: str
    workers: int
    connections: int
    accepted: int
    per_second: float | None
    trouble: str


def relays_of(session: "Session", campaign_id: int, at_work: "list[Alive]", now: datetime) -> list[RelayStatus]:
    """The relays through which a campaign goes out now, of those workers that send it."""
    from fob_mail import workers  # noqa: PLC0415 imported late, so that --help is quick
    from fob_mail.audience.cells import one_line  # noqa: PLC0415

    senders = {worker.name for worker in at_work if worker.campaign_id == campaign_id and not worker.is_silent}
    told = [one for one in workers.relays(session, campaign_id) if one.worker in senders and one.seen_at > now - workers.SILENT_AFTER]
    found = []
    for name in dict.fromkeys(one.relay for one in told):
        its = [one for one in told if one.relay == name]
        slowed = [one.per_second for one in its if one.per_second is not None]
        trouble = next((one_line(one.trouble) for one in its if one.trouble), "")  # a relay's words may hold what a terminal obeys
        speed = round(sum(slowed), 1) if slowed else None
        found.append(RelayStatus(name, len(its), sum(o.connections for o in its), sum(o.accepted for o in its), speed, trouble))
    return found


def told(relay: RelayStatus) -> str:
    """What a relay took of those who send now, and what is wrong with it if anything is."""
    words = [counted(relay.connections, "connection"), f"{relay.accepted:,} accepted"]
    if relay.per_second is not None:
        words.append(f"slowed to {relay.per_second:,.1f} a second")
    return f"relay {relay.name}: {', '.join(words)}" + (f": {relay.trouble}" if relay.trouble else "")


def show_relays(relays: list[RelayStatus]) -> None:
    """A line a relay."""
    for relay in relays:
        click.secho(f"  {told(relay)}", fg="yellow" if relay.trouble else None)
