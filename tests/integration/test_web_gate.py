"""What holds for every address of the public pages: headers, hosts, limits, a kind page for every failure, and a silent log."""

import logging
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as some
from pydantic import SecretStr
from sqlalchemy import text
from werkzeug.test import Client, EnvironBuilder, run_wsgi_app

from fob_mail.database import Database, connect
from fob_mail.links import Links, Subscribed
from fob_mail.logs import Style, formatter
from fob_mail.settings import Settings
from fob_mail.web.app import create_app
from tests.builders import make_list, make_subscriber

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
KEY = "s" * 40
LINK = f"/u/{Links([KEY.encode()], '').unsubscribe_token(Subscribed(1, 1, 12))}"
EVERYWHERE = ["/", "/healthz", LINK, f"{LINK}/", "/u/", "/u/x", "/u", "/favicon.ico", "/../etc/passwd", "//u//x", f"//u{LINK}", "/%00"]


def _settings(base_url: str) -> Settings:
    return Settings(base_url=base_url, secret_key=SecretStr(KEY), digest_key=SecretStr("d" * 40))


@pytest.fixture
def app(database: Database) -> Flask:
    """The pages of an installation on this machine, with one person on one list."""
    with database.begin() as session:
        make_subscriber(session, "rosa@example.org", make_list(session, "valley"))
    return create_app(_settings("http://localhost:8000"), database)


@pytest.fixture
def public(sqlite_database: Database) -> Flask:
    """The pages of an installation for everybody."""
    return create_app(_settings("https://mail.example.org"), sqlite_database)


@pytest.fixture
def web(app: Flask) -> Client:
    """A browser on this machine."""
    return app.test_client()


@pytest.fixture
def logged() -> Iterator[StringIO]:
    """The log, as fob-mail serve writes it."""
    lines = StringIO()
    handler = logging.StreamHandler(lines)
    handler.setFormatter(formatter(Style.TEXT))
    logger = logging.getLogger("fob_mail.web")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield lines
    logger.removeHandler(handler)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "TRACE", "PATCH", "BREW"])
@pytest.mark.parametrize("path", EVERYWHERE)
def test_each_answer_keeps_secrets_and_none_redirects(sqlite_database: Database, path: str, method: str) -> None:
    answer = Client(create_app(_settings("https://mail.example.org"), sqlite_database)).open(
        path, method=method, base_url="https://mail.example.org"
    )

    assert not 300 <= answer.status_code < 400
    assert answer.status_code != 500
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
    assert not {"Set-Cookie", "Server", "Location", "Access-Control-Allow-Origin"} & set(answer.headers.keys())
    assert len(answer.data) < 30_000


def test_a_browser_is_not_told_to_want_https_of_a_plain_localhost(sqlite_database: Database) -> None:
    answer = create_app(_settings("http://localhost:8000"), sqlite_database).test_client().get("/")

    assert "Strict-Transport-Security" not in answer.headers


@pytest.mark.parametrize(
    ("base_url", "ours", "others"),
    [
        (
            "https://mail.example.org",
            ["mail.example.org", "MAIL.example.ORG", "mail.example.org:443"],
            [
                "example.org",
                "mail.example.org:80",
                "mail.example.org.evil.example",
                "localhost",
                "a@mail.example.org",
                "[",
                "",
                "a b",
                "é",
                "x" * 9000,
            ],
        ),
        ("https://mail.example.org:8443/news", ["mail.example.org:8443", "mail.example.org"], ["mail.example.org:443", "example.org:8443"]),
        (
            "http://localhost:8000",
            ["localhost", "localhost:1", "127.0.0.1:43215", "[::1]:8000"],
            ["evil.example", "127.0.0.2", "localhost:x"],
        ),
    ],
)
def test_only_the_host_of_base_url_is_served(sqlite_database: Database, base_url: str, ours: list[str], others: list[str]) -> None:
    app = create_app(_settings(base_url), sqlite_database)

    def status(path: str, host: str) -> int:
        environ = EnvironBuilder(path=path).get_environ()
        environ["HTTP_HOST"] = host.encode().decode("latin-1")
        return int(run_wsgi_app(app, environ)[1][:3])

    assert [status("/", host) for host in ours] == [200] * len(ours)
    assert [status("/", host) for host in others] == [400] * len(others)
    assert [status("/healthz", host) for host in others] == [200] * len(others)


def test_pages_below_a_path_are_found_whether_the_proxy_takes_it_off_or_not(sqlite_database: Database) -> None:
    client = Client(create_app(_settings("https://example.org/mail"), sqlite_database))

    statuses = [client.post(path + LINK, data=ONE_CLICK, base_url="https://example.org").status_code for path in ("/mail", "", "/other")]

    assert statuses == [200, 200, 404]
    fronts = [client.get(path, base_url="https://example.org").status_code for path in ("/mail", "/mail/", "/", "/mailing")]
    assert fronts == [200, 200, 200, 404]


def test_more_than_16_kilobytes_are_413_and_many_fields_too(web: Client) -> None:
    large = web.post(LINK, data={"List-Unsubscribe": "One-Click", "more": "x" * 17_000})
    many = web.post(LINK, data={**ONE_CLICK, **{f"f{n}": "x" for n in range(50)}}, content_type="multipart/form-data")

    assert (large.status_code, many.status_code) == (413, 413)
    assert "nothing has changed" in large.text


