"""The egress gate: `post` and `fetch` over HTTP to public hosts, and to nothing else."""

from qz_common.egress.errors import EgressCode, EgressError, EgressFailed, EgressRefused
from qz_common.egress.gate import Download, Egress, Reply, open_egress
from qz_common.egress.policy import CHECKS, LOGOS, WEBHOOKS, EgressPolicy, parse_networks
from qz_common.egress.resolver import Resolver, SystemResolver

__all__ = [
    "CHECKS",
    "LOGOS",
    "WEBHOOKS",
    "Download",
    "Egress",
    "EgressCode",
    "EgressError",
    "EgressFailed",
    "EgressPolicy",
    "EgressRefused",
    "Reply",
    "Resolver",
    "SystemResolver",
    "open_egress",
    "parse_networks",
]
