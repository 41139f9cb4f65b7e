"""A host as a browser would connect to it: A-label, Unicode form, or an IP address.

UTS-46 maps first (case, full width, soft hyphen, ideographic dots), then every label must be
plain LDH or valid IDNA 2008. Numeric forms of any base become an IP address before anybody asks.
"""

import re
import unicodedata
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address

import idna

from qz_common.urls.addresses import Address, is_intranet, is_public
from qz_common.urls.refusal import UrlRefused, invalid

MAX_HOST = 253
MAX_LABEL = 63
ASCII_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?")
NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
# names that mean a machine nearby: RFC 6761, RFC 8375, ICANN's .internal, and old habits
PRIVATE_SUFFIXES = frozenset(
    {
        "localhost",
        "local",
        "localdomain",
        "internal",
        "intranet",
        "lan",
        "home",
        "corp",
        "private",
        "home.arpa",
    }
)


@dataclass(frozen=True, slots=True)
class Host:
    ascii: str
    unicode: str
    address: Address | None = None

    @property
    def is_private(self) -> bool:
        """A place that the public internet can't reach, by address or by name."""
        if self.address is not None:
            return not is_public(self.address)
        return "." not in self.ascii or not PRIVATE_SUFFIXES.isdisjoint(self.domains())

    @property
    def is_intranet(self) -> bool:
        return is_intranet(self.address) if self.address is not None else self.is_private

    def domains(self) -> list[str]:
        """Itself and every parent domain; an IP address has no parents."""
        if self.address is not None:
            return [self.ascii]
        labels = self.ascii.split(".")
        return [".".join(labels[start:]) for start in range(len(labels))]


def parse_host(raw: str) -> Host:
    """One trailing dot is dropped; anything that browsers might read differently is refused."""
    if raw.startswith("["):
        return _ipv6(raw)
    mapped = _map(raw).removesuffix(".")
    labels = mapped.split(".")
    if NUMBER.fullmatch(labels[-1]):
        return _ipv4(labels)
    if len(mapped) > MAX_HOST and mapped.isascii():
        raise invalid("the host name is longer than 253 characters")
    return _name(labels)


def _map(raw: str) -> str:
    if raw.isascii():
        return raw.lower()
    try:
        return idna.uts46_remap(raw, std3_rules=False)
    except idna.IDNAError as error:
        raise invalid("the host name has a character that no domain can have") from error


def _name(labels: list[str]) -> Host:
    if all(ASCII_LABEL.fullmatch(label) and not label.startswith("xn--") for label in labels):
        return _checked(labels, labels)
    ascii_labels = [_ascii_label(label) for label in labels]
    unicode_labels = [_unicode_label(label) for label in ascii_labels]
    _refuse_bad_direction(unicode_labels)
    return _checked(ascii_labels, unicode_labels)


def _checked(ascii_labels: list[str], unicode_labels: list[str]) -> Host:
    name = ".".join(ascii_labels)
    if len(name) > MAX_HOST or any(len(label) > MAX_LABEL for label in ascii_labels):
        raise invalid("the host name is too long, or one of its labels is over 63 characters")
    return Host(name, ".".join(unicode_labels))


def _ascii_label(label: str) -> str:
    if label.isascii() and not label.startswith("xn--"):
        if not ASCII_LABEL.fullmatch(label):
            raise invalid("the host name has an empty label or a character it can't have")
        return label
    try:
        return idna.alabel(label).decode("ascii")
    except idna.IDNAError as error:
        raise invalid("the host name is not a valid international domain name") from error


def _unicode_label(label: str) -> str:
    return idna.ulabel(label) if label.startswith("xn--") else label


def _refuse_bad_direction(labels: list[str]) -> None:
    """A name with one right-to-left label is held to the Bidi rule in all of its labels."""
    if not any(map(_is_rtl, labels)):
        return
    try:
        for label in labels:
            idna.check_bidi(label, check_ltr=True)
    except idna.IDNAError as error:
        raise invalid("the host name mixes reading directions") from error


def _is_rtl(label: str) -> bool:
    return any(unicodedata.bidirectional(char) in ("R", "AL", "AN") for char in label)


def _ipv6(raw: str) -> Host:
    if not raw.endswith("]"):
        raise invalid("an IPv6 address in a URL stands in brackets")
    try:
        address = IPv6Address(raw[1:-1])
    except AddressValueError as error:
        raise invalid("the host is not a valid IPv6 address") from error
    if address.scope_id is not None:
        raise invalid("an IPv6 zone can't be part of a URL")
    text = f"[{_compressed(address)}]"
    return Host(text, text, address)


def _compressed(address: IPv6Address) -> str:
    """Hexadecimal throughout, as browsers write it; newer Pythons show v4-mapped with dots."""
    if address.ipv4_mapped is None:
        return address.compressed
    low = int(address) & 0xFFFFFFFF
    return f"::ffff:{low >> 16:x}:{low & 0xFFFF:x}"


def _ipv4(labels: list[str]) -> Host:
    try:
        address = IPv4Address(_ipv4_number(labels))
    except ValueError as error:
        raise invalid("the host ends in a number and is not a valid IPv4 address") from error
    return Host(str(address), str(address), address)


def _ipv4_number(labels: list[str]) -> int:
    """The WHATWG reading: up to four parts in any base, the last one fills what is left."""
    *front, last = [_part(label) for label in labels]
    if len(front) > 3 or any(part > 255 for part in front) or last >= 256 ** (4 - len(front)):
        raise ValueError("out of range")
    return last + sum(part << (24 - 8 * place) for place, part in enumerate(front))


def _part(label: str) -> int:
    if not NUMBER.fullmatch(label) or len(label) > MAX_LABEL:
        raise ValueError("not a number")
    if label.startswith("0x"):
        return int(label[2:] or "0", 16)
    return int(label, 8) if label.startswith("0") else int(label)


def canonical_domain(raw: str) -> str:
    """A host or domain from a setting or a list: wildcard, port, case and dots don't matter."""
    text = raw.strip().removeprefix("*.").removeprefix(".")
    bare = re.sub(r":[0-9]{1,5}\Z", "", text) if text.count(":") == 1 or "]" in text else text
    try:
        return parse_host(bare).ascii
    except UrlRefused as error:
        raise ValueError(f"not a domain name: {raw!r}") from error
