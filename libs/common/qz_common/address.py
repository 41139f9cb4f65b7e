"""Reading a network address: text to the bytes it stands for, or nothing."""

import socket
from ipaddress import IPv4Network, IPv6Network, ip_network

V4_NETWORK_BYTES = 3
V6_NETWORK_BYTES = 6
_MAPPED = bytes(10) + b"\xff\xff"


def packed_address(ip: str) -> bytes:
    """4 bytes for IPv4, also when written as IPv4-mapped IPv6; 16 for IPv6; else empty."""
    try:
        if ":" not in ip:
            return socket.inet_pton(socket.AF_INET, ip)
        packed = socket.inet_pton(socket.AF_INET6, ip.partition("%")[0])
    except (OSError, ValueError):
        return b""
    return packed[12:] if packed.startswith(_MAPPED) else packed


def network_of(address: str) -> bytes:
    """The /24 of IPv4 or /48 of IPv6: what tries are counted by. Empty for no address."""
    packed = packed_address(address)
    return packed[: V4_NETWORK_BYTES if len(packed) == 4 else V6_NETWORK_BYTES]


def exact_range(text: str) -> IPv4Network | IPv6Network:
    """A range of proxies. ValueError for one that is inexact, or holds every address."""
    try:
        network = ip_network(text, strict=True)
    except ValueError as error:
        raise ValueError(f"{text!r} is no exact address range: {error}") from error
    if network.prefixlen == 0:
        raise ValueError(f"{text!r} trusts everybody; name the proxies")
    return network
