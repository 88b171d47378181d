"""What goes wrong: each brings one fault about while the real command sends, and says how many may be unknown for it."""

import shutil
import signal
import sqlite3
import ssl
import subprocess
import time
from contextlib import suppress

from sqlalchemy import text

from bench.case import BATCH, CONNECTIONS, BrokenError, Case
from fob_mail.audience import leaving
from fob_mail.database import clock
from tests.certificates import make_certificate
from tests.ready_command import Forked


def killed(case: Case) -> int:
    """SIGKILL at random moments."""
    for moment in sorted(case.chance.sample(range(5, case.people - 10), case.times)):
        process = case.start("send", "c", "--yes", "--json")
        case.until(moment, process)
        time.sleep(case.chance.uniform(0, 0.02))
        process.kill()
        process.wait()
    return CONNECTIONS * case.times


def asked_to_end(case: Case) -> int:
    """SIGTERM at random moments."""
    for moment in sorted(case.chance.sample(range(5, case.people - 10), case.times)):
        process = case.start("send", "c", "--yes", "--json")
        case.until(moment, process)
        process.terminate()
        process.wait(30)
    return 0


def without_disturbance(case: Case) -> int:
    """The relay alone is at fault: one message may be unknown for each time that it hung up or never answered."""
    case.send()
    faults = case.relay.faults
    return len(faults.hang) + len(faults.after_reply) + sum(reply is None for reply in faults.dot.values())


def certificate_wrong(case: Case) -> int:
    """A certificate that nobody vouches for: nothing goes; then it is trusted."""
    case.write_settings(security="tls")
    case.send()
    if case.relay.messages:
        raise BrokenError("a message went to a relay that is not trusted")
    case.write_settings(security="tls", ca_file=str(case.folder / "relay.pem"))
    return 0


