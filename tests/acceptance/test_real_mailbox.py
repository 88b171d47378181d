"""From an article to a reader's mailbox and out of it again: the real command, a real Postfix, a real Dovecot, read by IMAP."""

import email
import email.policy
import http.client
import json
import re
import subprocess
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

from tests.certificates import Certificate
from tests.mail_server import mail_server
from tests.serving import serving

Run = Callable[..., subprocess.CompletedProcess[str]]

ARTICLE = """The harbour at dusk

.dots begin this line, and they stay.

Ten years ago the fishing boats of Áñez Quay had no owner but the bank; today those who sail them own them.

The harbour at dusk
Monday 19 April 2027, 18.30
With: Inés Ibáñez

Register here: https://example.org/harbour
"""
PEOPLE = """Name,E-mail
Rosa Ñusta,rosa@example.org
Luis,luis@example.org
Nobody,nobody@example.org
"""


def test_a_campaign_reaches_real_mailboxes_and_the_way_out_works(
    fob_mail: Run, settings_file: Path, certificate: Certificate, tmp_path: Path
) -> None:
    (tmp_path / "harbour.txt").write_text(ARTICLE, encoding="utf-8")
    (tmp_path / "people.csv").write_text(PEOPLE, encoding="utf-8")

    with mail_server(certificate, ["rosa", "luis"]) as server, serving(settings_file) as pages:
        relay = {
            **server.relay_settings(certificate),
            "FOB_MAIL_BASE_URL": f"http://localhost:{pages.port}",
            "FOB_MAIL_SENDING__RETURN_PATH": "bounces@example.org",
        }

        def run(*words: str | Path, **more: str) -> dict[str, int]:
            done = fob_mail(*words, **relay, **more)
            assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
            return dict(json.loads(done.stdout)) if "--json" in words else {}

        run("list", "create", "supporters", "--name", "Friends of the Quay", "--from", "Friends of the Quay <news@example.org>")
        run("subscribers", "import", "supporters", "people.csv", "--consent", "signed a sheet at the quay")
        run("compose", "harbour.txt", "--list", "supporters", "--name", "first")
        first = run("send", "first", "--yes", "--json", FOB_MAIL_SMTP__WINDOW="8", FOB_MAIL_SMTP__CONNECTIONS="1")
        (to_rosa,) = server.mails("rosa", at_least=1)
        press_one_click(read(to_rosa))
        run("compose", "harbour.txt", "--list", "supporters", "--name", "second")
        second = run("send", "second", "--yes", "--json")
        to_luis = server.mails("luis", at_least=2)
        rosas = server.mails("rosa")
        said = server.log()

    assert (first["audience"], first["accepted"], first["refused"]) == (3, 2, 1)
    assert (second["audience"], second["accepted"], second["refused"]) == (2, 1, 1)
    assert (len(rosas), len(to_luis)) == (1, 2)
    assert "bdat=2/3" in said or not said  # the first by BDAT (RFC 3030), where this is Postfix
    assert_a_good_citizen(read(to_rosa), to_rosa)


def read(content: bytes) -> EmailMessage:
    """A mail as the standard library understands it."""
    return email.message_from_bytes(content, policy=email.policy.default)


def press_one_click(mail: EmailMessage) -> None:
    """What a mailbox provider does at the press of its own button (RFC 8058 §3.1)."""
    url = re.search(r"<(http[^>]+)>", mail["List-Unsubscribe"])
    assert url
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert urlsplit(url[1]).hostname == "localhost"
    pages = http.client.HTTPConnection("127.0.0.1", urlsplit(url[1]).port, timeout=10)
    pages.request("POST", urlsplit(url[1]).path, b"List-Unsubscribe=One-Click", {"Content-Type": "application/x-www-form-urlencoded"})
    assert pages.getresponse().status == 200
    pages.close()


def assert_a_good_citizen(mail: EmailMessage, content: bytes) -> None:
    """After Postfix and Dovecot: whole, without a defect, and saying the same in both parts."""
    assert not [defect for part in mail.walk() for defect in part.defects]
    assert max(len(line) for line in content.splitlines()) <= 998
    assert mail["Return-Path"].strip("<>") == "bounces@example.org"
    assert str(mail["To"]) == "Rosa Ñusta <rosa@example.org>"
    assert mail["List-Id"] == "Friends of the Quay <supporters.example.org>"
    assert mail["Date"].datetime
    assert mail["Message-ID"].endswith("@example.org>")
    for kind in ("plain", "html"):
        body = mail.get_body((kind,))
        assert body
        words = body.get_content()
        assert "The harbour at dusk" in words
        assert "Áñez Quay" in words
        assert "Inés Ibáñez" in words
        assert ".dots begin this line, and they stay." in words
        assert "https://example.org/harbour" in words
