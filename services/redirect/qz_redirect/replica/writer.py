"""The one writer of a replica: records and Kafka positions in one transaction.

A record with a lower version than the stored one is ignored, so a replay or a re-publish does no
harm. What can't be decoded is counted and passed by. Blocks on the disk: runs in a thread.
"""

import shutil
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import lmdb
import msgspec

from qz_common.errors import Retryable
from qz_common.records import (
    CodeRecord,
    DomainRecord,
    RoutingRecord,
    SaltRecord,
    decode,
    salt_key,
)
from qz_common.route_digest import Hashed, hash_of
from qz_redirect.replica.contents import Contents, Database
from qz_redirect.replica.row import FORMAT, record_of, row_of, version_of
from qz_redirect.replica.store import (
    CODE_PREFIX,
    DATABASES,
    FIRST_MAP_BYTES,
    KEY_FORMAT,
    KIND_CODES,
    KIND_FACTS,
    KIND_POSITIONS,
    KIND_THINGS,
    SMALL_THINGS,
    Position,
    open_environment,
)

MIN_FREE_BYTES = 64 * 1024 * 1024
MAX_KEY = 511
MAX_VERSION = (1 << 63) - 1
SALT_DAYS = 2
KeyValue = tuple[bytes | None, bytes | None]


class DiskLow(Retryable):
    """Too little room to apply more; what is there goes on serving."""


@dataclass(frozen=True, slots=True)
class Applied:
    """`newest` is the highest version among what was stored."""

    stored: int = 0
    stale: int = 0
    bad: int = 0
    newest: int = 0


@dataclass
class _Batch:
    """The last word on every key of a batch; None removes it."""

    values: dict[bytes, tuple[int, bytes] | None]
    bad: int = 0
    stale: int = 0
    small: bool = False


