"""Settings of where bounces, complaints and answers come from."""

from pathlib import Path

import pytest

from fob_mail.settings import load
from tests.settings_files import KEYS, complaint, written

BACK = {
    "a folder that is its own end": (
        '[imap]\nhost = "localhost"\nfolder = "Inbox"\ndone = "INBOX"\n',
        "imap: what was taken would be taken again",
    ),
    "an unprotected password": ('[imap]\nhost = "imap.example.org"\nsecurity = "none"\n', "set imap.security to tls or starttls"),
    "a port that strangers reach": (
        '[lmtp]\nlisten = "0.0.0.0:2424"\n',
        "lmtp.listen: '0.0.0.0:2424' is no socket or port of this machine",
    ),
    "a port without a number": ('[lmtp]\nlisten = "localhost:lmtp"\n', "is no socket or port of this machine"),
    "a socket without a name": ('[lmtp]\nlisten = "unix:"\n', "lmtp.listen: names no file"),
    "no topic": ('[webhooks]\nses_topics = ["bounces"]\n', "'bounces' is no topic; write one such as arn:aws:sns:"),
    "a secret that could be guessed": ('[webhooks]\npostmark_secret = "hunter2"\n', "webhooks.postmark_secret: must have 24 to 200"),
    "a secret that no URL carries": (
        '[webhooks]\nbrevo_secret = "harbour:lights@dusk/2027?"\n',
        "webhooks.brevo_secret: must have 24 to 200",
    ),
    "no key": ('[webhooks]\nsendgrid_public_key = "MFkw"\n', "webhooks.sendgrid_public_key: is no public key of the curve P-256"),
}


@pytest.mark.parametrize("name", BACK)
def test_what_is_wrong_with_where_feedback_comes_from_is_said(tmp_path: Path, name: str) -> None:
    written_so, said = BACK[name]

    told = complaint(written(tmp_path, KEYS + written_so))

    assert said in told
    assert "hunter2" not in told


@pytest.mark.parametrize("listen", ["", "127.0.0.1:2424", "[::1]:2424", "localhost:2424", "unix:lmtp.sock", "unix:/run/fob-mail/lmtp.sock"])
def test_lmtp_listens_on_this_machine(tmp_path: Path, listen: str) -> None:
    assert load(written(tmp_path, KEYS + f'[lmtp]\nlisten = "{listen}"\n'), {}).lmtp.listen == listen
