"""What came back is read by people: listed newest first, shown with all that is known, and nothing in it commands a terminal."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fob_mail import campaigns, correspondence, freezing
from fob_mail.audience import forgetting
from fob_mail.cli import main
from fob_mail.database import Database, clock
from fob_mail.feedback.taking import Terms, take
from fob_mail.links import Links, Place
from fob_mail.models import Feedback
from tests.builders import composed_parts, make_list, make_subscriber

LINKS = Links([b"s" * 40], "http://localhost:8000")
REPORT = """From: MAILER-DAEMON@relay.test
To: {to}
Subject: Undelivered Mail Returned to Sender
Message-ID: <{id}@relay.test>
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.test

Final-Recipient: rfc822; rosa@example.org
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user

--b--
"""
ANSWER = "From: Luis <luis@example.net>\nTo: news@example.org\nSubject: Re: An evening\nIn-Reply-To: <1@x>\nMessage-ID: <2@x>\n\n{words}\n"
MOVED = (
    "From: old@example.net\nTo: news@example.org\nSubject: My new address\nMessage-ID: <3@x>\n\nMy new e-mail address is ana@example.com\n"
)
HOSTILE = "\x1b]0;pwned\x07\x1b[2Jhello\x9b31m\u202e\r\n  kept  like this\n\tand this\x00"


@pytest.fixture
def came_back(database: Database, tmp_path: Path) -> Path:
    """A bounce of a campaign's first reader, an answer and a change of address; gives where mail is kept, as the settings have it."""
    kept = tmp_path / "for-the-organiser"
    with database.begin() as session:
        to = make_list(session, "supporters")
        make_subscriber(session, "rosa@example.org", to)
        campaigns.save_draft(session, "april", to, "a.txt", "", [composed_parts()], clock(session))
        freezing.freeze(session, campaigns.find(session, "april"), 10, clock(session))
    bounce = REPORT.format(to=LINKS.return_path("bounces@example.org", Place(1, 1)), id=1)
    for mail in (bounce, ANSWER.format(words="¿Podré ir?"), MOVED):
        take(database, mail.encode(), LINKS, Terms(3, timedelta(days=30), kept))
    return kept


@pytest.fixture
def command(settings_file: Path) -> Callable[..., Result]:
    """The command in this process."""
    return lambda *words: CliRunner().invoke(main, ["--config", str(settings_file), "feedback", *map(str, words)])


def test_what_came_back_is_listed_newest_first_and_by_what_it_is(came_back: Path, command: Callable[..., Result]) -> None:
    del came_back
    whole, hard, kept, mine = (
        json.loads(command("ls", "--json", *words).stdout)["feedback"]
        for words in ((), ("--kind", "hard"), ("--kept",), ("--campaign", "april"))
    )

    assert [one["kind"] for one in whole] == ["moved", "reply", "hard"]
    assert [one["number"] for one in whole] == [3, 2, 1]
    assert [(one["reader"], one["campaign"], one["followed"]) for one in hard] == [
        ("rosa@example.org", "april", "is not mailed any more: it bounced")
    ]
    assert [one["number"] for one in kept] == [3, 2]
    assert [one["number"] for one in mine] == [1]


def test_the_list_says_who_moved_and_where_to_and_when_there_is_more(came_back: Path, command: Callable[..., Result]) -> None:
    del came_back
    lines = command("ls", "--limit", "2").stdout.splitlines()

    assert "old@example.net → ana@example.com" in lines[0]
    assert "luis@example.net" in lines[1]
    assert "kept for the organiser" in lines[1]
    assert lines[2] == "The newest 2; more: --limit 20"
    assert command("ls").stdout.splitlines()[-1] == "3 events"


def test_what_is_asked_for_wrongly_is_told_in_a_sentence(came_back: Path, command: Callable[..., Result]) -> None:
    del came_back
    for words, told in (
        (("ls", "--kind", "nonsense"), "not one of"),
        (("ls", "--campaign", "may"), "no campaign"),
        (("ls", "--limit", "0"), "not in the range"),
        (("show", "99"), "There is no event 99."),
        (("show", "99999999999999999999"), "not in the range"),
        (("show", "2", "--raw", "--json"), "not both"),
        (("show", "1", "--raw"), "No mail is kept of event 1"),
    ):
        result = command(*words)
        assert result.exit_code in {1, 2}, words
        assert told in result.output, result.output


def test_one_is_shown_with_all_that_is_known_and_the_text_of_its_mail(came_back: Path, command: Callable[..., Result]) -> None:
    bounce, answer = command("show", "1").stdout, command("show", "2").stdout
    told = json.loads(command("show", "2", "--json").stdout)

    assert "hard (no-such-person) 5.1.1" in bounce
    assert "april" in bounce
    assert "rosa@example.org" in bounce
    assert "  | ¿Podré ir?" in answer.splitlines()
    assert str(came_back / "new") in answer
    assert told["text"] == "¿Podré ir?"
    assert (told["sender"], told["subject"], told["reader"]) == ("luis@example.net", "Re: An evening", "")


def test_raw_gives_the_mail_as_it_came_also_when_a_mail_program_has_moved_it(came_back: Path, command: Callable[..., Result]) -> None:
    [file] = [one for one in (came_back / "new").iterdir() if b"Re: An evening" in one.read_bytes()]
    file.rename(came_back / "cur" / f"{file.name}:2,S")

    raw = command("show", "2", "--raw").stdout_bytes

    assert raw == ANSWER.format(words="¿Podré ir?").encode()
    (came_back / "cur" / f"{file.name}:2,S").unlink()
    assert "is no more in" in command("show", "2", "--raw").output
    assert "it was moved or deleted there" in command("show", "2").stdout


def test_others_words_command_no_terminal(database: Database, came_back: Path, command: Callable[..., Result]) -> None:
    mail = ANSWER.replace("Luis", HOSTILE[:20]).replace("An evening", HOSTILE[:24]).format(words=HOSTILE)
    take(database, mail.encode(), LINKS, Terms(3, timedelta(days=30), came_back))
    with database.begin() as session:
        event = session.get_one(Feedback, 4 if session.get(Feedback, 4) else 3)
        words = HOSTILE.replace("\x00", "")  # which no database of ours takes
        event.text, event.sender, event.recipient, event.new_address, event.followed, event.subject = (words,) * 6
        number = event.id

    for asked in (("ls",), ("show", number), ("ls", "--json"), ("show", number, "--json")):
        told = command(*asked).stdout
        assert "hello" in told
        assert not {
            letter for letter in told if (ord(letter) < 32 and letter not in "\n\t") or 126 < ord(letter) < 160 or letter == "\u202e"
        }
    assert "  |   kept  like this" in command("show", number).stdout.splitlines()
    assert all(line.startswith((" ", "Event ")) for line in command("show", number).stdout.splitlines() if line)


def test_who_was_forgotten_is_named_no_more(database: Database, came_back: Path) -> None:
    del came_back
    with database.begin() as session:
        forgetting.erase(session, 1, b"d" * 40, "asked", clock(session))

    with database.read() as session:
        letter = correspondence.find(session, 1)

    assert letter
    assert (letter.reader, letter.recipient, letter.reason) == ("", "", "")
    assert letter.campaign == "april"
