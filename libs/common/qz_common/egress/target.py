"""Where an attempt may go: parsed by the URL gate's parser, resolved once, every address judged."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from qz_common.egress.errors import EgressCode, EgressFailed, EgressRefused
from qz_common.egress.policy import EgressPolicy
from qz_common.egress.resolver import Resolver
from qz_common.urls.addresses import Address, is_public, unwrap, within
from qz_common.urls.parse import DEFAULT_PORTS, ParsedUrl, parse
from qz_common.urls.refusal import UrlRefused

MAX_ADDRESSES = 8  # tried in turn; all that were found are judged


@dataclass(frozen=True, slots=True)
class Target:
    """The attempt connects to these addresses and to no other, whatever the name says later."""

    url: ParsedUrl
    addresses: tuple[Address, ...]

    @property
    def port(self) -> int:
        return self.url.port or DEFAULT_PORTS[self.url.scheme]


async def find_target(raw: str, policy: EgressPolicy, resolver: Resolver) -> Target:
    url = _parse(raw)
    if not policy.allow_networks:
        _refuse_form(url, policy)  # before a name server hears of it
    addresses = await _resolve(url, resolver)
    if not all(_is_trusted(address, policy) for address in addresses):
        _refuse_form(url, policy)
        _refuse_private(addresses, policy)
    return Target(url, addresses[:MAX_ADDRESSES])


def _parse(raw: str) -> ParsedUrl:
    try:
        return parse(raw)
    except UrlRefused as error:
        raise EgressRefused(EgressCode.INVALID_URL, error.message) from error


def _refuse_form(url: ParsedUrl, policy: EgressPolicy) -> None:
    if url.scheme not in policy.schemes:
        raise EgressRefused(EgressCode.SCHEME, "the URL has to start with https://")
    if (url.port or DEFAULT_PORTS[url.scheme]) not in policy.ports:
        raise EgressRefused(EgressCode.PORT, "the port is not one that requests may go to")


async def _resolve(url: ParsedUrl, resolver: Resolver) -> tuple[Address, ...]:
    if url.host.address is not None:
        return (url.host.address,)
    try:
        found = _addresses(await resolver.resolve(url.host.ascii))
    except (OSError, ValueError) as error:
        raise EgressFailed(EgressCode.DNS, "the host name could not be resolved") from error
    if not found:
        raise EgressFailed(EgressCode.DNS, "the host name has no address")
    return found


def _addresses(texts: Sequence[str]) -> tuple[Address, ...]:
    return tuple(ip_address(text.partition("%")[0]) for text in texts)


def _is_trusted(address: Address, policy: EgressPolicy) -> bool:
    return within(unwrap(address, policy.nat64_prefixes), policy.allow_networks)


def _refuse_private(addresses: tuple[Address, ...], policy: EgressPolicy) -> None:
    """One bad address spoils the set: which one a connection takes is not ours to hope for."""
    for address in addresses:
        if not (is_public(address, policy.nat64_prefixes) or _is_trusted(address, policy)):
            raise EgressRefused(EgressCode.PRIVATE, "the host is not on the public internet")
