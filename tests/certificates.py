"""A certificate of a test's own, for 127.0.0.1, that nobody trusts who is not told to."""

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Certificate:
    """Two PEM files: the certificate, which clients can be told to trust, and its key."""

    file: Path
    key: Path

    def server_context(self) -> ssl.SSLContext:
        """What a server shows it by."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file, self.key)
        return context


def make_certificate(folder: Path) -> Certificate:
    """A fresh certificate in this folder, made by the system's openssl."""
    made = Certificate(folder / "relay.pem", folder / "relay.key")
    subject = ["-subj", "/CN=relay.test", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"]
    kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc"]
    subprocess.run(["openssl", "req", *kind, *subject, "-out", made.file, "-keyout", made.key], check=True, capture_output=True)
    return made
