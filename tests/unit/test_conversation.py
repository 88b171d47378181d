"""What is said in one SMTP session: every corner of RFC 2920 and of a relay that refuses or hangs up."""

from fob_mail.envelopes import Envelope, Recipient
from fob_mail.replies import Stage
from fob_mail.smtp.conversation import Conversation


def an_envelope(position: int) -> Envelope:
    """A short message to the person at a position."""
    address = f"p{position}@example.org"
    return Envelope(Recipient(1, position, position, address), "bounces@example.org", address, b"Subject: %d\r\n\r\nHello\r\n" % position)


def a_granted_conversation(position: int = 1) -> tuple[Conversation, Envelope]:
    """A conversation in which the relay has just answered 354."""
    conversation, envelope = Conversation(pipelining=True), an_envelope(position)
    conversation.say(envelope)
    conversation.hear(b"250 Ok\r\n250 Ok\r\n354 Go on\r\n")
    return conversation, envelope


def test_the_opening_of_a_message_is_one_group() -> None:
    group, dotted = Conversation(pipelining=True).say(an_envelope(1))

    assert group == b"MAIL FROM:<bounces@example.org>\r\nRCPT TO:<p1@example.org>\r\nDATA\r\n"
    assert dotted is None


def test_a_body_goes_out_with_the_next_messages_opening() -> None:
    conversation, first = a_granted_conversation()

    group, dotted = conversation.say(an_envelope(2))

    assert group == first.content + b".\r\nMAIL FROM:<bounces@example.org>\r\nRCPT TO:<p2@example.org>\r\nDATA\r\n"
    assert dotted is first


def test_the_reply_to_the_final_dot_decides_the_message_before() -> None:
    conversation, first = a_granted_conversation()
    conversation.say(an_envelope(2))

    decided = conversation.hear(b"250 2.0.0 queued as 4F2\r\n250 Ok\r\n550 5.1.1 Unknown\r\n554 no recipients\r\n")

    assert [(d.envelope.of.position, d.reply.code, d.at) for d in decided] == [(1, 250, Stage.DOT), (2, 550, Stage.RCPT)]
    assert decided[0].envelope is first


def test_data_granted_for_nobody_is_ended_by_a_lone_dot_and_no_body() -> None:
    conversation = Conversation(pipelining=True)
    conversation.say(an_envelope(1))

    decided = conversation.hear(b"250 Ok\r\n550 5.1.1 Unknown\r\n354 Go on\r\n")
    said = conversation.say_more()

    assert (decided[0].reply.code, decided[0].at) == (550, Stage.RCPT)
    assert said == b".\r\n"
    assert conversation.hear(b"554 5.5.1 no valid recipients\r\n") == []
    assert conversation.ready


def test_a_refused_data_defers_the_message_and_resets_before_the_next() -> None:
    conversation = Conversation(pipelining=True)
    conversation.say(an_envelope(1))

    decided = conversation.hear(b"250 Ok\r\n250 Ok\r\n451 4.3.0 later\r\n")
    group, _ = conversation.say(an_envelope(2))

    assert (decided[0].reply.code, decided[0].at) == (451, Stage.DATA)
    assert group.startswith(b"RSET\r\nMAIL FROM")


def test_the_reply_to_mail_is_what_counts_when_all_three_refuse() -> None:
    conversation = Conversation(pipelining=True)
    conversation.say(an_envelope(1))

    decided = conversation.hear(b"451 4.7.1 slow down\r\n503 5.5.1 need MAIL\r\n503 5.5.1 need RCPT\r\n")

    assert [(d.reply.code, d.at) for d in decided] == [(451, Stage.MAIL)]


def test_without_pipelining_each_command_waits_for_its_reply() -> None:
    conversation, envelope = Conversation(pipelining=False), an_envelope(1)

    said = [conversation.say(envelope)[0]]
    for reply in (b"250 Ok\r\n", b"250 Ok\r\n", b"354 Go on\r\n"):
        conversation.hear(reply)
        said.append(conversation.say_more() or conversation.say(an_envelope(2))[0])

    assert said == [b"MAIL FROM:<bounces@example.org>\r\n", b"RCPT TO:<p1@example.org>\r\n", b"DATA\r\n", envelope.content + b".\r\n"]
    assert conversation.hear(b"250 Ok\r\n")[0].at is Stage.DOT
    assert conversation.say_more() == b"MAIL FROM:<bounces@example.org>\r\n"


