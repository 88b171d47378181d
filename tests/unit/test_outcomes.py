"""What an SMTP reply means for a delivery, and for the campaign."""

from datetime import timedelta

import pytest

from fob_mail.models import DeliveryState
from fob_mail.outcomes import Retries, outcome_of, turns_everyone_away, unknown
from fob_mail.replies import Reply, ReplyReader, Stage


@pytest.mark.parametrize(
    ("code", "at", "state"),
    [
        (250, Stage.DOT, DeliveryState.ACCEPTED),
        (452, Stage.DOT, DeliveryState.DEFERRED),
        (554, Stage.DOT, DeliveryState.REFUSED),
        (450, Stage.RCPT, DeliveryState.DEFERRED),
        (550, Stage.RCPT, DeliveryState.REFUSED),
        (421, Stage.DATA, DeliveryState.DEFERRED),
    ],
)
def test_a_reply_decides_by_its_first_digit(code: int, at: Stage, state: DeliveryState) -> None:
    assert outcome_of(7, Reply(code, "words"), at).state is state


def test_only_the_final_dot_can_accept() -> None:
    assert outcome_of(7, Reply(250, "Ok"), Stage.RCPT).state is not DeliveryState.ACCEPTED


def test_a_reply_with_control_characters_is_kept_as_one_clean_line() -> None:
    (reply,) = ReplyReader().feed(b"550-no\x1b[31m such\r\n550 user\x00here\r\n")

    assert outcome_of(7, reply, Stage.RCPT).reply == "no [31m such user here"


@pytest.mark.parametrize(
    ("reply", "at"),
    [
        (Reply(553, "5.7.1 sender rejected"), Stage.MAIL),
        (Reply(530, "5.7.0 authentication required"), Stage.RCPT),
        (Reply(550, "5.7.30 mail without DKIM"), Stage.DOT),
        (Reply(421, "4.7.32 From not aligned"), Stage.DOT),
    ],
)
def test_a_reply_about_us_is_not_held_against_the_recipient(reply: Reply, at: Stage) -> None:
    assert turns_everyone_away(reply, at)


@pytest.mark.parametrize(
    ("reply", "at"),
    [(Reply(550, "5.1.1 unknown"), Stage.RCPT), (Reply(450, "4.1.8 later"), Stage.MAIL), (Reply(554, "5.7.1 spam"), Stage.DOT)],
)
def test_a_reply_about_one_person_does_not_stop_the_campaign(reply: Reply, at: Stage) -> None:
    assert not turns_everyone_away(reply, at)


def test_an_unknown_has_no_code() -> None:
    assert unknown(3, "the line went dead").code is None


def test_retries_wait_longer_each_time_and_end_at_an_age_however_often_they_were_made() -> None:
    retries, ages = Retries((60, 300), timedelta(seconds=700)), (0, 60, 360, 660)

    told = [retries.delay(tries, timedelta(seconds=age)) for tries, age in enumerate(ages, 1)]

    assert told == [timedelta(seconds=60), timedelta(seconds=300), timedelta(seconds=300), None]
    assert retries.delay(1, timedelta(hours=1)) is None  # nobody was at work for an hour


@pytest.mark.parametrize(("chance", "seconds"), [(0.0, 80), (0.5, 100), (1.0, 120)])
def test_what_was_deferred_together_does_not_come_back_together(chance: float, seconds: int) -> None:
    assert Retries((100,), timedelta(days=1)).delay(1, timedelta(), chance) == timedelta(seconds=seconds)
