"""Which network does a request come from? Proxies are believed as far as the settings trust them, and no further."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

Network = IPv4Network | IPv6Network

UNKNOWN = "unknown"
_IPV4, _IPV6 = 24, 48
_MOST_HOPS = 20


def networks(written: Sequence[str]) -> list[Network]:
    """The networks of a setting."""
    return [ip_network(one, strict=False) for one in written]


def network_of(environ: "WSGIEnvironment", trusted: Sequence[Network]) -> str:
    """`203.0.113.0/24` or `2001:db8:1::/48`: near enough to count by, and too far to point at one person."""
    address = _client(environ, trusted)
    try:
        found = ip_address(address)
    except ValueError:
        return UNKNOWN
    found = getattr(found, "ipv4_mapped", None) or found
    return str(ip_network(f"{found}/{_IPV4 if found.version == 4 else _IPV6}", strict=False))  # noqa: PLR2004 IPv4


def _client(environ: "WSGIEnvironment", trusted: Sequence[Network]) -> str:
    """The last address that a trusted proxy named and that is no trusted proxy itself."""
    address = str(environ.get("REMOTE_ADDR", ""))
    hops = str(environ.get("HTTP_X_FORWARDED_FOR", "")).split(",")[-_MOST_HOPS:]
    while hops and _is_trusted(address, trusted):
        said = hops.pop().strip()
        if not said:
            break
        address = said.removeprefix("[").partition("]")[0]
    return address


def _is_trusted(address: str, trusted: Sequence[Network]) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in trusted)