def test_without_pipelining_a_refused_recipient_leaves_data_unsaid() -> None:
    conversation = Conversation(pipelining=False)
    conversation.say(an_envelope(1))
    conversation.hear(b"250 Ok\r\n")
    conversation.say_more()

    decided = conversation.hear(b"550 5.1.1 Unknown\r\n")

    assert [d.at for d in decided] == [Stage.RCPT]
    assert conversation.say_more() == b""
    assert conversation.say(an_envelope(2))[0] == b"RSET\r\n"


def test_a_line_lost_before_the_dot_leaves_the_message_owed() -> None:
    conversation, envelope = a_granted_conversation()

    owed, unknown = conversation.lost()

    assert (owed, unknown) == ([envelope], [])


def test_a_line_lost_after_the_dot_leaves_one_unknown_and_the_next_owed() -> None:
    conversation, first = a_granted_conversation()
    second = an_envelope(2)
    conversation.say(second)

    owed, unknown = conversation.lost()

    assert (owed, unknown) == ([second], [first])


def test_a_line_lost_after_the_reply_has_nothing_unknown() -> None:
    conversation, _ = a_granted_conversation()
    second = an_envelope(2)
    conversation.say(second)
    conversation.hear(b"250 2.0.0 queued\r\n")

    assert conversation.lost() == ([second], [])


def test_a_421_in_the_middle_of_a_group_closes_and_decides_only_what_it_answers() -> None:
    conversation, first = a_granted_conversation()
    second = an_envelope(2)
    conversation.say(second)

    decided = conversation.hear(b"250 2.0.0 queued\r\n421 4.3.2 shutting down\r\n")

    assert [d.envelope for d in decided] == [first]
    assert conversation.closing
    assert conversation.lost() == ([second], [])


def test_a_relay_that_closes_is_given_no_new_message() -> None:
    conversation, first = a_granted_conversation()
    conversation.closing = True

    group, dotted = conversation.say(an_envelope(2))

    assert group == first.content + b".\r\n"
    assert dotted is first


def test_replies_of_several_lines_are_one_reply_each_with_the_status_of_the_first() -> None:
    """RFC 5321 §4.2.1 and RFC 2034: each line carries the enhanced code."""
    conversation, _ = a_granted_conversation()
    conversation.say(an_envelope(2))

    taken = b"250-2.0.0 thank you\r\n250 2.0.0 queued as 4F2\r\n"
    refused = b"250 2.1.0 Ok\r\n550-5.1.1 Unknown\r\n550 5.1.1 see our page\r\n554 5.5.1 nobody\r\n"
    dot, rcpt = conversation.hear(taken + refused)

    assert dot.reply == (250, "2.0.0 thank you 2.0.0 queued as 4F2")
    assert (rcpt.at, rcpt.reply.code, rcpt.reply.enhanced) == (Stage.RCPT, 550, "5.1.1")


def test_the_usual_answer_to_a_group_means_the_same_whole_and_in_pieces() -> None:
    answer = b"250 2.0.0 queued as 4F2\r\n250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n354 Go on\r\n"
    ends = []
    for pieces in ([answer], [answer[:30], answer[30:]], [bytes([byte]) for byte in answer]):
        conversation, _ = a_granted_conversation()
        conversation.say(an_envelope(2))
        decided = [verdict for piece in pieces for verdict in conversation.hear(piece)]
        ends.append((decided, conversation.ready, conversation.say(None)[1]))

    assert ends[0] == ends[1] == ends[2]
    assert ends[0][2] == an_envelope(2)


def test_an_address_beyond_ascii_is_opened_with_smtputf8() -> None:
    """RFC 6531 §3.4: with 8BITMIME, since its header is UTF-8 too."""
    envelope = an_envelope(1)._replace(address="josé@example.org")

    group, _ = Conversation(pipelining=True).say(envelope)

    assert group.decode() == "MAIL FROM:<bounces@example.org> BODY=8BITMIME SMTPUTF8\r\nRCPT TO:<josé@example.org>\r\nDATA\r\n"
