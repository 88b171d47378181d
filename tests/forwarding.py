"""Answers that readers wrote, the relay that they are forwarded by, and the command that does it."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from fob_mail import campaigns, freezing
from fob_mail.cli import main
from fob_mail.database import Database, clock
from fob_mail.feedback.taking import Taken, Terms, take
from fob_mail.models import Feedback
from tests.builders import composed_parts, make_list, make_subscriber
from tests.integration.test_correspondence import LINKS
from tests.recording_relay import RecordingRelay

OFFICE = "office@example.net"


ANSWER = (
    b"From: Luis <luis@example.net>\nTo: news@example.org\nSubject: Re: An evening\nIn-Reply-To: <1@x>\nMessage-ID: <%d@x>\n\n"
    b"Will there be tea?\n.\n.dots\nQUIT\n"
)


REPORT = (
    b"From: MAILER-DAEMON@relay.test\r\nTo: bounces@example.org\r\nSubject: Undelivered\r\nMessage-ID: <9@relay.test>\r\n"
    b'Content-Type: multipart/report; report-type=delivery-status; boundary="bb"\r\n\r\n'
    b"--bb\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; relay.test\r\n\r\n"
    b"Final-Recipient: rfc822; office@example.net\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; %b\r\n\r\n"
    b"--bb\r\nContent-Type: message/rfc822\r\n\r\n%b\r\n--bb--\r\n"
)


@pytest.fixture
def relay() -> Iterator[RecordingRelay]:
    """The organiser's and everybody's relay."""
    with RecordingRelay() as running:
        yield running


@pytest.fixture
def terms(tmp_path: Path) -> Terms:
    """What strikes off, and that the office gets what people write."""
    return Terms(3, timedelta(days=30), tmp_path / "for-the-organiser", OFFICE)


@pytest.fixture
def taking(database: Database, terms: Terms) -> Callable[[bytes], Taken]:
    """Take a mail; the office is to get what people write."""
    with database.begin() as session:
        to = make_list(session, "supporters")
        make_subscriber(session, "rosa@example.org", to)
        campaigns.save_draft(session, "april", to, "a.txt", "", [composed_parts()], clock(session))
        freezing.freeze(session, campaigns.find(session, "april"), 10, clock(session))
    return lambda raw: take(database, raw, LINKS, terms)


@pytest.fixture
def configured(settings_file: Path, relay: RecordingRelay) -> Path:
    """Settings with the relay and the office."""
    with settings_file.open("a", encoding="utf-8") as more:
        more.write(f'[smtp]\nhost = "127.0.0.1"\nport = {relay.port}\ntimeout = 5\n[feedback]\nforward_to = "Office@Example.net"\n')
    return settings_file


@pytest.fixture
def command(configured: Path) -> Callable[..., Result]:
    """The command in this process."""
    return lambda *words: CliRunner().invoke(main, ["--config", str(configured), "feedback", *map(str, words)])


def states(database: Database) -> list[tuple[str, str]]:
    """How each forward stands, and the relay's words."""
    with database.read() as session:
        return [(one.forward, one.forward_reply) for one in session.scalars(select(Feedback).order_by(Feedback.id))]


def parsed(content: bytes) -> EmailMessage:
    """A message as its receiver has it; the relay has taken SMTP's dots out."""
    found = message_from_bytes(content, policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found
