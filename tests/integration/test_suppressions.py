"""Whom nobody mails any more: listed, added and taken back by people, with the words for it."""

import json
from collections.abc import Callable

from click.testing import Result

from fob_mail.audience import suppressions
from fob_mail.database import Database, clock
from fob_mail.models import Subscriber, SuppressionReason
from tests.bounces import command, reader, taking, why

__all__ = ["command", "reader", "taking"]  # fixtures


def test_a_complaint_after_a_bounce_is_what_stays_and_nobody_but_the_person_takes_it_back(
    database: Database, reader: Subscriber, command: Callable[..., Result]
) -> None:
    with database.begin() as session:
        suppressions.suppress(session, reader.digest, SuppressionReason.BOUNCE, clock(session), "550 no")
        suppressions.suppress(session, reader.digest, SuppressionReason.COMPLAINT, clock(session), "pressed spam")
        suppressions.suppress(session, reader.digest, SuppressionReason.BOUNCE, clock(session), "550 no, again")

    refused = command("suppressions", "remove", reader.address, "--note", "her provider was down")
    with database.begin() as session:
        confirmed = suppressions.lift_by_own_word(session, reader.digest, clock(session))

    assert refused.exit_code == 1
    assert confirmed  # the bounce is lifted, behind the complaint
    assert why(database) is SuppressionReason.COMPLAINT


def test_what_was_taken_back_stays_with_the_words_for_it(database: Database, reader: Subscriber, command: Callable[..., Result]) -> None:
    with database.begin() as session:
        suppressions.suppress(session, reader.digest, SuppressionReason.BOUNCE, clock(session), "550 no such user")

    removed = command("suppressions", "remove", reader.address, "--note", "her provider was down that day")
    lifted = json.loads(command("suppressions", "ls", "--lifted", "--json").stdout)["lifted"]
    consents = command("consents", reader.address).stdout

    assert removed.exit_code == 0, removed.output
    assert why(database) is None
    assert [(one["address"], one["why"], one["note"], one["how"], one["words"]) for one in lifted] == [
        (reader.address, "bounce", "550 no such user", "organiser", "her provider was down that day")
    ]
    assert "her provider was down that day" in consents


def test_suppressions_are_listed_added_and_taken_back_but_for_complaints(
    database: Database, reader: Subscriber, command: Callable[..., Result]
) -> None:
    with database.begin() as session:
        suppressions.suppress(session, reader.digest, SuppressionReason.COMPLAINT, clock(session), "pressed spam")
    added = command("suppressions", "add", "luis@example.org", "--note", "asked by phone")
    listed = json.loads(command("suppressions", "ls", "--json").stdout)["suppressions"]
    taken_back = command("suppressions", "remove", "luis@example.org", "--note", "a mistake")
    refused = command("suppressions", "remove", "rosa@example.org", "--note", "please")

    assert added.exit_code == taken_back.exit_code == 0, added.output + taken_back.output
    assert {(row["address"], row["why"], row["note"]) for row in listed} == {
        ("rosa@example.org", "complaint", "pressed spam"),
        ("luis@example.org", "asked", "asked by phone"),
    }
    assert refused.exit_code == 1
    assert why(database, "luis@example.org") is None
