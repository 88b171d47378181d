"""Signed mail arrives: what a real SMTP server takes, after its dot-unstuffing, verifies by both keys; and the commands make it so."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from fob_mail import campaigns
from fob_mail.composing.composed import Composed
from fob_mail.database import Database, clock
from fob_mail.links import Links
from fob_mail.sending.run import Controls, Ending, freeze, run
from fob_mail.settings import Dkim, Settings
from fob_mail.signing.keys import Kind, new_key, txt_record, write_key
from fob_mail.slots import mark
from tests.builders import an_article, composed_parts, make_list, make_subscriber
from tests.recording_relay import Faults, RecordingRelay
from tests.verifying import verdicts

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

NAMES = ("", "Ana", "Añez  Quiroga ", ".", "..\r\n.", "x" * 300, "=?utf-8?q?x?=", "\t")
TEXT = f"Hello {mark('name', 'friend')},\n.\n..two dots\n.{mark('name')}\ntabs\tand  blanks \t\n\n{mark('unsubscribe_url')}\n\n\n"
HTML = f"<p>\n.{mark('name', 'friend')}  <b>\t{mark('address')}</b></p>\n.\n<a href='{mark('unsubscribe_url')}'>leave</a>\n\n\n"


@pytest.fixture
def signing(tmp_path: Path) -> tuple[list[Dkim], dict[str, str]]:
    """Settings for a key of each kind, and what the DNS says of them."""
    sections, records = [], {}
    for kind in Kind:
        key, file = new_key(kind), tmp_path / f"{kind}.pem"
        write_key(file, key)
        sections.append(Dkim(domain="example.org", selector=str(kind), key_file=file))
        records[f"{kind}._domainkey.example.org"] = txt_record(key)
    return sections, records


@pytest.mark.parametrize("pipelining", [True, False])
def test_every_message_that_arrives_verifies_by_both_keys(
    pipelining: bool, sqlite_database: Database, settings: Settings, signing: tuple[list[Dkim], dict[str, str]], tmp_path: Path
) -> None:
    sections, records = signing
    with sqlite_database.begin() as session:
        to = make_list(session, "supporters", sender="Amigos – Áñez <news@example.org>")
        for number, name in enumerate(NAMES):
            make_subscriber(session, f"p{number}@example.org", to, name=name)
        campaigns.save_draft(session, "c", to, "article.txt", "", [Composed("en", "An evening – again", "", HTML, TEXT)], clock(session))

    with RecordingRelay(Faults(pipelining=pipelining)) as relay:
        smtp = settings.smtp.model_copy(update={"host": "127.0.0.1", "port": relay.port, "connections": 2})
        sending = settings.sending.model_copy(update={"journal_folder": tmp_path / "journal"})
        here = settings.model_copy(update={"smtp": smtp, "sending": sending, "dkim": sections})
        freeze(sqlite_database, "c", here)
        links = Links(here.keys(), here.base_url)
        ended = run(sqlite_database, "c", here, links, Controls(lambda _: None, lambda _: None, wait=False))

    assert ended.how is Ending.FINISHED
    assert len(relay.messages) == len(NAMES)
    assert [verdicts(message.content, records) for message in relay.messages] == [[True, True]] * len(NAMES)


@pytest.fixture
def installation(
    settings_file: Path, sqlite_database: Database, fob_mail: Callable[..., subprocess.CompletedProcess[str]]
) -> tuple[Path, dict[str, str]]:
    """A draft `c` to one person, and settings that sign by a key of each kind that the command made; what the DNS says of them."""
    with sqlite_database.begin() as session:
        to = make_list(session, "supporters")
        make_subscriber(session, "ana@example.org", to)
        campaigns.save_draft(session, "c", to, "article.txt", an_article().title, [composed_parts()], clock(session))
    records = {}
    for kind in ("rsa", "ed25519"):
        made = fob_mail("dkim", "keygen", "example.org", kind, "--kind", kind, "--json")
        told = json.loads(made.stdout)
        records[told["name"]] = told["value"]
        settings_file.write_text(settings_file.read_text(encoding="utf-8") + "\n" + told["settings"], encoding="utf-8")
    return settings_file, records


def test_the_commands_make_keys_and_sign_by_them(
    installation: tuple[Path, dict[str, str]], fob_mail: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    _, records = installation
    with RecordingRelay() as relay:
        here = {"FOB_MAIL_SMTP__HOST": "127.0.0.1", "FOB_MAIL_SMTP__PORT": str(relay.port)}
        tried = fob_mail("test", "c", "me@example.org", **here)
        sent = fob_mail("send", "c", "--yes", **here)

    assert (tried.returncode, sent.returncode) == (0, 0), tried.stderr + sent.stderr
    assert [verdicts(message.content, records) for message in relay.messages] == [[True, True]] * 2
    assert "counts as unsigned" not in sent.stderr


def test_send_warns_of_a_signature_that_does_not_count_for_the_sender(
    installation: tuple[Path, dict[str, str]], fob_mail: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    file, _ = installation
    file.write_text(file.read_text(encoding="utf-8").replace('domain = "example.org"', 'domain = "relay.example.com"'), encoding="utf-8")

    with RecordingRelay() as relay:
        sent = fob_mail("send", "c", "--yes", FOB_MAIL_SMTP__HOST="127.0.0.1", FOB_MAIL_SMTP__PORT=str(relay.port))

    assert "comes from example.org, but is signed for relay.example.com: to DMARC it counts as unsigned" in sent.stderr
    assert len(relay.messages) == 1


def test_nobody_is_mailed_by_a_campaign_whose_key_is_gone(
    installation: tuple[Path, dict[str, str]], fob_mail: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    file, _ = installation
    (file.parent / "rsa.example.org.pem").unlink()

    with RecordingRelay() as relay:
        here = {"FOB_MAIL_SMTP__HOST": "127.0.0.1", "FOB_MAIL_SMTP__PORT": str(relay.port)}
        sent = fob_mail("send", "c", "--yes", **here)
        tried = fob_mail("test", "c", "me@example.org", **here)

    for done in (sent, tried):
        assert done.returncode == 1
        assert "rsa.example.org.pem is not there" in done.stderr
        assert "Traceback" not in done.stderr
    assert not relay.messages
    assert '"state": "draft"' in fob_mail("status", "c", "--json").stdout
