"""The library: small, typed, documented, and what its examples say is so."""

import doctest
import email
import email.policy
import inspect
import subprocess
import sys
from datetime import UTC, date, datetime
from email.message import EmailMessage

import pytest

import fob_mail
from fob_mail import library
from tests.builders import a_masthead, an_article

NOW = datetime(2027, 4, 1, 9, tzinfo=UTC)


def test_the_examples_say_what_is_so() -> None:
    done = doctest.testmod(library)

    assert done.attempted >= 4
    assert done.failed == 0


def test_all_of_it_is_had_from_the_package_and_documented() -> None:
    assert set(fob_mail.__all__) == set(library.__all__)
    for name in fob_mail.__all__:
        thing = getattr(fob_mail, name)
        assert thing is getattr(library, name)
        assert len(inspect.getdoc(thing) or "") > 10, name


def test_what_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = fob_mail.nothing


def test_asking_for_the_version_loads_nothing() -> None:
    program = "import sys, fob_mail; fob_mail.__version__; print([name for name in sys.modules if name.startswith('fob_mail.')])"

    asked = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)

    assert asked.stdout.strip() == "[]"


def test_an_article_becomes_one_readers_mail() -> None:
    mail = fob_mail.compose(an_article(), a_masthead(), "en")
    raw = fob_mail.render(
        mail, "rosa@example.org", sender="Valley News <news@example.org>", list_slug="valley", list_name="Valley News",
        base_url="https://mail.example.org", keys=[b"k" * 40], now=NOW, name="Rosa Quispe",
    )  # fmt: skip
    read = email.message_from_bytes(raw, policy=email.policy.default)

    assert isinstance(read, EmailMessage)
    assert read["To"] == "Rosa Quispe <rosa@example.org>"
    assert read["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "https://mail.example.org/u/" in read["List-Unsubscribe"]
    assert read.get_body(("html",)) is not None


def test_a_mail_is_checked_and_a_bounce_is_read() -> None:
    mail = fob_mail.compose(an_article(), a_masthead(postal_address=""), "en")

    found = fob_mail.check(mail, an_article(), a_masthead(postal_address=""), now=NOW, base_url="https://mail.example.org")

    assert [problem for problem in found if problem.severity is fob_mail.Severity.ERROR]
    assert isinstance(fob_mail.classify(b"Subject: hello\r\n\r\nHow are you?\r\n"), fob_mail.Incoming)


def test_bad_input_is_an_input_error_with_a_remedy() -> None:
    with pytest.raises(fob_mail.InputError, match="time zone"):
        fob_mail.read_article(b"x", "x.txt", zone="Nowhere/Land", today=date(2027, 1, 1))
    mail = fob_mail.compose(an_article(), a_masthead(), "en")
    with pytest.raises(fob_mail.FobMailError):
        fob_mail.render(
            mail, "no address", sender="news@example.org", list_slug="v", list_name="V", base_url="https://m.example.org",
            keys=[b"k" * 40], now=NOW,
        )  # fmt: skip
