"""One message in a session of its own, waited for: for test mails, where nobody minds a second."""

import socket
from contextlib import suppress

from fob_mail.envelopes import Envelope
from fob_mail.errors import RelayError
from fob_mail.replies import NotSmtpError
from fob_mail.smtp.conversation import Conversation, Decided
from fob_mail.smtp.relay import TRY_LATER, Opened


class HungUpError(RelayError):
    """The connection ended before a reply decided; `unknown` if the final dot was on the wire by then."""

    def __init__(self, why: str, *, unknown: bool) -> None:
        super().__init__(f"The relay hung up in the middle: {why}.", TRY_LATER)
        self.unknown = unknown


def deliver(opened: Opened, envelope: Envelope) -> Decided:
    """Send one message and give the reply that decided it. Raises HungUpError if the connection ends before that."""
    conversation = Conversation(pipelining=opened.pipelining)
    with opened.socket as connection:
        try:
            return _converse(connection, conversation, envelope)
        except (OSError, NotSmtpError) as error:
            raise HungUpError(str(error), unknown=bool(conversation.lost()[1])) from None


def _converse(connection: socket.socket, conversation: Conversation, envelope: Envelope) -> Decided:
    connection.sendall(conversation.say(envelope)[0])
    while chunk := connection.recv(65536):
        decided = conversation.hear(chunk)
        if decided:
            with suppress(OSError):
                connection.sendall(conversation.quit())
            return decided[0]
        more = conversation.say_more() or (conversation.say(None)[0] if conversation.ready else b"")
        connection.sendall(more)
    raise OSError("it closed the connection")
