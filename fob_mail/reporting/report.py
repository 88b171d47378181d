"""A campaign's report: what was sent, what came back, who left, how fast it went, beside the campaigns before and what receivers bear.

Nothing in it knows who opened or followed a link: that is not recorded. How often is, for lists whose organiser turned that on.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from fob_mail import balance, campaigns, lost, tallies
from fob_mail.balance import Counts
from fob_mail.composing.composed import Composed
from fob_mail.composing.counting import OPENED, links_of, says_so
from fob_mail.errors import ConflictError
from fob_mail.inbound.causes import verdict_of
from fob_mail.inbound.incoming import REASONS, Cause, Kind
from fob_mail.models import Campaign
from fob_mail.personalising import shown
from fob_mail.tallies import Bar, Domain, Wait

EARLIER = 5
"""How many campaigns before this one it is compared with."""

BOUNCES = (Kind.HARD, Kind.SOFT, Kind.BLOCKED)
TIMES = (1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 43200, 86400, 604800, 2592000)
"""Widths in seconds of which one is taken, so that a plot has no more than MOST_BARS."""

MOST_BARS = 60
MOST = 0.95


class Weight(StrEnum):
    """How a rate stands to what receivers bear."""

    FINE = "fine"
    WATCH = "watch"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Threshold:
    """What large providers bear: at `watch` it is time to look, at `over` they begin to refuse. Both are shares of what was accepted."""

    watch: float
    over: float
    source: str

    def weigh(self, rate: float) -> Weight:
        """Where a rate stands."""
        return Weight.OVER if rate >= self.over else Weight.WATCH if rate >= self.watch else Weight.FINE


THRESHOLDS = {
    "complaints": Threshold(0.001, 0.003, "Gmail and Yahoo: under 0.1 %, never 0.3 % or more"),
    "hard": Threshold(0.01, 0.02, "providers take 2 % for a list that was not asked"),
}


@dataclass(frozen=True, slots=True)
class Bounce:
    """People whose mail failed in one way: refused by the relay at once, or reported afterwards."""

    kind: str
    cause: str
    words: str
    at_once: int
    afterwards: int


@dataclass(frozen=True, slots=True)
class Rates:
    """How many people, and as shares of what was accepted (of hard bounces: of what was tried)."""

    accepted: int
    hard: int
    complaints: int
    left: int
    hard_rate: float
    complaint_rate: float
    left_rate: float

    @classmethod
    def of(cls, accepted: int, hard: int, complaints: int, left: int, *, refused: int = 0) -> "Rates":
        """The rates of these numbers; nothing of nothing is 0."""
        tried = accepted + refused
        return cls(accepted, hard, complaints, left, hard / max(tried, 1), complaints / max(accepted, 1), left / max(accepted, 1))


@dataclass(frozen=True, slots=True)
class Beside:
    """An earlier campaign to the same list."""

    name: str
    sent: datetime | None
    rates: Rates


@dataclass(frozen=True, slots=True)
class OfDomain:
    """What became of one domain's mail."""

    counts: Domain
    bounced: dict[str, int] = field(default_factory=dict)  # kind → people, reported afterwards
    complaints: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """All of it. Rates are shares of 1, widths and waits are seconds, moments are in UTC."""

    campaign: str
    subject: str
    state: str
    frozen_at: datetime
    first_accepted: datetime | None
    last_accepted: datetime | None
    counts: Counts
    rates: Rates
    weights: dict[str, Weight]
    bounces: tuple[Bounce, ...]
    other: dict[str, int]  # what else came back: kind → people
    domains: tuple[OfDomain, ...]
    waits: tuple[Wait, ...]
    sending: tuple[Bar, ...]
    sending_width: int
    leaving: tuple[Bar, ...]
    leaving_width: int
    earlier: tuple[Beside, ...]
    opened: int | None  # how often, machines among them; None: it was not counted
    followed: tuple[tuple[str, int], ...]  # each link, and how often it was

    @property
    def seconds(self) -> float:
        """From the first mail that was accepted to the last."""
        return (self.last_accepted - self.first_accepted).total_seconds() if self.first_accepted and self.last_accepted else 0.0

    @property
    def most_within(self) -> float:
        """From the first mail to the 95th of a hundred: the last ones may have been refused for now, and taken hours later."""
        taken, whole = 0, sum(bar.number for bar in self.sending)
        for bar in self.sending:
            taken += bar.number
            if taken >= MOST * whole:
                return min((bar.at - self.sending[0].at).total_seconds() + self.sending_width, self.seconds)
        return 0.0

    @property
    def fastest(self) -> float:
        """Messages a second in the busiest stretch."""
        return max((bar.number for bar in self.sending), default=0) / self.sending_width


