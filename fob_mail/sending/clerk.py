"""The one thread that speaks to the database while a campaign goes out: leases ahead of need, settles behind.

A lease is committed before its recipients are handed over; a batch's journal is forgotten after its outcomes are
committed. Whatever happens in between is in the journal.
"""

import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable
from datetime import datetime
from operator import itemgetter

from sqlalchemy.exc import OperationalError

from fob_mail import campaigns, ledger, workers
from fob_mail.database import Database, clock
from fob_mail.envelopes import Recipient
from fob_mail.errors import DatabaseError
from fob_mail.journal import Journal
from fob_mail.models import CampaignState
from fob_mail.outcomes import Outcome
from fob_mail.sending.allotment import Allotments
from fob_mail.sending.heartbeat import Heartbeat
from fob_mail.sending.route import RouteReport
from fob_mail.sending.tenure import Tenure, Terms, waking
from fob_mail.sending.unsettled import Unsettled

log = logging.getLogger("fob_mail.sending")

SETTLE_EVERY = 0.25
"""Seconds between two settlements at the most."""

SETTLE_AT = 1000
"""Outcomes that make a settlement worth while before that."""

LOOK_EVERY = 1.0
"""Seconds between two looks for a batch when there was none."""

DATABASE_PATIENCE = 60.0
"""Seconds for which a database that does not answer is asked again, before the worker gives up."""


