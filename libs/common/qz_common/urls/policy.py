"""What a workspace allows as a destination: a frozen value, put in canonical form once."""

from dataclasses import dataclass
from functools import lru_cache

from qz_common.urls.hosts import canonical_domain
from qz_common.urls.parse import MAX_LENGTH

KNOWN_SHORTENERS = frozenset(
    {
        "adf.ly",
        "bit.do",
        "bit.ly",
        "bl.ink",
        "buff.ly",
        "cutt.ly",
        "dlvr.it",
        "dub.sh",
        "goo.gl",
        "is.gd",
        "lnkd.in",
        "me-qr.com",
        "mcaf.ee",
        "ow.ly",
        "qr.io",
        "qrco.de",
        "rb.gy",
        "rebrand.ly",
        "s.id",
        "short.gy",
        "shorturl.at",
        "soo.gd",
        "su.pr",
        "t.co",
        "t.ly",
        "tiny.cc",
        "tinyurl.com",
        "trib.al",
        "v.gd",
        "x.co",
    }
)


@dataclass(frozen=True, slots=True)
class UrlPolicy:
    """Domains match at a label boundary: `example.com` also means `shop.example.com`.

    own_hosts: every host the edge answers for, matched exactly; a redirect there is a loop.
    allowed_domains: when not empty, nothing else is admitted.
    threat_list: canonical `host`, or `host/path` for one page, or `host/folder/` for all below;
        kept as given, so one large set is shared by all workspaces.
    allow_private: intranet names and addresses, for workspaces whose visitors stand inside.
    """

    own_hosts: frozenset[str] = frozenset()
    allowed_domains: frozenset[str] = frozenset()
    blocked_domains: frozenset[str] = frozenset()
    threat_list: frozenset[str] = frozenset()
    shorteners: frozenset[str] = KNOWN_SHORTENERS
    allow_private: bool = False
    allow_ip_literals: bool = False
    max_length: int = MAX_LENGTH

    def __post_init__(self) -> None:
        for field in ("own_hosts", "allowed_domains", "blocked_domains"):
            object.__setattr__(self, field, _canonical(frozenset(getattr(self, field))))


@lru_cache(256)
def _canonical(domains: frozenset[str]) -> frozenset[str]:
    return frozenset(canonical_domain(domain) for domain in domains)


OPEN_POLICY = UrlPolicy()
