"""Settings of own short domains."""

from dataclasses import dataclass

from qz_common.settings import setting


@dataclass(frozen=True, kw_only=True)
class DomainSettings:
    resolvers: tuple[str, ...] = setting(
        "DNS_RESOLVERS", (), "Addresses of DNS resolvers, each with `:port`; empty: the system's."
    )
    dns_seconds: float = setting("DNS_SECONDS", 5.0, "Longest that one DNS question may take.")
    take_down: bool = setting(
        "DOMAINS_TAKE_DOWN",
        False,
        "Whether a domain whose record is gone for 7 days is no longer answered for.",
    )
