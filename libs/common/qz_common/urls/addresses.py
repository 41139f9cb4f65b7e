"""Which IP addresses are the public internet: said by a list of our own, not by `is_global`.

Tunnel forms are unwrapped where the inner address is where packets end up (v4-mapped, NAT64)
and refused whole where nobody honest uses them any more (v4-compatible, 6to4, Teredo, ISATAP,
local-use NAT64).
"""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

WELL_KNOWN_NAT64 = IPv6Network("64:ff9b::/96")
GLOBAL_UNICAST = IPv6Network("2000::/3")

SPECIAL_V4: Sequence[IPv4Network] = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.31.196.0/24",
            "192.52.193.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "192.175.48.0/24",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
        ),
    )
)
# inside 2000::/3, yet not unicast that anybody can be reached at
SPECIAL_V6: Sequence[IPv6Network] = tuple(
    map(
        IPv6Network,
        ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"),
    )
)
# where an organisation keeps its own hosts; never multicast, never "this host"
INTRANET: Sequence[Network] = (
    IPv4Network("10.0.0.0/8"),
    IPv4Network("100.64.0.0/10"),
    IPv4Network("127.0.0.0/8"),
    IPv4Network("169.254.0.0/16"),
    IPv4Network("172.16.0.0/12"),
    IPv4Network("192.168.0.0/16"),
    IPv6Network("::1/128"),
    IPv6Network("fc00::/7"),
    IPv6Network("fe80::/10"),
)
ISATAP_INTERFACES = frozenset({0x00005EFE, 0x02005EFE})


def unwrap(address: Address, nat64: Sequence[IPv6Network] = ()) -> Address:
    """The v4 address that packets end up at, for v4-mapped and NAT64 (/96) forms."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if any(address in prefix for prefix in (WELL_KNOWN_NAT64, *nat64)):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def is_public(address: Address, nat64: Sequence[IPv6Network] = ()) -> bool:
    real = unwrap(address, nat64)
    if isinstance(real, IPv4Address):
        return not within(real, SPECIAL_V4)
    return real in GLOBAL_UNICAST and not within(real, SPECIAL_V6) and not _is_isatap(real)


def is_intranet(address: Address) -> bool:
    return within(unwrap(address), INTRANET)


def within(address: Address, networks: Sequence[Network]) -> bool:
    return any(address.version == net.version and address in net for net in networks)


def _is_isatap(address: IPv6Address) -> bool:
    return (int(address) >> 32) & 0xFFFFFFFF in ISATAP_INTERFACES
