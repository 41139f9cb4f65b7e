"""Downloads of images, counted beside the answers and written together.

What was counted since the last write is lost when the process is killed, and nothing else: a
write that fails is tried again with the next.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import UUID

import structlog

from qz_api.db import Database
from qz_api.images import store
from qz_common.errors import Unavailable

WRITE_SECONDS = 2.0
log = structlog.get_logger()


class Downloads:
    def __init__(self, db: Database) -> None:
        self._db = db
        self._counts: Counter[UUID] = Counter()

    def note(self, code: UUID) -> None:
        self._counts[code] += 1

    async def write(self) -> None:
        counts, self._counts = self._counts, Counter()
        if not counts:
            return
        try:
            async with self._db.system() as conn:
                await store.add_downloads(conn, counts)
        except Unavailable as problem:
            self._counts.update(counts)
            log.warning("downloads not written", reason=problem.detail)

    async def write_for_ever(self) -> None:
        while True:
            await asyncio.sleep(WRITE_SECONDS)
            await self.write()


@asynccontextmanager
async def open_downloads(db: Database) -> AsyncIterator[Downloads]:
    downloads = Downloads(db)
    writing = asyncio.create_task(downloads.write_for_ever())
    try:
        yield downloads
    finally:
        writing.cancel()
        with suppress(asyncio.CancelledError):
            await writing
        await downloads.write()
