"""The replica as one `serve` process sees it: read-only, one snapshot per look-up.

The generation in use and its map may change under us: `refresh` (called by a timer, never on a
hit) follows; a look-up in between is answered from what is open.
"""

import os
from pathlib import Path
from threading import Thread
from typing import Any

import lmdb
import structlog

from qz_common.records import DomainRecord, PageRecord, SaltRecord, decode, domain_key, page_key
from qz_redirect.replica.store import (
    DATA_FILE,
    KIND_CODES,
    KIND_FACTS,
    KIND_THINGS,
    SMALL_THINGS,
    Generations,
    open_environment,
)

log = structlog.get_logger()
Database = Any  # the binding names no type for a named database
Opened = tuple[Path, int]
"""A generation's path and the inode of its data: after the whole replica was removed, the first new
one has the old name, and what is still open is a file that nobody writes any more."""


class Reader:
    def __init__(self, root: Path) -> None:
        self._generations = Generations(root)
        self._env: lmdb.Environment | None = None
        self._opened: Opened | None = None
        self._codes: Database | None = None
        self._things: Database | None = None
        self._facts: Database | None = None
        self.refresh()

    @property
    def usable(self) -> bool:
        return self._env is not None

    def get(self, key: bytes) -> bytes | None:
        """The record bytes of `host/slug`, lower case."""
        return self._get(key, self._codes)

    def page(self, page_id: str) -> PageRecord | None:
        record = self._thing(page_key(page_id))
        return record if isinstance(record, PageRecord) else None

    def domain(self, host: str) -> DomainRecord | None:
        record = self._thing(domain_key(host))
        return record if isinstance(record, DomainRecord) else None

    def salts(self) -> list[SaltRecord]:
        return [record for record in self._things_from(b"salt:") if isinstance(record, SaltRecord)]

    def domains(self) -> list[DomainRecord]:
        return [
            record for record in self._things_from(b"domain:") if isinstance(record, DomainRecord)
        ]

    def small_things(self) -> tuple[str, bytes]:
        """Changes whenever a domain or a salt did."""
        return str(self._opened), self._get(SMALL_THINGS, self._facts) or b""

    def entries(self) -> int:
        if self._env is None:
            return 0
        with self._env.begin() as txn:
            return int(txn.stat(self._codes)["entries"])

    def refresh(self) -> None:
        """Follows a new generation; one that can't be opened is left alone until the next call."""
        current = _identity(self._generations.current())
        if current is None or current == self._opened:
            return
        try:
            self._open(current)
        except lmdb.Error as error:
            log.warning("a replica can't be opened", reason=str(error))

    def close(self) -> None:
        if self._env is not None:
            self._env.close()
            self._env = self._opened = None

    def _open(self, current: Opened) -> None:
        path, _ = current
        env = open_environment(path, writable=False)
        try:
            databases = [
                env.open_db(name, create=False) for name in (KIND_CODES, KIND_THINGS, KIND_FACTS)
            ]
        except lmdb.Error:
            env.close()
            raise
        self.close()
        self._env, self._opened = env, current
        self._codes, self._things, self._facts = databases
        Thread(target=_warm_up, args=(path / DATA_FILE,), daemon=True).start()

    def _get(self, key: bytes, database: Database | None) -> bytes | None:
        if self._env is None:
            return None
        try:
            txn = self._env.begin()
        except lmdb.MapResizedError:
            self._env.set_mapsize(0)
            txn = self._env.begin()
        value: bytes | None = txn.get(key, None, database)
        txn.abort()
        return value

    def _thing(self, key: str) -> object:
        value = self._get(key.encode(), self._things)
        return None if value is None else decoded(value)

    def _things_from(self, prefix: bytes) -> list[object]:
        if self._env is None:
            return []
        found = []
        with self._env.begin(db=self._things) as txn:
            cursor = txn.cursor()
            there = cursor.set_range(prefix)
            while there and cursor.key().startswith(prefix):
                found.append(decoded(cursor.value()))
                there = cursor.next()
        return found


def _identity(path: Path | None) -> Opened | None:
    """None for a generation that is not made yet, or is being removed."""
    if path is None:
        return None
    try:
        return path, (path / DATA_FILE).stat().st_ino
    except OSError:
        return None


def _warm_up(file: Path) -> None:
    """Into memory at the disk's own pace: a look-up soon after a start waits for no read."""
    try:
        fd = os.open(file, os.O_RDONLY)
    except FileNotFoundError:  # a newer generation has taken its place
        return
    try:
        os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_WILLNEED)
    finally:
        os.close(fd)


def decoded(value: bytes) -> object:
    """None for what a later release may have written."""
    try:
        return decode(value)
    except ValueError:
        return None
