"""What is said in one SMTP session with CHUNKING (RFC 3030): several messages under way, and what each reply decides."""

import pytest

from fob_mail.envelopes import Envelope, Recipient
from fob_mail.replies import Stage
from fob_mail.smtp.chunked import ChunkedConversation
from fob_mail.smtp.conversation import Decided

TAKEN = b"250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n250 2.0.0 queued as 4F2\r\n"
REFUSED = b"250 2.1.0 Ok\r\n550 5.1.1 Unknown\r\n554 5.5.1 no valid recipients\r\n"


def an_envelope(position: int) -> Envelope:
    """A short message to the person at a position, with a line that begins with a dot."""
    address = f"p{position}@example.org"
    return Envelope(Recipient(1, position, position, address), "bounces@example.org", address, b"Subject: %d\r\n\r\n.Hello\r\n" % position)


def with_under_way(number: int, window: int = 8) -> tuple[ChunkedConversation, list[Envelope]]:
    """A conversation in which so many messages were said."""
    conversation, envelopes = ChunkedConversation(window), [an_envelope(position) for position in range(1, number + 1)]
    for envelope in envelopes:
        conversation.say(envelope)
    return conversation, envelopes


def told(decided: list[Decided]) -> list[tuple[int, int, Stage]]:
    """What was decided of whom, and at which stage."""
    return [(one.envelope.of.position, one.reply.code, one.at) for one in decided]


def test_a_message_goes_out_whole_by_its_size_and_nothing_in_it_is_stuffed() -> None:
    envelope = an_envelope(1)

    group, noted = ChunkedConversation(8).say(envelope)

    opened = b"MAIL FROM:<bounces@example.org>\r\nRCPT TO:<p1@example.org>\r\nBDAT 22 LAST\r\n"
    assert group == opened + envelope.content
    assert noted is envelope


def test_messages_go_out_unwaited_until_the_window_is_full() -> None:
    conversation, _ = with_under_way(7)

    assert conversation.ready
    conversation.say(an_envelope(8))
    assert not conversation.ready

    conversation.hear(TAKEN)
    assert conversation.ready
    assert not conversation.idle


@pytest.mark.parametrize("cut", [1, 7, 13, 40, 1_000])
def test_each_message_is_decided_by_its_own_replies_however_they_are_cut(cut: int) -> None:
    conversation, _ = with_under_way(4)
    answer = TAKEN + REFUSED + b"250-2.1.0 Ok\r\n250 more\r\n250 Ok\r\n452 4.3.1 full\r\n" + TAKEN

    decided = [one for start in range(0, len(answer), cut) for one in conversation.hear(answer[start : start + cut])]

    assert told(decided) == [(1, 250, Stage.DOT), (2, 550, Stage.RCPT), (3, 452, Stage.DOT), (4, 250, Stage.DOT)]
    assert conversation.idle


def test_a_refused_sender_is_what_counts_when_all_three_refuse() -> None:
    conversation, _ = with_under_way(1)

    decided = conversation.hear(b"451 4.7.1 slow down\r\n503 need MAIL\r\n503 need RCPT\r\n")

    assert told(decided) == [(1, 451, Stage.MAIL)]


def test_content_that_a_relay_takes_for_nobody_reaches_nobody() -> None:
    conversation, _ = with_under_way(1)

    decided = conversation.hear(b"250 Ok\r\n550 5.1.1 Unknown\r\n250 2.0.0 taken\r\n")

    assert told(decided) == [(1, 550, Stage.RCPT)]


def test_a_relay_that_loses_step_after_a_refusal_puts_the_next_off_and_turns_nobody_away() -> None:
    conversation, _ = with_under_way(2)

    decided = conversation.hear(REFUSED + b"503 5.5.1 nested MAIL\r\n550 5.1.1 no\r\n554 no valid recipients\r\n")

    assert told(decided) == [(1, 550, Stage.RCPT), (2, 451, Stage.MAIL)]
    assert conversation.closing


def test_a_message_that_was_taken_out_of_step_was_taken() -> None:
    conversation, _ = with_under_way(2)

    decided = conversation.hear(REFUSED + b"503 5.5.1 nested MAIL\r\n250 Ok\r\n250 2.0.0 queued\r\n")

    assert told(decided)[1] == (2, 250, Stage.DOT)


def test_a_line_lost_leaves_those_unknown_that_were_said_and_not_answered() -> None:
    conversation, envelopes = with_under_way(3)
    conversation.hear(TAKEN + b"250 2.1.0 Ok\r\n")

    assert conversation.lost() == ([], envelopes[1:])


def test_a_line_lost_after_rcpt_was_refused_leaves_that_message_owed() -> None:
    conversation, envelopes = with_under_way(2)
    conversation.hear(b"250 2.1.0 Ok\r\n550 5.1.1 Unknown\r\n")

    assert conversation.lost() == ([envelopes[0]], [envelopes[1]])


def test_after_a_421_in_the_middle_nothing_more_is_begun_and_the_rest_is_owed() -> None:
    """RFC 5321 §3.8: the relay closes; many say so to MAIL when a connection has had its number of messages."""
    conversation, envelopes = with_under_way(3)

    decided = conversation.hear(TAKEN + b"421 4.3.2 shutting down\r\n")

    assert told(decided) == [(1, 250, Stage.DOT)]
    assert conversation.say(an_envelope(4)) == (b"", None)
    assert conversation.lost() == (envelopes[1:], [])


def test_a_word_said_unasked_closes() -> None:
    conversation, _ = with_under_way(0)

    assert conversation.hear(b"421 4.4.2 timeout\r\n") == []
    assert conversation.closing
