"""The facts of one request, cheap to hold and worked out only when a rule asks.

Built by the edge from raw bytes on the hot path. An unknown fact is empty (0 for numbers) and
equals nothing. No field has an IP address: place and visitor are made before.
"""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from urllib.parse import unquote_plus

import msgspec

from qz_common.device import UNKNOWN_CLIENT, Client, describe
from qz_common.geo import NOWHERE, Place
from qz_common.wall import wall_clock

UA_BYTES = 400
LANGUAGE_BYTES = 500
MAX_TAGS = 20
QUERY_PAIRS = 100
REFERRER_BYTES = 2000
STICKY_KEY = "qz_k"
STICKY_KEY_LENGTH = 128


class Visit(msgspec.Struct, kw_only=True):
    ts_ms: int
    method: str = "GET"
    user_agent: bytes = b""
    accept_language: bytes = b""
    referrer: bytes = b""
    query: bytes = b""
    """The query string without its question mark."""
    place: Place = NOWHERE
    visitor: int = 0
    source: str = ""
    """`symbol` or `link`."""
    visit_number: int = 0
    """Which visit of this visitor to this link it is today; 0 when nobody counted."""
    _client: Client | None = None
    _language: str | None = None
    _pairs: dict[str, list[str]] | None = None

    @property
    def client(self) -> Client:
        client = self._client
        if client is None:
            agent = self.user_agent
            client = self._client = describe(agent[:UA_BYTES]) if agent else UNKNOWN_CLIENT
        return client

    @property
    def language(self) -> str:
        """The most wanted language as the browser wrote it, or empty."""
        language = self._language
        if language is None:
            language = self._language = most_wanted(self.accept_language[:LANGUAGE_BYTES])
        return language

    @property
    def referrer_host(self) -> str:
        return host_of(self.referrer)

    @property
    def sticky_key(self) -> str:
        """What the visitor brings along instead of a cookie, to keep an arm for longer."""
        if STICKY_KEY.encode() not in self.query:
            return ""
        values = self.query_values(STICKY_KEY)
        return values[0] if values and len(values[0]) <= STICKY_KEY_LENGTH else ""

    def query_values(self, key: str) -> list[str]:
        pairs = self._pairs
        if pairs is None:
            pairs = self._pairs = read_query(self.query)
        return pairs.get(key, [])

    def wall_clock(self, zone: str) -> datetime | None:
        return wall_clock(self.ts_ms // 1000, zone)


def read_query(query: bytes) -> dict[str, list[str]]:
    """Percent-decoded values by key; what is no UTF-8 shows as replacement characters."""
    decode: Callable[[str], str] = unquote_plus if b"%" in query or b"+" in query else str
    pairs: dict[str, list[str]] = {}
    for part in query.decode("utf-8", "replace").split("&", QUERY_PAIRS)[:QUERY_PAIRS]:
        if part:
            key, _, value = part.partition("=")
            pairs.setdefault(decode(key), []).append(decode(value))
    return pairs


@lru_cache(2048)
def most_wanted(accept_language: bytes) -> str:
    """The tag with the highest q, the earlier one of equals; empty when none can be read."""
    return next(iter(wanted(accept_language)), "")


def wanted(accept_language: bytes) -> list[str]:
    """Tags by their q, the earlier one of equals first; q=0, `*` and nonsense never."""
    weighed = []
    for part in accept_language.decode("latin-1").split(",", MAX_TAGS)[:MAX_TAGS]:
        tag, _, parameters = part.partition(";")
        tag = tag.strip().replace("_", "-")
        if (q := _weight(parameters)) and _is_tag(tag):
            weighed.append((q, tag))
    return [tag for _, tag in sorted(weighed, key=lambda wish: -wish[0])]


def _weight(parameters: str) -> float:
    """1 without a q; 0, which is never, for a q that is no number from 0 to 1."""
    for parameter in parameters.split(";"):
        name, _, text = parameter.partition("=")
        if name.strip().lower() == "q":
            return _share(text.strip())
    return 1.0


def _share(digits: str) -> float:
    if not (digits.isascii() and digits.replace(".", "", 1).isdecimal()):
        return 0.0
    q = float(digits)
    return q if q <= 1 else 0.0


def _is_tag(tag: str) -> bool:
    plain = tag.replace("-", "")
    return plain.isalnum() and plain.isascii() and tag[0].isalpha() and len(tag) <= 35


def host_of(referrer: bytes) -> str:
    """The lower-case host of a referrer, without user, port and final dot; empty when none."""
    _, found, rest = referrer[:REFERRER_BYTES].decode("latin-1").partition("://")
    if not found:
        return ""
    for end in "/?#\\":
        rest = rest.partition(end)[0]
    host = rest.rpartition("@")[2]
    if not host.startswith("["):
        host = host.partition(":")[0]
    return host.rstrip(".").lower()
