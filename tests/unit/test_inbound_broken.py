"""Whatever the bytes are, a mail is read in bounded time, never raises, and is never lost."""

import tracemalloc

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from fob_mail.inbound import classifying
from fob_mail.inbound.classifying import classify
from fob_mail.inbound.incoming import Kind
from tests.corpus.hostile import MEGABYTE, hostile
from tests.corpus.whole import corpus

CORPUS = corpus()


@pytest.fixture(autouse=True)
def _nothing_is_hushed_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """classify() never raises; here what it would have caught is let through, so that a fault is seen."""
    monkeypatch.setattr(classifying, "UNREADABLE", ())


def test_a_hostile_mail_is_read_like_any_other() -> None:
    for name, raw in hostile():
        incoming = classify(raw)

        assert incoming.kind in Kind, name
        assert len(incoming.key) == 32, name


def test_fifty_megabytes_take_little_memory_beside_the_mail_itself() -> None:
    raw = CORPUS[0].raw + b"x" * 76 * 50 * (MEGABYTE // 76)
    tracemalloc.start()

    incoming = classify(raw)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert incoming.kind is CORPUS[0].kind
    assert peak < 3 * len(raw)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, len(CORPUS) - 1), st.lists(st.tuples(st.integers(0, 3000), st.binary(max_size=12)), max_size=6), st.integers(0, 4000))
def test_a_mail_that_was_damaged_on_its_way_is_read_all_the_same(which: int, damage: list[tuple[int, bytes]], cut: int) -> None:
    raw = bytearray(CORPUS[which].raw)
    for place, junk in damage:
        raw[place : place + len(junk)] = junk

    incoming = classify(bytes(raw[: cut or None]))

    assert incoming.kind in Kind
    assert len(incoming.key) == 32


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=2000))
@example(b"Content-Type: multipart/report; boundary=\xff\n\n--\xff\n")
@example(b"From: =?utf-8?b?gA==?= <a@b>\nSubject: =?x?q?=?=\n\n")
def test_any_bytes_are_read(raw: bytes) -> None:
    assert classify(raw).kind in Kind


def test_a_fault_in_reading_loses_no_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classifying, "UNREADABLE", (Exception,))
    monkeypatch.setattr(classifying, "mail_of", lambda raw: 1 / len(raw[:0]))

    incoming = classify(b"Subject: x\n\ny")

    assert (incoming.kind, incoming.reason) == (Kind.OTHER, "It could not be read (ZeroDivisionError).")
    assert incoming.key


def test_what_a_library_trips_over_is_not_told_as_a_traceback(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    incoming = classify(b"Return-Path: <>\nFrom:\nSubject: Undelivered mail\n\nnothing that names anybody\n")

    assert incoming.kind is Kind.SOFT
    assert not caplog.records
    assert not capfd.readouterr().err


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "It is empty."),
        (b"\r\n \0\n", "It is empty."),
        (b"\x89PNG\r\n\x1a\n\r\n\xff\xd8\x93" * 40, "It is no mail: it has none of a mail's headers."),
        (b"only words\n", "It is no mail: it has none of a mail's headers."),
        (b"From: ruth@example.net\n\nHello.\n", "Somebody wrote."),
    ],
)
def test_nobody_wrote_an_empty_file_or_one_of_another_kind(raw: bytes, reason: str) -> None:
    incoming = classify(raw)

    assert (incoming.kind, incoming.reason) == (Kind.OTHER, reason)
