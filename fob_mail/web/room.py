"""More room in waitress for what vendors tell, and for nothing else: it has one limit for all requests, and reads each whole."""

from collections.abc import Iterable
from copy import copy

from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import BaseWSGIServer

from fob_mail.web.webhooks import AT, LARGEST


class _Parser(HTTPRequestParser):  # type: ignore[misc]  # waitress ships no types
    """Knows the path before the body comes."""

    adj: Adjustments

    def parse_header(self, header_plus: bytes) -> None:
        """Read the headers, and take a larger limit if this goes to a webhook."""
        super().parse_header(header_plus)
        if AT in self.path:
            self.adj = copy(self.adj)
            self.adj.max_request_body_size = LARGEST + 1


class _Channel(HTTPChannel):  # type: ignore[misc]  # the same
    parser_class = _Parser


def give_room(sockets: Iterable[object]) -> None:
    """Have the servers among these sockets take larger bodies for webhooks."""
    for one in sockets:
        if isinstance(one, BaseWSGIServer):
            one.channel_class = _Channel
