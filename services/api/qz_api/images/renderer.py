"""Drawing for the whole API: two pools, a cache before the first, and each image drawn once.

Sheets and archives have a process of their own, so that no single image waits behind hundreds.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import structlog
from prometheus_client import CollectorRegistry

from qz_api.images.cache import ImageCache
from qz_api.images.metrics import RenderMetrics, render_metrics
from qz_api.images.order import Order
from qz_api.images.pool import PoolLimits, RenderPool
from qz_api.images.settings import RenderSettings
from qz_api.images.wire import Made, Task

WAIT_SECONDS = 5.0
BATCHES_WAITING, BATCHES_OF_ONE = 8, 2
BATCH_WAIT_SECONDS = 60.0
MEGABYTE = 1 << 20
log = structlog.get_logger()


class Renderer:
    def __init__(self, settings: RenderSettings, metrics: RenderMetrics) -> None:
        memory = settings.memory_mb * MEGABYTE
        self._metrics = metrics
        self._images = RenderPool(
            PoolLimits(
                processes=settings.process_count,
                waiting=settings.waiting,
                waiting_of_one=settings.waiting_of_one,
                seconds=settings.seconds,
                wait_seconds=WAIT_SECONDS,
                memory_bytes=memory,
            ),
            metrics,
        )
        self._batches = RenderPool(
            PoolLimits(
                processes=1,
                waiting=BATCHES_WAITING,
                waiting_of_one=BATCHES_OF_ONE,
                seconds=settings.batch_seconds,
                wait_seconds=BATCH_WAIT_SECONDS,
                memory_bytes=memory,
            ),
            metrics,
        )
        folder, room = settings.cache_dir, settings.cache_mb * MEGABYTE
        self._cache = ImageCache(folder, room) if folder else None
        self._in_work: dict[str, asyncio.Task[bytes]] = {}

    @property
    def pids(self) -> frozenset[int]:
        return self._images.pids

    def start(self) -> None:
        """Processes that draw single images; the one for batches starts with the first batch."""
        self._images.start()

    async def close(self) -> None:
        for work in self._in_work.values():
            work.cancel()
        await self._images.close()
        await self._batches.close()

    async def image(self, owner: UUID, order: Order) -> bytes:
        """From the cache, or drawn: once, however many ask at the same time."""
        work = self._in_work.get(order.key)
        if work is None:
            work = asyncio.create_task(self._found_or_drawn(owner, order))
            self._in_work[order.key] = work
            work.add_done_callback(lambda done: self._done(order.key, done))
        return await asyncio.shield(work)

    async def run(self, owner: UUID, task: Task) -> Made:
        return await self._images.run(owner, task)

    async def batch(self, owner: UUID, task: Task) -> Made:
        return await self._batches.run(owner, task)

    def _done(self, key: str, work: asyncio.Task[bytes]) -> None:
        """Its error was for whoever waited; if all have gone, it is nobody's."""
        self._in_work.pop(key, None)
        if not work.cancelled():
            work.exception()

    async def _found_or_drawn(self, owner: UUID, order: Order) -> bytes:
        cached = await self._cached(order.key)
        if cached is not None:
            return cached
        data = (await self._images.run(owner, order.task)).data
        await self._keep(order.key, data)
        return data

    async def _cached(self, key: str) -> bytes | None:
        if self._cache is None:
            return None
        try:
            data = await asyncio.to_thread(self._cache.get, key)
        except OSError as error:
            self._tell(error)
            return None
        self._metrics.cache.labels("miss" if data is None else "hit").inc()
        return data

    async def _keep(self, key: str, data: bytes) -> None:
        if self._cache is None:
            return
        try:
            await asyncio.to_thread(self._cache.put, key, data)
        except OSError as error:
            self._tell(error)

    def _tell(self, error: OSError) -> None:
        self._metrics.cache_errors.inc()
        log.warning("no image cache", reason=str(error))


@asynccontextmanager
async def open_renderer(
    settings: RenderSettings, registry: CollectorRegistry
) -> AsyncIterator[Renderer]:
    renderer = Renderer(settings, render_metrics(registry))
    try:
        yield renderer
    finally:
        await renderer.close()
