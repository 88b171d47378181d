"""How fast to go where a relay or a domain asks for time: half as fast at once, then a little faster each second."""

import pytest

from fob_mail.replies import Reply
from fob_mail.sending.pacing import SLOWEST, Speed, asks_for_time


def second(speed: Speed, number: int, answers: int, slowing: int = 0) -> float | None:
    """Let a second pass in which so much was heard."""
    speed.hear(answers, slowing)
    speed.look(float(number))
    return speed.limit


def test_nobody_is_slowed_who_takes_everything() -> None:
    speed = Speed(0.0)

    assert [second(speed, number, 1000) for number in range(1, 4)] == [None, None, None]
    assert all(speed.may(4.0) for _ in range(1000))


def test_asked_for_time_it_goes_half_as_fast_and_half_again() -> None:
    speed = Speed(0.0)

    assert second(speed, 1, 100, slowing=20) == 50
    assert second(speed, 2, 50, slowing=20) == 25


def test_it_goes_faster_by_equal_steps_until_it_is_as_fast_as_it_was() -> None:
    speed = Speed(0.0)
    second(speed, 1, 100, slowing=100)

    assert [second(speed, number, 50) for number in range(2, 13)] == [55, 60, 65, 70, 75, 80, 85, 90, 95, None, None]


def test_without_answers_nothing_is_learnt() -> None:
    speed = Speed(0.0)
    second(speed, 1, 10, slowing=10)

    assert second(speed, 2, 0) == 5


def test_it_never_stands_still() -> None:
    speed = Speed(0.0)

    limits = [second(speed, number, 1, slowing=1) for number in range(1, 10)]

    assert limits[-1] == SLOWEST


def test_a_few_in_a_hundred_slow_nobody() -> None:
    assert second(Speed(0.0), 1, 100, slowing=4) is None


def test_slowed_it_begins_no_more_than_that_many_a_second() -> None:
    speed = Speed(0.0)
    second(speed, 1, 20, slowing=20)

    begun = 0
    for tenth in range(10, 40):
        while speed.may(tenth / 10):
            speed.begin()
            begun += 1

    assert 27 <= begun <= 32  # ten a second for three seconds


@pytest.mark.parametrize("reply", [Reply(421, "4.7.0 too many"), Reply(450, "later"), Reply(451, "4.7.1 slow down"), Reply(452, "disk")])
def test_these_ask_for_time(reply: Reply) -> None:
    assert asks_for_time(reply)


@pytest.mark.parametrize("reply", [Reply(452, "4.2.2 mailbox full"), Reply(450, "4.1.8 no domain"), Reply(454, "TLS"), Reply(550, "no")])
def test_these_are_about_one_mailbox_or_are_no_such_wish(reply: Reply) -> None:
    assert not asks_for_time(reply)
