"""Figures for Prometheus: what is owed, sent, left and waiting, counted when they are asked for; on an address of their own."""

from collections.abc import Iterator

from prometheus_client import Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.orm import Session

from fob_mail import balance, campaigns, notes, workers
from fob_mail.audience import counting, lists
from fob_mail.database import Database, clock

NEWEST = 20
"""Campaigns of which deliveries are told, the newest."""


class Figures(Collector):
    """Counts the database's rows, whenever somebody asks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Every figure, of one moment."""
        with self._database.read() as session:
            yield from (_people(session), _deliveries(session), _notes(session), _workers(session))


class Traffic(Collector):
    """How many requests came for what, how they ended, and how long they took. A page's name tells no token, and there are few."""

    def __init__(self) -> None:
        words = "Requests, by the page's name and the status that answered them."
        self._requests = Counter("fob_mail_requests", words, ["page", "status"], registry=None)
        self._seconds = Histogram("fob_mail_request_seconds", "How long requests took.", ["page"], registry=None)

    def __call__(self, page: str, status: str, seconds: float) -> None:
        """Take in one request."""
        self._requests.labels(page, status).inc()
        self._seconds.labels(page).observe(seconds)

    def collect(self) -> Iterator[Metric]:
        """Both."""
        yield from self._requests.collect()
        yield from self._seconds.collect()


def _people(session: Session) -> GaugeMetricFamily:
    family = GaugeMetricFamily("fob_mail_subscriptions", "People of each list, by how they stand.", labels=["list", "state"])
    for one in lists.all_lists(session):
        numbers = counting.counts(session, one.id)
        for state in ("confirmed", "paused", "pending", "left", "suppressed"):
            family.add_metric([one.slug, state], getattr(numbers, state))
    return family


def _deliveries(session: Session) -> GaugeMetricFamily:
    family = GaugeMetricFamily("fob_mail_deliveries", "Deliveries of the newest campaigns, by state.", labels=["campaign", "state"])
    for campaign in campaigns.all_campaigns(session)[:NEWEST]:
        numbers = balance.counts(session, campaign.id)
        for state in ("queued", "leased", "deferred", "accepted", "refused", "skipped", "unknown"):
            family.add_metric([campaign.slug, state], getattr(numbers, state))
    return family


def _notes(session: Session) -> GaugeMetricFamily:
    family = GaugeMetricFamily("fob_mail_notes", "Mails of fob-mail's own (to confirm, to welcome), by state.", labels=["state"])
    for state, number in notes.counts(session).items():
        family.add_metric([state.value], number)
    return family


def _workers(session: Session) -> GaugeMetricFamily:
    alive = [one for one in workers.alive(session, clock(session)) if one.silent < 4 * workers.BEAT_EVERY]
    return GaugeMetricFamily("fob_mail_workers", "Workers that have been heard of in the last 20 seconds.", value=len(alive))
