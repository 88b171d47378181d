"""What Prometheus is told by a running server, on an address of its own."""

import socket
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest

from fob_mail.database import Database
from fob_mail.models import SubscriptionState
from tests.builders import make_list, make_subscriber
from tests.serving import serving


def test_figures_are_told_on_their_own_address_and_name_nobody(settings_file: Path, database: Database) -> None:
    with database.begin() as session:
        to = make_list(session, "valley")
        make_subscriber(session, "rosa@example.org", to)
        make_subscriber(session, "ana@example.org", to, SubscriptionState.LEFT)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings_file.write_text(f'{settings_file.read_text()}[web]\nmetrics = "127.0.0.1:{port}"\n', encoding="utf-8")

    with serving(settings_file) as server:
        told = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20).read().decode()
        ready = urllib.request.urlopen(f"{server.address}/readyz", timeout=20).read()  # noqa: S310 our own server
        with pytest.raises(urllib.error.HTTPError) as missing:
            urllib.request.urlopen(f"{server.address}/metrics".replace("127.0.0.1", "localhost"), timeout=20)  # noqa: S310 our own server

    assert 'fob_mail_subscriptions{list="valley",state="confirmed"} 1.0' in told
    assert 'fob_mail_subscriptions{list="valley",state="left"} 1.0' in told
    assert 'fob_mail_notes{state="queued"} 0.0' in told
    assert "@" not in told
    assert ready == b"ready\n"
    assert missing.value.code == 404
    missing.value.close()


def test_requests_are_counted_by_page_and_no_link_is_told(settings_file: Path, database: Database) -> None:
    assert database
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings_file.write_text(f'{settings_file.read_text()}[web]\nmetrics = "127.0.0.1:{port}"\n', encoding="utf-8")

    with serving(settings_file) as server:
        for path in ("/healthz", "/healthz", "/u/secret-token", "/u/another-secret", "/wp-login.php"):
            with suppress(urllib.error.HTTPError), urllib.request.urlopen(f"{server.address}{path}", timeout=20):  # noqa: S310 our own server
                pass
        told = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20).read().decode()

    assert 'fob_mail_requests_total{page="/healthz",status="200"} 2.0' in told
    assert 'fob_mail_requests_total{page="/u/…",status="404"} 2.0' in told
    assert 'fob_mail_requests_total{page="/…",status="404"} 1.0' in told
    assert 'fob_mail_request_seconds_count{page="/u/…"} 2.0' in told
    assert "secret" not in told
    assert "process_cpu_seconds_total" in told
