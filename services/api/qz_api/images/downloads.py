"""Downloads of images, counted beside the answers and written together.

What was counted since the last write is lost when the process is killed, and nothing else: a
write that fails, or is broken off, is done with the next. One whose answer is lost counts twice.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from qz_api.db import Database
from qz_api.duties import tell
from qz_api.images import store

WRITE_SECONDS = 2.0


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
        except BaseException:
            self._counts.update(counts)
            raise

    async def write_or_tell(self) -> None:
        try:
            await self.write()
        except Exception as error:
            tell(error, "downloads not written")

    async def write_for_ever(self, every: float) -> None:
        while True:
            await asyncio.sleep(every)
            await self.write_or_tell()


@asynccontextmanager
async def open_downloads(db: Database, every: float = WRITE_SECONDS) -> AsyncIterator[Downloads]:
    downloads = Downloads(db)
    writing = asyncio.create_task(downloads.write_for_ever(every))
    try:
        yield downloads
    finally:
        writing.cancel()
        await asyncio.wait([writing])
        await downloads.write_or_tell()
