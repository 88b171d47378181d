"""SMTP smuggling: whatever stands in a name, an attribute, a subject or an article, one message stays one message on the wire."""

import email
import email.policy
import re
from collections import Counter
from pathlib import Path

import pytest

from fob_mail import campaigns
from fob_mail.addresses import international_form, wire_form
from fob_mail.balance import Counts
from fob_mail.database import Database, clock
from fob_mail.links import Links
from fob_mail.sending.run import Controls, freeze, run
from fob_mail.settings import Settings
from fob_mail.slots import attribute, mark
from tests.builders import composed_parts, make_list, make_subscriber
from tests.recording_relay import Faults, RecordingRelay

SECOND = "MAIL FROM:<boss@example.org>{end}RCPT TO:<victim@example.org>{end}DATA{end}Subject: forged{end}{end}Pay.{end}.{end}"
ENDS = {"CR LF": "\r\n", "bare LF": "\n", "bare CR": "\r", "LF CR": "\n\r", "a line separator": "\u2028"}
DOTS = (".", "..", " .", ".\t", "\x01.")
ATTACKS = [f"Rosa{end}{dot}{end}{SECOND.format(end=end)}" for end in ENDS.values() for dot in DOTS]
"""Ways to end a message early, one of which some server of the past took for the end, and one more message behind it."""


@pytest.mark.parametrize("chunking", [False, True])
def test_no_words_of_anybody_end_a_message_or_begin_another(database: Database, settings: Settings, tmp_path: Path, chunking: bool) -> None:
    with database.begin() as session:
        to = make_list(session, "supporters", name=ATTACKS[0], sender='"x\\" <y>" <news@example.org>')
        for number, attack in enumerate(ATTACKS):
            make_subscriber(session, f"p{number}@example.org", to, name=attack, attributes={"City": attack})
        city = mark(attribute("City"), "nowhere")
        written = "\n".join(ATTACKS)
        words = composed_parts(
            subject=f"{written} {mark('name')}",
            html=f"<p>{written}</p>\n{mark('name')}\n.\n{city}<a href='{mark('unsubscribe_url')}'>x</a>",
            text=f"{written}\n{mark('name')}\n.\n{city}\n.\r\n{mark('unsubscribe_url')}\n",
        )
        campaigns.save_draft(session, "c", to, "article.txt", "", [words], clock(session))

    with RecordingRelay(Faults(chunking=chunking)) as relay:
        smtp = settings.smtp.model_copy(update={"port": relay.port, "connections": 2, "timeout": 5.0, "window": 8 if chunking else 1})
        sending = settings.sending.model_copy(update={"journal_folder": tmp_path / "journal", "batch_size": 10})
        here = settings.model_copy(update={"smtp": smtp, "sending": sending})
        freeze(database, "c", here)
        ended = run(database, "c", here, Links(here.keys(), here.base_url), Controls(lambda _: None, lambda _: None, wait=False))

    assert ended.counts == Counts(audience=len(ATTACKS), accepted=len(ATTACKS))
    assert relay.recipients == Counter(f"p{number}@example.org" for number in range(len(ATTACKS)))
    for message in relay.messages:
        assert not re.search(rb"(?<!\r)\n|\r(?!\n)|\x00|^\.", message.content, re.MULTILINE)
        read = email.message_from_bytes(message.content, policy=email.policy.default)
        assert len(read.get_all("Subject", [])) == len(read.get_all("From", [])) == len(read.get_all("To", [])) == 1
        assert not read.defects


@pytest.mark.parametrize("end", [*ENDS.values(), ">", "> ", " ", "\0", "\t"])
def test_no_address_ends_its_command_wherever_it_comes_from(end: str) -> None:
    """Addresses are checked when they come, and once more when they go: a database may be damaged, or somebody else's."""
    for address in (
        f"rosa@example.org{end}RCPT TO:<victim@example.org>",
        f"ro{end}sa@example.org",
        f"rosa@example.org{end}",
        f"rosa@exa{end}é.org",
    ):
        assert wire_form(address) is None, address
        assert international_form(address) is None, address
