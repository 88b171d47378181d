"""Rights of other users of the machine, where tests may run as root, who may everything."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

NOBODY = 65534


@contextmanager
def as_nobody() -> Iterator[None]:
    """What may be written is asked for the real user: root would be let everything."""
    real, _, _ = os.getresuid()
    if os.geteuid() == 0:
        os.setresuid(NOBODY, -1, -1)
    try:
        yield
    finally:
        os.setresuid(real, -1, -1)
