"""What one kind of outgoing request may do: frozen values, one for each use."""

from dataclasses import dataclass
from ipaddress import IPv6Network, ip_network

from qz_common.urls.addresses import Network

KILOBYTE = 1024
WEB_PORTS = frozenset({80, 443})


@dataclass(frozen=True, slots=True)
class EgressPolicy:
    """allow_networks: trusted addresses beside the public ones. Their hosts may be spoken to on
        any port and without TLS, so an operator lists single hosts, and tests list loopback.
    nat64_prefixes: this network's own NAT64 prefixes (/96); the well-known one needs no mention.
    cut_body: the rest of a long body is left unread (True) or makes the attempt fail (False).
    deadline_seconds: the whole attempt, from the question to DNS to the last byte of all hops.
    """

    schemes: frozenset[str] = frozenset({"https"})
    ports: frozenset[int] = frozenset({443})
    allow_networks: tuple[Network, ...] = ()
    nat64_prefixes: tuple[IPv6Network, ...] = ()
    max_redirects: int = 0
    max_body: int = 64 * KILOBYTE
    cut_body: bool = True
    decode: bool = False
    deadline_seconds: float = 10.0
    connect_seconds: float = 3.0
    user_agent: str = "Quietzone/1"


WEBHOOKS = EgressPolicy()
LOGOS = EgressPolicy(
    schemes=frozenset({"http", "https"}),
    ports=WEB_PORTS,
    max_redirects=3,
    max_body=2 * KILOBYTE * KILOBYTE,
    cut_body=False,
    decode=True,
)
CHECKS = EgressPolicy(schemes=frozenset({"http", "https"}), ports=WEB_PORTS)


def parse_networks(text: str) -> tuple[Network, ...]:
    """A setting such as `127.0.0.0/8, ::1/128`; ValueError names the part that is no network."""
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