def test_a_method_that_is_none_of_ours_is_405_and_told_which_are(web: Client) -> None:
    answer = web.delete(LINK)

    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}
    assert "<h1>" in answer.text


@hypothesis_settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(path=some.text(max_size=80) | some.binary(max_size=80), method=some.sampled_from(["GET", "POST"]), query=some.text(max_size=40))
@example(path="u/" + "../" * 40 + "etc/passwd", method="GET", query="lang=" + "e" * 9000)
@example(path="u/" + "x" * 100_000, method="POST", query="\x00")
@example(path=b"u/\xff\xfe%00%0d%0a", method="GET", query="lang=%ff&lang=\r\nX: y")
def test_no_path_whatever_breaks_the_pages(public: Flask, path: str | bytes, method: str, query: str) -> None:
    raw = path if isinstance(path, bytes) else path.encode("utf-8", "surrogatepass")
    given_query = query.encode("utf-8", "surrogatepass").decode("latin-1")

    for before in ("/", "/u/"):
        environ = EnvironBuilder(method=method, base_url="https://mail.example.org", data=ONE_CLICK).get_environ()
        body, status, headers = run_wsgi_app(public, environ | {"PATH_INFO": before + raw.decode("latin-1"), "QUERY_STRING": given_query})

        assert b"<h1>" in b"".join(body) or raw.strip(b"/") == b"healthz"
        assert status[:3] in {"200", "404", "405"}
        assert not [value for value in headers.values() if "\n" in value or "\r" in value]


def test_the_log_shows_no_token_address_or_foreign_path(web: Client, logged: StringIO) -> None:
    token = LINK.removeprefix("/u/")
    for path in (LINK, f"{LINK}/", f"{LINK}?x={token}", f"/elsewhere/{token}", "/\nINFO forged", f"/u/{token[:20]}"):
        web.get(path)
    web.post(LINK, data=ONE_CLICK, base_url="http://evil.example")
    logging.getLogger("fob_mail.web").error("Exception while serving %s", LINK)

    lines = logged.getvalue().splitlines()

    assert [line.split(" ")[4:7] for line in lines[:3]] == [["method=GET", "path=/u/…", "status=200"]] * 3
    assert [line.split(" ")[5:7] for line in lines[3:6]] == [
        ["path=/…", "status=404"],
        ["path=/…", "status=404"],
        ["path=/u/…", "status=404"],
    ]
    assert lines[-1].endswith('level=error logger=fob_mail.web event="Exception while serving /u/…"')
    assert token[:12] not in logged.getvalue()
    assert "evil" not in logged.getvalue()


def test_a_locked_database_is_503_to_be_tried_again_and_can_be_looked_at_meanwhile(
    app: Flask, database: Database, database_url: str
) -> None:
    """An import can hold it for a moment; mail providers come back after a 503, and then it is done."""
    del app
    impatient = connect(database_url, patience=0.1)
    web = create_app(_settings("http://localhost"), impatient).test_client()

    with database.begin() as session:
        session.execute(text("UPDATE subscriptions SET state = state"))
        refused, looked = web.post(LINK, data=ONE_CLICK), web.get(LINK)
    again = web.post(LINK, data=ONE_CLICK)
    impatient.close()

    assert (refused.status_code, looked.status_code, again.status_code) == (503, 200, 200)
    assert int(refused.headers["Retry-After"]) > 0
    assert "try again" in refused.text


@pytest.mark.parametrize("url", ["postgresql://nobody:hush@127.0.0.1:1/none", "sqlite:///{folder}/without-tables.db"])
def test_a_database_that_is_not_there_is_503_and_no_traceback(tmp_path: Path, logged: StringIO, url: str) -> None:
    away = connect(url.format(folder=tmp_path), patience=1)
    web = create_app(_settings("http://localhost"), away).test_client()

    answers = [web.get(LINK), web.post(LINK, data=ONE_CLICK), web.post(LINK, data={"action": "leave"})]
    away.close()

    assert [(answer.status_code, answer.headers["Retry-After"]) for answer in answers] == [(503, "120")] * 3
    assert "<h1>One moment, please</h1>" in answers[0].text
    assert "Traceback" not in logged.getvalue()
    assert "hush" not in logged.getvalue()


def test_a_probe_learns_whether_the_database_answers(web: Client) -> None:
    away = connect("postgresql://nobody@127.0.0.1:1/none", patience=1)

    assert web.get("/healthz").status_code == 200
    assert create_app(_settings("http://localhost"), away).test_client().get("/healthz").status_code == 503


def test_a_defect_of_ours_is_500_told_to_the_log_and_to_nobody_else(app: Flask, logged: StringIO) -> None:
    @app.get("/u/<token>/breaks")
    def breaks(token: str) -> str:
        raise ZeroDivisionError(f"a secret of /u/{token}")

    answer = app.test_client().get(f"{LINK}/breaks")

    assert answer.status_code == 500
    assert "<h1>Something broke</h1>" in answer.text
    assert "secret" not in answer.text
    assert "ZeroDivisionError: a secret of /u/…" in logged.getvalue()
    assert LINK not in logged.getvalue()
