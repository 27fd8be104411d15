"""Where calls to addresses that people typed in may go: never to this machine's own network.

A name is resolved once, all its addresses are checked, and the call goes to the very address that was checked: a name that answers
differently the second time leads nowhere else.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

import httpx

from app.errors import Malformed

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
LONGEST_ADDRESS = 2000

Resolve = Callable[[str, int], list[str]]


@dataclass(frozen=True, slots=True)
class Target:
    """An address that may be called: ``url`` as it was given, ``pinned`` with the checked IP address in the host's place."""

    url: str
    pinned: str
    host: str
    host_header: str


class Forbidden(Malformed):
    """An address that must not be called."""

    slug = "address-forbidden"


def client(timeout_s: float, transport: httpx.BaseTransport | None = None) -> httpx.Client:
    """A client for such calls. It follows nothing by itself and uses no proxy of the environment, which would call whatever it is told."""
    return httpx.Client(
        verify=_certificates(), timeout=timeout_s, follow_redirects=False, trust_env=False, transport=transport
    )


@cache  # reading them takes longer than all else that is done every few seconds where nothing is due
def _certificates() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


def resolve(host: str, port: int) -> list[str]:
    """The IP addresses of a name. OSError where it has none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def check_shape(url: str, allowed: Collection[str] = ()) -> str:
    """The host of an address that people may put in: https, without user or fragment. Forbidden otherwise."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise Forbidden("This is no web address.") from None
    if len(url) > LONGEST_ADDRESS or not url.isascii() or not url.isprintable() or " " in url or not host:
        raise Forbidden("This is no web address.")
    if parts.scheme not in {"https", "http"} or (parts.scheme == "http" and host not in allowed):
        raise Forbidden("The address must begin with https://.")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise Forbidden("The address must hold neither a user's name nor a part after #.")
    return host


def check(url: str, allowed: Collection[str] = (), resolved: Resolve = resolve) -> Target:
    """Where a call to that address goes. ``allowed`` are hosts that may lie in a private network.

    Forbidden where it must not be called; OSError where the name cannot be resolved.
    """
    host = check_shape(url, allowed)
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    addresses = resolved(host, port)
    if not addresses:
        raise OSError("no address")
    if host not in allowed and not all(is_public(one) for one in addresses):
        raise Forbidden("The address leads into a private network.")
    first = addresses[0]
    netloc = f"[{first}]" if ":" in first else first
    usual = parts.port is None
    pinned = parts._replace(netloc=netloc if usual else f"{netloc}:{port}").geturl()
    shown = f"[{host}]" if ":" in host else host
    return Target(url, pinned, host, shown if usual else f"{shown}:{port}")


def is_public(address: str) -> bool:
    """Whether an IP address lies in the public net, whichever way it is written."""
    try:
        ip = ipaddress.ip_address(address.split("%", 1)[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast and not ip.is_reserved
