"""Whether the store answers now: what readiness asks.

It has a client of its own, so it waits behind no insert and no question, and puts none behind
itself: one question is under way at a time, however often readiness is asked and gives up waiting.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from qz_analytics.clickhouse import ClickHouse, opened

ANSWER_SECONDS = 5.0


class Pulse:
    def __init__(self, store: ClickHouse) -> None:
        self._store = store
        self._asked: asyncio.Task[str | None] | None = None

    async def check(self) -> str | None:
        """None when the store answers, else why not."""
        if self._asked is None or self._asked.done():
            self._asked = asyncio.create_task(self._store.ping())
        asked = self._asked
        await asyncio.wait([asked])  # who gives up waiting leaves it to the next one
        return asked.result()


@contextlib.asynccontextmanager
async def pulse_of(dsn: str) -> AsyncIterator[Pulse]:
    async with opened(ClickHouse(dsn, seconds=ANSWER_SECONDS)) as store:
        yield Pulse(store)
