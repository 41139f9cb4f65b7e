"""The URL gate's policy for one workspace: what it allows, and which hosts are our own."""

from collections.abc import Collection
from functools import lru_cache
from urllib.parse import urlsplit

from qz_api.links.draft import Report
from qz_api.settings import ApiSettings
from qz_common.urls import AdmittedUrl, UrlPolicy, UrlRefused, admit, canonical_domain

REVIEWED = frozenset({"mixed_script", "confusable", "known_shortener"})
"""Flags of a host that a visitor sees before going there."""
FLAGGING = UrlPolicy(allow_private=True, allow_ip_literals=True)


def deployment_hosts(settings: ApiSettings) -> frozenset[str]:
    """Hosts that the edge answers for, whoever the workspace is."""
    return _hosts(settings.edge_url, settings.api_url, settings.short_hosts)


@lru_cache(16)
def _hosts(edge_url: str, api_url: str, short_hosts: tuple[str, ...]) -> frozenset[str]:
    urls = (urlsplit(edge_url).hostname, urlsplit(api_url).hostname)
    return frozenset(canonical_domain(host) for host in (*filter(None, urls), *short_hosts))


def admitted(raw: str, policy: UrlPolicy, report: Report, field: str) -> AdmittedUrl | None:
    """None with the gate's reason in the report."""
    try:
        return admit(raw, policy)
    except UrlRefused as refusal:
        report.add(field, refusal.code, refusal.message)
        return None


def flags_of(locations: Collection[str]) -> list[str]:
    """Of locations that were admitted before; what is no web address has none."""
    found = [
        admit(location, FLAGGING).flags for location in locations if location.startswith("http")
    ]
    return sorted(REVIEWED & frozenset().union(*found))