def report_of(session: Session, campaign: Campaign, base_url: str) -> Report:
    """The report of a campaign that has been frozen. Raises ConflictError before that."""
    if lost.is_lost(campaign):
        raise lost.refusal(campaign.slug)
    if campaign.frozen_at is None:
        raise ConflictError(f"{campaign.slug} has not been sent: there is nothing to report.", f"Send it: fob-mail send {campaign.slug}")
    counts = balance.counts(session, campaign.id)
    refused, by_domain = _refusals(session, campaign.id)
    returned = tallies.came_back(session, [campaign.id])
    people: Counter[str] = Counter()
    for one in returned:
        people[one.kind] += one.people
    hard = sum(number for (kind, _), number in refused.items() if kind is Kind.HARD) + people[Kind.HARD]
    left, last_left = tallies.left_span(session, campaign)
    rates = Rates.of(counts.accepted, hard, people[Kind.COMPLAINT], left, refused=counts.refused)
    span = tallies.span(session, campaign.id)
    sending_width = _width(*span) if span else 1
    parts = campaigns.parts(session, campaign)
    opened, followed = _looks(session, campaign, parts, base_url)
    leaving_width = _width(campaign.frozen_at, last_left or campaign.frozen_at)
    return Report(
        campaign=campaign.slug,
        subject=next((shown(part.subject) for part in parts.values()), ""),
        state=campaign.state.value,
        frozen_at=campaign.frozen_at,
        first_accepted=span[0] if span else None,
        last_accepted=span[1] if span else None,
        counts=counts,
        rates=rates,
        weights={name: threshold.weigh(_rate(rates, name)) for name, threshold in THRESHOLDS.items()},
        bounces=_bounces(refused, returned),
        other={kind: number for kind, number in sorted(people.items()) if kind not in BOUNCES and kind != Kind.COMPLAINT},
        domains=_domains(session, campaign.id, by_domain),
        waits=tuple(tallies.waits(session, campaign.id)),
        sending=tuple(tallies.accepted_over_time(session, campaign.id, sending_width)),
        sending_width=sending_width,
        leaving=tuple(tallies.left_over_time(session, campaign, leaving_width)),
        leaving_width=leaving_width,
        earlier=_earlier(session, campaign),
        opened=opened,
        followed=followed,
    )


def _looks(
    session: Session, campaign: Campaign, parts: Mapping[str, Composed], base_url: str
) -> tuple[int | None, tuple[tuple[str, int], ...]]:
    """How often the mail was opened and which link was followed, the most first; none and nothing where that is not counted."""
    looks = tallies.looks(session, campaign.id)
    counting = any(says_so(part) for part in parts.values()) and campaigns.list_of(session, campaign).counts
    if not looks and not counting:
        return None, ()
    links = {number: url for part in parts.values() for number, url in links_of(part, base_url).items()}
    followed = ((url, looks.get(number, 0)) for number, url in links.items())
    return looks.get(OPENED, 0), tuple(sorted(followed, key=lambda pair: (-pair[1], pair[0])))


def _rate(rates: Rates, name: str) -> float:
    return rates.complaint_rate if name == "complaints" else rates.hard_rate


def _width(first: datetime, last: datetime) -> int:
    """Seconds of a stretch."""
    seconds = (last - first) / timedelta(seconds=1)
    return next((width for width in TIMES if seconds / width < MOST_BARS), TIMES[-1])


def _refusals(session: Session, campaign_id: int) -> tuple[Counter[tuple[Kind, Cause]], Counter[str]]:
    """What the relay refused at once, by kind and cause as its words tell; and how many of it were hard, by domain."""
    causes: Counter[tuple[Kind, Cause]] = Counter()
    hard: Counter[str] = Counter()
    for domain, reply in tallies.refusals(session, campaign_id):
        kind, cause, _ = verdict_of("", reply)
        causes[kind, cause] += 1
        hard[domain] += kind is Kind.HARD
    return causes, hard


def _bounces(refused: Counter[tuple[Kind, Cause]], returned: Sequence[tallies.Returned]) -> tuple[Bounce, ...]:
    afterwards: Counter[tuple[str, str]] = Counter()
    for one in returned:
        if one.kind in BOUNCES:
            afterwards[one.kind, one.cause] += one.people
    at_once = {(str(kind), str(cause)): number for (kind, cause), number in refused.items()}
    every = [
        Bounce(kind, cause, _words(cause), at_once.get((kind, cause), 0), afterwards[kind, cause])
        for kind, cause in {*at_once, *afterwards}
    ]
    return tuple(sorted(every, key=lambda one: (BOUNCES.index(Kind(one.kind)), -one.at_once - one.afterwards, one.cause)))


def _words(cause: str) -> str:
    return REASONS[Cause(cause)] if cause in list(Cause) else REASONS[Cause.UNKNOWN]


def _domains(session: Session, campaign_id: int, hard: Counter[str]) -> tuple[OfDomain, ...]:
    """The largest domains and the most troubled."""
    back = tallies.came_back_by_domain(session, campaign_id, [*BOUNCES, Kind.COMPLAINT])
    trouble: defaultdict[str, int] = defaultdict(int, hard)
    for name, kinds in back.items():
        trouble[name] += sum(kinds.values())
    worst = [name for name, number in sorted(trouble.items(), key=lambda pair: (-pair[1], pair[0]))[: tallies.TROUBLED] if number]
    told = []
    for counts in tallies.domains(session, campaign_id, also=worst):
        kinds = dict(back.get(counts.name, {}))
        complaints = kinds.pop(Kind.COMPLAINT, 0)
        told.append(OfDomain(counts, kinds, complaints))
    return tuple(told)


def _earlier(session: Session, campaign: Campaign) -> tuple[Beside, ...]:
    before = tallies.earlier(session, campaign, EARLIER)
    ids = [one.id for one in before]
    accepted, back = tallies.accepted_of(session, ids), tallies.came_back(session, ids)
    found = []
    for one in before:
        refused, _ = _refusals(session, one.id)
        people: Counter[str] = Counter()
        for came in back:
            people[came.kind] += came.people if came.campaign_id == one.id else 0
        hard = people[Kind.HARD] + sum(number for (kind, _), number in refused.items() if kind is Kind.HARD)
        left, _ = tallies.left_span(session, one)
        rates = Rates.of(accepted.get(one.id, 0), hard, people[Kind.COMPLAINT], left, refused=refused.total())
        found.append(Beside(one.slug, one.frozen_at, rates))
    return tuple(found)
