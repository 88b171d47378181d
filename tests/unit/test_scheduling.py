"""The moment of --at, read without a guess."""

from datetime import UTC, datetime

import pytest

from fob_mail.cli.scheduling import moment_of
from fob_mail.errors import InputError

NOW = datetime(2027, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2027-04-12 09:00 Europe/London", datetime(2027, 4, 12, 8, tzinfo=UTC)),
        ("2027-04-12T09:00 UTC", datetime(2027, 4, 12, 9, tzinfo=UTC)),
        (" 2027-04-12  09:00 ", datetime(2027, 4, 12, 13, tzinfo=UTC)),
    ],
)
def test_a_moment_is_that_of_its_zone_or_the_groups(said: str, meant: datetime) -> None:
    assert moment_of(said, "America/La_Paz", NOW) == meant


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("tomorrow", "is not a moment"),
        ("2027-02-30 09:00", "no such day or hour"),
        ("2027-04-12 25:00", "no such day or hour"),
        ("2027-04-12 09:00 Mars/Olympus", "is not a time zone"),
        ("2027-04-12 09:00 ../../etc/passwd", "is not a time zone"),
        ("2027-03-28 01:30 Europe/London", "clocks of Europe/London go forward"),
        ("2026-04-12 09:00", "is past"),
    ],
)
def test_what_cannot_be_is_said_with_an_example(said: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        moment_of(said, "Europe/London", NOW)

    assert "--at" in caught.value.problem
