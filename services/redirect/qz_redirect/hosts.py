"""Which names this edge answers to: the default short hosts, and verified own domains.

`site` says what a Host header stands for. Anything else is no host of ours: such a request gets
400 and reaches nothing. On an own domain only the links of its workspace answer, whatever was
published under its name before it changed hands.
"""

import re
from collections.abc import Callable, Iterable

import msgspec

from qz_common.records import DEFAULT_HOST, DomainRecord

MAX_REMEMBERED = 4096
MAX_HOST_BYTES = 300
MAX_PORT = 65_535
HOST = re.compile(
    r"(?:\[(?P<six>[0-9a-f:.]+)\]|(?P<name>[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_-])?)\.?)"
    r"(?::(?P<port>[0-9]{1,5}))?"
)


class Site(msgspec.Struct, frozen=True, gc=False):
    prefix: bytes
    """The part of a replica key; empty for the default hosts."""
    owner: str = ""
    """The workspace whose domain it is; empty where links of all workspaces answer."""

    def answers_for(self, workspace: str) -> bool:
        return not self.owner or self.owner == workspace


DEFAULT_SITE = Site(DEFAULT_HOST.encode())


class Hosts:
    def __init__(
        self, own: Iterable[str], find_domain: Callable[[str], DomainRecord | None]
    ) -> None:
        self._own = frozenset(own)
        self._find_domain = find_domain
        self._sites: dict[bytes, Site] = {}

    def site(self, header: bytes) -> Site | None:
        """`header` as it arrived; None for a stranger's."""
        known = self._sites.get(header)
        return known if known is not None else self._learn(header)

    def forget(self) -> None:
        """Domains have changed."""
        self._sites = {}

    def domain(self, header: bytes) -> DomainRecord | None:
        host = host_name(header)
        return None if host in self._own else self._active(host)

    def _learn(self, header: bytes) -> Site | None:
        host = host_name(header)
        if host in self._own:
            site = DEFAULT_SITE
        elif domain := self._active(host):
            site = Site(host.encode(), domain.workspace)
        else:
            return None
        if len(self._sites) >= MAX_REMEMBERED:
            self._sites = {}
        self._sites[header] = site
        return site

    def _active(self, host: str) -> DomainRecord | None:
        record = self._find_domain(host) if host else None
        return record if record and record.status == "active" else None


def host_name(header: bytes) -> str:
    """Lower case, without port and final dot; empty for what is no host."""
    if len(header) > MAX_HOST_BYTES or not header.isascii():
        return ""
    text = header.decode("ascii").strip().lower()
    match = HOST.fullmatch(text)
    if match is None or int(match["port"] or 0) > MAX_PORT:
        return ""
    return match["six"] or match["name"]
