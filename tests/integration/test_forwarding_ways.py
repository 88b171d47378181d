"""From whom to whom a forward goes: to the organiser, in our name, by a return path that is no reader's, and never round and round."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from fob_mail.audience import suppressions
from fob_mail.database import Database
from fob_mail.feedback.taking import Taken, Terms, take
from fob_mail.links import Place
from tests.forwarding import ANSWER, OFFICE, REPORT, command, configured, parsed, relay, states, taking, terms
from tests.integration.test_correspondence import LINKS
from tests.recording_relay import Faults, RecordingRelay

__all__ = ["command", "configured", "relay", "taking", "terms"]  # fixtures


def test_what_comes_from_the_organiser_is_not_forwarded_to_them(
    taking: Callable[[bytes], Taken], command: Callable[..., Result], relay: RecordingRelay
) -> None:
    taking((ANSWER % 1).replace(b"luis@example.net", b"OFFICE@example.net"))

    command("run", "--once")

    assert relay.messages == []


def test_a_forward_that_comes_around_makes_no_loop_and_one_that_bounces_strikes_no_reader_off(
    database: Database, taking: Callable[[bytes], Taken], command: Callable[..., Result], relay: RecordingRelay
) -> None:
    path = LINKS.return_path("bounces@example.org", Place(1, 1)).encode()  # rosa's, whose mail is quoted in the answer
    taking(ANSWER.replace(b"Will there be tea?", path) % 1)
    taking(ANSWER.replace(b"Re: An evening", b"unsubscribe " + b"x" * 43) % 2)  # which cannot be followed, and would be again and again
    command("run", "--once")
    answer, wish = relay.messages

    around = [taking(sent.content).followed for sent in (answer, wish)]
    bounced = taking(REPORT % (b"550 5.1.1 no such user", answer.content))
    command("run", "--once")

    assert str(parsed(wish.content)["Subject"]).startswith("Asks to leave: luis@example.net: unsubscribe xxxx")
    assert around == [f"counted: it is about what was forwarded of event {number}" for number in (1, 2)]
    assert bounced.followed == "what was forwarded of event 1 has not reached the organiser"
    assert [state for state, _ in states(database)[:2]] == ["refused", "accepted"]
    assert len(relay.messages) == 2
    with database.read() as session:
        assert suppressions.all_of_them(session) == []


def test_with_verp_a_forward_has_a_return_path_of_its_own_that_is_no_readers(
    database: Database, taking: Callable[[bytes], Taken], command: Callable[..., Result], configured: Path, relay: RecordingRelay
) -> None:
    with configured.open("a", encoding="utf-8") as more:
        more.write('[sending]\nreturn_path = "bounces@example.org"\nverp = true\n')
    taking(ANSWER % 1)
    command("run", "--once")
    [sent] = relay.messages

    bounced = taking(REPORT.replace(b"bounces@example.org", sent.return_path.encode()) % (b"550 5.1.1 no", b"Subject: x\r\n\r\n"))

    assert LINKS.read_return_path(sent.return_path) == Place(0, 1)
    assert bounced.followed == "what was forwarded of event 1 has not reached the organiser"
    assert states(database)[0] == ("refused", "Nobody has this address there: 550 5.1.1 no")


@pytest.mark.parametrize("offered", [True, False])
def test_an_organiser_with_letters_beyond_ascii_gets_it_where_the_relay_offers_that(  # noqa: PLR0913, PLR0917 what is asked
    offered: bool,
    database: Database,
    taking: Callable[[bytes], Taken],
    command: Callable[..., Result],
    configured: Path,
    relay: RecordingRelay,
) -> None:
    configured.write_text(configured.read_text("utf-8").replace("Office@Example.net", "josé@example.net"), "utf-8")
    relay.faults = Faults(international=offered)
    taking(ANSWER % 1)

    told = command("run", "--once")

    assert ("SMTPUTF8" in told.output, relay.recipients["josé@example.net"]) == (not offered, int(offered))
    assert states(database)[0][0] == ("accepted" if offered else "queued")


def test_mail_is_forwarded_in_our_name_where_there_is_no_list(
    database: Database, terms: Terms, command: Callable[..., Result], relay: RecordingRelay
) -> None:
    take(database, ANSWER % 1, LINKS, terms)

    command("run", "--once")

    assert [(sent.recipient, str(parsed(sent.content)["From"])) for sent in relay.messages] == [(OFFICE, OFFICE)]


@pytest.mark.parametrize("which", ["return_path", "unsubscribe_mailbox"])
def test_a_mailbox_from_which_answers_come_is_not_forwarded_to(which: str, configured: Path, command: Callable[..., Result]) -> None:
    with configured.open("a", encoding="utf-8") as more:
        more.write(f'[sending]\n{which} = "office@example.net"\n')

    told = command("ls")

    assert told.exit_code == 1
    assert "would come back" in told.output
