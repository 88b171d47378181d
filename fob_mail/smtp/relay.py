"""Opening a session with the relay: connection, greeting, EHLO, STARTTLS and AUTH, all by the standard library's smtplib."""

import smtplib
import socket
import ssl
from base64 import b64encode
from dataclasses import dataclass
from typing import Protocol

from fob_mail.errors import RelayError
from fob_mail.replies import words_of
from fob_mail.servers import Server, trusting

CHECK_SETTINGS = "Check {0}.host, {0}.port and {0}.security in the settings; nothing is lost, and the same command goes on."
CHECK_LOGIN = "Check {0}.username and the password ({1}); nothing is lost, and the same command goes on."
TRY_LATER = "Nothing is lost: run the same command again when the relay answers, and it goes on where it was."


class RelaySettings(Server, Protocol):
    """What must be known of a relay; settings.Smtp is one."""

    @property
    def password_variable(self) -> str:
        """The variable that may carry its password."""

    @property
    def timeout(self) -> float:
        """Seconds."""

    @property
    def helo(self) -> str:
        """Our name in EHLO; empty for this machine's."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A session that was greeted and, where wanted, encrypted and authenticated; the socket blocks still."""

    socket: socket.socket
    pipelining: bool
    size: int  # octets that a message may have; 0: not said
    international: bool = False  # takes addresses beyond ASCII: SMTPUTF8 (RFC 6531), with 8BITMIME
    chunking: bool = False  # takes BDAT (RFC 3030)


def open_session(relay: RelaySettings, password: str) -> Opened:
    """Connect and say hello. Raises RelayError with what the relay said; `permanent` is set when trying again is of no use."""
    try:
        return _open(relay, password)
    except smtplib.SMTPAuthenticationError as error:
        said = _said(error.smtp_error)
        problem = f"The relay {relay.host}:{relay.port} does not accept the user name and password: {error.smtp_code} {said}"
        raise RelayGoneError(problem, CHECK_LOGIN.format(relay.section, relay.password_variable), permanent=True) from None
    except smtplib.SMTPResponseException as error:
        if error.smtp_code < 0:  # smtplib's sign for words that begin with no code
            raise _gone(relay, "does not speak SMTP", permanent=True) from None
        said = f"answers {error.smtp_code} {_said(error.smtp_error)}"
        raise _gone(relay, said, permanent=error.smtp_code >= 500) from None  # noqa: PLR2004 RFC 5321 §4.2.1
    except smtplib.SMTPServerDisconnected as error:
        raise _gone(relay, f"cannot be reached: {error}", permanent=False) from None
    except smtplib.SMTPException as error:  # no STARTTLS, no AUTH, or no way of AUTH that we know
        raise _gone(relay, f"cannot do what the settings ask for: {str(error).rstrip('.')}", permanent=True) from None
    except ssl.SSLCertVerificationError as error:
        raise _gone(relay, f"shows a certificate that is not to be trusted: {error.verify_message}", permanent=True) from None
    except ssl.SSLError as error:
        raise _gone(relay, f"and we do not agree on TLS: {error.reason or error}", permanent=True) from None
    except socket.gaierror:
        raise _gone(relay, "is a name that is not known", permanent=True) from None
    except OSError as error:
        raise _gone(relay, f"cannot be reached: {error.strerror or error}", permanent=False) from None


class RelayGoneError(RelayError):
    """No session can be had; `permanent` when another try would meet the same."""

    def __init__(self, problem: str, remedy: str, *, permanent: bool) -> None:
        super().__init__(problem, remedy)
        self.permanent = permanent


def _open(relay: RelaySettings, password: str) -> Opened:
    helo = relay.helo or None
    client: smtplib.SMTP
    if relay.security == "tls":
        client = smtplib.SMTP_SSL(relay.host, relay.port, local_hostname=helo, timeout=relay.timeout, context=_trust(relay))
    else:
        client = smtplib.SMTP(relay.host, relay.port, local_hostname=helo, timeout=relay.timeout)
    try:
        client.ehlo_or_helo_if_needed()
        if relay.security == "starttls":
            client.starttls(context=_trust(relay))
            client.ehlo_or_helo_if_needed()
        if relay.username:
            _log_in(client, relay.username, password)
        return _detach(client)
    except BaseException:
        client.close()
        raise


def _trust(relay: RelaySettings) -> ssl.SSLContext:
    try:
        return trusting(relay.ca_file)
    except OSError as error:  # an ssl.SSLError is one too
        why = error.reason if isinstance(error, ssl.SSLError) else error.strerror
        raise _gone(
            relay, f"is to be trusted by {relay.section}.ca_file, but {relay.ca_file} cannot be read: {why}", permanent=True
        ) from None


def _log_in(client: smtplib.SMTP, username: str, password: str) -> None:
    """AUTH by the best way that both know; beyond ASCII by PLAIN alone, which is UTF-8 (RFC 4616) and which smtplib writes in ASCII."""
    if not client.has_extn("auth"):
        raise smtplib.SMTPNotSupportedError("it offers no AUTH; take its username out, or ask for it on another port or by STARTTLS")
    if (username + password).isascii():
        client.login(username, password)
        return
    if "PLAIN" not in client.esmtp_features.get("auth", "").upper().split():
        raise smtplib.SMTPNotSupportedError("it offers no AUTH PLAIN, which a password with other letters than ASCII's needs")
    code, said = client.docmd("AUTH", "PLAIN " + b64encode(f"\0{username}\0{password}".encode()).decode())
    if code != 235:  # noqa: PLR2004 RFC 4954 §6
        raise smtplib.SMTPAuthenticationError(code, said)


def _detach(client: smtplib.SMTP) -> Opened:
    """Take the socket out of smtplib, which has read every reply so far and no byte more."""
    connection = client.sock
    if connection is None:
        raise smtplib.SMTPServerDisconnected("the connection closed while it was opened")
    size = client.esmtp_features.get("size", "0").split() or ["0"]
    international = client.has_extn("smtputf8") and client.has_extn("8bitmime")
    largest = int(size[0]) if size[0].isdigit() else 0
    opened = Opened(connection, client.has_extn("pipelining"), largest, international, client.has_extn("chunking"))
    if client.file is not None:
        client.file.close()
    client.sock = client.file = None
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return opened


def _gone(relay: RelaySettings, what: str, *, permanent: bool) -> RelayGoneError:
    problem = f"The relay {relay.host}:{relay.port} {what.rstrip('.')}."
    return RelayGoneError(problem, CHECK_SETTINGS.format(relay.section) if permanent else TRY_LATER, permanent=permanent)


def _said(reply: bytes | str) -> str:
    return " ".join(words_of(reply if isinstance(reply, bytes) else reply.encode()).split())[:300]
