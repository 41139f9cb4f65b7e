"""Reading a network address: text to the bytes it stands for, or nothing."""

import socket

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
