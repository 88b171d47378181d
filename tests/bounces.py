"""Mail that comes back of a delivery to one reader, and how it is taken."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fob_mail import campaigns, freezing
from fob_mail.addresses import digest
from fob_mail.audience import suppressions
from fob_mail.cli import main
from fob_mail.database import Database, clock
from fob_mail.feedback.taking import Taken, Terms, take
from fob_mail.links import Links, Place
from fob_mail.models import Subscriber, SuppressionReason
from tests.builders import composed_parts, make_list, make_subscriber

KEY = b"d" * 40


LINKS = Links([b"s" * 40], "http://localhost:8000")


REPORT = """From: MAILER-DAEMON@relay.test
To: {to}
Subject: Undelivered Mail Returned to Sender
Message-ID: <{id}@relay.test>
Date: Mon, 19 Apr 2027 10:00:00 +0000
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

{words}
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.test

Final-Recipient: rfc822; {recipient}
Action: failed
Status: {status}
Diagnostic-Code: smtp; {words}

--b--
"""


@pytest.fixture
def reader(database: Database) -> Subscriber:
    """Somebody who was sent a campaign, the first of it."""
    with database.begin() as session:
        to = make_list(session, "supporters")
        who = make_subscriber(session, "rosa@example.org", to)
        make_subscriber(session, "luis@example.org", to)
        campaigns.save_draft(session, "c", to, "a.txt", "", [composed_parts()], clock(session))
        freezing.freeze(session, campaigns.find(session, "c"), 10, clock(session))
    return who


@pytest.fixture
def taking(database: Database, tmp_path: Path) -> Callable[[str], Taken]:
    """Take a mail, three soft bounces being enough."""
    return lambda mail: take(database, mail.encode(), LINKS, Terms(3, timedelta(days=30), tmp_path / "kept"))


def bounce(words: str = "550 5.1.1 no such user", status: str = "5.1.1", number: int = 1, to: str = "") -> str:
    """A report about the first delivery, which names nobody that we know: the return path alone tells whose it is."""
    path = to or LINKS.return_path("bounces@example.org", Place(1, 1))
    return REPORT.format(to=path, words=words, status=status, recipient="somebody@elsewhere.example", id=number)


def why(database: Database, address: str = "rosa@example.org") -> SuppressionReason | None:
    with database.read() as session:
        return suppressions.reason(session, digest(address, KEY))


@pytest.fixture
def command(settings_file: Path) -> Callable[..., Result]:
    """The command, in this process."""
    return lambda *words, **more: CliRunner(env=more).invoke(main, ["--config", str(settings_file), *map(str, words)])
