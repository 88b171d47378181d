"""What a form of ours carries, as if a person had fetched it a minute ago."""

import time

from fob_mail.links import Asked, Links, Purpose


def fetched(links: Links, ago: float = 60) -> str:
    """The token of a form that was fetched so many seconds ago."""
    return links.token(Purpose.FORM, Asked(0, 0, int(time.time() - ago)))
