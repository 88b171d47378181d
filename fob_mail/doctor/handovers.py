"""What is handed over on this machine: the Maildir, the LMTP socket, and where mail for the organiser is kept."""

import os
import socket
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fob_mail.doctor.finding import Finding, State
from fob_mail.doctor.mailboxes import since
from fob_mail.feedback.lmtp import GREETING, Where
from fob_mail.settings import Settings

PATIENCE = 5.0
"""Seconds that whoever listens may be silent."""

LATELY = timedelta(days=90)
"""If something came back within it, by a pipe say, then mail that comes back is read."""

RUN = "Start it: fob-mail feedback run (a systemd unit is in deploy/)."
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def check_handovers(settings: Settings, folder: Path, latest: datetime | None, now: datetime) -> Iterator[Finding]:
    """All of them; `folder` is that of the settings, `latest` when something last came back by whatever way."""
    if settings.feedback.maildir:
        yield from check_maildir(folder / settings.feedback.maildir, now)
    if settings.lmtp.listen:
        yield check_lmtp(Where.of(settings.lmtp.listen, folder))
    if _sources(settings):
        yield check_kept(folder / settings.feedback.kept)
    else:
        yield _no_source(settings, latest if latest and now - latest < LATELY else None)


def check_maildir(folder: Path, now: datetime) -> Iterator[Finding]:
    """Whether it is one, its mails can be moved, and how many wait."""
    area = "mailbox maildir"
    new, seen = folder / "new", folder / "cur"
    if not new.is_dir() or not seen.is_dir():
        remedy = "Set feedback.maildir to the mailbox's folder, the one with new and cur in it."
        yield Finding(area, "folder", State.WRONG, f"{folder} is no Maildir: it lacks new and cur", remedy)
        return
    if not all(os.access(place, os.R_OK | os.W_OK | os.X_OK) for place in (new, seen)):
        remedy = "Let the user who runs feedback run read and write new and cur."
        yield Finding(area, "folder", State.WRONG, f"{folder} can be seen, but its mails cannot be moved", remedy)
        return
    yield Finding(area, "folder", State.FINE, f"{folder} is a Maildir, and can be written")
    moments = [file.stat().st_mtime for file in new.iterdir() if file.exists()]
    oldest = datetime.fromtimestamp(min(moments), UTC) if moments else None
    yield since(area, len(moments), oldest, now)


def check_lmtp(where: Where) -> Finding:
    """Whether feedback run listens there. Nothing is handed over."""
    area, name = "mailbox lmtp", "listening"
    if where.file and where.file.exists() and not where.file.is_socket():
        return Finding(area, name, State.WRONG, f"{where} is a file, and no socket", "Set lmtp.listen to another, or take that away.")
    try:
        greeting = _greeting(where)
    except PermissionError:
        return Finding(area, name, State.UNKNOWN, f"{where} is not ours to reach", "Ask as the user who runs feedback run, or as root.")
    except (FileNotFoundError, ConnectionRefusedError):
        return Finding(area, name, State.UNKNOWN, f"nobody listens at {where}: feedback run does not run here", RUN)
    except OSError as error:
        return Finding(area, name, State.WRONG, f"{where} does not answer: {error.strerror or error}", RUN)
    if greeting.startswith(GREETING):
        return Finding(area, name, State.FINE, f"feedback run listens at {where}")
    said = greeting.decode("ascii", "replace").strip()[:100]
    return Finding(area, name, State.WRONG, f"{where} is answered by something else: {said}", "Set lmtp.listen to another socket or port.")


def check_kept(folder: Path) -> Finding:
    """Whether mail for the organiser can be kept, and read by nobody else."""
    name = "mail for the organiser"
    there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        return Finding("mailbox", name, State.WRONG, f"{folder} cannot be written", "Make it yours, or set feedback.kept.")
    if not folder.exists():
        return Finding("mailbox", name, State.FINE, f"{folder} is made with the first mail that a person has to read")
    owner, me = folder.stat().st_uid, os.geteuid()
    if me not in {0, owner}:
        return Finding("mailbox", name, State.WARNING, f"{folder} is another user's", f"Make it yours: chown {me} {folder}")
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & _OTHERS:
        return Finding(
            "mailbox", name, State.WRONG, f"{folder} can be read by others on this machine (mode {mode:o})", f"chmod 700 {folder}"
        )
    return Finding("mailbox", name, State.FINE, f"{folder} can be written, and is its owner's alone")


def _sources(settings: Settings) -> bool:
    return bool(settings.imap.host or settings.pop3.host or settings.feedback.maildir or settings.lmtp.listen)


def _no_source(settings: Settings, latest: datetime | None) -> Finding:
    area, name = "mailbox", "source"
    if latest:
        return Finding(area, name, State.FINE, f"none is read here; something last came back on {latest:%d %B %Y}, by a pipe or a webhook")
    if settings.webhooks != type(settings.webhooks)():
        return Finding(area, name, State.FINE, "none is read here; what comes back is told by webhooks")
    remedy = "Set imap, pop3, feedback.maildir or lmtp, or have your mail server pipe it in (docs/bounces.md)."
    if settings.sending.return_path:
        return Finding(area, name, State.WARNING, f"nobody reads what comes back to {settings.sending.return_path}", remedy)
    return Finding(area, name, State.UNKNOWN, "what comes back goes to the lists' senders; whether anybody reads it is not known", remedy)


def _greeting(where: Where) -> bytes:
    family = socket.AF_UNIX if where.file else socket.AF_INET6 if ":" in where.host else socket.AF_INET
    with socket.socket(family) as line:
        line.settimeout(PATIENCE)
        line.connect(str(where.file) if where.file else (where.host, where.port))
        greeting = line.recv(512)
        line.sendall(b"QUIT\r\n")
        return greeting
