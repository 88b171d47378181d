"""How the connection to a server is protected, and that no password goes where it is not."""

from enum import StrEnum

LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


class Security(StrEnum):
    """How the connection is protected."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


def refuse_unprotected(section: str, host: str, security: Security) -> None:
    """Raise ValueError where a password would go over a plain connection to another machine."""
    if host and security is Security.NONE and host not in LOCAL_HOSTS:
        message = f"the password would go unprotected; set {section}.security to tls or starttls"
        raise ValueError(message)
