"""The address that a request or a socket comes from, as everything that counts by address counts it.

An IPv4 address counts as itself, also where it is written as IPv6; an IPv6 address counts as its /64, which is what one
household or one telephone gets. Behind `TRUSTED_PROXIES` proxies of our own it is the address that the outermost of
them saw: each appends its peer's to X-Forwarded-For, and entries before theirs prove nothing. Without proxies of our
own, no header counts.
"""

import ipaddress
from typing import Any

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "unknown"  # a Unix socket, or nothing that is an address
HOUSEHOLD = 64  # bits of an IPv6 address that an access provider keeps the same for one customer


def plain_address(written: str) -> str:
    """`192.0.2.7` or `2001:db8:0:1::/64` for an address in any usual spelling, with or without a port."""
    host = written.strip().strip('"')
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return UNKNOWN
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, HOUSEHOLD), strict=False))


def address_of_request(request: HttpRequest) -> str:
    return _address(str(request.META.get("REMOTE_ADDR") or ""), request.META.get("HTTP_X_FORWARDED_FOR", ""))


def address_of_scope(scope: dict[str, Any]) -> str:
    """For a websocket's handshake."""
    peer = str((scope.get("client") or [""])[0])
    forwarded = b",".join(value for name, value in scope["headers"] if name == b"x-forwarded-for")
    return _address(peer, forwarded.decode("latin-1"))


def _address(peer: str, forwarded: str) -> str:
    hops = [hop for hop in forwarded.split(",") if hop.strip()]
    count = settings.TRUSTED_PROXIES
    return plain_address(hops[-count] if 0 < count <= len(hops) else peer)
