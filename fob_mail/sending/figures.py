"""What one worker has done since it began, for Prometheus. The loop tells it ten times a second; whoever asks costs the loop nothing."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from fob_mail.models import DeliveryState
from fob_mail.sending.route import RouteReport
from fob_mail.sending.transmission import Transmission

TOLD = (DeliveryState.ACCEPTED, DeliveryState.REFUSED, DeliveryState.DEFERRED, DeliveryState.UNKNOWN)
"""What becomes of a delivery on the wire."""


class WorkerFigures(Collector):
    """Counts only rise while the process lives: those of runs that are over, and those of the run under way."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._deliveries: Counter[str] = Counter()
        self._accepted: Counter[str] = Counter()  # by relay
        self._running: tuple[dict[DeliveryState, int], Sequence[RouteReport]] = {}, ()
        self._campaign = ""
        self._notes = 0
        self._alive_at = time.time()

    @contextmanager
    def run(self, campaign: str, report: Callable[[Transmission], None]) -> Iterator[Callable[[Transmission], None]]:
        """What a run of this campaign reports to, in place of `report`, which hears it too; what it came to is kept."""

        def both(transmission: Transmission) -> None:
            report(transmission)
            tally, reports = dict(transmission.tally), transmission.routes.reports()
            with self._lock:
                self._running, self._alive_at = (tally, reports), time.time()

        with self._lock:
            self._campaign = campaign
        try:
            yield both
        finally:
            with self._lock:
                tally, reports = self._running
                self._deliveries.update({str(state): number for state, number in tally.items()})
                self._accepted.update({one.relay: one.accepted for one in reports})
                self._running, self._campaign = ({}, ()), ""

    def looked(self, notes: int = 0) -> None:
        """The worker has looked for something to send, and took up so many notes."""
        with self._lock:
            self._notes += notes
            self._alive_at = time.time()

    def collect(self) -> Iterator[Metric]:
        """Every figure, of one moment."""
        with self._lock:
            (tally, reports), campaign = self._running, self._campaign
            deliveries = {state: self._deliveries[str(state)] + tally.get(state, 0) for state in TOLD}
            accepted = self._accepted + Counter({report.relay: report.accepted for report in reports})
            accepted.update(dict.fromkeys((report.relay for report in reports), 0))
            notes, alive_at = self._notes, self._alive_at
        yield _counter(
            "deliveries", "Deliveries by what became of them on the wire; deferred ones are counted at each try.", "state", deliveries
        )
        yield _counter("relay_accepted", "Messages that each relay has taken.", "relay", accepted)
        yield _gauge("relay_connections", "Open connections to each relay.", "relay", {one.relay: one.connections for one in reports})
        slowed = {one.relay: one.per_second for one in reports if one.per_second is not None}
        yield _gauge("relay_limit", "Messages a second that a relay is given, while it has asked for less.", "relay", slowed)
        yield _gauge(
            "relay_trouble", "1 while something is wrong with a relay.", "relay", {one.relay: bool(one.trouble) for one in reports}
        )
        yield _gauge("sending", "1 for the campaign that is sent now.", "campaign", {campaign: 1} if campaign else {})
        yield CounterMetricFamily("fob_mail_worker_notes", "Mails of fob-mail's own that were taken up.", value=notes)
        alive = "When the worker last did something, or looked for something to do; seconds since 1970."
        yield GaugeMetricFamily("fob_mail_worker_alive_timestamp_seconds", alive, value=alive_at)


def _counter(name: str, words: str, label: str, numbers: "dict[DeliveryState, int] | Counter[str]") -> CounterMetricFamily:
    family = CounterMetricFamily(f"fob_mail_worker_{name}", words, labels=[label])
    for value, number in numbers.items():
        family.add_metric([str(value)], number)
    return family


def _gauge(name: str, words: str, label: str, numbers: "dict[str, int] | dict[str, float] | dict[str, bool]") -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"fob_mail_worker_{name}", words, labels=[label])
    for value, number in numbers.items():
        family.add_metric([value], number)
    return family
