"""The URL gate: `admit` decides about every destination that is stored or served."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from qz_common.urls.flags import flags_of
from qz_common.urls.parse import ParsedUrl, parse
from qz_common.urls.policy import OPEN_POLICY, UrlPolicy
from qz_common.urls.refusal import UrlCode, UrlRefused

MAX_FOLDERS = 8  # deeper ones are looked up as a whole page only


@dataclass(frozen=True, slots=True)
class AdmittedUrl:
    """`location` is ASCII, written by us, and admitting it again changes nothing."""

    location: str
    scheme: str
    host: str
    host_unicode: str
    flags: frozenset[str]


def admit(raw: str, policy: UrlPolicy = OPEN_POLICY) -> AdmittedUrl:
    """The canonical form of `raw`, or UrlRefused."""
    url = parse(raw, policy.max_length)
    for refuse in REFUSALS:
        refuse(url, policy)
    flags = flags_of(url.host, policy.shorteners)
    return AdmittedUrl(url.location, url.scheme, url.host.ascii, url.host.unicode, flags)


def _refuse_own_host(url: ParsedUrl, policy: UrlPolicy) -> None:
    if url.host.ascii in policy.own_hosts:
        raise UrlRefused(UrlCode.OWN_HOST, "a destination on this service's own host is a loop")


def _refuse_private(url: ParsedUrl, policy: UrlPolicy) -> None:
    if url.host.is_private and not (policy.allow_private and url.host.is_intranet):
        raise UrlRefused(UrlCode.PRIVATE, "the destination is not on the public internet")


def _refuse_ip_literal(url: ParsedUrl, policy: UrlPolicy) -> None:
    if url.host.address is not None and not (policy.allow_ip_literals or url.host.is_private):
        raise UrlRefused(UrlCode.IP_LITERAL, "a destination needs a host name, not an IP address")


def _refuse_blocked(url: ParsedUrl, policy: UrlPolicy) -> None:
    if not policy.blocked_domains.isdisjoint(url.host.domains()):
        raise UrlRefused(UrlCode.BLOCKED, "this workspace blocks the destination's domain")


def _refuse_not_allowed(url: ParsedUrl, policy: UrlPolicy) -> None:
    allowed = policy.allowed_domains
    if allowed and allowed.isdisjoint(url.host.domains()):
        raise UrlRefused(UrlCode.NOT_ALLOWED, "this workspace allows other domains only")


def _refuse_unsafe(url: ParsedUrl, policy: UrlPolicy) -> None:
    if policy.threat_list and any(key in policy.threat_list for key in _threat_keys(url)):
        raise UrlRefused(UrlCode.UNSAFE, "the destination is on a list of harmful addresses")


def _threat_keys(url: ParsedUrl) -> Iterator[str]:
    """Each domain, alone and with each page or folder the URL is in, escapes undone or not."""
    paths = {""}
    for target in (url.target, unquote(url.target)):
        page = target.partition("?")[0]
        folders = page.split("/")[:-1][:MAX_FOLDERS]
        paths |= {target, page} | {"/".join(folders[: n + 1]) + "/" for n in range(len(folders))}
    for domain in url.host.domains():
        yield from (domain + path for path in paths)


REFUSALS = (
    _refuse_own_host,
    _refuse_private,
    _refuse_ip_literal,
    _refuse_blocked,
    _refuse_not_allowed,
    _refuse_unsafe,
)
