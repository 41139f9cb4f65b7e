"""Whether we are still the owner of what we read: asked right before each insert.

The listener only sets flags. When partitions are taken away it lets a block that is under way
finish, for a bounded time, so that the next owner reads marks that include it. A process that was
paused finds its pulse too old and drops its block; one that is paused after that question still
inserts, and its rows are the same rows: verify merges them.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterable

from aiokafka import ConsumerRebalanceListener, TopicPartition

PULSE_SECONDS = 0.25
SETTLE_SECONDS = 5.0


class Membership(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    def __init__(self, session_ms: int) -> None:
        self._stale_seconds = session_ms / 1000 / 2
        self.generation = 0
        self.assigned = False
        self._settled = asyncio.Event()
        self._settled.set()
        self._pulse_at = time.monotonic()

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        if not revoked:
            return
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._settled.wait(), SETTLE_SECONDS)
        self.generation += 1
        self.assigned = False

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        self.generation += 1
        self.assigned = True

    def owns(self, generation: int) -> bool:
        """Safe to call from another thread."""
        fresh = time.monotonic() - self._pulse_at < self._stale_seconds
        return fresh and self.assigned and generation == self.generation

    async def keep_pulse(self) -> None:
        while True:
            self._pulse_at = time.monotonic()
            await asyncio.sleep(PULSE_SECONDS)

    @contextlib.asynccontextmanager
    async def busy(self) -> AsyncIterator[None]:
        self._settled.clear()
        try:
            yield
        finally:
            self._settled.set()
