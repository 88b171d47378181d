"""A private mail server, real in all its parts: Postfix takes mail over STARTTLS from who logs in, Dovecot shows it by IMAP.

Postfix must be started by root. For anyone else the recording relay of the tests takes its place, and puts what it took into the
same mailboxes: Dovecot needs no rights.
"""

import grp
import imaplib
import mailbox
import os
import pwd
import shutil
import signal
import smtplib
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.certificates import Certificate
from tests.recording_relay import Faults, Received, RecordingRelay

LOGIN = ("newsletter", "tide+harbour")
PATIENCE = 20.0

MAIN_CF = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/postfix.log
maillog_file_prefixes = {folder}
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = relay.test
mydestination =
alias_maps =
local_recipient_maps =
default_transport = error:5.7.0 no mail leaves this machine
virtual_mailbox_domains = example.org
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = texthash:{folder}/mailboxes
virtual_minimum_uid = 1
virtual_uid_maps = static:{user.pw_uid}
virtual_gid_maps = static:{user.pw_gid}
virtual_transport = {transport}
mynetworks =
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{auth}
smtpd_tls_auth_only = yes
smtpd_tls_security_level = may
smtpd_tls_chain_files = {certificate.key}, {certificate.file}
"""

MASTER_CF = """
127.0.0.1:{smtp} inet n - n - - smtpd
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
tlsmgr    unix  - - n 1000? 1 tlsmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
error     unix  - - n - - error
smtp      unix  - - n - - smtp
virtual   unix  - n n - - virtual
lmtp      unix  - - n - - lmtp
anvil     unix  - - n - 1 anvil
proxymap  unix  - - n - - proxymap
postlog   unix-dgram n - n - 1 postlogd
"""

DOVECOT_CONF = """
base_dir = {folder}/dovecot
log_path = {folder}/dovecot.log
protocols = imap pop3
listen = 127.0.0.1
ssl = yes
ssl_cert = <{certificate.file}
ssl_key = <{certificate.key}
disable_plaintext_auth = no
auth_mechanisms = plain login
first_valid_uid = 1
mail_location = maildir:{folder}/mail/%n
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user.pw_uid} gid={user.pw_gid} home={folder}/mail/%n
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
  }}
}}
service pop3-login {{
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = {pop3s}
  }}
}}
service auth {{
  inet_listener {{
    port = {auth}
  }}
}}
"""

UNPRIVILEGED = """
default_internal_user = {user.pw_name}
default_internal_group = {group}
default_login_user = {user.pw_name}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
}}
service pop3-login {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where it is: SMTP over STARTTLS with LOGIN, and IMAP and POP3 for anybody of example.org with one password, over TLS if wanted."""

    smtp: int
    imap: int
    folder: Path
    pop3: int
    imaps: int
    pop3s: int

    def mails(self, name: str, *, at_least: int = 0) -> list[bytes]:
        """What is in somebody's mailbox, by IMAP, once there are so many."""
        until = time.monotonic() + PATIENCE
        while True:
            with imaplib.IMAP4("127.0.0.1", self.imap) as client:
                client.login(f"{name}@example.org", LOGIN[1])
                client.select("INBOX", readonly=True)
                numbers = client.search(None, "ALL")[1][0].split()
                mails = [_content(client.fetch(number.decode(), "(BODY.PEEK[])")[1]) for number in numbers]
            if len(mails) >= at_least or time.monotonic() > until:
                return mails
            time.sleep(0.1)

    def relay_settings(self, certificate: Certificate) -> dict[str, str]:
        """The variables by which it is the relay of a command."""
        told = {"HOST": "127.0.0.1", "PORT": str(self.smtp), "SECURITY": "starttls", "CA_FILE": str(certificate.file)}
        login = dict(zip(("USERNAME", "PASSWORD"), LOGIN, strict=True))
        return {f"FOB_MAIL_SMTP__{name}": value for name, value in (told | login).items()}

    def log(self) -> str:
        """What Postfix has said of its sessions; empty where it has a stand-in."""
        file = self.folder / "postfix.log"
        return file.read_text(encoding="utf-8") if file.exists() else ""


@contextmanager
def mail_server(certificate: Certificate, names: list[str], *, lmtp: int = 0, dovecot: str = "", postfix: str = "") -> Iterator[MailServer]:
    """Both servers, on free ports, for these people of example.org; anybody else there is unknown (550 5.1.1).

    With `lmtp`, mail is handed over at that port in place of being delivered; `dovecot` and `postfix` are added to their settings.
    """
    root = os.geteuid() == 0
    user = pwd.getpwnam("nobody") if root else pwd.getpwuid(os.geteuid())
    with tempfile.TemporaryDirectory(prefix="fob-mail-post-") as name, ExitStack() as stack:  # the servers end before their folder
        folder = Path(name)
        folder.chmod(0o755)  # the servers' own users look into it
        for one in ("mail", "queue", "data", "dovecot"):
            (folder / one).mkdir()
        if root:
            shutil.chown(folder / "mail", user.pw_uid, user.pw_gid)
            shutil.chown(folder / "data", "postfix")
        ports = {name: free_port() for name in ("smtp", "imap", "pop3", "imaps", "pop3s", "auth")}
        own = dict(ports, folder=folder, user=user, certificate=certificate, password=LOGIN[1], group=_group(user.pw_gid))
        own["transport"] = f"lmtp:inet:127.0.0.1:{lmtp}" if lmtp else "virtual"
        (folder / "mailboxes").write_text("".join(f"{name}@example.org {name}/\n" for name in names), encoding="utf-8")
        stack.enter_context(_dovecot(folder, (DOVECOT_CONF + ("" if root else UNPRIVILEGED)).format(**own) + dovecot))
        if root:
            stack.enter_context(_postfix(folder, MAIN_CF.format(**own) + postfix, MASTER_CF.format(**own)))
            _await(ports["smtp"], folder / "postfix.log")
        else:
            ports["smtp"] = stack.enter_context(_stand_in(certificate, folder / "mail", names, lmtp))
        _await(ports["imap"], folder / "dovecot.log")
        _await(ports["pop3"], folder / "dovecot.log")
        yield MailServer(ports["smtp"], ports["imap"], folder, ports["pop3"], ports["imaps"], ports["pop3s"])


@contextmanager
def _postfix(folder: Path, main: str, master: str) -> Iterator[None]:
    (folder / "etc").mkdir()
    (folder / "etc" / "main.cf").write_text(main, encoding="utf-8")
    (folder / "etc" / "master.cf").write_text(master, encoding="utf-8")
    own = ["-c", str(folder / "etc")]
    subprocess.run([_program("postfix"), *own, "check"], check=True, timeout=60)  # makes the queue's folders
    daemons = subprocess.run([_program("postconf"), *own, "-h", "daemon_directory"], check=True, capture_output=True, text=True).stdout
    with _running([f"{daemons.strip()}/master", *own, "-d"]):
        yield


@contextmanager
def _dovecot(folder: Path, words: str) -> Iterator[None]:
    file = folder / "dovecot.conf"
    file.write_text(words, encoding="utf-8")
    with _running([_program("dovecot"), "-F", "-c", str(file)]):
        yield


@contextmanager
def _running(words: list[str]) -> Iterator[None]:
    """A server in the foreground, and at the end nothing of it, nor of those whom it started."""
    with subprocess.Popen(words, start_new_session=True) as running:
        try:
            yield
        finally:
            running.terminate()
            running.wait(PATIENCE)
            while _alive(running.pid):
                with suppress(ProcessLookupError):
                    os.killpg(running.pid, signal.SIGKILL)
                time.sleep(0.02)


def _alive(group: int) -> bool:
    """Whether a process of that group still runs: one that is dead and that nobody has reaped does not."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _, its_group = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[:3]
            if int(its_group) == group and state not in {"Z", "X"}:
                return True
    return False


@contextmanager
def _stand_in(certificate: Certificate, mail: Path, names: list[str], lmtp: int) -> Iterator[int]:
    """A relay that delivers into the mailboxes as Postfix would, for those who may not start Postfix."""
    folders = {f"{name}@example.org": mailbox.Maildir(mail / name) for name in names}

    def hand_over(one: Received) -> None:
        with smtplib.LMTP("127.0.0.1", lmtp) as line:
            line.sendmail(one.return_path, [one.recipient], one.content)

    nobody = {f"{name}@example.org": "550 5.1.1 User unknown" for name in ("nobody", "gone")}
    with RecordingRelay(Faults(rcpt=nobody, chunking=True), tls=certificate.server_context(), starttls=True, login=LOGIN) as relay:
        relay.deliver = lambda one: folders[one.recipient].add(b"Return-Path: <%b>\r\n" % one.return_path.encode() + one.content)
        if lmtp:
            relay.deliver = hand_over
        yield relay.port


def free_port() -> int:
    """A port of 127.0.0.1 on which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _program(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    assert found, f"{name} is not installed: make test installs it, or says how"
    return found


def _group(number: int) -> str:
    return grp.getgrgid(number).gr_name


def _await(port: int, log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"nobody listens on port {port}: {log.read_text(encoding='utf-8') if log.exists() else 'no log'}")


def _content(answer: Sequence[object]) -> bytes:
    """The bytes of one FETCH."""
    (content,) = [part[1] for part in answer if isinstance(part, tuple)]
    assert isinstance(content, bytes)
    return content
