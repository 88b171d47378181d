"""The certificate of a server to which we are connected; its chain was verified when the connection was made."""

import socket
import ssl
from datetime import UTC, datetime, timedelta

from fob_mail.doctor.finding import Finding, State

EXPIRES_SOON = timedelta(days=14)
UNENCRYPTED = "Set its security to starttls or tls, unless it is on this machine."


def check_certificate(area: str, connection: socket.socket, now: datetime, what_stops: str) -> Finding:
    """Until when it holds; `what_stops` then."""
    if not isinstance(connection, ssl.SSLSocket):
        return Finding(area, "TLS", State.WARNING, "the connection is not encrypted", UNENCRYPTED)
    certificate = connection.getpeercert() or {}
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC) if "notAfter" in certificate else None
    seen = f"{connection.version()}, certificate valid until {ends:%d %B %Y}" if ends else f"{connection.version()}"
    if ends and ends - now < EXPIRES_SOON:
        return Finding(area, "TLS", State.WARNING, seen, f"Its owner must renew the certificate before then, or {what_stops} stops.")
    return Finding(area, "TLS", State.FINE, seen)
