"""Now and then: is the campaign still to be sent? And a word to the others, that this worker lives and how its relays fare."""

import time
from collections.abc import Callable

from fob_mail import campaigns, workers
from fob_mail.database import Database, clock
from fob_mail.models import CampaignState
from fob_mail.sending.route import RouteReport

LOOK_EVERY = 0.5
"""Seconds between two looks: paused or cancelled, a campaign stops within a second."""

REPORT_EVERY = 2.0
"""Seconds between two words on how the relays fare."""


class Heartbeat:
    """That of one worker with one campaign."""

    def __init__(self, database: Database, campaign_id: int, relays: Callable[[], list[RouteReport]]) -> None:
        self._database = database
        self._campaign_id = campaign_id
        self._relays = relays
        self._sending = True
        self._look_at = 0.0
        self._beat_at = 0.0
        self._report_at = 0.0

    def still_sending(self) -> bool:
        """Whether the campaign is still to be sent, by the last look."""
        now = time.monotonic()
        if now < self._look_at:
            return self._sending
        self._look_at = now + LOOK_EVERY
        with self._database.read() as session:
            self._sending = campaigns.state_of(session, self._campaign_id) is CampaignState.SENDING
        return self._sending

    def say(self) -> None:
        """Tell the others what is due to be told."""
        now = time.monotonic()
        if now >= self._beat_at:
            self._beat_at = now + workers.BEAT_EVERY.total_seconds()
            with self._database.begin() as session:
                workers.beat(session, workers.own_name(), self._campaign_id, clock(session))
        if now >= self._report_at:
            self._report_at = now + REPORT_EVERY
            with self._database.begin() as session:
                workers.report_relays(session, workers.own_name(), self._campaign_id, self._relays(), clock(session))
