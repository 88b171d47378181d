"""When a relay refuses everyone, is it the people or is it us?"""

from fob_mail.envelopes import Envelope, Recipient
from fob_mail.models import DeliveryState
from fob_mail.outcomes import outcome_of
from fob_mail.replies import Reply, Stage
from fob_mail.sending.breaker import Breaker, Held

SAME_REFUSALS = 10
BLOCKED = Reply(550, "5.7.1 blocked")


def admit(breaker: Breaker, position: int, reply: Reply, at: Stage = Stage.RCPT) -> list[Held]:
    """Let one person's reply in."""
    envelope = Envelope(Recipient(1, position, position, "p@example.org"), "b@example.org", "p@example.org", b"")
    return breaker.admit(envelope, outcome_of(position, reply, at), reply)


def test_the_same_refusal_for_the_first_ten_trips_and_settles_nobody() -> None:
    breaker = Breaker(SAME_REFUSALS)

    settled = [admit(breaker, n, BLOCKED) for n in range(SAME_REFUSALS)]

    assert not any(settled)
    assert breaker.tripped
    assert len(breaker.release()) == SAME_REFUSALS


def test_one_acceptance_lets_all_through() -> None:
    breaker = Breaker(SAME_REFUSALS)
    admit(breaker, 1, BLOCKED)

    settled = admit(breaker, 2, Reply(250, "Ok"), Stage.DOT)

    assert [outcome.state for _, outcome in settled] == [DeliveryState.REFUSED, DeliveryState.ACCEPTED]
    assert len(admit(breaker, 3, BLOCKED)) == 1


def test_refusals_of_different_kinds_are_about_people() -> None:
    breaker = Breaker(SAME_REFUSALS)
    admit(breaker, 1, BLOCKED)

    assert len(admit(breaker, 2, Reply(550, "5.1.1 Unknown"))) == 2
    assert not breaker.tripped


def test_a_small_campaign_settles_its_refusals_at_the_end() -> None:
    breaker = Breaker(SAME_REFUSALS)
    admit(breaker, 1, BLOCKED)

    assert [outcome.position for _, outcome in breaker.release()] == [1]


def test_what_comes_in_after_it_tripped_is_held_back_too() -> None:
    breaker = Breaker(SAME_REFUSALS)
    for number in range(SAME_REFUSALS):
        admit(breaker, number, BLOCKED)
    breaker.release()

    assert admit(breaker, 11, BLOCKED) == []
    assert breaker.tripped
    assert len(breaker.release()) == 1


def test_an_acceptance_after_it_tripped_counts_for_itself_alone() -> None:
    breaker = Breaker(SAME_REFUSALS)
    for number in range(SAME_REFUSALS):
        admit(breaker, number, BLOCKED)

    assert [outcome.position for _, outcome in admit(breaker, 11, Reply(250, "Ok"), Stage.DOT)] == [11]
    assert breaker.tripped
