"""One loop over all connections to the relays: takes recipients, sends their messages, and records what became of each.

It goes in rounds of a few connections: read what has come, note it and what is to be said; then write the journal; then tell the
clerk and the sockets. Invariant: the journal knows of a final dot before the socket does, and of a reply before anyone else.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from selectors import EVENT_READ

from fob_mail.addresses import international_form, wire_form
from fob_mail.encoding import date_header
from fob_mail.envelopes import Envelope, Recipient
from fob_mail.errors import RelayError
from fob_mail.journal import Journal
from fob_mail.models import DeliveryState
from fob_mail.outcomes import Outcome, outcome_of, turns_everyone_away, unknown
from fob_mail.personalising import Personaliser
from fob_mail.sending.breaker import Held
from fob_mail.sending.clerk import Clerk
from fob_mail.sending.destinations import Destinations
from fob_mail.sending.route import Connection, Route, Wire, too_large, turned_away
from fob_mail.sending.routes import Routes
from fob_mail.sending.watch import Happened, Watch
from fob_mail.smtp.conversation import Decided
from fob_mail.smtp.line import LineLostError
from fob_mail.smtp.relay import RelayGoneError

log = logging.getLogger("fob_mail.sending")

TICK = 0.1
"""Seconds between two looks at the time, at the most."""

ROUND = 4
"""Connections of a round, at the most: the journal is written once for them, and the relay need not wait for more."""

IDLE_SECONDS = 10.0
"""A connection without work is closed after so long."""

_ACCEPTED = DeliveryState.ACCEPTED
NOT_INTERNATIONAL = "the address has letters beyond ASCII before its @, and the relay does not offer SMTPUTF8"


class Transmission:
    """The network side of a run. `run` ends when the clerk is dry, `stop` was called, or the relay is of no use."""

    def __init__(
        self,
        wires: Sequence[Wire],
        destinations: Destinations,
        journal: Journal,
        personaliser: Personaliser,
        report: Callable[["Transmission"], None],
    ) -> None:
        self._journal = journal
        self._personaliser = personaliser
        self._report = report
        self._destinations = destinations
        self._watch = Watch()
        self.routes = Routes(wires, self.wake)
        self._speaking: list[Connection] = []  # have something to write when the round ends
        self._decided: list[tuple[int, Outcome]] = []  # by what this round heard
        self._stopping = False
        self._ticked_at = 0.0
        self._date = date_header(datetime.now(UTC))
        self.tally: Counter[DeliveryState] = Counter()
        self.problem: RelayError | None = None

    @property
    def connections(self) -> int:
        """How many are open."""
        return len(self.routes.lines)

    def wake(self) -> None:
        """End the loop's wait; from any thread or signal handler."""
        self._watch.ring()

    def stop(self) -> None:
        """Begin no more messages; those under way are finished. From any thread or signal handler."""
        self._stopping = True
        self.wake()

    def run(self, clerk: Clerk) -> None:
        """Send until there is no more to send. What went wrong with the relay is in `problem`."""
        self._clerk = clerk
        with ExitStack() as resources:
            resources.enter_context(closing(self._watch))
            for route in self.routes:
                resources.enter_context(route.openers)
            try:
                while not self._over():
                    clerk.begin_round()
                    self._welcome()
                    self._set_to_work()
                    self._speak()
                    happened = self._watch.wait(TICK)
                    for first in range(0, len(happened), ROUND):
                        self._round(happened[first : first + ROUND])
                    self._look_at_the_time()
            finally:
                for line in self.routes.lines:
                    line.hang_up()
        for route in self.routes:
            self._record(route.breaker.release())
        self._speak()
        self._report(self)

    def _over(self) -> bool:
        no_more = self._stopping or (self._clerk.dry.is_set() and not self._clerk.backlog)
        return no_more and all(line.conversation.idle for line in self.routes.lines)

    def _give_up_if_all_have(self) -> None:
        """Go on while there is a relay that takes mail; when there is none, the first one's problem is that of the run."""
        if not self._stopping and (problem := self.routes.problem):
            self.problem, self._stopping = problem, True

    def _fail(self, route: Route, problem: RelayError) -> None:
        """Leave a relay out."""
        if route.problem is None:
            log.error("relay of no use", extra={"relay": route.wire.name, "problem": problem.problem})
        route.fail(problem)
        self._give_up_if_all_have()

    def _welcome(self) -> None:
        """Take in what the openers have opened, and ask for more while there is work for it."""
        now = time.monotonic()
        for route in self.routes:
            for arrived in route.openers.collect():
                if isinstance(arrived, RelayGoneError):
                    log.warning("no connection", extra={"relay": route.wire.name, "problem": arrived.problem})
                    route.not_connected(arrived, now)
                    self._give_up_if_all_have()
                else:
                    self._watch.see(route.connected(arrived))
            if not self._stopping and self.routes.needed(route):
                route.open_more(self._at_hand, now)

    @property
    def _at_hand(self) -> int:
        """How many could be mailed now: nobody while the campaign is held."""
        backlog = self._clerk.backlog
        return backlog + self._destinations.aside if self._destinations.aside and not self._clerk.held else backlog

    def _set_to_work(self) -> None:
        for route in self.routes.by_turn():
            for _ in range(len(route.idle)):
                if self._stopping or not self._at_hand or not self.routes.may(route):
                    break
                line = route.idle.popleft()
                if line in route.lines:
                    self._work(line)

    def _round(self, happened: Sequence[Happened]) -> None:
        """Read all that has come, then think, then write all: between two calls of the system the interpreter is at its slowest."""
        self._clerk.begin_round()
        for line, readable, _ in happened:
            if readable:
                line.fetch()
        for line, readable, writable in happened:
            if writable:
                self._write(line)
            if readable and line in line.route.lines:
                try:
                    self._listen(line)
                except LineLostError as lost:
                    self._lost(line, lost)
        self._speak()

    def _listen(self, line: Connection) -> None:
        for decided in line.read():
            self._decide(decided, line.route)
        if line.conversation.ready:
            self._work(line)
        elif more := line.conversation.say_more():
            line.say(None, None, more)
            self._speaking.append(line)

    def _speak(self) -> None:
        """End a round: the journal first, then the clerk and the sockets."""
        self._journal.write()
        decided, self._decided = self._decided, []
        if decided:
            self.tally.update([outcome.state for _, outcome in decided])
            self._clerk.record(decided)
        speaking, self._speaking = self._speaking, []
        for line in speaking:
            if line in line.route.lines:
                self._write(line)

    def _write(self, line: Connection) -> None:
        try:
            line.write()
            self._watch.see(line)
        except LineLostError as lost:
            self._lost(line, lost)

    def _work(self, line: Connection) -> None:
        """It is our turn on this line: send the body that is granted and open the next message with it, or fill the window."""
        conversation = line.conversation
        if conversation.granted is not None and not self._clerk.holds(conversation.granted.of):
            self._break_off(line)
        elif self._said(line):
            self._speaking.append(line)
        elif not conversation.idle:
            return  # of a window's messages some are answered, and there is none to follow
        elif conversation.closing or self._used_up(line):
            self._drop(line)
            line.hang_up()
        else:
            line.route.idle.append(line)

    def _said(self, line: Connection) -> bool:
        """Whether there was something to say on this line; noted, and to be written when the round ends."""
        conversation, said = line.conversation, False
        while True:
            following = None if conversation.closing else self._next(line)
            group, dotted = conversation.say(following)
            if dotted is not None:
                recipient = dotted.of
                self._journal.dotted(recipient.batch_id, recipient.position)
            if group:
                said = True
                line.say(following, dotted, group)
            if following is None or not conversation.ready:
                return said

    def _used_up(self, line: Connection) -> bool:
        return 0 < line.route.wire.messages_per_connection <= line.begun

    def _next(self, line: Connection) -> Envelope | None:
        """The next message for this line, if there is one and the line may take it."""
        route = line.route
        while not self._stopping and not self._used_up(line) and self.routes.may(route):
            recipient = self._destinations.take(self._clerk.take, self._clerk.holds) if self._destinations.by_domain else self._clerk.take()
            if recipient is None:
                return None
            address = wire_form(recipient.address) or (international_form(recipient.address) if line.international else None)
            if address is None:
                reason = NOT_INTERNATIONAL
                self._settle(recipient.batch_id, Outcome(recipient.position, DeliveryState.REFUSED, None, reason))
                self._let_go(recipient)
                continue
            envelope = self._personaliser.envelope(recipient, address, self._date)
            if not line.largest or len(envelope.content) <= line.largest:
                route.begin()
                return envelope
            self._clerk.put_back(recipient)
            self._let_go(recipient)
            self._fail(route, too_large(line.largest, len(envelope.content)))
        return None

    def _let_go(self, recipient: Recipient) -> None:
        """Nothing is under way to this person any more."""
        if self._destinations.by_domain:
            self._destinations.let_go(recipient.address)

    def _decide(self, decided: Decided, route: Route) -> None:
        """A reply has come: note it, then let the breaker say whether it can be believed of this one person."""
        envelope, reply, at = decided
        recipient = envelope.of
        route.hear(reply, recipient.address)
        if turns_everyone_away(reply, at):
            self._owe_again(envelope)
            self._fail(route, turned_away("The relay refuses the whole campaign", reply))
            return
        if self._destinations.by_domain:
            self._destinations.hear(recipient.address, reply)
        self._journal.replied(recipient.batch_id, recipient.position, reply, at)
        outcome = self.routes.signed(route, outcome_of(recipient.position, reply, at))
        route.accepted += outcome.state is _ACCEPTED
        if route.breaker.judges_people:
            self._settle(recipient.batch_id, outcome)
            return
        self._record(route.breaker.admit(envelope, outcome, reply))
        if route.breaker.tripped:
            for held, _ in route.breaker.release():
                self._owe_again(held)
            self._fail(route, turned_away("The relay refused the first people, one after another, with the same words", reply))

    def _record(self, held: list[Held]) -> None:
        for envelope, outcome in held:
            self._settle(envelope.of.batch_id, outcome)

    def _settle(self, batch_id: int, outcome: Outcome) -> None:
        self._decided.append((batch_id, outcome))

    def _owe_again(self, envelope: Envelope) -> None:
        self._journal.withdrawn(envelope.of.batch_id, envelope.of.position)
        self._clerk.put_back(envelope.of)
        self._let_go(envelope.of)

    def _lost(self, line: Connection, lost: LineLostError) -> None:
        """A connection is gone: what was not yet sent is owed, and what may have arrived is unknown."""
        log.warning("connection lost", extra={"why": lost.why, "owed": len(lost.owed), "unknown": len(lost.unknown)})
        self._drop(line)
        for envelope in lost.owed:
            self._owe_again(envelope)
        for envelope in lost.unknown:
            self._settle(envelope.of.batch_id, unknown(envelope.of.position, f"no reply after the final dot: {lost.why}"))
            self._let_go(envelope.of)
        line.route.lost(lost.why, time.monotonic())
        self._give_up_if_all_have()

    def _miss(self, line: Connection) -> None:
        """No answer for too long. If it was we who stood still, the answer has come meanwhile: it is read, and the line lives."""
        heard_at = line.heard_at
        self._round([(line, EVENT_READ, 0)])
        if line in line.route.lines and line.heard_at == heard_at:
            self._lost(line, line.lost(f"no answer for {line.route.wire.timeout:g} seconds"))

    def _break_off(self, line: Connection) -> None:
        """The lease of the message that is granted has ended: after DATA there is no other way to say no than to hang up."""
        self._drop(line)
        for envelope in line.lost("the lease has ended").owed:
            self._owe_again(envelope)

    def _drop(self, line: Connection) -> None:
        line.route.lines.discard(line)
        self._watch.forget(line)

    def _look_at_the_time(self) -> None:
        now = time.monotonic()
        if now < self._ticked_at + TICK:
            return
        self._ticked_at, self._date = now, date_header(datetime.now(UTC))
        for route in self.routes:
            route.look(now, self._destinations.slow_down)
        self._destinations.look(now)
        self._clerk.mind_allowances(now)
        for line in self.routes.lines:
            silent = now - line.heard_at
            if line.conversation.idle:
                if silent > IDLE_SECONDS:
                    self._drop(line)
                    line.hang_up()
            elif silent > line.route.wire.timeout:
                self._miss(line)
        self._report(self)
