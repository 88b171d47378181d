"""Bytes off the wire become whole replies, however they are cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fob_mail.replies import NotSmtpError, Reply, ReplyReader


def test_a_reply_of_several_lines_is_one_reply() -> None:
    reader = ReplyReader()

    replies = reader.feed(b"250-relay.example.org\r\n250-PIPELINING\r\n250 SIZE 1000\r\n")

    assert replies == [Reply(250, "relay.example.org PIPELINING SIZE 1000")]


def test_replies_come_out_the_same_a_byte_at_a_time() -> None:
    stream = b"250 2.1.0 Ok\r\n550-5.1.1 No\r\n550 5.1.1 such user\r\n354 go on\r\n"

    slowly = ReplyReader()
    one_by_one = [reply for byte in stream for reply in slowly.feed(bytes([byte]))]

    assert one_by_one == ReplyReader().feed(stream)


def test_the_enhanced_code_is_read_where_there_is_one() -> None:
    assert Reply(550, "5.1.1 No such user").enhanced == "5.1.1"
    assert not Reply(550, "No such user 5.1.1").enhanced


def test_what_would_write_on_a_terminal_is_taken_out() -> None:
    """An ESC or a BEL of a hostile relay, in a reply and in what is none."""
    assert ReplyReader().feed(b"554 5.7.1 go\x1b[31m away\x07\r\n") == [Reply(554, "5.7.1 go [31m away")]
    with pytest.raises(NotSmtpError, match="“xyzzy \\[31m”"):
        ReplyReader().feed(b"xyzzy\x1b[31m\r\n")


@pytest.mark.parametrize("line", [b"HTTP/1.1 400 Bad Request\r\n", b"99 odd\r\n", b"\r\n", b"999 too high\r\n", b"250*what\r\n"])
def test_what_is_not_smtp_is_said_to_be_none(line: bytes) -> None:
    with pytest.raises(NotSmtpError):
        ReplyReader().feed(line)


def test_a_line_without_end_is_not_collected_for_ever() -> None:
    reader = ReplyReader()

    with pytest.raises(NotSmtpError):
        reader.feed(b"250 " + b"x" * 10_000)


@given(st.binary(max_size=200))
def test_no_bytes_crash_the_reader(noise: bytes) -> None:
    reader = ReplyReader()

    try:
        replies = reader.feed(noise)
    except NotSmtpError:
        return

    assert all(200 <= reply.code < 600 for reply in replies)
    assert all(not set(reply.text) & set(map(chr, [*range(32), *range(127, 160)])) for reply in replies)
