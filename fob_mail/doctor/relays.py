"""Each relay: does it let us in over TLS that holds, what can it do, and does it take mail from our sender? Nothing is sent."""

import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from ipaddress import ip_address
from typing import Protocol

from fob_mail.doctor.certificates import check_certificate
from fob_mail.doctor.finding import Finding, State
from fob_mail.replies import NotSmtpError, Reply, ReplyReader
from fob_mail.settings.protection import LOCAL_HOSTS
from fob_mail.settings.relays import Relay
from fob_mail.smtp.relay import Opened, RelayGoneError, open_session

AWAY = "See that it runs, that no firewall is between, and that {0}.host and {0}.port are its own."
SMALL = 2_000_000
"""Octets: a relay that takes no more may refuse a mail with pictures in it."""


class Sock(Protocol):
    """What is needed of a connected socket."""

    def sendall(self, data: bytes, /) -> None:
        """Write all of it."""

    def recv(self, size: int, /) -> bytes:
        """Read some."""


def check_relay(relay: Relay, sender: str, now: datetime) -> Iterator[Finding]:
    """All about one relay; `sender` is the envelope's."""
    area = f"relay {relay.name}"
    try:
        opened = open_session(relay, relay.password.get_secret_value())
    except RelayGoneError as error:
        remedy = error.remedy if error.permanent else AWAY.format(relay.section)
        yield Finding(area, _stopped_at(error), State.WRONG, error.problem, remedy)
        return
    with opened.socket as connection:
        connection.settimeout(relay.timeout)
        yield Finding(area, "connection", State.FINE, f"{relay.host}:{relay.port} answers")
        if not isinstance(connection, ssl.SSLSocket) and relay.host in LOCAL_HOSTS:
            seen = "not encrypted, and it does not leave this machine; how that server hands it on is not seen from here"
            yield Finding(area, "TLS", State.UNKNOWN, seen, "Have it use TLS where it can; in Postfix: smtp_tls_security_level = may")
        else:
            yield check_certificate(area, connection, now, "mail")
        as_whom = f"lets us in as {relay.username}" if relay.username else "no login is set: it is to know us by our address"
        yield Finding(area, "AUTH", State.FINE, as_whom)
        yield from _abilities(area, opened)
        yield _sender(area, connection, sender)
        with suppress(OSError):
            connection.sendall(b"QUIT\r\n")


def public_addresses(host: str) -> list[str]:
    """The public IP addresses of a relay; none of one on this machine or network, or of a name that is not known."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return []
    return [address for address in dict.fromkeys(str(place[0]) for *_, place in found) if ip_address(address.partition("%")[0]).is_global]


def _stopped_at(error: RelayGoneError) -> str:
    """What could not be had: a login, TLS, or a connection at all."""
    match error.__context__:
        case smtplib.SMTPAuthenticationError():
            return "AUTH"
        case ssl.SSLError():
            return "TLS"
        case _:
            return "connection"


def _abilities(area: str, opened: Opened) -> Iterator[Finding]:
    if opened.pipelining:
        yield Finding(area, "PIPELINING", State.FINE, "offered: one round trip a message")
    else:
        yield Finding(area, "PIPELINING", State.WARNING, "not offered: four round trips a message", "It works, only slower; ask for it.")
    if 0 < opened.size < SMALL:
        remedy = "Keep pictures out of mails, or use a relay that takes more."
        yield Finding(area, "SIZE", State.WARNING, f"takes messages of {opened.size:,} octets at the most", remedy)
    else:
        yield Finding(area, "SIZE", State.FINE, f"takes messages of {opened.size:,} octets" if opened.size else "says no limit")


def _sender(area: str, connection: Sock, sender: str) -> Finding:
    """Whether MAIL FROM is taken; the transaction is reset at once."""
    if not sender:
        return Finding(area, "sender", State.UNKNOWN, "no list says yet who writes", "Make one: fob-mail list create")
    try:
        reply = _ask(connection, f"MAIL FROM:<{sender}>\r\n".encode())
        _ask(connection, b"RSET\r\n")
    except (OSError, NotSmtpError) as error:
        return Finding(area, "sender", State.WRONG, f"it hung up at MAIL FROM {sender}: {error}", "Ask who runs the relay.")
    if reply.positive:
        return Finding(area, "sender", State.FINE, f"takes mail from {sender}")
    remedy = "Have the relay's owner allow that sender, or set sending.return_path to one that is allowed."
    return Finding(area, "sender", State.WRONG, f"refuses mail from {sender}: {reply}", remedy)


def _ask(connection: Sock, command: bytes) -> Reply:
    connection.sendall(command)
    reader = ReplyReader()
    while chunk := connection.recv(4096):
        if replies := reader.feed(chunk):
            return replies[0]
    raise OSError("the connection was closed")
