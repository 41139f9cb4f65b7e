"""What a replica holds, in the order of whole keys and as it was published: what is compared."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import lmdb

from qz_common.route_digest import Hashed, hash_of, is_compared
from qz_redirect.replica.row import record_of
from qz_redirect.replica.store import CODE_PREFIX, KIND_CODES, KIND_THINGS

Database = Any  # the binding names no type for a named database


@dataclass(frozen=True)
class Contents:
    env: lmdb.Environment
    codes: Database
    things: Database

    @classmethod
    def of(cls, env: lmdb.Environment) -> "Contents":
        return cls(env, *(env.open_db(kind, create=False) for kind in (KIND_CODES, KIND_THINGS)))

    def hashed(self, after: str, last: str, most: int) -> list[Hashed]:
        """Keys behind `after` up to `last` (to the end when it is empty) with hashes of their
        records; at most so many, in one short read transaction."""
        low, high = after.encode(), last.encode()
        with self.env.begin() as txn:
            found = heapq.merge(
                _records(txn.cursor(self.codes), CODE_PREFIX, low),
                _records(txn.cursor(self.things), b"", low),
            )
            wanted = ((key, row) for key, row in found if is_compared(key))
            page = _up_to(high, wanted) if high else wanted
            return [(key, hash_of(record_of(row))) for key, row in islice(page, most)]


def _records(cursor: lmdb.Cursor, prefix: bytes, low: bytes) -> Iterator[tuple[bytes, bytes]]:
    """With whole keys behind `low`; names in this database have lost their prefix."""
    if low > prefix and not low.startswith(prefix):
        return
    if not cursor.set_range(low[len(prefix) :] if low.startswith(prefix) else b""):
        return
    for name, row in cursor:
        if prefix + name > low:
            yield prefix + name, bytes(row)


def _up_to(high: bytes, records: Iterator[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, bytes]]:
    for key, row in records:
        if key > high:
            return
        yield key, row
