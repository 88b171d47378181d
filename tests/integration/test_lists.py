"""Mailing lists are made, found, shown and changed; what cannot be used is refused with the nearest that can."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from fob_mail.audience import lists
from fob_mail.audience.lists import Wishes
from fob_mail.database import Database
from fob_mail.errors import ConflictError, InputError, NotFoundError
from fob_mail.models import OptIn

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
SENDER = "Friends of Bolivia <news@example.org>"


def make(database: Database, slug: str = "supporters", **wishes: str) -> None:
    """Make a list, in a transaction of its own."""
    with database.begin() as session:
        lists.create(session, slug, "Friends of Bolivia", SENDER, now=NOW, wishes=Wishes(**wishes))  # type: ignore[arg-type]  # texts only


def test_a_list_is_made_with_what_it_needs_and_sensible_rest(database: Database) -> None:
    """Double opt-in, private, English."""
    make(database)

    with database.read() as session:
        found = lists.find(session, "supporters")
        assert (found.name, found.sender, found.created_at) == ("Friends of Bolivia", SENDER, NOW)
        assert (found.opt_in, found.public, found.language, found.reply_to) == (OptIn.DOUBLE, False, "en", None)


@pytest.mark.parametrize(
    ("slug", "nearest"),
    [
        ("Supporters", "supporters"),
        ("friends of Perú!", "friends-of-peru"),
        ("-a-", "a"),
        ("x" * 61, "x" * 60),
        ("", "supporters"),
        ("a\nb", "a-b"),
    ],
)
def test_a_name_that_cannot_be_used_is_refused_with_the_nearest(database: Database, slug: str, nearest: str) -> None:
    """It stands in commands, links and headers."""
    with pytest.raises(InputError, match=f"How about {nearest}?"):
        make(database, slug)


def test_a_name_is_given_once(database: Database) -> None:
    """The remedy is to edit."""
    make(database)

    with pytest.raises(ConflictError, match="list edit supporters"):
        make(database)


@pytest.mark.parametrize(
    "wishes",
    [{"reply_to": "x@example.org\nBcc: y@example.org"}, {"reply_to": "nobody"}, {"language": "very old"}, {"language": "xx-yy-zz"}],
)
def test_wishes_that_cannot_be_used_are_refused(database: Database, wishes: dict[str, str]) -> None:
    """Before anything is written."""
    with pytest.raises(InputError):
        make(database, **wishes)


def test_a_list_that_is_not_there_names_the_nearest_or_how_to_make_it(database: Database) -> None:
    """A slip of the finger is the usual reason."""
    make(database)

    with database.read() as session:
        with pytest.raises(NotFoundError, match="Did you mean 'supporters'"):
            lists.find(session, "suporters")
        with pytest.raises(NotFoundError, match="fob-mail list create press"):
            lists.find(session, "Press")


def test_an_edit_changes_what_is_given_and_nothing_else(database: Database) -> None:
    """An empty reply-to takes it away."""
    make(database, reply_to="office@example.org", description="Once a month")

    with database.begin() as session:
        lists.edit(session, "supporters", Wishes(reply_to="", language="es_BO", public=True, opt_in=OptIn.SINGLE))

    with database.read() as session:
        found = lists.find(session, "supporters")
        assert (found.reply_to, found.language, found.public, found.opt_in) == (None, "es-BO", True, OptIn.SINGLE)
        assert (found.name, found.sender, found.description) == ("Friends of Bolivia", SENDER, "Once a month")


def test_the_commands_of_a_list(fob_mail: Callable[..., CompletedProcess[str]], settings_file: Path) -> None:
    """From nothing, through an edit, to the counts."""
    assert settings_file.exists()

    none = fob_mail("list", "ls")
    made = fob_mail("list", "create", "supporters", "--name", "Friends of Bolivia", "--from", SENDER, "--json")
    edited = fob_mail("list", "edit", "supporters", "--public", "--description", "Once a month")
    shown = fob_mail("list", "show", "supporters", "--json")
    listed = fob_mail("list", "ls", "--json")

    assert "no list yet" in none.stdout
    assert json.loads(made.stdout)["from"] == SENDER
    assert "public" in edited.stdout
    expected = {
        "list": "supporters",
        "public": True,
        "description": "Once a month",
        "confirmed": 0,
        "pending": 0,
        "left": 0,
        "suppressed": 0,
    }
    assert expected.items() <= json.loads(shown.stdout).items()
    assert [each["list"] for each in json.loads(listed.stdout)["lists"]] == ["supporters"]


def test_a_sender_that_would_forge_a_header_stops_the_command(fob_mail: Callable[..., CompletedProcess[str]], settings_file: Path) -> None:
    """Two lines, exit code 1, no traceback."""
    assert settings_file.exists()

    refused = fob_mail("list", "create", "supporters", "--name", "Friends", "--from", "Friends <a@example.org>\r\nBcc: b@example.org")

    assert refused.returncode == 1
    assert refused.stderr.splitlines() == [
        "The sender holds a line end or another control character.",
        'Write it as "Friends of Bolivia <news@example.org>".',
    ]