class Clerk(threading.Thread):
    """Hands recipients out and takes outcomes in; both without waiting for the database."""

    def __init__(  # noqa: PLR0913, PLR0917 whom it works for, and with what
        self,
        database: Database,
        campaign_id: int,
        journal: Journal,
        terms: Terms,
        wake: Callable[[], None],
        recover: Callable[[], object],
        allotments: Allotments,
        relays: Callable[[], list[RouteReport]],
    ) -> None:
        super().__init__(name="clerk", daemon=True)
        self._database = database
        self._campaign_id = campaign_id
        self._journal = journal
        self._terms = terms
        self._wake = wake
        self._recover = recover
        self._allotments = allotments
        self._relays = relays
        self._heartbeat = Heartbeat(database, campaign_id, relays)
        self._owed: deque[Recipient] = deque()
        self._unsettled = Unsettled()
        self._under_way: dict[int, int] = {}  # batches that we have, and how many of each are without an outcome
        self._tenure = Tenure(terms.lease)
        self._call = threading.Event()
        self._closing = threading.Event()
        self._abandoned = False
        self._more = True  # whether the last look found a batch to lease
        self._hurried = False
        self._settle_at = 0.0
        self._look_at = 0.0
        self._held = False  # by an organiser, or as another worker's relay turned it away
        self._barred = False  # nobody is handed out in this round of the loop
        self._over = False  # in this round: our leases may have ended unnoticed
        self.dry = threading.Event()  # nothing is owed that could be sent now, and nothing will be
        self.next_due: datetime | None = None
        self.failure: Exception | None = None

    @property
    def backlog(self) -> int:
        """How many recipients are at hand."""
        return 0 if self._held else len(self._owed)

    @property
    def held(self) -> bool:
        """Whether nobody is handed out any more, whatever is owed."""
        return self._held or self._closing.is_set()

    def begin_round(self) -> None:
        """The loop begins a round of a few messages: do our leases hold, and is anybody to be handed out?"""
        self._over = self._tenure.over
        self._barred = self._over or self._held or self._closing.is_set()

    def holds(self, recipient: Recipient) -> bool:
        """Whether the batch of a recipient who was handed out is still ours to send from."""
        return recipient.batch_id not in self._tenure.lost and not self._over

    def mind_allowances(self, now: float) -> None:
        """Have more of the limits taken that workers share, where less is left than is soon used."""
        if self._allotments.wanting(now):
            self._call.set()

    def take(self) -> Recipient | None:
        """The next recipient; None while there is none at hand, or if our leases may have ended unnoticed."""
        owed = self._owed
        if self._more and len(owed) <= self._terms.ahead and not self._call.is_set():
            self._call.set()
        if self._barred:
            return None
        try:
            while (recipient := owed.popleft()).batch_id in self._tenure.lost:
                pass
        except IndexError:
            if not self._more:  # the end is near: settle what there is, and look whether it has come
                self._hurried = True
                self._call.set()
            return None
        return recipient

    def put_back(self, recipient: Recipient) -> None:
        """Owe a recipient again: nothing of their message can have arrived."""
        self._owed.appendleft(recipient)

    def record(self, outcomes: list[tuple[int, Outcome]]) -> None:
        """Take down what has become of deliveries, by batch; it is settled soon. The list is ours from now on."""
        self._unsettled.add(outcomes)
        if self._unsettled.waiting >= SETTLE_AT and not self._call.is_set():
            self._call.set()

    def close(self) -> None:
        """Settle what is known, give back what was not sent, and end. Waits for it; raises what went wrong."""
        self._closing.set()
        self._call.set()
        self.join()
        if self.failure:
            raise self.failure

    def abandon(self) -> None:
        """End as if killed: what has an outcome is settled, and the journal is left to say what was under way."""
        self._abandoned = True
        self._closing.set()
        self._call.set()
        self.join()

    def run(self) -> None:
        """Lease and settle until the clerk is closed."""
        try:
            while not self._closing.is_set():
                self._persist(self._renew)  # before anything that takes time: perhaps we slept
                if self._wants_more():  # without recipients the connections would stand still
                    self._persist(self._lease)
                self._persist(self._take_allowances)
                if self._hurried or self._unsettled.waiting >= SETTLE_AT or time.monotonic() >= self._settle_at:
                    self._persist(self._settle)
                self._persist(self._mind)
                if not self._wants_more():  # a database slower than the relay is never ahead: leasing alone would starve all the rest
                    self._call.wait(SETTLE_EVERY)
                self._call.clear()
            self._persist(self._settle)
            if not self._abandoned:
                self._persist(self._give_back)
        except Exception as error:  # noqa: BLE001 raised again in close(), by the thread that waits for it
            self.failure = error
            self._owed.clear()
            self.dry.set()
            self._wake()

    def _wants_more(self) -> bool:
        due = self._more or time.monotonic() >= self._look_at
        return due and len(self._owed) <= self._terms.ahead and not self.dry.is_set() and not self._closing.is_set()

    def _persist(self, step: Callable[[], None]) -> None:
        """Do a step, again and again while the database does not answer."""
        give_up = time.monotonic() + DATABASE_PATIENCE
        while True:
            try:
                return step()
            except OperationalError as error:
                log.warning("database does not answer", extra={"said": str(error.orig).splitlines()[0]})
                if time.monotonic() > give_up:
                    problem = f"The database does not answer: {str(error.orig).splitlines()[0]}"
                    remedy = "Nothing is lost: run the same command again when it does; the journal says what was sent."
                    raise DatabaseError(problem, remedy) from None
                time.sleep(0.5)

    def _lease(self) -> None:
        asked = waking()
        with self._database.begin() as session:
            now = clock(session)
            until, attributes = now + self._terms.lease, self._terms.attributes
            got = ledger.lease(session, self._campaign_id, self._journal.worker, now, until, attributes=attributes)
            again = got is not None and got.batch_id in self._tenure.lost | self._under_way.keys()
            if got and again:
                ledger.give_back(session, [got.batch_id], self._journal.worker)
        if again:
            self._start_over()
            return
        self._more = got is not None
        self._look_at = time.monotonic() + LOOK_EVERY
        if got is None:
            if not self._under_way:
                self._look_whether_dry()
            return
        log.debug("batch leased", extra={"batch": got.batch_id, "people": len(got.recipients)})
        self._journal.open(got.batch_id)
        self._under_way[got.batch_id] = len(got.recipients)
        if len(self._under_way) == 1:  # the others say by being renewed that they are still ours
            self._tenure.begin(asked)
        self._owed.extend(got.recipients)
        self._wake()

    def _start_over(self) -> None:
        """A batch that we had lost comes to us again: what we have at hand of it is stale, and the next run begins without it."""
        log.warning("run ends", extra={"why": "a lost batch came back"})
        self._held = True
        self.dry.set()
        self._wake()

    def _look_whether_dry(self) -> None:
        """Nothing is free and nothing is ours: perhaps all is done, or a worker died meanwhile with batches of its own."""
        self._recover()
        with self._database.begin() as session:
            finished = ledger.finish_campaign(session, self._campaign_id, clock(session))
            held = campaigns.state_of(session, self._campaign_id) is not CampaignState.SENDING
            self.next_due = None if finished else ledger.next_due(session, self._campaign_id)
            self._more = ledger.has_free(session, self._campaign_id)
        if self._more and not held:
            return
        if finished or held or not self._terms.wait:
            self.dry.set()
            self._wake()

    def _mind(self) -> None:
        """See whether the campaign is still to be sent; if not, no more is handed out. Say now and then that we live."""
        if not self._held and not self._heartbeat.still_sending():
            self._held = True
            self.dry.set()
            self._wake()
        self._heartbeat.say()

    def _take_allowances(self) -> None:
        if self._allotments.take(self._database):
            self._wake()

    def _settle(self) -> None:
        """Write outcomes down and give complete batches back; only then are they forgotten here."""
        self._hurried, self._settle_at = False, time.monotonic() + SETTLE_EVERY
        unsettled = self._unsettled.taken_up()
        settled = Counter(map(itemgetter(0), unsettled))
        left = {batch_id: number - settled[batch_id] for batch_id, number in self._under_way.items()}
        complete = [batch_id for batch_id, number in left.items() if not number]
        if not unsettled and not complete:
            return
        with self._database.begin() as session:
            now = clock(session)
            ledger.settle(session, self._campaign_id, [outcome for _, outcome in unsettled], now)
            for batch_id in complete:
                ledger.finish(session, batch_id, self._journal.worker, now, self._terms.retries)
        self._under_way = left
        log.debug("outcomes settled", extra={"people": len(unsettled), "batches_done": complete})
        unsettled.clear()
        self._forget(complete)
        if not self._under_way:
            self._look_at = 0.0
            self._call.set()

    def _renew(self) -> None:
        """Prolong our leases at a third of their time; a batch that is no longer ours is no longer sent from."""
        if not self._tenure.due:
            return
        asked, ours = waking(), set[int]()
        if self._under_way:  # else all that is at hand was lost, and is to be passed over
            with self._database.begin() as session:
                ours = ledger.renew(session, self._journal.worker, clock(session) + self._terms.lease)
                ledger.give_back(session, ours - self._under_way.keys(), self._journal.worker)
        if lost := self._under_way.keys() - ours:
            log.warning("lease lost", extra={"batches": sorted(lost)})
            self._tenure.lost |= lost
            for batch_id in lost:
                del self._under_way[batch_id]
        self._tenure.renew(asked)

    def _forget(self, batch_ids: Iterable[int]) -> None:
        for batch_id in batch_ids:
            del self._under_way[batch_id]
            self._journal.forget(batch_id)

    def _give_back(self) -> None:
        ours = list(self._under_way)
        with self._database.begin() as session:
            now = clock(session)
            for batch_id in ours:
                ledger.finish(session, batch_id, self._journal.worker, now, self._terms.retries)
            ledger.finish_campaign(session, self._campaign_id, now)
            ledger.withdraw(session, now)
            self._allotments.give_back(session)
            workers.report_relays(session, workers.own_name(), self._campaign_id, self._relays(), now)
            workers.leave(session, workers.own_name())
        self._forget(ours)
        for batch_id in self._tenure.lost:
            self._journal.forget(batch_id)
