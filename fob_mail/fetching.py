"""A page of the web, fetched with care: only http and https, only public addresses, at most so many bytes, redirects and seconds.

The address that was checked is the one that is connected to, so a name that is answered differently the next time gains nothing.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

from fob_mail.errors import InputError

LARGEST = 2_000_000
"""Bytes of a page."""
LONGEST = 20.0
"""Seconds for all of it, redirects included."""
REDIRECTS = 5

_CHUNK = 65_536
_SHARED = ipaddress.ip_network("64:ff9b::/96")  # NAT64: it leads to whatever IPv4 address is in it
_REMEDY = "Open the page in a browser, and save it as a file or copy its text; then give that."

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Permits = Callable[[Address], bool]


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came: its bytes, the address that it came from in the end, and the charset that the server says."""

    raw: bytes
    url: str
    charset: str


def is_public(address: Address) -> bool:
    """Whether an address is of the public internet, also where it is wrapped in another."""
    if isinstance(address, ipaddress.IPv6Address):
        wrapped = address.ipv4_mapped or address.sixtofour or (address.teredo and address.teredo[1])
        if address in _SHARED:
            wrapped = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if wrapped:
            return is_public(wrapped)
    return address.is_global and not address.is_multicast


def fetch(url: str, *, permits: Permits = is_public, longest: float = LONGEST, redirects: int = REDIRECTS) -> Fetched:
    """The page at an address. Raises InputError with what is wrong and what to do instead."""
    deadline = time.monotonic() + longest
    for _ in range(redirects + 1):
        answer = _asked(url, permits, deadline, longest)
        if isinstance(answer, Fetched):
            return answer
        url = answer
    raise InputError(f"The page leads on from address to address more than {redirects} times.", _REMEDY)


def _asked(url: str, permits: Permits, deadline: float, longest: float) -> Fetched | str:
    """What one address answers: the page, or the address that it leads on to."""
    parts = _checked(url)
    host = str(parts.hostname)
    late = f"The page took over {longest:g} seconds."
    remaining = deadline - time.monotonic()
    if remaining <= 0:
        raise InputError(late, _REMEDY)
    try:
        line = _connected(parts, permits, remaining)
        watch = threading.Timer(remaining, line.shutdown, [socket.SHUT_RDWR])  # a server may send a byte at a time
        watch.daemon = True
        watch.start()
        try:
            return _talk(line, parts, url)
        finally:
            watch.cancel()
            line.close()
    except (OSError, http.client.HTTPException, ValueError) as error:
        if time.monotonic() >= deadline:
            raise InputError(late, _REMEDY) from None
        raise InputError(f"{host} cannot be reached: {_reason(error)}.", _REMEDY) from None


def _checked(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise InputError(f"{url[:200]!r} is not a web address.", "Begin it with https://.") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0 or not url.isprintable():
        raise InputError(f"{url[:200]!r} is not a web address.", "Begin it with https://.")
    if parts.username or parts.password:
        raise InputError("The address has a name or password in it.", "Take it out; or open the page in a browser and save it as a file.")
    return parts


def _connected(parts: SplitResult, permits: Permits, remaining: float) -> socket.socket:
    """A socket to the first address of the host that answers; each is checked, and it is connected to by number."""
    host, port = str(parts.hostname).encode("idna").decode(), parts.port or (443 if parts.scheme == "https" else 80)
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    if not found or not all(permits(ipaddress.ip_address(str(where[0]).partition("%")[0])) for *_, where in found):
        raise InputError(f"{parts.hostname} is not on the public internet.", _REMEDY)
    problem: OSError = OSError("no address")
    for family, kind, protocol, _, where in found:
        line = socket.socket(family, kind, protocol)
        line.settimeout(remaining / len(found))
        try:
            line.connect(where)
            if parts.scheme == "https":
                return ssl.create_default_context().wrap_socket(line, server_hostname=host)
        except OSError as error:
            line.close()
            problem = error
        else:
            return line
    raise problem


def _talk(line: socket.socket, parts: SplitResult, url: str) -> Fetched | str:
    connection = http.client.HTTPConnection(str(parts.hostname).encode("idna").decode(), parts.port)
    connection.sock = line
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {"Accept": "text/html, text/plain;q=0.8", "Accept-Encoding": "identity", "User-Agent": "fob-mail", "Connection": "close"}
    connection.request("GET", _ascii(target), headers=headers)
    with closing(connection.getresponse()) as response:
        location = response.getheader("Location")
        if response.status in {301, 302, 303, 307, 308} and location:
            return urljoin(url, location)
        if response.status != http.HTTPStatus.OK:
            raise InputError(f"The page is not given out: {response.status} {response.reason[:80]}.", _REMEDY)
        if response.getheader("Content-Encoding", "identity").lower() != "identity":
            raise InputError("The server sends the page compressed, unasked.", _REMEDY)
        return Fetched(_body(response), url, response.headers.get_content_charset("") or "")


def _body(response: http.client.HTTPResponse) -> bytes:
    raw = b""
    while chunk := response.read1(_CHUNK):
        raw += chunk
        if len(raw) > LARGEST:
            raise InputError(f"The page has over {LARGEST:,} bytes.", _REMEDY)
    if response.length:  # the server promised more
        raise http.client.IncompleteRead(raw, response.length)
    return raw


def _ascii(target: str) -> str:
    """A path and query as HTTP wants it: what is beyond ASCII is percent-encoded, what is encoded stays."""
    return "".join(
        letter if letter.isascii() and letter not in ' "<>' else "".join(f"%{byte:02X}" for byte in letter.encode()) for letter in target
    )


def _reason(error: Exception) -> str:
    if isinstance(error, socket.gaierror):
        return "there is no such name"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not good ({error.verify_message})"
    if isinstance(error, http.client.HTTPException):
        return f"it does not speak HTTP as it should ({type(error).__name__})"
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
