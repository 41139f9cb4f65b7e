"""The one parser: text in, parts out, and the parts written again are what is stored and served.

It reads a part of what browsers read (WHATWG URL, http and https only) and refuses the rest, so
nobody who reads its output can see another host in it. Every byte it writes is 0x21 to 0x7e.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

from qz_common.urls.hosts import Host, parse_host
from qz_common.urls.refusal import UrlCode, UrlRefused, invalid

MAX_LENGTH = 2048
DEFAULT_PORTS = {"http": 80, "https": 443}
# controls, every kind of space, surrogates, bidi overrides, non-characters, and the backslash
FORBIDDEN = re.compile(
    "[\\x00-\\x20\\x7f-\\xa0\\\\\u1680\u180e\u2000-\u200a\u200e\u200f\u2028-\u202f\u205f-\u2060"
    "\u2066-\u2069\u3000\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff9-\uffff"
    + "".join(
        f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000)
    )
    + "]"
)
SHAPE = re.compile(
    r"(?P<scheme>[A-Za-z]+)://(?P<authority>[^/?#]+)"
    r"(?P<path>/[^?#]*)?(?:\?(?P<query>[^#]*))?(?:#(?P<fragment>.*))?"
)
AUTHORITY = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^:\[\]%]+)(?::(?P<port>[0-9]{1,5}))?")
SINGLE_DOT = frozenset({".", "%2e"})
DOUBLE_DOT = frozenset({"..", ".%2e", "%2e.", "%2e%2e"})
# what browsers leave alone in each part; "%" is kept, so an escape is never undone or doubled
PATH_SAFE = "!$%&'()*+,/:;=@[]|~"
QUERY_SAFE = "!$%&()*+,/:;=?@[]^`{|}~"
FRAGMENT_SAFE = "!#$%&'()*+,/:;=?@[]^{|}~"


@dataclass(frozen=True, slots=True)
class ParsedUrl:
    """`port` is None when it is the scheme's own; `query` and `fragment` are None when absent."""

    scheme: str
    host: Host
    port: int | None
    path: str
    query: str | None
    fragment: str | None

    @property
    def authority(self) -> str:
        return self.host.ascii if self.port is None else f"{self.host.ascii}:{self.port}"

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.authority}"

    @property
    def target(self) -> str:
        """Path and query, as a request line carries them."""
        return self.path if self.query is None else f"{self.path}?{self.query}"

    @property
    def location(self) -> str:
        tail = "" if self.fragment is None else f"#{self.fragment}"
        return f"{self.origin}{self.target}{tail}"


@lru_cache(64)
def parse(raw: str, max_length: int = MAX_LENGTH) -> ParsedUrl:
    _refuse_raw(raw, max_length)
    shape = SHAPE.fullmatch(raw)
    if shape is None:
        raise invalid("a URL starts with http:// or https:// and a host name")
    scheme = shape["scheme"].lower()
    if scheme not in DEFAULT_PORTS:
        raise invalid("only http and https URLs can be a destination")
    host, port = _parse_authority(shape["authority"], scheme)
    url = ParsedUrl(
        scheme,
        host,
        port,
        quote(_without_dots(shape["path"] or "/"), safe=PATH_SAFE),
        _quoted(shape["query"], QUERY_SAFE),
        _quoted(shape["fragment"], FRAGMENT_SAFE),
    )
    if len(url.location) > max_length:
        raise _too_long(max_length)
    return url


def _refuse_raw(raw: str, max_length: int) -> None:
    if len(raw) > max_length:
        raise _too_long(max_length)
    if FORBIDDEN.search(raw):
        raise invalid("a URL can't have spaces, control characters or backslashes")


def _too_long(max_length: int) -> UrlRefused:
    return UrlRefused(UrlCode.TOO_LONG, f"a URL can have {max_length} characters at most")


def _parse_authority(authority: str, scheme: str) -> tuple[Host, int | None]:
    if "@" in authority:
        raise UrlRefused(UrlCode.USERINFO, "a URL can't carry a user name or password")
    match = AUTHORITY.fullmatch(authority)
    if match is None:
        raise invalid("the host name or the port is not valid")
    return parse_host(match["host"]), _parse_port(match["port"], scheme)


def _parse_port(digits: str | None, scheme: str) -> int | None:
    if digits is None:
        return None
    port = int(digits)
    if not 0 < port < 65536:
        raise invalid("the port is not between 1 and 65535")
    return None if port == DEFAULT_PORTS[scheme] else port


def _without_dots(path: str) -> str:
    """`.` and `..` are taken out as a browser would, so what is shown is what is asked for."""
    kept: list[str] = []
    segments = path[1:].split("/")
    for segment in segments:
        if segment.lower() in DOUBLE_DOT:
            kept = kept[:-1]
        elif segment.lower() not in SINGLE_DOT:
            kept.append(segment)
    if segments[-1].lower() in SINGLE_DOT | DOUBLE_DOT:
        kept.append("")
    return "/" + "/".join(kept)


def _quoted(part: str | None, safe: str) -> str | None:
    return None if part is None else quote(part, safe=safe)
