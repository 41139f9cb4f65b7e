"""Whether two sides hold the same routing records: how Postgres and an edge are compared.

Both sides go through their records in the order of the keys' bytes. The API says where a page ends
and gives one digest for it; the edge makes the same of what it holds in between. Only for a page
that differs does it ask for the hashes of the single records.
"""

from collections.abc import Iterable
from hashlib import sha256

import msgspec

PAGE = 2000
MOST_LISTED = 2 * PAGE
"""Hashes in one answer; a page may have grown since its digest was made."""
UNCOMPARED = ("marker:", "salt:")
"""Markers belong to a topic; salts are dropped by each side's own clock."""
Hashed = tuple[bytes, bytes]


class RoutesPage(msgspec.Struct, frozen=True):
    """The records from behind `after` up to `last`."""

    last: str
    """The last key of the page; empty when nothing follows."""
    count: int
    digest: str
    newest: int
    """No record has a higher version, whether it is in this page or not."""


class RouteHashes(msgspec.Struct, frozen=True):
    hashes: dict[str, str]
    """`hash_of` by key; empty for a record that waits to be published."""


def is_compared(key: bytes) -> bool:
    return not key.startswith(_UNCOMPARED)


def hash_of(value: bytes) -> bytes:
    return sha256(value).digest()


def digest_of(records: Iterable[Hashed]) -> str:
    """Of keys with the hashes of their values, in order."""
    return sha256(b"".join([key + b"\0" + hash for key, hash in records])).hexdigest()


_UNCOMPARED = tuple(prefix.encode() for prefix in UNCOMPARED)