def certificate_expired(case: Case) -> int:
    """In the middle the relay goes on with a certificate that ended yesterday: new connections are not made. Then it has a good one."""
    case.write_settings(security="tls", ca_file=str(case.folder / "relay.pem"), messages_per_connection=5)
    process = case.start("send", "c", "--yes", "--json")
    case.until(case.people // 3, process)
    old = make_certificate(case.folder / "old", expired=True)
    case.tls.load_cert_chain(old.file, old.key)
    (case.folder / "both.pem").write_bytes((case.folder / "relay.pem").read_bytes() + old.file.read_bytes())
    case.write_settings(security="tls", ca_file=str(case.folder / "both.pem"), messages_per_connection=5)
    process.wait(60)
    before = len(case.relay.messages)
    if before >= case.people or not case.send() or len(case.relay.messages) > before:
        raise BrokenError("a message went to a relay whose certificate has expired")
    if b"expired" not in (case.folder / "log").read_bytes():
        raise BrokenError("nobody was told that the certificate has expired")
    case.tls.load_cert_chain(case.folder / "relay.pem", case.folder / "relay.key")
    return 0


def handshake_fails(case: Case) -> int:
    """In the middle the relay asks for a certificate of ours, and breaks the handshake off."""
    case.write_settings(security="tls", ca_file=str(case.folder / "relay.pem"), messages_per_connection=5)
    process = case.start("send", "c", "--yes", "--json")
    case.until(case.people // 3, process)
    case.tls.maximum_version = ssl.TLSVersion.TLSv1_2  # in 1.3 it would let us in first and hang up then
    case.tls.verify_mode = ssl.CERT_REQUIRED
    process.wait(60)
    if len(case.relay.messages) >= case.people:
        raise BrokenError("no handshake failed")
    case.tls.verify_mode = ssl.CERT_NONE
    return 0


def password_changed(case: Case) -> int:
    """AUTH fails in the middle, as connections are made anew."""
    case.write_settings(username="u", password="p", messages_per_connection=5)  # noqa: S106 the relay's own
    process = case.start("send", "c", "--yes", "--json")
    case.until(case.people // 3, process)
    case.relay.login = ("u", "another")
    process.wait(60)
    case.relay.login = ("u", "p")
    return 0


def disk_full(case: Case) -> int:
    """No file may become larger than it is: the database cannot be written."""
    process = case.start("send", "c", "--yes", "--json", limit=(case.folder / "c.db").stat().st_size)
    process.wait(120)
    return CONNECTIONS


def tmpfs_full(case: Case) -> int:
    """The small disk on which database and journal are is filled to the last octet by something else, and later emptied."""
    process = case.start("send", "c", "--yes", "--json")
    case.until(case.people // 4, process)
    ballast = case.folder / "ballast"
    with suppress(OSError), ballast.open("wb", buffering=0) as filling:
        while True:
            filling.write(b"x" * 4096)
    time.sleep(3)
    if shutil.disk_usage(case.folder).free > 4096 and process.poll() is None:
        raise BrokenError("the disk was not full")
    ballast.unlink()
    process.wait(120)
    return CONNECTIONS


def database_locked(case: Case) -> int:
    """Another program holds SQLite's write lock."""
    process = case.start("send", "c", "--yes", "--json")
    case.until(case.people // 4, process)
    with sqlite3.connect(case.folder / "c.db", timeout=30, isolation_level=None) as holder:
        holder.execute("BEGIN IMMEDIATE")
        time.sleep(min(30, 3 * case.times))
        holder.execute("ROLLBACK")
    holder.close()
    process.wait(120)
    return 0


def server_restarted(case: Case) -> int:
    """PostgreSQL says goodbye and comes back, in the middle."""
    process = case.start("send", "c", "--yes", "--json")
    case.until(case.people // 4, process)
    case.server.stop("fast")
    time.sleep(1)
    case.server.start()
    process.wait(120)
    return 0


def server_killed(case: Case) -> int:
    """PostgreSQL gets a SIGKILL, in the middle."""
    process = case.start("send", "c", "--yes", "--json")
    case.until(case.people // 4, process)
    case.server.kill()
    time.sleep(1)
    case.server.start()
    process.wait(120)
    return 0


def clock_set_back(case: Case) -> int:
    """The database's clock is set back an hour, in the middle; leases and retries go by it."""
    with case.database() as database, database.begin() as session:
        name = session.scalar(text("SELECT current_database()"))
        session.execute(text("CREATE SCHEMA fake"))
        session.execute(text("CREATE TABLE fake.wrong (by interval)"))
        now = "SELECT pg_catalog.clock_timestamp() + coalesce((SELECT min(by) FROM fake.wrong), interval '0')"
        session.execute(text(f"CREATE FUNCTION fake.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS $$ {now} $$"))
        session.execute(text(f'ALTER DATABASE "{name}" SET search_path = fake, pg_catalog, public'))
    process = case.start("send", "c", "--yes", "--json")
    case.until(case.people // 4, process)
    with case.database() as database, database.begin() as session:
        session.execute(text("INSERT INTO fake.wrong VALUES (interval '-1 hour')"))
        if session.scalar(text("SELECT clock_timestamp() > pg_catalog.clock_timestamp() - interval '59 minutes'")):
            raise BrokenError("the clock was not set back")
    process.wait(120)
    return 0


def two_at_once(case: Case) -> int:
    """Two runs of the same command at the same time."""
    return _together(case, 2)


def four_at_once(case: Case) -> int:
    """Four."""
    return _together(case, 4)


def _together(case: Case, number: int) -> int:
    for process in [case.start("send", "c", "--yes", "--json") for _ in range(number)]:
        process.wait(120)
    return 0


def cut_off(case: Case) -> int:
    """One of two workers, each with a journal of its own, stands still for longer than its lease, and comes back."""
    case.settings["lease"] = 2
    case.write_settings()
    one = case.start("worker", journal="journal-one")
    case.until(case.people // 5, one)
    two = case.start("worker", journal="journal-two")
    time.sleep(0.5)
    one.send_signal(signal.SIGSTOP)
    time.sleep(4)
    one.send_signal(signal.SIGCONT)
    time.sleep(2)
    for process in (one, two):
        process.terminate()
    for process in (one, two):
        process.wait(60)
    return 2 * BATCH + CONNECTIONS  # what the one that stood still had leased: nobody else can know what it had sent


def network_cut(case: Case) -> int:
    """Two workers on two hosts; the wire of one is pulled out for longer than its lease, and put back."""
    networks = case.nets
    case.settings["lease"] = 2
    case.write_settings(timeout=30)
    workers = [_on_host(case, number) for number in range(2)]
    case.until(case.people // 5, workers[0])
    networks.pull_out(0)
    time.sleep(5)
    networks.put_back(0)
    give_up = time.monotonic() + 60
    while case.owed() and time.monotonic() < give_up:
        time.sleep(0.2)
    for process in workers:
        process.terminate()
    for process in workers:
        process.wait(60)
    return 2 * BATCH + CONNECTIONS  # what the one that was cut off had leased


def _on_host(case: Case, number: int) -> "subprocess.Popen[bytes] | Forked":
    here = case.nets.address(number)
    there = {"FOB_MAIL_DATABASE_URL": case.url.replace("127.0.0.1", here), "FOB_MAIL_SMTP__HOST": here, "FOB_MAIL_SMTP__HELO": "host.test"}
    return case.start("worker", journal=f"journal-{number}", before=case.nets.on(number), env=there)


def someone_leaves(case: Case) -> int:
    """In the middle: who is in a batch that is leased later is passed over, and no other."""
    process = case.start("send", "c", "--yes", "--json")
    case.until(5, process)
    with case.database() as database, database.begin() as session:
        leaving.leave(session, case.people, 1, "one-click", "", clock(session))
    process.wait(120)
    return 0


def nobody(case: Case) -> int:
    """An empty list: a clear refusal, and no campaign."""
    if case.send() != 1:
        raise BrokenError("a campaign to nobody was begun")
    return 0