class Writer:
    def __init__(self, path: Path, map_bytes: int = FIRST_MAP_BYTES) -> None:
        self.path = path
        self._env = open_environment(path, writable=True, map_bytes=map_bytes)
        self._dbs = {name: self._env.open_db(name) for name in DATABASES}
        self._contents = Contents(self._env, self._dbs[KIND_CODES], self._dbs[KIND_THINGS])
        self._env.reader_check()
        self._busy = threading.Lock()
        """Of two threads one waits: the map must not move or go under the other. Whoever comes
        after `close` gets an lmdb.Error."""
        if not self.entries():
            self.set_format(FORMAT)

    def apply(
        self,
        records: Iterable[KeyValue],
        positions: Mapping[str, Position],
    ) -> Applied:
        batch = _read_batch(records)
        if shutil.disk_usage(self.path).free < MIN_FREE_BYTES:
            raise DiskLow(f"less than {MIN_FREE_BYTES} bytes free")
        with self._busy:
            while True:
                try:
                    return self._write(batch, positions)
                except lmdb.MapFullError:
                    self._env.set_mapsize(self._env.info()["map_size"] * 2)

    def hashed(self, after: str, last: str, most: int) -> list[Hashed]:
        with self._busy:
            return self._contents.hashed(after, last, most)

    def remove(self, seen: Mapping[bytes, bytes], newest: int) -> int:
        """Of records by their hashes those that are still the same, and not above this version."""
        with self._busy, self._env.begin(write=True) as txn:
            gone = [key for key in seen if self._is_still(txn, key, seen[key], newest)]
            for key in gone:
                self._put(txn, key, None)
            if any(map(_is_small, gone)):
                self._count_small(txn)
        return len(gone)

    def positions(self) -> dict[str, Position]:
        with self._busy, self._env.begin(db=self._dbs[KIND_POSITIONS]) as txn:
            return {
                bytes(key).decode(): msgspec.json.decode(value, type=Position)
                for key, value in txn.cursor()
            }

    def has_records(self, names: Iterable[str]) -> bool:
        """Whether all of these are there."""
        with self._busy, self._env.begin(db=self._dbs[KIND_THINGS]) as txn:
            return all(txn.get(name.encode()) is not None for name in names)

    def is_current(self) -> bool:
        """Whether its rows are those of this release."""
        with self._busy, self._env.begin(db=self._dbs[KIND_FACTS]) as txn:
            return bool(txn.get(KEY_FORMAT) == FORMAT)

    def set_format(self, format: bytes) -> None:
        with self._busy, self._env.begin(write=True, db=self._dbs[KIND_FACTS]) as txn:
            txn.put(KEY_FORMAT, format)

    def keep_positions(self, wanted: Iterable[str]) -> None:
        """Forgets the positions of topics that are not followed any more."""
        keep = {name.encode() for name in wanted}
        with self._busy, self._env.begin(write=True, db=self._dbs[KIND_POSITIONS]) as txn:
            for key in [bytes(key) for key, _ in txn.cursor() if bytes(key) not in keep]:
                txn.delete(key)

    def prune_salts(self, today: date | None = None) -> None:
        """A salt is kept for 48 hours at most."""
        day = today or datetime.now(UTC).date()
        oldest = salt_key((day - timedelta(days=SALT_DAYS - 1)).isoformat()).encode()
        with self._busy, self._env.begin(write=True, db=self._dbs[KIND_THINGS]) as txn:
            cursor = txn.cursor()
            found = cursor.set_range(b"salt:")
            while found and b"salt:" <= bytes(cursor.key()) < oldest:
                found = cursor.delete()

    def entries(self) -> int:
        with self._busy, self._env.begin() as txn:
            return int(txn.stat(self._dbs[KIND_CODES])["entries"])

    def check_readers(self) -> int:
        """Frees the slots of readers that died; pages they held can be used again."""
        with self._busy:
            return int(self._env.reader_check())

    def sync(self) -> None:
        with self._busy:
            self._env.sync(True)

    def close(self) -> None:
        with self._busy:
            self._env.sync(True)
            self._env.close()

    def _write(self, batch: _Batch, positions: Mapping[str, Position]) -> Applied:
        stored, stale, newest = 0, batch.stale, 0
        with self._env.begin(write=True) as txn:
            for key in sorted(batch.values):
                change = batch.values[key]
                fresh = self._put(txn, key, change)
                stored += fresh
                stale += not fresh
                newest = max(newest, change[0] if change and fresh else 0)
            for name, position in positions.items():
                value = msgspec.json.encode(position)
                txn.put(name.encode(), value, db=self._dbs[KIND_POSITIONS])
            if batch.small:
                self._count_small(txn)
        return Applied(stored, stale, batch.bad, newest)

    def _put(self, txn: lmdb.Transaction, key: bytes, change: tuple[int, bytes] | None) -> bool:
        name, database = self._place(key)
        if change is None:
            txn.delete(name, db=database)
            return True
        version, value = change
        if txn.put(name, value, overwrite=False, db=database):
            return True
        known = txn.get(name, db=database)
        if version_of(bytes(known or b"")) > version:
            return False
        txn.put(name, value, db=database)
        return True

    def _place(self, key: bytes) -> tuple[bytes, Database]:
        if key.startswith(CODE_PREFIX):
            return key[len(CODE_PREFIX) :], self._dbs[KIND_CODES]
        return key, self._dbs[KIND_THINGS]

    def _is_still(self, txn: lmdb.Transaction, key: bytes, hash: bytes, newest: int) -> bool:
        name, database = self._place(key)
        row = bytes(txn.get(name, db=database) or b"")
        return bool(row) and hash_of(record_of(row)) == hash and version_of(row) <= newest

    def _count_small(self, txn: lmdb.Transaction) -> None:
        facts = self._dbs[KIND_FACTS]
        count = int(txn.get(SMALL_THINGS, default=b"0", db=facts)) + 1
        txn.put(SMALL_THINGS, b"%d" % count, db=facts)


def _read_batch(records: Iterable[KeyValue]) -> _Batch:
    batch = _Batch({})
    for key, value in records:
        if not key or len(key) > MAX_KEY:
            batch.bad += 1
        elif value is None:
            batch.values[key] = None
            batch.small = batch.small or _is_small(key)
        else:
            _read_value(batch, key, value)
    return batch


def _read_value(batch: _Batch, key: bytes, value: bytes) -> None:
    try:
        record = decode(value)
    except ValueError:
        batch.bad += 1
        return
    if not 0 <= record.version <= MAX_VERSION:
        batch.bad += 1
        return
    earlier = batch.values.get(key)
    if earlier is None or earlier[0] <= record.version:
        batch.values[key] = (record.version, _stored(key, record, value))
    else:
        batch.stale += 1
    batch.small = batch.small or isinstance(record, DomainRecord | SaltRecord)


def _is_small(key: bytes) -> bool:
    return key.startswith((b"domain:", b"salt:"))


def _stored(key: bytes, record: RoutingRecord, value: bytes) -> bytes:
    if isinstance(record, CodeRecord):
        return row_of(key.removeprefix(CODE_PREFIX), record, value)
    return value
