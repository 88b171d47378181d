"""One loop over all connections to the relay: takes recipients, sends their messages, and records what became of each.

It goes in rounds: hear what has come, note it and what is to be said; then write the journal; then tell the clerk and
the sockets. Invariant: the journal knows of a final dot before the socket does, and of a reply before anyone else.
"""

import logging
import os
import selectors
import time
from collections import Counter, deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from fob_mail.addresses import international_form, wire_form
from fob_mail.envelopes import Envelope
from fob_mail.errors import RelayError
from fob_mail.journal import Journal
from fob_mail.models import DeliveryState
from fob_mail.outcomes import Outcome, outcome_of, turns_everyone_away, unknown
from fob_mail.personalising import Personaliser, date_header
from fob_mail.replies import Reply
from fob_mail.sending.breaker import Breaker, Held
from fob_mail.sending.clerk import Clerk
from fob_mail.smtp.conversation import Decided
from fob_mail.smtp.line import Line, LineLostError
from fob_mail.smtp.openers import Openers
from fob_mail.smtp.relay import TRY_LATER, Opened, RelayGoneError

log = logging.getLogger("fob_mail.sending")

TICK = 0.1
"""Seconds between two looks at the time, at the most."""

ROUND = 4
"""So many connections with something to say end a round: the journal is written once for them, and the relay need not wait for more."""

IDLE_SECONDS = 10.0
"""A connection without work is closed after so long."""

LOSSES_IN_A_ROW = 10
"""So many connections lost without an answer to a message in between: the relay is as good as gone."""

CONNECT_TRIES = 5
"""So many failures to connect while no connection is open, each waited for twice as long: the relay is gone."""

NOT_INTERNATIONAL = "the address has letters beyond ASCII before its @, and the relay does not offer SMTPUTF8"

ASK_THE_RELAY = "Ask who runs the relay, or check the sender's address and the settings; then run the same command again: nothing is lost."


@dataclass(frozen=True, slots=True)
class Wire:
    """How the relay is reached: `open` makes one session; it is called in threads."""

    open: Callable[[], Opened]
    connections: int
    messages_per_connection: int
    timeout: float


