"""The replica against Postgres, again and again, and what differs is mended.

A record that is missing or other is fetched and applied like one that came by the topic: versions
decide, so it can't undo an edit that arrives meanwhile. A record that Postgres doesn't have is
removed, unless it is newer than anything Postgres has given (a database that was restored, or
another one), or so many are that the mistake is more likely on the other side. Nothing waits for
this: without the API, or while the topic has more to read, a check is left out and counted.
"""

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass

import lmdb
import structlog

from qz_redirect.replica.compare import SETTLE_SECONDS, Differences, compare
from qz_redirect.replica.truth import AWAY, Truth
from qz_redirect.replica.writer import DiskLow, Writer

log = structlog.get_logger()


@dataclass
class Checked:
    """Numbers for metrics."""

    checks: int = 0
    skipped: int = 0
    differences: int = 0
    mended: int = 0
    unmended: int = 0
    """Of the last check."""
    good_at: float = 0.0
    """Unix time of the last check after which nothing differed."""


class Checker:
    def __init__(
        self, writer: Callable[[], Writer | None], settle_seconds: float = SETTLE_SECONDS
    ) -> None:
        """`writer` gives that of a replica which has caught up, or None."""
        self.checked = Checked()
        self._writer = writer
        self._settle = settle_seconds
        self._reachable = True

    async def run(self, truth: Truth, every_seconds: float) -> None:
        """Hosts that started together don't ask together."""
        while True:
            await asyncio.sleep(every_seconds * random.uniform(0.5, 1.0))
            await self.check(truth)

    async def check(self, truth: Truth) -> None:
        writer = self._writer()
        if writer is None:
            self.checked.skipped += 1
            return
        try:
            differences = await compare(truth, writer, self._settle)
            mended = await _mend(truth, writer, differences)
        except (*AWAY, lmdb.Error, DiskLow) as error:
            self.checked.skipped += 1
            if self._reachable:
                log.warning("the replica can't be compared with Postgres", reason=repr(error))
            self._reachable = False
            return
        self._reachable = True
        self._note(differences, mended)

    def _note(self, differences: Differences, mended: int) -> None:
        checked = self.checked
        checked.checks += 1
        checked.differences += differences.count
        checked.mended += mended
        checked.unmended = differences.count - mended
        if not checked.unmended and not differences.too_many:
            checked.good_at = time.time()
        if differences.count:
            log.warning(
                "the replica differed from Postgres",
                missing=len(differences.missing),
                changed=len(differences.changed),
                extra=len(differences.extra),
                more=differences.too_many,
                mended=mended,
            )


async def _mend(truth: Truth, writer: Writer, differences: Differences) -> int:
    """How many records are now as Postgres says."""
    records = [
        (key, value)
        for key in (*differences.missing, *differences.changed)
        if (value := await truth.record(key)) is not None
    ]
    mended = 0
    if records:
        mended += (await asyncio.to_thread(writer.apply, records, {})).stored
    if differences.extra and not differences.too_many:
        mended += await asyncio.to_thread(writer.remove, differences.extra, differences.newest)
    return mended
