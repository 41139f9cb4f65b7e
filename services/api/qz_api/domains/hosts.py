"""Which hosts may be claimed: names on the public internet that one owner can have alone."""

from functools import cache

from publicsuffixlist import PublicSuffixList

from qz_common.errors import FieldError, Invalid
from qz_common.urls import Host, UrlRefused, parse_host

PREFIX = "_quietzone"
VALUE = "quietzone-verification="
MAX_HOST = 253 - len(PREFIX) - 1


def claimable(raw: str, ours: frozenset[str]) -> Host:
    """The canonical host, or Invalid; `ours` are the hosts of this deployment."""
    try:
        host = parse_host(raw)
    except UrlRefused as refusal:
        raise _invalid("invalid_host", f"is no host name: {refusal.message}") from None
    if host.address is not None:
        raise _invalid("ip_address", "must be a name, not an IP address")
    if host.is_private or "_" in host.ascii or len(host.ascii) > MAX_HOST:
        raise _invalid("invalid_host", "must be a name on the public internet")
    if not ours.isdisjoint(host.domains()):
        raise _invalid("own_host", "belongs to this service")
    if _suffixes().is_public(host.ascii):
        raise _invalid("public_suffix", "is a suffix under which many register names")
    return host


def record_name(host: str) -> str:
    return f"{PREFIX}.{host}"


def record_value(token: str) -> str:
    return f"{VALUE}{token}"


def tokens(texts: list[str]) -> list[str]:
    """Those that the TXT records of a host name; others may use the name for other things."""
    trimmed = (text.strip() for text in texts)
    return [text.removeprefix(VALUE) for text in trimmed if text.startswith(VALUE)]


@cache
def _suffixes() -> PublicSuffixList:
    """Only suffixes that are known: an unknown top-level domain is not our business."""
    return PublicSuffixList(accept_unknown=False)


def _invalid(code: str, why: str) -> Invalid:
    return Invalid(f"the host {why}", code, errors=[FieldError("/host", code, why)])
