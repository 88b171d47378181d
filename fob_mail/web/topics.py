"""Amazon's notifications of the topics that are set: verified by a certificate that is fetched once, and subscribed to when Amazon asks.

Nothing is fetched for a message of another topic, and one thing at a time: whoever knows a topic's name could otherwise keep all
threads waiting.
"""

import logging
import threading
from collections.abc import Callable, Sequence

from fob_mail.errors import InputError
from fob_mail.vendors import sns

log = logging.getLogger("fob_mail.web")

MOST_CERTIFICATES = 8


class Topics:
    """Hears messages of these topics; `outside` fetches from the web."""

    def __init__(self, topics: Sequence[str], outside: Callable[[str], bytes]) -> None:
        self._topics = topics
        self._outside = outside
        self._certificates: dict[str, bytes] = {}
        self._fetching = threading.Lock()

    def hear(self, message: object) -> bool:
        """Whether a message is a topic's and genuine. If it asks to confirm the subscription, that is done. Raises InputError."""
        topic = sns.topic_of(message, self._topics)
        url = sns.certificate_url(message, topic) if topic else None
        if not topic or not url or not sns.is_genuine(message, self._certificate(url)):
            return False
        if confirm := sns.subscribe_url(message, topic):
            self._fetched(confirm)
            log.info("subscribed to a topic", extra={"topic": topic})
        return True

    def _certificate(self, url: str) -> bytes:
        if url not in self._certificates:
            fetched = self._fetched(url)
            if len(self._certificates) >= MOST_CERTIFICATES:
                self._certificates.clear()
            self._certificates[url] = fetched
        return self._certificates[url]

    def _fetched(self, url: str) -> bytes:
        if not self._fetching.acquire(blocking=False):
            raise InputError("Amazon is being asked already.", "It tells again.")
        try:
            return self._outside(url)
        finally:
            self._fetching.release()
