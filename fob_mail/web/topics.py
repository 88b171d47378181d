"""Amazon's notifications of the topics that are set: verified by a certificate that is fetched once, and subscribed to when Amazon asks.

Nothing is fetched for a message of another topic, and one thing at a time: whoever knows a topic's name could otherwise keep all
threads waiting.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from fob_mail.errors import InputError
from fob_mail.vendors import sns
from fob_mail.vendors.told import at

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

log = logging.getLogger("fob_mail.web")

MOST_CERTIFICATES = 8


class Topics:
    """Hears messages of these topics; `outside` fetches from the web."""

    def __init__(self, topics: Sequence[str], outside: Callable[[str], bytes]) -> None:
        self._topics = topics
        self._outside = outside
        self._keys: dict[str, RSAPublicKey] = {}
        self._fetching = threading.Lock()

    def hear(self, message: object) -> bool:
        """Whether a message is a topic's and genuine. If it asks to confirm the subscription, that is done. Raises InputError."""
        topic = sns.topic_of(message, self._topics)
        url = sns.certificate_url(message, topic) if topic else None
        key = self._key(url) if url else None
        if not topic or key is None or not sns.is_genuine(message, key):
            return False
        if at(message, "Type") == "UnsubscribeConfirmation":
            log.warning("a topic tells no more", extra={"topic": topic})
        if confirm := sns.subscribe_url(message, topic):
            self._fetched(confirm)
            log.info("subscribed to a topic", extra={"topic": topic})
        return True

    def _key(self, url: str) -> "RSAPublicKey | None":
        """The key of the certificate at an address, which is fetched but once."""
        if url in self._keys:
            return self._keys[url]
        key = sns.key_in(self._fetched(url))
        if key is not None:
            if len(self._keys) >= MOST_CERTIFICATES:
                self._keys.clear()
            self._keys[url] = key
        return key

    def _fetched(self, url: str) -> bytes:
        if not self._fetching.acquire(blocking=False):
            raise InputError("Amazon is being asked already.", "It tells again.")
        try:
            return self._outside(url)
        finally:
            self._fetching.release()
