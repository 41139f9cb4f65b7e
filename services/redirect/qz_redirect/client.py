"""Whose request this is: the peer's address, or what a trusted proxy says about it.

The address is a value inside one request: nothing here keeps, logs or prints one. Only proxies
in exact ranges are believed, from the right: the first address that is no proxy of ours is the
client, and whatever stands left of it is the client's own invention. What is no address ends
the walk at the last hop that could be read. One header is believed, never two.
"""

import re
import socket
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network
from typing import Literal

from qz_common.address import exact_range, packed_address

ForwardHeader = Literal["x-forwarded-for", "forwarded"]
FORWARD_HEADERS: tuple[ForwardHeader, ...] = ("x-forwarded-for", "forwarded")
MAX_HOPS = 32
MAX_HEADER_BYTES = 4096
_WITH_PORT = re.compile(r"\[(?P<six>[^\[\]]*)\](?::\d{1,5})?|(?P<four>[0-9.]+):\d{1,5}")
_FOR = re.compile(r'(?:^|;)\s*for\s*=\s*(?:"([^"\\]*)"|([^\s";,]+))', re.IGNORECASE)
_ELEMENT = re.compile(r'(?:"[^"]*"|[^",])+')


class Proxies:
    """Built once from settings; ValueError names the range that can't be trusted."""

    def __init__(
        self, ranges: Iterable[str] = (), header: ForwardHeader = "x-forwarded-for"
    ) -> None:
        if header not in FORWARD_HEADERS:
            raise ValueError(f"{header!r} is no header for this: {', '.join(FORWARD_HEADERS)}")
        self._trusted = tuple(_as_numbers(exact_range(text)) for text in ranges)
        self.header = header.encode()
        self._hops = _forwarded_hops if header == "forwarded" else _plain_hops

    def client_address(self, peer: str, headers: Iterable[tuple[bytes, bytes]]) -> str:
        """`headers` as ASGI has them, names in lower case. Empty when the peer has no address
        (a Unix socket): then nobody is known."""
        if not self.trusts(peer):
            return plain_address(peer)
        return self.client_behind(peer, b",".join(v for name, v in headers if name == self.header))

    def client_behind(self, peer: str, forwarded: bytes) -> str:
        """For a peer that is trusted: whom it names, as do the proxies that it names."""
        nearest = packed_address(peer)
        text = forwarded[-MAX_HEADER_BYTES:].decode("latin-1")
        for hop in self._hops(text)[: -MAX_HOPS - 1 : -1]:
            packed = packed_address(hop) or packed_address(_without_port(hop))
            if not packed:
                break
            nearest = packed
            if not self._trusts(packed):
                break
        return _show(nearest)

    def trusts(self, peer: str) -> bool:
        return bool(self._trusted) and self._trusts(packed_address(peer))

    def _trusts(self, packed: bytes) -> bool:
        value, length = int.from_bytes(packed), len(packed)
        for size, start, mask in self._trusted:  # noqa: SIM110 - a generator costs twice as much
            if value & mask == start and length == size:
                return True
        return False


def plain_address(text: str) -> str:
    """One spelling per address, IPv4 in IPv6 unwrapped; empty for what is no address."""
    if ":" not in text:
        return text if packed_address(text) else ""
    return _show(packed_address(text))


def _show(packed: bytes) -> str:
    if not packed:
        return ""
    return socket.inet_ntop(socket.AF_INET if len(packed) == 4 else socket.AF_INET6, packed)


def _as_numbers(network: IPv4Network | IPv6Network) -> tuple[int, int, int]:
    """(bytes of an address, network, mask)"""
    return len(network.network_address.packed), int(network.network_address), int(network.netmask)


def _plain_hops(text: str) -> list[str]:
    return [hop.strip() for hop in text.split(",")] if text else []


def _forwarded_hops(text: str) -> list[str]:
    """The `for` of each element (RFC 7239); an element without one is a hop nobody can read."""
    return [_for_of(element) for element in _ELEMENT.findall(text)]


def _for_of(element: str) -> str:
    found = _FOR.search(element)
    return (found[1] or found[2] or "") if found else ""


def _without_port(hop: str) -> str:
    found = _WITH_PORT.fullmatch(hop)
    return (found["six"] or found["four"] or "") if found else hop
