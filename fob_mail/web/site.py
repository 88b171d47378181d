"""What every journey needs of the installation."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import request

from fob_mail.database import Database
from fob_mail.fetching import fetch
from fob_mail.links import Links
from fob_mail.settings import Organisation, Settings
from fob_mail.web.gate import NETWORK
from fob_mail.web.together import Together


@dataclass(frozen=True, slots=True)
class Site:
    """The installation behind the pages."""

    settings: Settings
    links: Links
    database: Database
    together: Together
    outside: Callable[[str], bytes]

    @property
    def organisation(self) -> Organisation:
        """Who runs it."""
        return self.settings.organisation

    @property
    def digest_key(self) -> bytes:
        """What digests are keyed by."""
        return self.settings.digest_key.get_secret_value().encode()


def outside(url: str) -> bytes:
    """What a public address of the web answers, if it does soon and leads nowhere else. Raises InputError."""
    return fetch(url, longest=10.0, redirects=0).raw


def network() -> str:
    """The network that the request came from, as the gate found it."""
    return str(request.environ.get(NETWORK, ""))
