"""Query parameters put onto an admitted location, on the hot path: pure, and bytes out.

Scheme, host and path of the location never change, and a parameter that the owner wrote into
the destination is never replaced or repeated by one that a visitor brought along.
"""

import re
from collections.abc import Collection, Iterable
from urllib.parse import parse_qsl, quote, unquote_plus

MAX_SERVED = 4096
MAX_ESCAPED = 12
"""Bytes of one character."""
MAX_PASSED_PAIRS = 50
VISIBLE = re.compile(rb"[\x21-\x7e]+")


def add_query(location: str, pairs: Iterable[tuple[str, str]], limit: int = MAX_SERVED) -> bytes:
    """`location` must come from `admit`; a pair that would pass `limit` bytes is left out."""
    base, hash_sign, fragment = location.partition("#")
    head, mark, query = base.partition("?")
    taken = _names(query) if query else frozenset()
    parts = [query] if query else []
    length = len(location) + (0 if mark else 1)
    for name, value in pairs if location.startswith("http") else ():
        part = f"{_escaped(name)}={_escaped(value)}"
        if name and name not in taken and length + len(part) + 1 <= limit:
            parts.append(part)
            length += len(part) + 1
    joined = f"{head}?{'&'.join(parts)}" if parts else base
    return f"{joined}{hash_sign}{fragment}".encode("ascii")


def leaves_out(location: str, pairs: Collection[tuple[str, str]], limit: int = MAX_SERVED) -> bool:
    """Whether `add_query` has no room for one of them."""
    letters = sum(len(name) + len(value) for name, value in pairs)
    enough = len(location) + 1 + letters * MAX_ESCAPED + 2 * len(pairs)
    if enough <= limit:
        return False
    return add_query(location, pairs, limit) != add_query(location, pairs, enough)


def header_bytes(location: str) -> bytes:
    """The last check before a Location header; ValueError for what no gate can have written."""
    value = location.encode("ascii")
    if not VISIBLE.fullmatch(value):
        raise ValueError("a location has a byte outside 0x21 to 0x7e")
    return value


def query_pairs(raw: bytes, limit: int = MAX_PASSED_PAIRS) -> list[tuple[str, str]]:
    """The decoded pairs of a request's query string, in order; the first `limit` fields count."""
    if not raw:
        return []
    fields = "&".join(raw.decode("latin-1").split("&", limit)[:limit])
    return parse_qsl(fields, keep_blank_values=True, errors="replace")


def _names(query: str) -> frozenset[str]:
    return frozenset(unquote_plus(field.partition("=")[0]) for field in query.split("&"))


def _escaped(text: str) -> str:
    return quote(text, safe="", errors="replace")