class Transmission:
    """The network side of a run. `run` ends when the clerk is dry, `stop` was called, or the relay is of no use."""

    def __init__(self, wire: Wire, journal: Journal, personaliser: Personaliser, report: Callable[["Transmission"], None]) -> None:
        self._wire = wire
        self._journal = journal
        self._personaliser = personaliser
        self._report = report
        self._breaker = Breaker()
        self._speaking: list[Line] = []  # have something to write when the round ends
        self._decided: list[tuple[int, Outcome]] = []  # by what this round heard
        self._lines: set[Line] = set()
        self._idle: deque[Line] = deque()
        self._wanted = wire.connections
        self._losses = 0
        self._failed_connects = 0
        self._connect_at = 0.0
        self._stopping = False
        self._ticked_at = 0.0
        self._date = date_header(datetime.now(UTC))
        self.tally: Counter[DeliveryState] = Counter()
        self.problem: RelayError | None = None
        self._awake, self._alarm = os.pipe()  # never closed: an opener's thread may ring it after the run has ended
        os.set_blocking(self._awake, False)
        os.set_blocking(self._alarm, False)

    @property
    def connections(self) -> int:
        """How many are open."""
        return len(self._lines)

    def wake(self) -> None:
        """End the loop's wait; from any thread or signal handler."""
        with suppress(BlockingIOError):  # full: it is awake already
            os.write(self._alarm, b".")

    def stop(self) -> None:
        """Begin no more messages; those under way are finished. From any thread or signal handler."""
        self._stopping = True
        self.wake()

    def run(self, clerk: Clerk) -> None:
        """Send until there is no more to send. What went wrong with the relay is in `problem`."""
        self._clerk = clerk
        with selectors.DefaultSelector() as self._selector, Openers(self._wire.open, self._wire.connections, self.wake) as self._openers:
            self._selector.register(self._awake, selectors.EVENT_READ)
            try:
                while not self._over():
                    self._welcome()
                    self._set_to_work()
                    self._speak()
                    for key, events in self._selector.select(TICK):
                        if key.data is None:
                            os.read(self._awake, 4096)
                        else:
                            self._attend(key.data, events)
                        if len(self._speaking) >= ROUND:
                            self._speak()
                    self._speak()
                    self._look_at_the_time()
            finally:
                for line in self._lines:
                    line.hang_up()
        self._record(self._breaker.release())
        self._speak()
        self._report(self)

    def _over(self) -> bool:
        no_more = self._stopping or (self._clerk.dry.is_set() and not self._clerk.backlog)
        return no_more and all(line.conversation.idle for line in self._lines)

    def _fail(self, problem: RelayError) -> None:
        if self.problem is None:
            log.error("relay of no use", extra={"problem": problem.problem})
        self.problem = self.problem or problem
        self._stopping = True

    def _welcome(self) -> None:
        """Take in what the openers have opened, and ask for more while there is work for it."""
        for arrived in self._openers.collect():
            if isinstance(arrived, RelayGoneError):
                self._not_connected(arrived)
            else:
                line = Line(arrived)
                self._failed_connects = 0
                self._lines.add(line)
                self._selector.register(line.socket, selectors.EVENT_READ, line)
                line.watched = selectors.EVENT_READ
                self._idle.append(line)
        if self._stopping or time.monotonic() < self._connect_at:
            return
        while len(self._lines) + self._openers.pending < self._wanted and self._clerk.backlog > len(self._idle) + self._openers.pending:
            self._openers.begin()

    def _not_connected(self, error: RelayGoneError) -> None:
        """Make do with the connections that there are; without any, try again for a while, then say so."""
        if self._lines:
            self._wanted = len(self._lines)
            return
        log.warning("no connection", extra={"problem": error.problem})
        self._failed_connects += 1
        self._connect_at = time.monotonic() + 0.25 * 2**self._failed_connects
        if error.permanent or self._failed_connects >= CONNECT_TRIES:
            self._fail(error)

    def _set_to_work(self) -> None:
        while self._idle and self._clerk.backlog and not self._stopping:
            line = self._idle.popleft()
            if line in self._lines:
                self._work(line)

    def _attend(self, line: Line, events: int) -> None:
        if events & selectors.EVENT_WRITE:
            self._write(line)
        if events & selectors.EVENT_READ and line in self._lines:
            try:
                self._listen(line)
            except LineLostError as lost:
                self._lost(line, lost)

    def _listen(self, line: Line) -> None:
        for decided in line.read():
            self._decide(decided)
        if line.conversation.ready:
            self._work(line)
        elif more := line.conversation.say_more():
            line.say(None, None, more)
            self._speaking.append(line)

    def _speak(self) -> None:
        """End a round: the journal first, then the clerk and the sockets."""
        self._journal.write()
        if self._decided:
            self._clerk.record(self._decided)
            self._decided.clear()
        speaking, self._speaking = self._speaking, []
        for line in speaking:
            if line in self._lines:
                self._write(line)

    def _write(self, line: Line) -> None:
        try:
            line.write()
            self._watch(line)
        except LineLostError as lost:
            self._lost(line, lost)

    def _work(self, line: Line) -> None:
        """It is our turn on this line: send the body that is granted, and open the next message with it."""
        conversation = line.conversation
        following = None if conversation.closing else self._next(line)
        group, dotted = conversation.say(following)
        if dotted is not None:
            self._journal.dotted(dotted.of.batch_id, dotted.of.position)
        if group:
            line.say(following, dotted, group)
            self._speaking.append(line)
        elif conversation.closing or self._used_up(line):
            self._drop(line)
            line.hang_up()
        else:
            self._idle.append(line)

    def _watch(self, line: Line) -> None:
        events = selectors.EVENT_READ | selectors.EVENT_WRITE if line.unwritten else selectors.EVENT_READ
        if line.watched != events and line in self._lines:
            self._selector.modify(line.socket, events, line)
            line.watched = events

    def _used_up(self, line: Line) -> bool:
        return 0 < self._wire.messages_per_connection <= line.begun

    def _next(self, line: Line) -> Envelope | None:
        """The next message for this line, if there is one and the line may take it."""
        while not self._stopping and not self._used_up(line):
            recipient = self._clerk.take()
            if recipient is None:
                return None
            address = wire_form(recipient.address) or (international_form(recipient.address) if line.international else None)
            if address is None:
                reason = NOT_INTERNATIONAL
                self._settle(recipient.batch_id, Outcome(recipient.position, DeliveryState.REFUSED, None, reason))
                continue
            envelope = self._personaliser.envelope(recipient, address, self._date)
            if not line.largest or len(envelope.content) <= line.largest:
                return envelope
            self._clerk.put_back(recipient)
            size = f"The relay takes messages of {line.largest:,} octets at the most; this one has {len(envelope.content):,}."
            self._fail(RelayError(size, "Shorten the article, or use a relay that takes more."))
        return None

    def _decide(self, decided: Decided) -> None:
        """A reply has come: note it, then let the breaker say whether it can be believed of this one person."""
        envelope, reply, at = decided
        self._losses = 0
        if turns_everyone_away(reply, at):
            self._owe_again(envelope)
            self._fail(RelayError(f"The relay refuses the whole campaign: {_quoted(reply)}", ASK_THE_RELAY))
            return
        self._journal.replied(envelope.of.batch_id, envelope.of.position, reply, at)
        self._record(self._breaker.admit(envelope, outcome_of(envelope.of.position, reply, at), reply))
        if self._breaker.tripped:
            for held, _ in self._breaker.release():
                self._owe_again(held)
            said = f"The relay refused the first people, one after another, with the same words: {_quoted(reply)}"
            self._fail(RelayError(said, ASK_THE_RELAY))

    def _record(self, held: list[Held]) -> None:
        for envelope, outcome in held:
            self._settle(envelope.of.batch_id, outcome)

    def _settle(self, batch_id: int, outcome: Outcome) -> None:
        self._decided.append((batch_id, outcome))
        self.tally[outcome.state] += 1

    def _owe_again(self, envelope: Envelope) -> None:
        self._journal.withdrawn(envelope.of.batch_id, envelope.of.position)
        self._clerk.put_back(envelope.of)

    def _lost(self, line: Line, lost: LineLostError) -> None:
        """A connection is gone: what was not yet sent is owed, and what may have arrived is unknown."""
        log.warning("connection lost", extra={"why": lost.why, "owed": len(lost.owed), "unknown": len(lost.unknown)})
        self._drop(line)
        for envelope in lost.owed:
            self._owe_again(envelope)
        for envelope in lost.unknown:
            self._settle(envelope.of.batch_id, unknown(envelope.of.position, f"no reply after the final dot: {lost.why}"))
        self._losses += 1
        if self._losses >= LOSSES_IN_A_ROW:
            self._fail(RelayError(f"The relay keeps hanging up ({lost.why}).", TRY_LATER))

    def _drop(self, line: Line) -> None:
        self._lines.discard(line)
        with suppress(KeyError, ValueError):  # closed sockets have left it already
            self._selector.unregister(line.socket)

    def _look_at_the_time(self) -> None:
        now = time.monotonic()
        if now < self._ticked_at + TICK:
            return
        self._ticked_at, self._date = now, date_header(datetime.now(UTC))
        for line in list(self._lines):
            silent = now - line.heard_at
            if line.conversation.idle:
                if silent > IDLE_SECONDS:
                    self._drop(line)
                    line.hang_up()
            elif silent > self._wire.timeout:
                self._lost(line, line.lost(f"no answer for {self._wire.timeout:g} seconds"))
        self._report(self)


def _quoted(reply: Reply) -> str:
    return f"“{' '.join(str(reply).split())[:300]}”"
