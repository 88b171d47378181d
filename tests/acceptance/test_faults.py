"""The short form of the fault bench: whatever breaks, nobody gets two and nobody is missed."""

from random import SystemRandom

import pytest

from bench.faults import FAULTS, Fault, try_fault
from tests import ready_command
from tests.postgres import Cluster

CASES = [(fault, kind) for fault in FAULTS if fault.possible for kind in fault.databases]


@pytest.mark.parametrize(("fault", "kind"), CASES, ids=[f"{fault.name}-{kind}" for fault, kind in CASES])
def test_the_promise_is_kept(fault: Fault, kind: str, postgresql_server: Cluster) -> None:
    """Audience = accepted + refused + skipped + unknown, duplicates 0, lost 0; the seed of random moments is told where it fails."""
    seed = SystemRandom().randrange(1_000_000)

    verdict = try_fault(fault, kind, people=80, times=2, seed=seed, cluster=postgresql_server, ready=ready_command.shared())

    assert verdict.kept, f"seed {seed}: {verdict}"
