"""The doctor on what is handed over on this machine: real sockets and folders."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from fob_mail import returns
from fob_mail.database import Database, clock
from fob_mail.doctor.finding import State
from fob_mail.doctor.handovers import check_handovers, check_kept, check_lmtp, check_maildir
from fob_mail.feedback.lmtp import Lmtp, Where
from fob_mail.inbound.classifying import classify
from fob_mail.settings import Settings
from tests.findings import by_name
from tests.rights import as_nobody
from tests.speaking import speaking

NOW = datetime.now(UTC)


def test_lmtp_is_known_to_be_listened_on_or_not(tmp_path: Path) -> None:
    there = Where(tmp_path / "lmtp.sock")
    before = check_lmtp(there)
    with Lmtp(there, lambda *_: None, 100_000):
        during = check_lmtp(there)
    with Lmtp(Where(None, "127.0.0.1", 0), lambda *_: None, 100_000) as lmtp:
        by_port = check_lmtp(Where(None, "127.0.0.1", lmtp.port))
    with speaking(lambda line: line.sendall(b"220 mail.example.org ESMTP\r\n")) as port:
        another = check_lmtp(Where(None, "127.0.0.1", port))
    (tmp_path / "file").touch()

    assert (before.state, during.state, by_port.state) == (State.UNKNOWN, State.FINE, State.FINE)
    assert another.state is State.WRONG
    assert "mail.example.org" in another.seen
    assert check_lmtp(Where(tmp_path / "file")).state is State.WRONG


def test_a_maildir_is_told_from_what_is_none_or_cannot_be_written(open_folder: Path) -> None:
    none = by_name(check_maildir(open_folder, NOW))
    for name in ("new", "cur", "tmp"):
        (open_folder / name).mkdir(mode=0o755)
    (open_folder / "new" / "1").touch()
    found = by_name(check_maildir(open_folder, NOW))
    later = by_name(check_maildir(open_folder, NOW + timedelta(hours=2)))
    (open_folder / "new").chmod(0o555)
    with as_nobody():
        closed = by_name(check_maildir(open_folder, NOW))

    assert none["folder"].state is State.WRONG
    assert [found["folder"].state, found["waiting"].state] == [State.FINE, State.FINE]
    assert found["waiting"].seen == "1 mail waits to be taken"
    assert later["waiting"].state is State.WARNING
    assert closed["folder"].state is State.WRONG
    assert "cannot be moved" in closed["folder"].seen


def test_what_is_kept_for_the_organiser_is_writable_and_nobody_elses(open_folder: Path) -> None:
    kept = open_folder / "kept"
    to_be_made = check_kept(kept)
    kept.mkdir(mode=0o700)
    fine = check_kept(kept)
    kept.chmod(0o750)
    shared = check_kept(kept)
    kept.chmod(0o555)
    with as_nobody():
        closed = check_kept(kept)

    assert (to_be_made.state, fine.state, shared.state, closed.state) == (State.FINE, State.FINE, State.WRONG, State.WRONG)
    assert shared.remedy == f"chmod 700 {kept}"
    assert "cannot be written" in closed.seen


def test_a_return_path_that_nobody_reads_is_a_warning_until_something_came_back(settings: Settings, database: Database) -> None:
    told = settings.model_copy(update={"sending": settings.sending.model_copy(update={"return_path": "bounces@example.org"})})
    with database.begin() as session:
        never = returns.latest(session)
        returns.note(session, classify(b"From: rosa@example.org\r\nSubject: Hello\r\n\r\nHello.\r\n"), None, clock(session))
    with database.read() as session:
        latest = returns.latest(session)
    (unread,) = check_handovers(told, Path(), never, NOW)
    (piped,) = check_handovers(told, Path(), latest, NOW)
    (long_ago,) = check_handovers(told, Path(), NOW - timedelta(days=400), NOW)
    (not_known,) = check_handovers(settings, Path(), never, NOW)

    assert (unread.state, piped.state, long_ago.state) == (State.WARNING, State.FINE, State.WARNING)
    assert "bounces@example.org" in unread.seen
    assert unread.remedy
    assert not_known.state is State.UNKNOWN
